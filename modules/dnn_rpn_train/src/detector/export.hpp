// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DETECTOR_EXPORT_HPP
#define OPENCV_DNN_RPN_TRAIN_DETECTOR_EXPORT_HPP

#include <string>

#include "opencv2/dnn_rpn/model.hpp"
#include "anchor_head.hpp"
#include "roi_head.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief The name of the file's only output. So called, the importer of OpenCV 4 adds no Identity behind it,
and cv::dnn::DetectionModel, which looks at the type of the last layer, finds DetectionOutput. */
constexpr const char* outputName = "onnx_node!detections";

/** @brief The graph with the head's boxes behind it as an ONNX file for stock cv::dnn, 4.5.5 and later.

Nodes of cv::dnn's own layers PriorBox and DetectionOutput stand in the default domain, where the
importer hands unknown operators to its layer factory.

DetectionOutput suppresses boxes of one class whatever their level, and its limit of boxes before that
(preNms) is for each class, not for each level; it has no smallest size and no limit of log sizes. In these it
differs from generateProposals() and generateDetections().
@param graph with the head
@param head its limits are those of the file: proposals without classes, detections with
@param size of the input that the file names; it runs at others too
@param roi the second stage, or null */
CV_EXPORTS std::string exportForOpenCV(const Graph& graph, const AnchorHead& head, Size size,
                                       const RoiHead* roi = nullptr);

//! Standard operators only; outputs `logits` [N, K, AnchorHead::columns()] and `deltas` [N, K, 4].
CV_EXPORTS std::string exportHeads(const Graph& graph, const AnchorHead& head);

//! What of the file's description follows from the head: the caller adds kind, names of classes and score
//! threshold.
CV_EXPORTS dnn_rpn::ModelDescription describe(const Graph& graph, const AnchorHead& head, Size size);

} // namespace dnn_rpn_train
} // namespace cv

#endif
