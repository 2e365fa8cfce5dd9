// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "eigen_engine.hpp"
#include "parallel.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

class EigenAdd : public Kernel
{
public:
    KernelPlan plan(const KernelTask& task) override { return plainPlan(task); }

    void forward(const KernelArgs& args) override
    {
        const Shape s = args.output->shape();
        parallelFor(s.n, [&](int n) {
            float* to = args.output->image(n);
            std::copy(args.inputs[0]->image(n), args.inputs[0]->image(n) + s.image(), to);
            for (size_t j = 1; j < args.inputs.size(); j++)
            {
                const float* from = args.inputs[j]->image(n);
                for (size_t i = 0; i < s.image(); i++)
                    to[i] += from[i];
            }
        });
    }

    void backward(const KernelArgs& args) override
    {
        const Shape s = args.outputGradient->shape();
        parallelFor(s.n, [&](int n) {
            const float* from = args.outputGradient->image(n);
            for (size_t j = 0; j < args.inputs.size(); j++)
            {
                if (!args.inputGradients[j])
                    continue;
                float* to = args.inputGradients[j]->image(n);
                if (args.accumulate[j])
                    for (size_t i = 0; i < s.image(); i++)
                        to[i] += from[i];
                else
                    std::copy(from, from + s.image(), to);
            }
        });
    }
};

} // namespace

std::unique_ptr<Kernel> makeAdd()
{
    return std::make_unique<EigenAdd>();
}

} // namespace dnn_rpn_train
} // namespace cv
