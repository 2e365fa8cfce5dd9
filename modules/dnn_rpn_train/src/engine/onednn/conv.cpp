// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "onednn_engine.hpp"
#include "eltwise.hpp"

#include <cstring>
#include <functional>

namespace cv {
namespace dnn_rpn_train {

namespace {

using dnnl::convolution_backward_data;
using dnnl::convolution_backward_weights;
using dnnl::convolution_forward;
using Algorithm = dnnl::algorithm;
using Dims = dnnl::memory::dims;
using Type = dnnl::memory::data_type;
using Tag = dnnl::memory::format_tag;

/** @brief Convolution, grouped or not, with its bias and the activation that follows.

The parameters are brought into the order that each primitive likes, and the gradients back, in every
pass: that is once a step, and nobody needs to know when they change. */
class OneDnnConv : public Kernel
{
public:
    OneDnnConv(const OneDnn& dnn_, const Node& node_) : dnn(dnn_), node(node_) {}

    bool absorb(const Node& following) override
    {
        if (eltwise.present())
            return false;
        eltwise = Eltwise(following);
        return true;
    }

    KernelPlan plan(const KernelTask& task) override
    {
        in = task.inputs[0].shape;
        out = task.output;
        inputDesc = descOf(task.inputs[0]);
        weightsDesc = MemoryDesc(weightDims(), Type::f32, node.group > 1 ? Tag::goihw : Tag::oihw);
        Scratch scratch;
        KernelPlan plan;
        const auto forward = planForward(scratch);
        plan.output = layoutOf(out, outputDesc);
        const bool weightsToo = task.parameterGradients[0] || task.parameterGradients[1];
        hasWeights = weightsToo;
        hasData = task.inputGradients[0] != 0;
        if (hasWeights)
            planWeights(forward, task.parameterGradients[0] != 0, scratch);
        if (hasData)
            planData(forward, task.accumulate[0] != 0, scratch);
        if (eltwise.present() && (hasWeights || hasData))
            eltwise.planMask(dnn, outputDesc);
        plan.scratch = scratch.size();
        plan.readsInputs = weightsToo;
        plan.readsOutput = eltwise.present();
        return plan;
    }

    void forward(const KernelArgs& args) override
    {
        const dnnl::memory source = forwardSource(dnn, args.inputs[0]->data(), args.scratch);
        const dnnl::memory weights = forwardWeights(dnn, args.parameters[0]->data(), args.scratch);
        dnn.run(forwardPrimitive, {{DNNL_ARG_SRC, source},
                                   {DNNL_ARG_WEIGHTS, weights},
                                   {DNNL_ARG_BIAS, bias(*args.parameters[1])},
                                   {DNNL_ARG_DST, dnn.memory(outputDesc, args.output->data())},
                                   {DNNL_ARG_SCRATCHPAD, forwardScratchpad(dnn, args.scratch)}});
    }

    void backward(const KernelArgs& args) override
    {
        float* const gradient = args.outputGradient->data();
        if (eltwise.present())
            eltwise.mask(dnn, outputDesc, args.output->data(), gradient);
        if (hasWeights)
            backwardWeights(args, gradient);
        if (hasData)
            backwardData(args, gradient);
    }

private:
    Dims weightDims() const
    {
        const int k = node.kernel.height, l = node.kernel.width, g = node.group;
        if (g == 1)
            return {out.c, in.c, k, l};
        return {g, out.c / g, in.c / g, k, l};
    }
    MemoryDesc anyWeights(Type type) const { return MemoryDesc(weightDims(), type, Tag::any); }
    Dims strides() const { return {node.stride.height, node.stride.width}; }
    Dims dilations() const { return {node.dilation.height - 1, node.dilation.width - 1}; }
    Dims padBefore() const { return {node.padTop, node.padLeft}; }
    //! What the last window needs, and not what the node says: cells that no window sees do no harm.
    Dims padAfter() const
    {
        return {(out.h - 1) * node.stride.height + node.dilation.height * (node.kernel.height - 1) + 1 -
                    in.h - node.padTop,
                (out.w - 1) * node.stride.width + node.dilation.width * (node.kernel.width - 1) + 1 - in.w -
                    node.padLeft};
    }
    dnnl::memory bias(const Tensor& tensor) const
    {
        return dnn.memory(OneDnn::channels(out.c), tensor.data());
    }

