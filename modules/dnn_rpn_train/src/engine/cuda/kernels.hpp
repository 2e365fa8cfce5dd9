// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_KERNELS_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_KERNELS_HPP

#include "device.hpp"
#include "../engine.hpp"

namespace cv {
namespace dnn_rpn_train {

std::unique_ptr<Kernel> makeConv(const Device& device, const Node& node);
std::unique_ptr<Kernel> makeBatchNorm(const Device& device, const Node& node);
std::unique_ptr<Kernel> makeActivation(const Device& device, const Node& node);
std::unique_ptr<Kernel> makeAdd(const Device& device);
std::unique_ptr<Kernel> makeMul(const Device& device);
std::unique_ptr<Kernel> makeConcat(const Device& device);
std::unique_ptr<Kernel> makePool(const Device& device, const Node& node);
std::unique_ptr<Kernel> makeFullyConnected(const Device& device);
std::unique_ptr<Kernel> makeResize(const Device& device, const Node& node);
std::unique_ptr<Kernel> makeSlice(const Device& device, const Node& node);

//! Which kernel runs a node.
inline std::unique_ptr<Kernel> cudaKernel(const Device& device, const Node& node)
{
    switch (node.op)
    {
    case Op::Conv:
        return makeConv(device, node);
    case Op::BatchNorm:
        return makeBatchNorm(device, node);
        DNN_RPN_ELEMENTWISE_OPERATORS(DNN_RPN_CASE)
        return makeActivation(device, node);
    case Op::Add:
        return makeAdd(device);
    case Op::Mul:
        return makeMul(device);
    case Op::Concat:
        return makeConcat(device);
    case Op::MaxPool:
    case Op::AveragePool:
    case Op::GlobalAveragePool:
        return makePool(device, node);
    case Op::FullyConnected:
        return makeFullyConnected(device);
    case Op::Resize:
        return makeResize(device, node);
    case Op::Slice:
        return makeSlice(device, node);
    case Op::Input:
        break;
    }
    CV_Error_(Error::StsInternal, ("node '%s' (%s) has no kernel", node.name.c_str(), opName(node.op)));
}

} // namespace dnn_rpn_train
} // namespace cv

#endif
