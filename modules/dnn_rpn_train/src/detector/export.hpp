// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DETECTOR_EXPORT_HPP
#define OPENCV_DNN_RPN_TRAIN_DETECTOR_EXPORT_HPP

#include <string>

#include "opencv2/dnn_rpn/model.hpp"
#include "anchor_head.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief The name of the file's only output. So called, the importer of OpenCV 4 adds no Identity behind it,
and cv::dnn::DetectionModel, which looks at the type of the last layer, finds DetectionOutput. */
constexpr const char* outputName = "onnx_node!detections";

//! What of the file's description follows from the head: the caller adds kind, names of classes and score
//! threshold.
CV_EXPORTS dnn_rpn::ModelDescription describe(const Graph& graph, const AnchorHead& head, Size size);

} // namespace dnn_rpn_train
} // namespace cv

#endif
