// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "eigen_engine.hpp"
#include "parallel.hpp"
#include "../functions.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

template<typename Function>
class EigenActivation : public Kernel
{
public:
    explicit EigenActivation(const Function& function_) : function(function_) {}

    KernelPlan plan(const KernelTask& task) override
    {
        KernelPlan plan = plainPlan(task);
        plan.readsInputs = needsInput<Function>;
        plan.inPlace = plan.readsOutput = !needsInput<Function>;
        return plan;
    }

    void forward(const KernelArgs& args) override
    {
        const Shape s = args.output->shape();
        parallelFor(s.n * s.c, [&](int plane) {
            const float* from = args.inputs[0]->data() + plane * s.plane();
            float* to = args.output->data() + plane * s.plane();
            for (size_t i = 0; i < s.plane(); i++)
                to[i] = function(from[i]);
        });
    }

    void backward(const KernelArgs& args) override
    {
        if (!args.inputGradients[0])
            return;
        const Shape s = args.output->shape();
        parallelFor(s.n * s.c, [&](int plane) {
            const size_t begin = plane * s.plane();
            const Tensor& known = needsInput<Function> ? *args.inputs[0] : *args.output;
            const float *y = known.data() + begin, *g = args.outputGradient->data() + begin;
            float* to = args.inputGradients[0]->data() + begin;
            if (args.accumulate[0])
                for (size_t i = 0; i < s.plane(); i++)
                    to[i] += function.back(y[i], g[i]);
            else
                for (size_t i = 0; i < s.plane(); i++)
                    to[i] = function.back(y[i], g[i]);
        });
    }

private:
    const Function function;
};

} // namespace

std::unique_ptr<Kernel> makeActivation(const Node& node)
{
    return makeOfFunction(node, [](const auto& function) -> std::unique_ptr<Kernel> {
        return std::make_unique<EigenActivation<std::decay_t<decltype(function)>>>(function);
    });
}

} // namespace dnn_rpn_train
} // namespace cv
