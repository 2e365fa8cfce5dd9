// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DETECTOR_EXPORT_ONNX_HPP
#define OPENCV_DNN_RPN_TRAIN_DETECTOR_EXPORT_ONNX_HPP

#include <string>

#include "anchor_head.hpp"
#include "roi_head.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief The whole detector in standard operators of ONNX, set 16: TopK, NonMaxSuppression, RoiAlign.

For ONNX Runtime, OpenCV 5 and others. One image a run, of any size that the network takes. Outputs: `boxes`
D x 4 in pixels of the input, `scores` D, falling, and `labels` D (int64, 1..C). What comes out is what
AnchorHead::propose(), AnchorHead::detect() or RoiHead::detect() give.
@param roi the second stage, or null */
CV_EXPORTS std::string exportForOnnx(const Graph& graph, const AnchorHead& head, const RoiHead* roi);

/** @brief The same up to the second stage's raw outputs, for an application that decodes and suppresses
itself: `proposals` P x 4 in pixels of the input, `logits` P x (C + 1), the background first, and `deltas` P x
4 C or 4, times RoiParams::detections.deltaWeights. */
CV_EXPORTS std::string exportSecondHeads(const Graph& graph, const AnchorHead& head, const RoiHead& roi);

} // namespace dnn_rpn_train
} // namespace cv

#endif