    /** @brief Winograd's method takes less than half of the multiplications of a 3x3 convolution, but moves
    more memory, above all four times the weights: it wins where there are many channels, and cells enough to
    use the weights on. Measured with 64..1280 channels: 320 cells lose a quarter to a half, 1200 gain a
    third, 4800 half of the time. */
    bool winogradWins() const
    {
        const size_t cells = out.n * out.plane();
        return dnn.type == Type::f32 && node.group == 1 && node.kernel == Size(3, 3) &&
               node.stride == Size(1, 1) && node.dilation == Size(1, 1) && in.c >= 64 && out.c >= 64 &&
               cells >= 1024;
    }

    /** @brief The first of some descriptors that oneDNN has fast code for; else the last that it has at all.
    */
    template<typename Desc>
    static Desc firstFast(const std::vector<std::function<Desc()>>& choices)
    {
        Desc found;
        for (size_t i = 0; i < choices.size(); i++)
            try
            {
                const Desc desc = choices[i]();
                if (!std::strstr(desc.impl_info_str(), "ref"))
                    return desc;
                found = desc;
            }
            catch (const dnnl::error& e)
            {
                if (e.status != dnnl_unimplemented || (i + 1 == choices.size() && !found))
                    throw;
            }
        return found;
    }

    convolution_forward::primitive_desc planForward(Scratch& scratch)
    {
        const dnnl::primitive_attr attr = ourScratchpad(eltwise.postOps());
        using Desc = convolution_forward::primitive_desc;
        auto make = [&](Algorithm method, const MemoryDesc& source, const MemoryDesc& target) {
            return describe<convolution_forward>(dnn, attr, dnnl::prop_kind::forward_training, method, source,
                                                 anyWeights(dnn.type), OneDnn::channels(out.c), target,
                                                 strides(), dilations(), padBefore(), padAfter());
        };
        std::vector<std::function<Desc()>> choices;
        if (winogradWins())
            choices.push_back(
                [&] { return make(Algorithm::convolution_winograd, dnn.any(in), dnn.any(out)); });
        choices.push_back(
            [&] { return make(Algorithm::convolution_direct, dnn.preferred(in), dnn.preferred(out)); });
        choices.push_back([&] { return make(Algorithm::convolution_direct, dnn.any(in), dnn.any(out)); });
        const Desc desc = firstFast(choices);
        algorithm = desc.impl_info_str() && std::strstr(desc.impl_info_str(), "wino")
                        ? Algorithm::convolution_winograd
                        : Algorithm::convolution_direct;
        outputDesc = desc.dst_desc();
        scratch.release();
        forwardSource = Reorder(dnn, inputDesc, desc.src_desc(), scratch);
        forwardWeights = Reorder(dnn, weightsDesc, desc.weights_desc(), scratch);
        forwardScratchpad = Scratchpad(desc.scratchpad_desc(), scratch);
        forwardPrimitive = convolution_forward(desc);
        return desc;
    }

    //! @param wanted that of the weights; the bias's comes with it, wanted or not
    void planWeights(const convolution_forward::primitive_desc& hint, bool wanted, Scratch& scratch)
    {
        using Desc = convolution_backward_weights::primitive_desc;
        auto make = [&](const MemoryDesc& source, const MemoryDesc& gradient) {
            return describeBackward<convolution_backward_weights>(
                dnn, ourScratchpad(), hint, algorithm, source, anyWeights(Type::f32), OneDnn::channels(out.c),
                gradient, strides(), dilations(), padBefore(), padAfter());
        };
        const Desc desc = firstFast<Desc>({[&] { return make(hint.src_desc(), outputDesc); },
                                           [&] { return make(dnn.any(in), dnn.any(out)); }});
        scratch.release();
        weightsSource = Reorder(dnn, inputDesc, desc.src_desc(), scratch);
        weightsGradient = Reorder(dnn, outputDesc, desc.diff_dst_desc(), scratch);
        weightsWriter = GradientWriter(dnn, desc.diff_weights_desc(), weightsDesc, false, scratch);
        weightsBias = scratch.take(out.c * sizeof(float));
        weightsScratchpad = Scratchpad(desc.scratchpad_desc(), scratch);
        if (!wanted)
            weightsUnused = scratch.take(desc.diff_weights_desc().get_size());
        weightsPrimitive = convolution_backward_weights(desc);
        weightsResult = desc.diff_weights_desc();
    }

