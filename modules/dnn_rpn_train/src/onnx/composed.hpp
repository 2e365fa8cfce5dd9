// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ONNX_COMPOSED_HPP
#define OPENCV_DNN_RPN_TRAIN_ONNX_COMPOSED_HPP

#include "../graph/node_reader.hpp"

namespace cv {
namespace dnn_rpn_train {

//! How a file's operator that the graph lacks is made of those that it has; null for other names.
using ReadComposed = void (*)(NodeReader& reader, Node& node);
ReadComposed composedNamed(const std::string& name);

} // namespace dnn_rpn_train
} // namespace cv

#endif
