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
        plan.saved = 2 * shape.c * sizeof(float); // mean and 1 / deviation
        plan.readsInputs = node.batchStatistics || task.parameterGradients[0];
        plan.inPlace = !plan.readsInputs;
        return plan;
    }

    void forward(const KernelArgs& args) override
    {
        const bool batch = args.training && node.batchStatistics;
        parallelFor(shape.c, [&](int c) {
            float& mean = means(args)[c];
            float variance = args.parameters[3]->data()[c];
            mean = args.parameters[2]->data()[c];
            if (batch)
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
        const double count = static_cast<double>(shape.n) * size();
        parallelFor(shape.c, [&](int c) {
            const float mean = means(args)[c], inverse = inverses(args)[c];
            double sum = 0, product = 0; // of the gradient, and of the gradient with z
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
};

} // namespace

std::unique_ptr<Kernel> makeBatchNorm(const Node& node)
{
    return std::make_unique<EigenBatchNorm>(node);
}

} // namespace dnn_rpn_train
} // namespace cv
