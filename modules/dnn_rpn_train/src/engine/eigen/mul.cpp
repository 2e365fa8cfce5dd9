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

//! Products of two, channel by channel; an input of one number a channel multiplies, or sums up, all of it.
class EigenMul : public Kernel
{
public:
    KernelPlan plan(const KernelTask& task) override
    {
        KernelPlan plan = plainPlan(task);
        plan.readsInputs = true;
        return plan;
    }

    void forward(const KernelArgs& args) override
    {
        const Shape s = args.output->shape();
        parallelFor(s.n * s.c, [&](int index) {
            const ConstPlane a = values(*args.inputs[0], index), b = values(*args.inputs[1], index);
            Plane to = plane(*args.output, index);
            if (b.size() < to.size())
                to = a * b[0];
            else if (a.size() < to.size())
                to = a[0] * b;
            else
                to = a * b;
        });
    }

    void backward(const KernelArgs& args) override
    {
        const Shape s = args.outputGradient->shape();
        parallelFor(s.n * s.c, [&](int index) {
            const ConstPlane g = values(*args.outputGradient, index);
            for (int j : {0, 1})
            {
                if (!args.inputGradients[j])
                    continue;
                const ConstPlane other = values(*args.inputs[1 - j], index);
                Plane to = plane(*args.inputGradients[j], index);
                if (!args.accumulate[j])
                    to.setZero();
                if (to.size() < g.size())
                    to[0] += (g * other).sum();
                else if (other.size() < g.size())
                    to += g * other[0];
                else
                    to += g * other;
            }
        });
    }

private:
    static ConstPlane values(const Tensor& t, int index)
    {
        const size_t size = t.shape().plane();
        return ConstPlane(t.data() + index * size, static_cast<Eigen::Index>(size));
    }
    static Plane plane(Tensor& t, int index)
    {
        const size_t size = t.shape().plane();
        return Plane(t.data() + index * size, static_cast<Eigen::Index>(size));
    }
};

} // namespace

std::unique_ptr<Kernel> makeMul()
{
    return std::make_unique<EigenMul>();
}

} // namespace dnn_rpn_train
} // namespace cv
