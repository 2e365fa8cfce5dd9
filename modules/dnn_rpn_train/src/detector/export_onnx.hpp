// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DETECTOR_EXPORT_ONNX_HPP
#define OPENCV_DNN_RPN_TRAIN_DETECTOR_EXPORT_ONNX_HPP

#include <string>

#include "exporter.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief What exporters::onnx writes, up to the second stage's raw outputs, for an application that decodes
and suppresses itself: `proposals` P x 4 in pixels of the input, `logits` P x (C + 1), the background first,
and `deltas` P x 4 C or 4, times RoiParams::detections.deltaWeights. */
std::string exportSecondHeads(const Graph& graph, const AnchorHead& head, const RoiHead& roi);

} // namespace dnn_rpn_train
} // namespace cv

#endif
