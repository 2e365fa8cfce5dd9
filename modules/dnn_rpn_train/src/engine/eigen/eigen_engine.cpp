// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "eigen_engine.hpp"

namespace cv {
namespace dnn_rpn_train {

std::unique_ptr<Kernel> EigenEngine::kernel(const Graph& graph, const Node& node)
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
    case Op::Relu:
    case Op::Clip:
    case Op::LeakyRelu:
    case Op::Sigmoid:
    case Op::HardSigmoid:
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
    case Op::Input:
        break;
    }
    CV_Error_(Error::StsInternal, ("node '%s' (%s) has no kernel", node.name.c_str(), opName(node.op)));
}

void EigenEngine::read(const Layout&, const Tensor& from, Tensor& to)
{
    from.flat().copyTo(to.flat());
}

void EigenEngine::write(const Layout&, const Tensor& from, Tensor& to)
{
    from.flat().copyTo(to.flat());
}

} // namespace dnn_rpn_train
} // namespace cv
