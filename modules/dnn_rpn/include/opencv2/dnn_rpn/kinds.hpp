// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_KINDS_HPP
#define OPENCV_DNN_RPN_KINDS_HPP

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn {

//! @addtogroup dnn_rpn
//! @{

//! What a model finds, and in how many stages.
enum DetectorKind
{
    DETECTOR_RPN = 0,        //!< "rpn": proposals, all of class 1
    DETECTOR_RETINANET = 1,  //!< "retina": detections, in one stage
    DETECTOR_FASTER_RCNN = 2 //!< "faster_rcnn": detections, in two stages
};

//! What a model file gives.
enum ExportKind
{
    EXPORT_OPENCV = 0, //!< "opencv": boxes, by layers of cv::dnn
    EXPORT_ONNX = 1,   //!< "onnx": boxes, by standard operators
    EXPORT_HEADS = 2   //!< "heads": logits and deltas
};

//! One value of an enum: its name in files and on command lines, and what it means.
template<typename Kind>
struct KindRow
{
    Kind kind;
    const char* name;
    const char* meaning;
};

//! The rows of each enum that has names; the only place where the names stand.
template<typename Kind>
const std::vector<KindRow<Kind>>& kindRows();
template<>
CV_EXPORTS const std::vector<KindRow<DetectorKind>>& kindRows<DetectorKind>();
template<>
CV_EXPORTS const std::vector<KindRow<ExportKind>>& kindRows<ExportKind>();

//! The name of a value; cv::Exception for a number that is none.
template<typename Kind>
String nameOf(Kind kind)
{
    for (const KindRow<Kind>& row : kindRows<Kind>())
        if (row.kind == kind)
            return row.name;
    CV_Error_(Error::StsOutOfRange, ("%d is no value of this kind", static_cast<int>(kind)));
}

//! All names, as in "rpn, retina, faster_rcnn".
template<typename Kind>
String namesOf()
{
    String all;
    for (const KindRow<Kind>& row : kindRows<Kind>())
        all += String(all.empty() ? "" : ", ") + row.name;
    return all;
}

//! The value of a name; cv::Exception says what it should be, for instance "detector", and which there are.
template<typename Kind>
Kind kindOf(const String& name, const char* what)
{
    for (const KindRow<Kind>& row : kindRows<Kind>())
        if (name == row.name)
            return row.kind;
    CV_Error_(Error::StsBadArg, ("%s '%s' is none of %s", what, name.c_str(), namesOf<Kind>().c_str()));
}

//! @}

} // namespace dnn_rpn
} // namespace cv

#endif
