// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "eigen_engine.hpp"
#include "parallel.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! Frozen batch normalisation: y = a x + b for each channel, with a = scale / sqrt(variance + epsilon).
class EigenBatchNorm : public Kernel
{
public:
    explicit EigenBatchNorm(const Node& node) : epsilon(node.epsilon) {}

    void forward(const KernelArgs& args) override
    {
        const Tensor& input = *args.inputs[0];
        const Shape s = input.shape();
        parallelFor(s.n * s.c, [&](int plane) {
            const int c = plane % s.c;
            const float a = factor(args, c);
            const float b = args.parameters[1]->data()[c] - a * args.parameters[2]->data()[c];
            const float* from = input.data() + plane * s.plane();
            float* to = args.output->data() + plane * s.plane();
            for (size_t i = 0; i < s.plane(); i++)
                to[i] = a * from[i] + b;
        });
    }

    void backward(const KernelArgs& args) override
    {
        if (!args.inputGradients[0])
            return;
        const Shape s = args.outputGradient->shape();
        parallelFor(s.n * s.c, [&](int plane) {
            const float a = factor(args, plane % s.c);
            const float* from = args.outputGradient->data() + plane * s.plane();
            float* to = args.inputGradients[0]->data() + plane * s.plane();
            if (args.accumulate[0])
                for (size_t i = 0; i < s.plane(); i++)
                    to[i] += a * from[i];
            else
                for (size_t i = 0; i < s.plane(); i++)
                    to[i] = a * from[i];
        });
    }

private:
    float factor(const KernelArgs& args, int c) const
    {
        return args.parameters[0]->data()[c] / std::sqrt(args.parameters[3]->data()[c] + epsilon);
    }

    const float epsilon;
};

} // namespace

std::unique_ptr<Kernel> makeBatchNorm(const Node& node)
{
    return std::make_unique<EigenBatchNorm>(node);
}

} // namespace dnn_rpn_train
} // namespace cv
