// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "eigen_engine.hpp"
#include "parallel.hpp"
#include "window.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

/** @brief One kernel per channel: too little arithmetic for a product of matrices, so each tap is one
sweep along the rows, which the compiler turns into vectors. */
class EigenDepthwiseConv : public Kernel
{
public:
    explicit EigenDepthwiseConv(const Node& node_) : node(node_) {}

    void forward(const KernelArgs& args) override
    {
        const Tensor &input = *args.inputs[0], &weight = *args.parameters[0], &bias = *args.parameters[1];
        Tensor& output = *args.output;
        const Shape in = input.shape(), out = output.shape();
        parallelFor(out.n * out.c, [&](int plane) {
            const int c = plane % out.c;
            float* to = output.data() + plane * out.plane();
            const float* from = input.data() + plane * in.plane();
            std::fill(to, to + out.plane(), bias.data()[c]);
            sweepTaps(node, in, out, [&](int tap, int count, size_t outAt, size_t inAt) {
                const float w = weight.data()[c * node.kernel.area() + tap];
                const int stride = node.stride.width;
                float* o = to + outAt;
                const float* i = from + inAt;
                if (stride == 1)
                    for (int x = 0; x < count; x++)
                        o[x] += w * i[x];
                else
                    for (int x = 0; x < count; x++)
                        o[x] += w * i[x * stride];
            });
        });
    }

    void backward(const KernelArgs& args) override
    {
        const Tensor &input = *args.inputs[0], &weight = *args.parameters[0], &outGrad = *args.outputGradient;
        Tensor *inGrad = args.inputGradients[0], *weightGrad = args.parameterGradients[0],
               *biasGrad = args.parameterGradients[1];
        const Shape in = input.shape(), out = outGrad.shape();
        const int taps = node.kernel.area();
        // One channel of all pictures at a time: its weights' gradient is summed in a fixed order.
        parallelFor(out.c, [&](int c) {
            std::vector<double> weightSum(taps, 0.);
            double biasSum = 0;
            for (int n = 0; n < out.n; n++)
            {
                const float* g = outGrad.picture(n) + c * out.plane();
                const float* from = input.picture(n) + c * in.plane();
                float* to = inGrad ? inGrad->picture(n) + c * in.plane() : nullptr;
                if (to && !args.accumulate[0])
                    std::fill(to, to + in.plane(), 0.f);
                for (size_t i = 0; i < out.plane(); i++)
                    biasSum += g[i];
                sweepTaps(node, in, out, [&](int tap, int count, size_t outAt, size_t inAt) {
                    const int stride = node.stride.width;
                    if (weightGrad)
                    {
                        float sum = 0;
                        for (int x = 0; x < count; x++)
                            sum += g[outAt + x] * from[inAt + x * stride];
                        weightSum[tap] += sum;
                    }
                    if (to)
                    {
                        const float w = weight.data()[c * taps + tap];
                        for (int x = 0; x < count; x++)
                            to[inAt + x * stride] += w * g[outAt + x];
                    }
                });
            }
            if (weightGrad)
                for (int t = 0; t < taps; t++)
                    weightGrad->data()[c * taps + t] = static_cast<float>(weightSum[t]);
            if (biasGrad)
                biasGrad->data()[c] = static_cast<float>(biasSum);
        });
    }

private:
    const Node node;
};

} // namespace

std::unique_ptr<Kernel> makeDepthwiseConv(const Node& node)
{
    return std::make_unique<EigenDepthwiseConv>(node);
}

} // namespace dnn_rpn_train
} // namespace cv
