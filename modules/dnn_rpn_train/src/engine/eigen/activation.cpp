// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "eigen_engine.hpp"
#include "bounds.hpp"
#include "parallel.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

// Functions of one number: the value at x; and from their value y and its gradient g to the gradient of x.
// That none of them looks at x lets values and gradients take the memory of the input's.

struct LeakyRelu
{
    float operator()(float x) const { return x < 0 ? alpha * x : x; }
    float back(float y, float g) const { return y > 0 ? g : alpha * g; }
    const float alpha;
};

struct Sigmoid
{
    float operator()(float x) const { return 1 / (1 + std::exp(-x)); }
    float back(float y, float g) const { return y * (1 - y) * g; }
};

struct HardSigmoid
{
    float operator()(float x) const { return std::min(std::max(alpha * x + beta, 0.f), 1.f); }
    float back(float y, float g) const { return y > 0 && y < 1 ? alpha * g : 0.f; }
    const float alpha, beta;
};

template<typename Function>
class EigenActivation : public Kernel
{
public:
    explicit EigenActivation(const Function& function_) : function(function_) {}

    KernelPlan plan(const KernelTask& task) override
    {
        KernelPlan plan = plainPlan(task);
        plan.inPlace = plan.readsOutput = true;
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
            const float *y = args.output->data() + begin, *g = args.outputGradient->data() + begin;
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

template<typename Function>
std::unique_ptr<Kernel> make(const Function& function)
{
    return std::make_unique<EigenActivation<Function>>(function);
}

} // namespace

std::unique_ptr<Kernel> makeActivation(const Node& node)
{
    switch (node.op)
    {
    case Op::LeakyRelu:
        return make(LeakyRelu{node.alpha});
    case Op::Sigmoid:
        return make(Sigmoid());
    case Op::HardSigmoid:
        return make(HardSigmoid{node.alpha, node.beta});
    default:
        return make(Bounds(node));
    }
}

} // namespace dnn_rpn_train
} // namespace cv
