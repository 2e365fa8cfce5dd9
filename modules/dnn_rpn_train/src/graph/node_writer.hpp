// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_GRAPH_NODE_WRITER_HPP
#define OPENCV_DNN_RPN_TRAIN_GRAPH_NODE_WRITER_HPP

#include "onnx_node.hpp"

namespace cv {
namespace dnn_rpn_train {

//! What a node becomes in a file.
struct NodeWriter
{
    struct Constant
    {
        std::string name;
        std::vector<int64_t> dims;
        std::vector<float> floats;
        std::vector<int64_t> wholeNumbers; //!< in one dimension, instead of dims and floats, if there are any
    };

    int operatorSet = 10; //!< 10 or 16
    OnnxNode node;        //!< has type, name, and as inputs its values and then its parameters
    std::vector<OnnxNode> before;
    std::vector<Constant> constants;

    // A constant, named after the node, becomes the node's next input.
    void addInput(const std::string& role, const std::vector<int64_t>& dims, const std::vector<float>& floats)
    {
        constants.push_back({node.name + role, dims, floats, {}});
        node.inputs.push_back(constants.back().name);
    }
    void addInput(const std::string& role, const std::vector<int64_t>& wholeNumbers)
    {
        constants.push_back({node.name + role, {}, {}, wholeNumbers});
        node.inputs.push_back(constants.back().name);
    }
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
