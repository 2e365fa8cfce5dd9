// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "precomp.hpp"
#include "opencv2/dnn_rpn/detector_traits.hpp"

namespace cv {
namespace dnn_rpn {

namespace {

struct DetectorRow
{
    KindRow<DetectorKind> names;
    DetectorTraits traits;
};

const DetectorRow detectors[] = {
    {{DETECTOR_RPN, "rpn", "boxes without classes"}, {false, false}},
    {{DETECTOR_RETINANET, "retina", "with classes, in one stage"}, {true, false}},
    {{DETECTOR_FASTER_RCNN, "faster_rcnn", "with classes, in two stages"}, {true, true}},
};

} // namespace

const DetectorTraits& traitsOf(DetectorKind kind)
{
    for (const DetectorRow& row : detectors)
        if (row.names.kind == kind)
            return row.traits;
    CV_Error_(Error::StsOutOfRange, ("%d is no kind of detector", static_cast<int>(kind)));
}

template<>
const std::vector<KindRow<DetectorKind>>& kindRows<DetectorKind>()
{
    static const std::vector<KindRow<DetectorKind>> rows = [] {
        std::vector<KindRow<DetectorKind>> all;
        for (const DetectorRow& row : detectors)
            all.push_back(row.names);
        return all;
    }();
    return rows;
}

template<>
const std::vector<KindRow<ExportKind>>& kindRows<ExportKind>()
{
    static const std::vector<KindRow<ExportKind>> rows{
        {EXPORT_OPENCV, "opencv", "boxes come out of cv::dnn"},
        {EXPORT_ONNX, "onnx", "the same by standard operators, for ONNX Runtime and others"},
        {EXPORT_HEADS, "heads", "logits and deltas, for an application that decodes them"},
    };
    return rows;
}

} // namespace dnn_rpn
} // namespace cv
