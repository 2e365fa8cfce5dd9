// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "onednn_engine.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

#if DNNL_VERSION_MAJOR >= 3
using PoolForward = dnnl::pooling_forward;
using PoolBackward = dnnl::pooling_backward;
#else
using PoolForward = dnnl::pooling_v2_forward;
using PoolBackward = dnnl::pooling_v2_backward;
#endif
using Algorithm = dnnl::algorithm;
using Dims = dnnl::memory::dims;

class OneDnnPool : public Kernel
{
public:
    OneDnnPool(const OneDnn& dnn_, const Node& node_) : dnn(dnn_), node(node_) {}

    KernelPlan plan(const KernelTask& task) override
    {
        const Shape in = task.inputs[0].shape, out = task.output;
        if (node.op == Op::GlobalAveragePool)
            node.kernel = Size(in.w, in.h);
        const Algorithm algorithm = node.op == Op::MaxPool ? Algorithm::pooling_max
                                    : node.countPadding    ? Algorithm::pooling_avg_include_padding
                                                           : Algorithm::pooling_avg_exclude_padding;
        input = descOf(task.inputs[0]);
        const Dims strides{node.stride.height, node.stride.width},
            kernel{node.kernel.height, node.kernel.width}, dilations{0, 0}, before{node.padTop, node.padLeft},
            after{(out.h - 1) * node.stride.height + node.kernel.height - in.h - node.padTop,
                  (out.w - 1) * node.stride.width + node.kernel.width - in.w - node.padLeft};
        const auto forward =
            describe<PoolForward>(dnn, ourScratchpad(), dnnl::prop_kind::forward_training, algorithm, input,
                                  dnn.any(out), strides, kernel, dilations, before, after);
        output = forward.dst_desc();
        workspace = forward.workspace_desc();
        forwardScratchpad = forward.scratchpad_desc();
        forwardPrimitive = PoolForward(forward);
        KernelPlan plan;
        plan.output = layoutOf(out, output);
        plan.saved = workspace.get_size();
        Scratch scratch;
        scratch.take(forwardScratchpad.get_size());
        if (task.inputGradients[0])
        {
            const auto backward =
                describeBackward<PoolBackward>(dnn, ourScratchpad(), forward, algorithm, input, output,
                                               strides, kernel, dilations, before, after);
            scratch.release();
            writer = GradientWriter(dnn, input, input, task.accumulate[0] != 0, scratch);
            backwardScratchpad = backward.scratchpad_desc();
            backwardScratchpadAt = scratch.take(backwardScratchpad.get_size());
            backwardPrimitive = PoolBackward(backward);
        }
        plan.scratch = scratch.size();
        return plan;
    }

    void forward(const KernelArgs& args) override
    {
        dnn.run(forwardPrimitive, {{DNNL_ARG_SRC, dnn.memory(input, args.inputs[0]->data())},
                                   {DNNL_ARG_DST, dnn.memory(output, args.output->data())},
                                   {DNNL_ARG_WORKSPACE, dnn.memory(workspace, args.saved)},
                                   {DNNL_ARG_SCRATCHPAD, dnn.memory(forwardScratchpad, args.scratch)}});
    }

    void backward(const KernelArgs& args) override
    {
        if (!args.inputGradients[0])
            return;
        float* const destination = args.inputGradients[0]->data();
        dnn.run(
            backwardPrimitive,
            {{DNNL_ARG_DIFF_DST, dnn.memory(output, args.outputGradient->data())},
             {DNNL_ARG_DIFF_SRC, writer.target(dnn, destination, args.scratch)},
             {DNNL_ARG_WORKSPACE, dnn.memory(workspace, args.saved)},
             {DNNL_ARG_SCRATCHPAD, dnn.memory(backwardScratchpad, at(args.scratch, backwardScratchpadAt))}});
        writer.finish(dnn, destination, args.scratch);
    }

private:
    const OneDnn& dnn;
    Node node;
    MemoryDesc input, output, workspace, forwardScratchpad, backwardScratchpad;
    size_t backwardScratchpadAt = 0;
    dnnl::primitive forwardPrimitive, backwardPrimitive;
    GradientWriter writer;
};

} // namespace

std::unique_ptr<Kernel> makePool(const OneDnn& dnn, const Node& node)
{
    return std::make_unique<OneDnnPool>(dnn, node);
}

} // namespace dnn_rpn_train
} // namespace cv
