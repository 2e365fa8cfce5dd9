// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ONNX_IMPORT_HPP
#define OPENCV_DNN_RPN_TRAIN_ONNX_IMPORT_HPP

#include <string>

#include "../graph/graph.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief Adds a feature extractor from an ONNX file to a graph.

The file must have one input, and its first output, with what lies behind it, is taken. Names get
"backbone." before them. Known are Conv, BatchNormalization, Relu, Clip, LeakyRelu, Sigmoid, HardSigmoid,
HardSwish, Add, Mul (same shape, or a number for each channel), Concat (channels), MaxPool, AveragePool,
GlobalAveragePool, Resize or Upsample (nearest, by a whole factor) and Pad (with what padding means to the
convolution or pooling behind it), besides Identity, Dropout and Constant; anything else is refused with the
node's name and type.

@param path of the file
@param graph takes the nodes and parameters
@param input node that the file's input stands for
@return the node of the file's output
*/
CV_EXPORTS int importOnnx(const std::string& path, Graph& graph, int input);

} // namespace dnn_rpn_train
} // namespace cv

#endif
