// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "eigen_engine.hpp"
#include "parallel.hpp"
#include "window.hpp"
#include "../functions.hpp"

#define EIGEN_DONT_PARALLELIZE
#include <Eigen/Core>

namespace cv {
namespace dnn_rpn_train {

namespace {

//! Every so-manieth of the numbers from p on.
using Row = Eigen::Map<Eigen::ArrayXf, 0, Eigen::InnerStride<>>;
using ConstRow = Eigen::Map<const Eigen::ArrayXf, 0, Eigen::InnerStride<>>;
using DenseRow = Eigen::Map<Eigen::ArrayXf>;
using ConstDenseRow = Eigen::Map<const Eigen::ArrayXf>;

/** @brief One kernel per channel: too little arithmetic for a product of matrices, so each tap is one
sweep along the rows, in vectors. */
class EigenDepthwiseConv : public Kernel
{
public:
    explicit EigenDepthwiseConv(const Node& node_) : node(node_) {}

    bool absorb(const Node& following) override { return activation.absorb(following); }

    KernelPlan plan(const KernelTask& task) override
    {
        KernelPlan plan = plainPlan(task);
        plan.readsInputs = task.parameterGradients[0];
        plan.readsOutput = activation.present();
        return plan;
    }

    void forward(const KernelArgs& args) override
    {
        const Tensor &input = *args.inputs[0], &weight = *args.parameters[0], &bias = *args.parameters[1];
        Tensor& output = *args.output;
        const Shape in = input.shape(), out = output.shape();
        const int stride = node.stride.width;
        parallelFor(out.n * out.c, [&](int plane) {
            const int c = plane % out.c;
            float* to = output.data() + plane * out.plane();
            const float* from = input.data() + plane * in.plane();
            std::fill(to, to + out.plane(), bias.data()[c]);
            sweepTaps(node, in, out, [&](int tap, int count, size_t outAt, size_t inAt) {
                const float w = weight.data()[c * node.kernel.area() + tap];
                DenseRow o(to + outAt, count);
                if (stride == 1)
                    o += w * ConstDenseRow(from + inAt, count);
                else
                    o += w * ConstRow(from + inAt, count, Eigen::InnerStride<>(stride));
            });
            for (size_t i = 0; i < out.plane(); i++)
                to[i] = activation(to[i]);
        });
    }

    void backward(const KernelArgs& args) override
    {
        const Tensor &input = *args.inputs[0], &weight = *args.parameters[0];
        Tensor &outGrad = *args.outputGradient, *inGrad = args.inputGradients[0],
               *weightGrad = args.parameterGradients[0], *biasGrad = args.parameterGradients[1];
        const Shape in = input.shape(), out = outGrad.shape();
        const int taps = node.kernel.area(), stride = node.stride.width;
        // One channel of all images at a time: its weights' gradient is summed in a fixed order.
        parallelFor(out.c, [&](int c) {
            std::vector<double> weightSum(taps, 0.);
            double biasSum = 0;
            for (int n = 0; n < out.n; n++)
            {
                float* g = outGrad.image(n) + c * out.plane();
                const float* from = input.image(n) + c * in.plane();
                float* to = inGrad ? inGrad->image(n) + c * in.plane() : nullptr;
                if (activation.present())
                    activation.mask(args.output->image(n) + c * out.plane(), g, out.plane());
                if (to && !args.accumulate[0])
                    std::fill(to, to + in.plane(), 0.f);
                biasSum += ConstDenseRow(g, static_cast<int>(out.plane())).sum();
                sweepTaps(node, in, out, [&](int tap, int count, size_t outAt, size_t inAt) {
                    const ConstDenseRow o(g + outAt, count);
                    const Eigen::InnerStride<> step(stride);
                    if (weightGrad)
                        weightSum[tap] += stride == 1 ? (o * ConstDenseRow(from + inAt, count)).sum()
                                                      : (o * ConstRow(from + inAt, count, step)).sum();
                    if (!to)
                        return;
                    const float w = weight.data()[c * taps + tap];
                    if (stride == 1)
                        DenseRow(to + inAt, count) += w * o;
                    else
                        Row(to + inAt, count, step) += w * o;
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
    Clip activation;
};

} // namespace

std::unique_ptr<Kernel> makeDepthwiseConv(const Node& node)
{
    return std::make_unique<EigenDepthwiseConv>(node);
}

} // namespace dnn_rpn_train
} // namespace cv
