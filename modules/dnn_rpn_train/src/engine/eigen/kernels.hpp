// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_EIGEN_KERNELS_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_EIGEN_KERNELS_HPP

#include "../engine.hpp"

namespace cv {
namespace dnn_rpn_train {

std::unique_ptr<Kernel> makeConv(const Node& node);
std::unique_ptr<Kernel> makeDepthwiseConv(const Node& node);
std::unique_ptr<Kernel> makeBatchNorm(const Node& node);
std::unique_ptr<Kernel> makeActivation(const Node& node);
std::unique_ptr<Kernel> makeAdd();
std::unique_ptr<Kernel> makeMul();
std::unique_ptr<Kernel> makeConcat();
std::unique_ptr<Kernel> makePool(const Node& node);
std::unique_ptr<Kernel> makeFullyConnected();
std::unique_ptr<Kernel> makeResize(const Node& node);
std::unique_ptr<Kernel> makeSlice(const Node& node);

//! Which kernel runs a node.
inline std::unique_ptr<Kernel> eigenKernel(const Graph& graph, const Node& node)
{
    switch (node.op)
    {
    case Op::Conv:
    {
        const Shape& weight = graph.parameters[node.parameters.at(0)].value.shape();
        const bool depthwise = weight.c == 1 && node.group == weight.n;
        return depthwise ? makeDepthwiseConv(node) : makeConv(node);
    }
    case Op::BatchNorm:
        return makeBatchNorm(node);
        DNN_RPN_ELEMENTWISE_OPERATORS(DNN_RPN_CASE)
        return makeActivation(node);
    case Op::Add:
        return makeAdd();
    case Op::Mul:
        return makeMul();
    case Op::Concat:
        return makeConcat();
    case Op::MaxPool:
    case Op::AveragePool:
    case Op::GlobalAveragePool:
        return makePool(node);
    case Op::FullyConnected:
        return makeFullyConnected();
    case Op::Resize:
        return makeResize(node);
    case Op::Slice:
        return makeSlice(node);
    case Op::Input:
        break;
    }
    CV_Error_(Error::StsInternal, ("node '%s' (%s) has no kernel", node.name.c_str(), opName(node.op)));
}

} // namespace dnn_rpn_train
} // namespace cv

#endif
