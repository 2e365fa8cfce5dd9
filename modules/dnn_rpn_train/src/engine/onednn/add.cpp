// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "onednn_engine.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

class OneDnnAdd : public Kernel
{
public:
    explicit OneDnnAdd(const OneDnn& dnn_) : dnn(dnn_) {}

    KernelPlan plan(const KernelTask& task) override
    {
        const MemoryDesc desc = descOf(task.inputs[0]);
        KernelPlan plan;
        plan.output = task.inputs[0];
        inputs.clear();
        back.assign(task.inputs.size(), dnnl::primitive());
        for (size_t j = 0; j < task.inputs.size(); j++)
        {
            inputs.push_back(descOf(task.inputs[j]));
            if (task.inputGradients[j])
                back[j] = reorderPrimitive(dnn, desc, inputs[j], task.accumulate[j] != 0);
        }
        output = desc;
        const std::vector<float> scales(inputs.size(), 1.f);
#if DNNL_VERSION_MAJOR >= 3
        const dnnl::sum::primitive_desc sum(dnn.engine, desc, scales, inputs, ourScratchpad());
#else
        const dnnl::sum::primitive_desc sum(desc, scales, inputs, dnn.engine, ourScratchpad());
#endif
        scratchpad = sum.scratchpad_desc();
        plan.scratch = scratchpad.get_size();
        primitive = dnnl::sum(sum);
        return plan;
    }

    void forward(const KernelArgs& args) override
    {
        dnn.runOnAll(primitive, inputs, output, scratchpad, args);
    }

    void backward(const KernelArgs& args) override
    {
        for (size_t j = 0; j < inputs.size(); j++)
            if (args.inputGradients[j])
                dnn.run(back[j], {{DNNL_ARG_FROM, dnn.memory(output, args.outputGradient->data())},
                                  {DNNL_ARG_TO, dnn.memory(inputs[j], args.inputGradients[j]->data())}});
    }

private:
    const OneDnn& dnn;
    std::vector<MemoryDesc> inputs;
    MemoryDesc output, scratchpad;
    dnnl::primitive primitive;
    std::vector<dnnl::primitive> back;
};

} // namespace

std::unique_ptr<Kernel> makeAdd(const OneDnn& dnn)
{
    return std::make_unique<OneDnnAdd>(dnn);
}

} // namespace dnn_rpn_train
} // namespace cv
