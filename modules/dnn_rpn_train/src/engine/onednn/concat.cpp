// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "onednn_engine.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! Stacks channels; backward, each input's gradient is a part of the output's.
class OneDnnConcat : public Kernel
{
public:
    explicit OneDnnConcat(const OneDnn& dnn_) : dnn(dnn_) {}

    KernelPlan plan(const KernelTask& task) override
    {
        inputs.clear();
        for (const Layout& layout : task.inputs)
            inputs.push_back(descOf(layout));
        output = describeConcat(dnn.any(task.output)).dst_desc();
        if (!split(task))
        {
            // Some input begins in the middle of a block.
            output = dnn.channelsLast(task.output);
            CV_Assert(split(task));
        }
        const auto concat = describeConcat(output);
        primitive = dnnl::concat(concat);
        scratchpad = concat.scratchpad_desc();
        KernelPlan plan;
        plan.output = layoutOf(task.output, output);
        plan.scratch = scratchpad.get_size();
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
                dnn.run(back[j], {{DNNL_ARG_FROM, dnn.memory(parts[j], args.outputGradient->data())},
                                  {DNNL_ARG_TO, dnn.memory(inputs[j], args.inputGradients[j]->data())}});
    }

private:
    dnnl::concat::primitive_desc describeConcat(const MemoryDesc& target) const
    {
        const int channelAxis = 1;
#if DNNL_VERSION_MAJOR >= 3
        return dnnl::concat::primitive_desc(dnn.engine, target, channelAxis, inputs, ourScratchpad());
#else
        return dnnl::concat::primitive_desc(target, channelAxis, inputs, dnn.engine, ourScratchpad());
#endif
    }

    //! False if the output's layout cannot be cut where the inputs meet.
    bool split(const KernelTask& task)
    {
        parts.clear();
        back.clear();
        int begin = 0;
        for (size_t j = 0; j < inputs.size(); j++)
        {
            const Shape& s = task.inputs[j].shape;
            const MemoryDesc part = output.submemory_desc({s.n, s.c, s.h, s.w}, {0, begin, 0, 0}, true);
            if (!part)
                return false;
            parts.push_back(part);
            back.push_back(task.inputGradients[j]
                               ? reorderPrimitive(dnn, part, inputs[j], task.accumulate[j] != 0)
                               : dnnl::primitive());
            begin += s.c;
        }
        return true;
    }

    const OneDnn& dnn;
    std::vector<MemoryDesc> inputs, parts;
    MemoryDesc output, scratchpad;
    dnnl::primitive primitive;
    std::vector<dnnl::primitive> back;
};

} // namespace

std::unique_ptr<Kernel> makeConcat(const OneDnn& dnn)
{
    return std::make_unique<OneDnnConcat>(dnn);
}

} // namespace dnn_rpn_train
} // namespace cv
