// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "eigen_engine.hpp"
#include "parallel.hpp"

#define EIGEN_DONT_PARALLELIZE
#include <Eigen/Core>

namespace cv {
namespace dnn_rpn_train {

namespace {

using Plane = Eigen::Map<Eigen::ArrayXf>;
using ConstPlane = Eigen::Map<const Eigen::ArrayXf>;

/** @brief Batch normalisation (Ioffe and Szegedy 2015, algorithms 1 and 2), a channel at a time:
y = scale z + shift with z = (x - mean) / sqrt(variance + epsilon). */
class EigenBatchNorm : public Kernel
{
public:
    explicit EigenBatchNorm(const Node& node_) : node(node_) {}

    KernelPlan plan(const KernelTask& task) override
    {
        KernelPlan plan = plainPlan(task);
        shape = task.output;
        ranks = task.ranks;
        plan.saved = 2 * shape.c * sizeof(float); // mean and 1 / deviation
        plan.readsInputs = node.batchStatistics || task.parameterGradients[0];
        plan.inPlace = !plan.readsInputs;
        return plan;
    }

    void forward(const KernelArgs& args) override
    {
        const bool batch = args.training && node.batchStatistics;
        const bool together = batch && ranks->count() > 1;
        if (together)
            measureTogether(args);
        parallelFor(shape.c, [&](int c) {
            float& mean = means(args)[c];
            float variance = together ? inverses(args)[c] : args.parameters[3]->data()[c];
            if (!together)
                mean = args.parameters[2]->data()[c];
            if (batch && !together)
                measure(args, c, mean, variance);
            const float inverse = inverses(args)[c] = 1 / std::sqrt(variance + node.epsilon);
            const float a = args.parameters[0]->data()[c] * inverse;
            const float b = args.parameters[1]->data()[c] - a * mean;
            for (int n = 0; n < shape.n; n++)
                Plane(plane(*args.output, n, c), size()) = a * values(*args.inputs[0], n, c) + b;
        });
    }

    void backward(const KernelArgs& args) override
    {
        const bool batch = args.training && node.batchStatistics;
        const bool together = batch && ranks->count() > 1 && args.inputGradients[0];
        std::vector<double> sums(2 * static_cast<size_t>(shape.c) + 1);
        double& count = sums.back() = static_cast<double>(shape.n) * size();
        if (together)
        {
            parallelFor(shape.c, [&](int c) { gradientSums(args, c, sums[2 * c], sums[2 * c + 1]); });
            ranks->sum(sums.data(), static_cast<int>(sums.size()));
        }
        parallelFor(shape.c, [&](int c) {
            const float mean = means(args)[c], inverse = inverses(args)[c];
            double &sum = sums[2 * c], &product = sums[2 * c + 1];
            if (!together)
                gradientSums(args, c, sum, product);
            if (!args.inputGradients[0])
                return;
            const float a = args.parameters[0]->data()[c] * inverse;
            const float shift = static_cast<float>(sum / count),
                        slope = static_cast<float>(product / count) * inverse;
            for (int n = 0; n < shape.n; n++)
            {
                const ConstPlane g = values(*args.outputGradient, n, c);
                Plane to(plane(*args.inputGradients[0], n, c), size());
                const auto centred = g - shift - slope * (values(*args.inputs[0], n, c) - mean);
                if (batch && args.accumulate[0])
                    to += a * centred;
                else if (batch)
                    to = a * centred;
                else if (args.accumulate[0])
                    to += a * g;
                else
                    to = a * g;
            }
        });
    }

private:
    int size() const { return static_cast<int>(shape.plane()); }
    float* plane(Tensor& t, int n, int c) const { return t.image(n) + c * shape.plane(); }
    ConstPlane values(const Tensor& t, int n, int c) const
    {
        return ConstPlane(t.image(n) + c * shape.plane(), size());
    }
    float* means(const KernelArgs& args) const { return static_cast<float*>(args.saved); }
    float* inverses(const KernelArgs& args) const { return means(args) + shape.c; }

    //! Of the gradient, and of the gradient with z; those of the parameters are the same.
    void gradientSums(const KernelArgs& args, int c, double& sum, double& product) const
    {
        const bool batch = args.training && node.batchStatistics;
        const float mean = means(args)[c], inverse = inverses(args)[c];
        if (batch || args.parameterGradients[0] || args.parameterGradients[1])
            for (int n = 0; n < shape.n; n++)
            {
                const ConstPlane g = values(*args.outputGradient, n, c);
                sum += g.sum();
                if (batch || args.parameterGradients[0])
                    product += (g * (values(*args.inputs[0], n, c) - mean)).sum() * inverse;
            }
        if (args.parameterGradients[0])
            args.parameterGradients[0]->data()[c] = static_cast<float>(product);
        if (args.parameterGradients[1])
            args.parameterGradients[1]->data()[c] = static_cast<float>(sum);
    }

    //! The same as measure() over the images of all ranks; leaves the variance in the place of `inverses`.
    void measureTogether(const KernelArgs& args) const
    {
        std::vector<double> sums(static_cast<size_t>(shape.c) + 1);
        sums.back() = static_cast<double>(shape.n) * size();
        parallelFor(shape.c, [&](int c) {
            for (int n = 0; n < shape.n; n++)
                sums[c] += values(*args.inputs[0], n, c).sum();
        });
        ranks->sum(sums.data(), static_cast<int>(sums.size()));
        const double count = sums.back();
        std::vector<double> squares(shape.c);
        parallelFor(shape.c, [&](int c) {
            const float mean = means(args)[c] = static_cast<float>(sums[c] / count);
            for (int n = 0; n < shape.n; n++)
                squares[c] += (values(*args.inputs[0], n, c) - mean).square().sum();
        });
        ranks->sum(squares.data(), shape.c);
        for (int c = 0; c < shape.c; c++)
        {
            inverses(args)[c] = static_cast<float>(squares[c] / count);
            follow(*args.parameters[2], c, means(args)[c]);
            follow(*args.parameters[3], c, static_cast<float>(squares[c] / std::max(1., count - 1)));
        }
    }

    //! Mean and variance of the batch; the running ones follow them.
    void measure(const KernelArgs& args, int c, float& mean, float& variance) const
    {
        const double count = static_cast<double>(shape.n) * size();
        double sum = 0, squares = 0;
        for (int n = 0; n < shape.n; n++)
            sum += values(*args.inputs[0], n, c).sum();
        mean = static_cast<float>(sum / count);
        for (int n = 0; n < shape.n; n++)
            squares += (values(*args.inputs[0], n, c) - mean).square().sum();
        variance = static_cast<float>(squares / count);
        follow(*args.parameters[2], c, mean);
        follow(*args.parameters[3], c, static_cast<float>(squares / std::max(1., count - 1))); // without bias
    }

    void follow(Tensor& running, int c, float value) const
    {
        running.data()[c] += node.momentum * (value - running.data()[c]);
    }

    const Node node;
    Shape shape;
    Ranks* ranks = nullptr;
};

} // namespace

std::unique_ptr<Kernel> makeBatchNorm(const Node& node)
{
    return std::make_unique<EigenBatchNorm>(node);
}

} // namespace dnn_rpn_train
} // namespace cv
