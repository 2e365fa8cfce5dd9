// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "eigen_engine.hpp"
#include "parallel.hpp"

#include <limits>

namespace cv {
namespace dnn_rpn_train {

namespace {

//! ReLU and Clip: the identity between two bounds. The gradient passes where the output is strictly inside.
class EigenActivation : public Kernel
{
public:
    EigenActivation(float lower_, float upper_) : lower(lower_), upper(upper_) {}

    void forward(const KernelArgs& args) override
    {
        const Tensor& input = *args.inputs[0];
        Tensor& output = *args.output;
        const size_t size = input.shape().picture();
        parallelFor(input.shape().n, [&](int n) {
            const float* from = input.picture(n);
            float* to = output.picture(n);
            for (size_t i = 0; i < size; i++)
                to[i] = std::min(std::max(from[i], lower), upper);
        });
    }

    void backward(const KernelArgs& args) override
    {
        if (!args.inputGradients[0])
            return;
        const Tensor& outGrad = *args.outputGradient;
        const size_t size = outGrad.shape().picture();
        parallelFor(outGrad.shape().n, [&](int n) {
            const float *y = args.output->picture(n), *g = outGrad.picture(n);
            float* to = args.inputGradients[0]->picture(n);
            if (args.accumulate[0])
                for (size_t i = 0; i < size; i++)
                    to[i] += y[i] > lower && y[i] < upper ? g[i] : 0.f;
            else
                for (size_t i = 0; i < size; i++)
                    to[i] = y[i] > lower && y[i] < upper ? g[i] : 0.f;
        });
    }

private:
    const float lower, upper;
};

} // namespace

std::unique_ptr<Kernel> makeActivation(const Node& node)
{
    if (node.op == Op::Relu)
        return std::make_unique<EigenActivation>(0.f, std::numeric_limits<float>::infinity());
    return std::make_unique<EigenActivation>(node.lower, node.upper);
}

} // namespace dnn_rpn_train
} // namespace cv
