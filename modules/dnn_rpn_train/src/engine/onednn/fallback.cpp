// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "onednn_engine.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

class FallbackKernel : public Kernel
{
public:
    FallbackKernel(const OneDnn& dnn_, std::unique_ptr<Kernel> kernel_)
        : dnn(dnn_), kernel(std::move(kernel_))
    {}

    bool absorb(const Node& activation) override { return kernel->absorb(activation); }

    KernelPlan plan(const KernelTask& task) override
    {
        KernelTask plainTask = task;
        inputs.clear();
        gradients.clear();
        shapes.clear();
        Scratch scratch;
        for (size_t j = 0; j < task.inputs.size(); j++)
        {
            const Shape& shape = task.inputs[j].shape;
            const MemoryDesc theirs = descOf(task.inputs[j]), ours = OneDnn::plain(shape);
            plainTask.inputs[j] = Layout::plain(shape);
            // In the network's own layout the kernel can add for itself.
            plainTask.accumulate[j] = task.accumulate[j] && theirs == ours;
            shapes.push_back(shape);
            inputs.push_back(Reorder(dnn, theirs, ours, scratch));
            gradients.push_back(GradientWriter());
            if (task.inputGradients[j])
                gradients[j] =
                    GradientWriter(dnn, ours, theirs, task.accumulate[j] && theirs != ours, scratch);
        }
        accumulate = plainTask.accumulate;
        KernelPlan plan = kernel->plan(plainTask);
        inner = scratch.take(plan.scratch);
        plan.scratch = scratch.size();
        plan.inPlace = false;
        readsInputs = plan.readsInputs;
        return plan;
    }

    void forward(const KernelArgs& args) override
    {
        run(args, true, [&](const KernelArgs& a) { kernel->forward(a); });
    }

    void backward(const KernelArgs& args) override
    {
        run(args, readsInputs, [&](const KernelArgs& a) { kernel->backward(a); });
        for (size_t j = 0; j < gradients.size(); j++)
            if (args.inputGradients[j])
                gradients[j].finish(dnn, args.inputGradients[j]->data(), args.scratch);
    }

private:
    template<typename Body>
    void run(const KernelArgs& args, bool withInputs, const Body& body)
    {
        KernelArgs a = args;
        std::vector<Tensor> values(inputs.size()), inputGradients(inputs.size());
        for (size_t j = 0; j < inputs.size(); j++)
        {
            void* data = const_cast<float*>(args.inputs[j]->data());
            if (withInputs)
                data = inputs[j](dnn, data, args.scratch).get_data_handle();
            values[j] = Tensor(shapes[j], data);
            a.inputs[j] = &values[j];
            if (j < args.inputGradients.size() && args.inputGradients[j])
            {
                const dnnl::memory target =
                    gradients[j].target(dnn, args.inputGradients[j]->data(), args.scratch);
                inputGradients[j] = Tensor(shapes[j], target.get_data_handle());
                a.inputGradients[j] = &inputGradients[j];
            }
        }
        a.accumulate = accumulate;
        a.scratch = at(args.scratch, inner);
        body(a);
    }

    const OneDnn& dnn;
    const std::unique_ptr<Kernel> kernel;
    std::vector<Shape> shapes;
    std::vector<Reorder> inputs;
    std::vector<GradientWriter> gradients;
    std::vector<char> accumulate;
    size_t inner = 0; //!< where the kernel's own scratch memory begins
    bool readsInputs = false;
};

} // namespace

std::unique_ptr<Kernel> makeFallback(const OneDnn& dnn, std::unique_ptr<Kernel> kernel)
{
    return std::make_unique<FallbackKernel>(dnn, std::move(kernel));
}

} // namespace dnn_rpn_train
} // namespace cv
