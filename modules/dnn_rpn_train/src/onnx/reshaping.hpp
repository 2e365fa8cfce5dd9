// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ONNX_RESHAPING_HPP
#define OPENCV_DNN_RPN_TRAIN_ONNX_RESHAPING_HPP

#include "imported.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief A file's node that only changes how its input is looked at: shapes as arrays and what is worked out
from them, Reshape and Transpose where they shuffle channels or change nothing, and what puts numbers of the
whole image into one row and back.
@param output name of what the node gives
@param node of the graph, with its name, for a shuffle
@return whether it was one of these, and what it gives is in `all` */
bool addReshaping(Imported& all, NodeReader& reader, const std::string& output, const Node& node);

} // namespace dnn_rpn_train
} // namespace cv

#endif
