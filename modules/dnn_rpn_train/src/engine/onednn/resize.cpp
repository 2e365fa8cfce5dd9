// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "onednn_engine.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! Nearest neighbours by whole factors. Cells lie where ours do: oneDNN rounds (y + 0.5) / scale - 0.5.
class OneDnnResize : public Kernel
{
public:
    explicit OneDnnResize(const OneDnn& dnn_) : dnn(dnn_) {}

    KernelPlan plan(const KernelTask& task) override
    {
        const auto nearest = dnnl::algorithm::resampling_nearest;
        input = descOf(task.inputs[0]);
        const auto forward = describe<dnnl::resampling_forward>(
            dnn, ourScratchpad(), dnnl::prop_kind::forward_training, nearest, input, dnn.any(task.output));
        output = forward.dst_desc();
        Scratch scratch;
        forwardScratchpad = Scratchpad(forward.scratchpad_desc(), scratch);
        forwardPrimitive = dnnl::resampling_forward(forward);
        if (task.inputGradients[0])
        {
            const auto backward = describeBackward<dnnl::resampling_backward>(dnn, ourScratchpad(), forward,
                                                                              nearest, input, output);
            scratch.release();
            writer = GradientWriter(dnn, input, input, task.accumulate[0] != 0, scratch);
            backwardScratchpad = Scratchpad(backward.scratchpad_desc(), scratch);
            backwardPrimitive = dnnl::resampling_backward(backward);
        }
        KernelPlan plan;
        plan.output = layoutOf(task.output, output);
        plan.scratch = scratch.size();
        return plan;
    }

    void forward(const KernelArgs& args) override
    {
        dnn.run(forwardPrimitive, {{DNNL_ARG_SRC, dnn.memory(input, args.inputs[0]->data())},
                                   {DNNL_ARG_DST, dnn.memory(output, args.output->data())},
                                   {DNNL_ARG_SCRATCHPAD, forwardScratchpad(dnn, args.scratch)}});
    }

    void backward(const KernelArgs& args) override
    {
        if (!args.inputGradients[0])
            return;
        float* const destination = args.inputGradients[0]->data();
        dnn.run(backwardPrimitive, {{DNNL_ARG_DIFF_DST, dnn.memory(output, args.outputGradient->data())},
                                    {DNNL_ARG_DIFF_SRC, writer.target(dnn, destination, args.scratch)},
                                    {DNNL_ARG_SCRATCHPAD, backwardScratchpad(dnn, args.scratch)}});
        writer.finish(dnn, destination, args.scratch);
    }

private:
    const OneDnn& dnn;
    MemoryDesc input, output;
    dnnl::primitive forwardPrimitive, backwardPrimitive;
    Scratchpad forwardScratchpad, backwardScratchpad;
    GradientWriter writer;
};

} // namespace

std::unique_ptr<Kernel> makeResize(const OneDnn& dnn)
{
    return std::make_unique<OneDnnResize>(dnn);
}

} // namespace dnn_rpn_train
} // namespace cv
