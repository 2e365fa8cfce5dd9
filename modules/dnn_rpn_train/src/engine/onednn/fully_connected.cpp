// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "onednn_engine.hpp"
#include "eltwise.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

using dnnl::inner_product_backward_data;
using dnnl::inner_product_backward_weights;
using dnnl::inner_product_forward;
using Dims = dnnl::memory::dims;
using Type = dnnl::memory::data_type;
using Tag = dnnl::memory::format_tag;

//! A product of matrices with its bias and the activation that follows. Parameters are reordered as
//! OneDnnConv's.
class OneDnnFullyConnected : public Kernel
{
public:
    explicit OneDnnFullyConnected(const OneDnn& dnn_) : dnn(dnn_) {}

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
        outputs = task.output.c;
        inputDesc = descOf(task.inputs[0]);
        outputDesc = MemoryDesc({in.n, outputs}, dnn.type, Tag::nc);
        weightsDesc = MemoryDesc(weightDims(), Type::f32, Tag::oihw);
        hasWeights = task.parameterGradients[0] || task.parameterGradients[1];
        hasData = task.inputGradients[0] != 0;
        Scratch scratch;
        const auto forward = planForward(scratch);
        if (hasWeights)
            planWeights(forward, scratch);
        if (hasData)
            planData(forward, task.accumulate[0] != 0, scratch);
        if (eltwise.present() && (hasWeights || hasData))
            eltwise.planMask(dnn, outputDesc);
        KernelPlan plan;
        plan.output = layoutOf(task.output, MemoryDesc({in.n, outputs, 1, 1}, dnn.type, Tag::nchw));
        plan.scratch = scratch.size();
        plan.readsInputs = hasWeights;
        plan.readsOutput = eltwise.present();
        return plan;
    }

    void forward(const KernelArgs& args) override
    {
        dnn.run(forwardPrimitive,
                {{DNNL_ARG_SRC, forwardSource(dnn, args.inputs[0]->data(), args.scratch)},
                 {DNNL_ARG_WEIGHTS, forwardWeights(dnn, args.parameters[0]->data(), args.scratch)},
                 {DNNL_ARG_BIAS, dnn.memory(OneDnn::channels(outputs), args.parameters[1]->data())},
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
    Dims weightDims() const { return {outputs, in.c, in.h, in.w}; }
    MemoryDesc anyWeights(Type type) const { return MemoryDesc(weightDims(), type, Tag::any); }

    inner_product_forward::primitive_desc planForward(Scratch& scratch)
    {
        const auto desc = describe<inner_product_forward>(
            dnn, ourScratchpad(eltwise.postOps()), dnnl::prop_kind::forward_training, dnn.any(in),
            anyWeights(dnn.type), OneDnn::channels(outputs), outputDesc);
        scratch.release();
        forwardSource = Reorder(dnn, inputDesc, desc.src_desc(), scratch);
        forwardWeights = Reorder(dnn, weightsDesc, desc.weights_desc(), scratch);
        forwardScratchpad = Scratchpad(desc.scratchpad_desc(), scratch);
        forwardPrimitive = inner_product_forward(desc);
        return desc;
    }

    void planWeights(const inner_product_forward::primitive_desc& hint, Scratch& scratch)
    {
        const auto desc = describeBackward<inner_product_backward_weights>(
            dnn, ourScratchpad(), hint, hint.src_desc(), anyWeights(Type::f32), OneDnn::channels(outputs),
            outputDesc);
        scratch.release();
        weightsSource = Reorder(dnn, inputDesc, desc.src_desc(), scratch);
        weightsWriter = GradientWriter(dnn, desc.diff_weights_desc(), weightsDesc, false, scratch);
        weightsResult = desc.diff_weights_desc();
        weightsUnused = scratch.take(weightsResult.get_size());
        biasUnused = scratch.take(outputs * sizeof(float));
        weightsScratchpad = Scratchpad(desc.scratchpad_desc(), scratch);
        weightsPrimitive = inner_product_backward_weights(desc);
    }

    void planData(const inner_product_forward::primitive_desc& hint, bool accumulate, Scratch& scratch)
    {
        const auto desc = describeBackward<inner_product_backward_data>(
            dnn, ourScratchpad(), hint, hint.src_desc(), anyWeights(dnn.type), outputDesc);
        scratch.release();
        dataWeights = Reorder(dnn, weightsDesc, desc.weights_desc(), scratch);
        dataWriter = GradientWriter(dnn, desc.diff_src_desc(), inputDesc, accumulate, scratch);
        dataScratchpad = Scratchpad(desc.scratchpad_desc(), scratch);
        dataPrimitive = inner_product_backward_data(desc);
    }

    void backwardWeights(const KernelArgs& args, const float* gradient) const
    {
        Tensor *weight = args.parameterGradients[0], *bias = args.parameterGradients[1];
        const dnnl::memory target = weight ? weightsWriter.target(dnn, weight->data(), args.scratch)
                                           : dnn.memory(weightsResult, at(args.scratch, weightsUnused));
        const void* biasTarget = bias ? bias->data() : at(args.scratch, biasUnused);
        dnn.run(weightsPrimitive, {{DNNL_ARG_SRC, weightsSource(dnn, args.inputs[0]->data(), args.scratch)},
                                   {DNNL_ARG_DIFF_DST, dnn.memory(outputDesc, gradient)},
                                   {DNNL_ARG_DIFF_WEIGHTS, target},
                                   {DNNL_ARG_DIFF_BIAS, dnn.memory(OneDnn::channels(outputs), biasTarget)},
                                   {DNNL_ARG_SCRATCHPAD, weightsScratchpad(dnn, args.scratch)}});
        if (weight)
            weightsWriter.finish(dnn, weight->data(), args.scratch);
    }

    void backwardData(const KernelArgs& args, const float* gradient) const
    {
        float* const destination = args.inputGradients[0]->data();
        dnn.run(dataPrimitive,
                {{DNNL_ARG_WEIGHTS, dataWeights(dnn, args.parameters[0]->data(), args.scratch)},
                 {DNNL_ARG_DIFF_DST, dnn.memory(outputDesc, gradient)},
                 {DNNL_ARG_DIFF_SRC, dataWriter.target(dnn, destination, args.scratch)},
                 {DNNL_ARG_SCRATCHPAD, dataScratchpad(dnn, args.scratch)}});
        dataWriter.finish(dnn, destination, args.scratch);
    }

    const OneDnn& dnn;
    Eltwise eltwise;
    Shape in;
    int outputs = 0;
    MemoryDesc inputDesc, outputDesc, weightsDesc;

    inner_product_forward forwardPrimitive;
    Reorder forwardSource, forwardWeights;
    Scratchpad forwardScratchpad;

    bool hasWeights = false; //!< backward for the parameters
    inner_product_backward_weights weightsPrimitive;
    Reorder weightsSource;
    GradientWriter weightsWriter;
    MemoryDesc weightsResult;
    size_t weightsUnused = 0, biasUnused = 0;
    Scratchpad weightsScratchpad;

    bool hasData = false; //!< backward for the input
    inner_product_backward_data dataPrimitive;
    Reorder dataWeights;
    GradientWriter dataWriter;
    Scratchpad dataScratchpad;
};

} // namespace

std::unique_ptr<Kernel> makeFullyConnected(const OneDnn& dnn)
{
    return std::make_unique<OneDnnFullyConnected>(dnn);
}

} // namespace dnn_rpn_train
} // namespace cv
