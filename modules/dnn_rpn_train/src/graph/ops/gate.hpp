// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_GRAPH_OPS_GATE_HPP
#define OPENCV_DNN_RPN_TRAIN_GRAPH_OPS_GATE_HPP

#include "../node_writer.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief x times a gate of x, which files of our operator sets say in two nodes.
@param type of the gate
@return the gate's node, for its attributes */
OnnxNode& writeGated(NodeWriter& writer, const char* type);

} // namespace dnn_rpn_train
} // namespace cv

#endif
