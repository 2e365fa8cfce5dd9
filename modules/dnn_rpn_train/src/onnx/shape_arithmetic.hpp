// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ONNX_SHAPE_ARITHMETIC_HPP
#define OPENCV_DNN_RPN_TRAIN_ONNX_SHAPE_ARITHMETIC_HPP

#include <vector>

#include "../graph/node_reader.hpp"

namespace cv {
namespace dnn_rpn_train {

//! A number that a file's nodes work out before any image comes: a constant, or so many times the length of
//! one of the axes of a node's output.
struct ShapeNumber
{
    double value = 0;
    int node = -1; //!< of the graph; none: a constant
    int axis = 0;

    bool constant() const { return node < 0; }
};

//! An array of them, as ONNX orders it.
struct ShapeArray
{
    std::vector<int64_t> dims;
    std::vector<ShapeNumber> numbers;
    bool whole = false; //!< integers

    bool constant() const;
};

//! Whether it knows the operator.
bool worksOut(const std::string& type);

/** @brief What a node gives whose inputs are such arrays: arithmetic of numbers, and what cuts, joins and
reshapes arrays.
@param reader of the node; refuses forms that are not known, and arithmetic that depends on the image's size
in other ways than a multiple
@param inputs null where an optional one is left out
@return false if the operator is none of those known */
bool workOut(const NodeReader& reader, const std::vector<const ShapeArray*>& inputs, ShapeArray& output);

} // namespace dnn_rpn_train
} // namespace cv

#endif