    void planData(const convolution_forward::primitive_desc& hint, bool accumulate, Scratch& scratch)
    {
        using Desc = convolution_backward_data::primitive_desc;
        auto make = [&](const MemoryDesc& source, const MemoryDesc& gradient) {
            return describeBackward<convolution_backward_data>(dnn, ourScratchpad(), hint, algorithm, source,
                                                               anyWeights(dnn.type), gradient, strides(),
                                                               dilations(), padBefore(), padAfter());
        };
        const Desc desc = firstFast<Desc>({[&] { return make(hint.src_desc(), outputDesc); },
                                           [&] { return make(dnn.any(in), dnn.any(out)); }});
        scratch.release();
        dataWeights = Reorder(dnn, weightsDesc, desc.weights_desc(), scratch);
        dataGradient = Reorder(dnn, outputDesc, desc.diff_dst_desc(), scratch);
        dataWriter = GradientWriter(dnn, desc.diff_src_desc(), inputDesc, accumulate, scratch);
        dataScratchpad = Scratchpad(desc.scratchpad_desc(), scratch);
        dataPrimitive = convolution_backward_data(desc);
    }

    void backwardWeights(const KernelArgs& args, const float* gradient) const
    {
        Tensor *weight = args.parameterGradients[0], *biasGradient = args.parameterGradients[1];
        const dnnl::memory target = weight ? weightsWriter.target(dnn, weight->data(), args.scratch)
                                           : dnn.memory(weightsResult, at(args.scratch, weightsUnused));
        const void* biasTarget = biasGradient ? biasGradient->data() : at(args.scratch, weightsBias);
        dnn.run(weightsPrimitive, {{DNNL_ARG_SRC, weightsSource(dnn, args.inputs[0]->data(), args.scratch)},
                                   {DNNL_ARG_DIFF_DST, weightsGradient(dnn, gradient, args.scratch)},
                                   {DNNL_ARG_DIFF_WEIGHTS, target},
                                   {DNNL_ARG_DIFF_BIAS, dnn.memory(OneDnn::channels(out.c), biasTarget)},
                                   {DNNL_ARG_SCRATCHPAD, weightsScratchpad(dnn, args.scratch)}});
        if (weight)
            weightsWriter.finish(dnn, weight->data(), args.scratch);
    }

    void backwardData(const KernelArgs& args, const float* gradient) const
    {
        float* const destination = args.inputGradients[0]->data();
        dnn.run(dataPrimitive,
                {{DNNL_ARG_WEIGHTS, dataWeights(dnn, args.parameters[0]->data(), args.scratch)},
                 {DNNL_ARG_DIFF_DST, dataGradient(dnn, gradient, args.scratch)},
                 {DNNL_ARG_DIFF_SRC, dataWriter.target(dnn, destination, args.scratch)},
                 {DNNL_ARG_SCRATCHPAD, dataScratchpad(dnn, args.scratch)}});
        dataWriter.finish(dnn, destination, args.scratch);
    }

    const OneDnn& dnn;
    const Node node;
    Eltwise eltwise;
    Shape in, out;
    MemoryDesc inputDesc, outputDesc, weightsDesc;
    Algorithm algorithm = Algorithm::convolution_direct;

    convolution_forward forwardPrimitive;
    Reorder forwardSource, forwardWeights;
    Scratchpad forwardScratchpad;

    bool hasWeights = false; //!< backward for the parameters
    convolution_backward_weights weightsPrimitive;
    Reorder weightsSource, weightsGradient;
    GradientWriter weightsWriter;
    MemoryDesc weightsResult;
    size_t weightsBias = 0, weightsUnused = 0;
    Scratchpad weightsScratchpad;

    bool hasData = false; //!< backward for the input
    convolution_backward_data dataPrimitive;
    Reorder dataWeights, dataGradient;
    GradientWriter dataWriter;
    Scratchpad dataScratchpad;
};

} // namespace

std::unique_ptr<Kernel> makeConv(const OneDnn& dnn, const Node& node)
{
    return std::make_unique<OneDnnConv>(dnn, node);
}

} // namespace dnn_rpn_train
} // namespace cv
