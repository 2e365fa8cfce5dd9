// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "onednn_engine.hpp"
#include "eltwise.hpp"

namespace cv {
namespace dnn_rpn_train {

dnnl::eltwise_forward::primitive_desc Eltwise::hint(const OneDnn& dnn, const MemoryDesc& desc) const
{
#if DNNL_VERSION_MAJOR >= 3
    return describe<dnnl::eltwise_forward>(dnn, dnnl::primitive_attr(), dnnl::prop_kind::forward_training,
                                           backwardAlgorithm, desc, desc, alpha, beta);
#else
    return describe<dnnl::eltwise_forward>(dnn, dnnl::primitive_attr(), dnnl::prop_kind::forward_training,
                                           backwardAlgorithm, desc, alpha, beta);
#endif
}

void Eltwise::planMask(const OneDnn& dnn, const MemoryDesc& desc)
{
#if DNNL_VERSION_MAJOR >= 3
    backwardPrimitive = dnnl::eltwise_backward(describeBackward<dnnl::eltwise_backward>(
        dnn, dnnl::primitive_attr(), hint(dnn, desc), backwardAlgorithm, desc, desc, desc, alpha, beta));
#else
    backwardPrimitive = dnnl::eltwise_backward(describeBackward<dnnl::eltwise_backward>(
        dnn, dnnl::primitive_attr(), hint(dnn, desc), backwardAlgorithm, desc, desc, alpha, beta));
#endif
}

void Eltwise::append(dnnl::post_ops& ops) const
{
#if DNNL_VERSION_MAJOR >= 3
    ops.append_eltwise(algorithm, alpha, beta);
#else
    ops.append_eltwise(1.f, algorithm, alpha, beta);
#endif
}

namespace {

class OneDnnActivation : public Kernel
{
public:
    OneDnnActivation(const OneDnn& dnn_, const Node& node) : dnn(dnn_), eltwise(node) {}

    KernelPlan plan(const KernelTask& task) override
    {
        desc = descOf(task.inputs[0]);
        KernelPlan plan;
        plan.output = task.inputs[0];
        plan.readsInputs = eltwise.needsInput();
        plan.inPlace = plan.readsOutput = !eltwise.needsInput();
        eltwise.planForward(dnn, desc);
        if (task.inputGradients[0])
        {
            Scratch scratch;
            eltwise.planMask(dnn, desc);
            writer = GradientWriter(dnn, desc, desc, task.accumulate[0] != 0, scratch);
            plan.scratch = scratch.size();
        }
        return plan;
    }

    void forward(const KernelArgs& args) override
    {
        eltwise.forward(dnn, desc, args.inputs[0]->data(), args.output->data());
    }

    void backward(const KernelArgs& args) override
    {
        if (!args.inputGradients[0])
            return;
        float* const destination = args.inputGradients[0]->data();
        const Tensor& known = eltwise.needsInput() ? *args.inputs[0] : *args.output;
        eltwise.mask(dnn, desc, known.data(), args.outputGradient->data(),
                     writer.target(dnn, destination, args.scratch));
        writer.finish(dnn, destination, args.scratch);
    }

private:
    const OneDnn& dnn;
    Eltwise eltwise;
    MemoryDesc desc;
    GradientWriter writer;
};

} // namespace

std::unique_ptr<Kernel> makeActivation(const OneDnn& dnn, const Node& node)
{
    return std::make_unique<OneDnnActivation>(dnn, node);
}

} // namespace dnn_rpn_train
} // namespace cv
