// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "eigen_engine.hpp"
#include "parallel.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! Stacks channels.
class EigenConcat : public Kernel
{
public:
    KernelPlan plan(const KernelTask& task) override { return plainPlan(task); }

    void forward(const KernelArgs& args) override
    {
        parallelFor(args.output->shape().n, [&](int n) {
            float* to = args.output->image(n);
            for (const Tensor* input : args.inputs)
                to = std::copy(input->image(n), input->image(n) + input->shape().image(), to);
        });
    }

    void backward(const KernelArgs& args) override
    {
        parallelFor(args.outputGradient->shape().n, [&](int n) {
            const float* from = args.outputGradient->image(n);
            for (size_t j = 0; j < args.inputs.size(); j++)
            {
                const size_t size = args.inputs[j]->shape().image();
                if (args.inputGradients[j])
                {
                    float* to = args.inputGradients[j]->image(n);
                    if (args.accumulate[j])
                        for (size_t i = 0; i < size; i++)
                            to[i] += from[i];
                    else
                        std::copy(from, from + size, to);
                }
                from += size;
            }
        });
    }
};

} // namespace

std::unique_ptr<Kernel> makeConcat()
{
    return std::make_unique<EigenConcat>();
}

} // namespace dnn_rpn_train
} // namespace cv
