// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_GRAPH_OPS_ARITHMETIC_HPP
#define OPENCV_DNN_RPN_TRAIN_GRAPH_OPS_ARITHMETIC_HPP

#include "../node_reader.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief Add, Sub, Mul or Div with a constant: a depthwise convolution of 1x1 that is not trained.

The constant is one number, or one for each channel. False if neither input is a constant. */
bool readArithmetic(NodeReader& reader, Node& node);

//! The node becomes scale x + shift, by channel.
void becomeAffine(NodeReader& reader, Node& node, int x, const std::vector<float>& scale,
                  const std::vector<float>& shift);

} // namespace dnn_rpn_train
} // namespace cv

#endif
