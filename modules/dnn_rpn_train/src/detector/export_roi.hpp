// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DETECTOR_EXPORT_ROI_HPP
#define OPENCV_DNN_RPN_TRAIN_DETECTOR_EXPORT_ROI_HPP

#include <string>

#include "../onnx/writer.hpp"
#include "roi_head.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief Writes the second stage for stock cv::dnn behind a first stage that is in the file already.

CropAndResize, the layers of RoiHead::graph(), `roi.scores` and a DetectionOutput named `detections`, whose
output is that of the file. Rows of the table that hold no proposal, all zeros, give no detections.
@param features name of the value of RoiHead::featuresNode()
@param proposals name of the table of a DetectionOutput: 1 x 1 x P x 7, clipped to the image */
void addSecondStage(OnnxWriter& writer, const RoiHead& roi, const std::string& proposals,
                    const std::string& features);

} // namespace dnn_rpn_train
} // namespace cv

#endif
