// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DETECTOR_EXPORT_HPP
#define OPENCV_DNN_RPN_TRAIN_DETECTOR_EXPORT_HPP

#include <string>

#include "roi_head.hpp"
#include "rpn.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief The graph with the RPN's boxes behind it as an ONNX file for stock cv::dnn, 4.6 and later.

Nodes of cv::dnn's own layers PriorBox and DetectionOutput stand in the default domain, where the
importer hands unknown operators to its layer factory. The last node is named so that the importer adds
no Identity behind it: cv::dnn::DetectionModel looks at the type of the last layer.
@param size of the input that the file names; it runs at others too
@param roi the second stage, or null */
CV_EXPORTS std::string exportForOpenCV(const Graph& graph, const Rpn& rpn, Size size,
                                       const RoiHead* roi = nullptr);

//! Standard operators only; outputs `logits` [N, K, 1 or 2] and `deltas` [N, K, 4].
CV_EXPORTS std::string exportHeads(const Graph& graph, const Rpn& rpn);

} // namespace dnn_rpn_train
} // namespace cv

#endif
