// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_GRAPH_OPS_SLOPE_HPP
#define OPENCV_DNN_RPN_TRAIN_GRAPH_OPS_SLOPE_HPP

#include "../node_reader.hpp"
#include "../node_writer.hpp"

namespace cv {
namespace dnn_rpn_train {

// What LeakyRelu and Elu have in common: one input, and `alpha`, 0 or above, for what is below 0.

void readSlope(NodeReader& reader, Node& node, float otherwise);
void writeSlope(const Node& node, NodeWriter& writer);

} // namespace dnn_rpn_train
} // namespace cv

#endif
