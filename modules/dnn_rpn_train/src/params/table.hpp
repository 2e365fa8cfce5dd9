// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_PARAMS_TABLE_HPP
#define OPENCV_DNN_RPN_TRAIN_PARAMS_TABLE_HPP

#include "opencv2/dnn_rpn/detector_traits.hpp"
#include "field.hpp"

namespace cv {
namespace dnn_rpn_train {

//! One parameter: all that anybody says of it but what it does.
struct ParameterRow
{
    const char* name;
    const char* group;
    bool (*hasEffectOn)(const dnn_rpn::DetectorTraits& detector);
    bool common;                    //!< for everybody
    Field (*fieldOf)(TrainParams&); //!< some stand where the detector uses them
    double lowest, highest;         //!< limits of each number
    const char* help;

    bool isFor(DetectorKind detector) const { return hasEffectOn(dnn_rpn::traitsOf(detector)); }
    //! const in all that reads a field.
    Field field(const TrainParams& params) const { return fieldOf(const_cast<TrainParams&>(params)); }
    //! cv::Exception with name, value and limits.
    void check(const TrainParams& params) const;
    //! What it takes, as in "a number, 0..1".
    String values(const TrainParams& params) const;
};

//! The rows, in the order in which they are shown.
CV_EXPORTS const std::vector<ParameterRow>& parameterTable();

//! The row of that name; cv::Exception if there is none.
const ParameterRow& parameterNamed(const String& name);

} // namespace dnn_rpn_train
} // namespace cv

#endif
