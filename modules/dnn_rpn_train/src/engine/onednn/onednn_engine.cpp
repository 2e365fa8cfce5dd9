// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "eltwise.hpp"
#include "onednn_engine.hpp"
#include "either.hpp"
#include "../processors.hpp"
#include "../eigen/eigen_engine.hpp"

#include <omp.h>

namespace cv {
namespace dnn_rpn_train {

OneDnnEngine::OneDnnEngine(bool bf16)
{
    if (!bf16)
        return;
    const dnnl::cpu_isa isa = dnnl::get_effective_cpu_isa();
    if (isa != dnnl::cpu_isa::avx512_core_bf16 && isa != dnnl::cpu_isa::avx512_core_amx)
        CV_Error(Error::StsNotImplemented,
                 "precision 'bf16': this processor has no instructions for it (avx512_bf16); use fp32");
    dnn.type = dnnl::memory::data_type::bf16;
}

std::unique_ptr<Kernel> OneDnnEngine::kernel(const Graph& graph, const Node& node)
{
    const auto other = [this, &graph, node] { return makeFallback(dnn, EigenEngine().kernel(graph, node)); };
    std::unique_ptr<Kernel> own = primitives(graph, node);
    if (!own)
        return other();
    // Of numbers of 16 bits, oneDNN has not every operator in every form; of floats it has.
    return dnn.type == dnnl::memory::data_type::f32 ? std::move(own) : makeEither(std::move(own), other);
}

std::unique_ptr<Kernel> OneDnnEngine::primitives(const Graph& graph, const Node& node) const
{
    if (Eltwise::knows(node))
        return makeActivation(dnn, node);
    switch (node.op)
    {
    case Op::Conv:
    {
        // Right behind the input, a convolution of a few plain channels: padded to blocks it would be
        // several times the work.
        const Shape& weight = graph.parameters[node.parameters.at(0)].value.shape();
        if (graph.nodes[node.inputs.at(0)].op == Op::Input && weight.n <= 4)
            return nullptr;
        return makeConv(dnn, node);
    }
    case Op::BatchNorm:
        return makeBatchNorm(dnn, node);
    case Op::Add:
        return makeAdd(dnn);
    case Op::Concat:
        return makeConcat(dnn);
    case Op::AveragePool:
        // oneDNN divides by all cells of a window that reaches beyond the padding, too.
        if (node.ceilMode && node.countPadding)
            return nullptr;
        return makePool(dnn, node);
    case Op::MaxPool:
        // oneDNN's time grows with the area of the window, ours with its sides.
        if (node.kernel.width > 3 && node.kernel.height > 3)
            return nullptr;
        return makePool(dnn, node);
    case Op::GlobalAveragePool:
        return makePool(dnn, node);
    case Op::FullyConnected:
        return makeFullyConnected(dnn);
    case Op::Resize:
        return makeResize(dnn);
    default: // oneDNN lacks it
        return nullptr;
    }
}

void OneDnnEngine::useThreads()
{
    omp_set_num_threads(trainingThreads());
}

void OneDnnEngine::read(const Layout& layout, const Tensor& from, Tensor& to)
{
    const MemoryDesc source = descOf(layout), target = OneDnn::plain(layout.shape);
    dnn.run(reorderPrimitive(dnn, source, target, false),
            {{DNNL_ARG_FROM, dnn.memory(source, from.data())}, {DNNL_ARG_TO, dnn.memory(target, to.data())}});
}

void OneDnnEngine::write(const Layout& layout, const Tensor& from, Tensor& to)
{
    const MemoryDesc source = OneDnn::plain(layout.shape), target = descOf(layout);
    dnn.run(reorderPrimitive(dnn, source, target, false),
            {{DNNL_ARG_FROM, dnn.memory(source, from.data())}, {DNNL_ARG_TO, dnn.memory(target, to.data())}});
}

} // namespace dnn_rpn_train
} // namespace cv
