// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "eigen_engine.hpp"
#include "parallel.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! The part of a pooling window that lies inside the picture.
struct Window
{
    int top, bottom, left, right;
    int full; //!< cells counting the padding, but not what ceilMode adds beyond it

    Window(const Node& node, const Shape& in, int y, int x)
    {
        const int y0 = y * node.stride.height - node.padTop, x0 = x * node.stride.width - node.padLeft;
        top = std::max(y0, 0);
        left = std::max(x0, 0);
        bottom = std::min(y0 + node.kernel.height, in.h);
        right = std::min(x0 + node.kernel.width, in.w);
        full = (std::min(y0 + node.kernel.height, in.h + node.padBottom) - y0) *
               (std::min(x0 + node.kernel.width, in.w + node.padRight) - x0);
    }
    int count() const { return (bottom - top) * (right - left); }
};

//! Passes the gradient to the first of the highest inputs of each window.
class EigenMaxPool : public Kernel
{
public:
    explicit EigenMaxPool(const Node& node_) : node(node_) {}

    KernelPlan plan(const KernelTask& task) override
    {
        KernelPlan plan = plainPlan(task);
        plan.saved = task.output.total() * sizeof(int); // the winners
        return plan;
    }

    void forward(const KernelArgs& args) override
    {
        const Shape in = args.inputs[0]->shape(), out = args.output->shape();
        int* const winners = static_cast<int*>(args.saved);
        parallelFor(out.n * out.c, [&](int plane) {
            const float* from = args.inputs[0]->data() + plane * in.plane();
            float* to = args.output->data() + plane * out.plane();
            int* winner = winners + plane * out.plane();
            for (int y = 0; y < out.h; y++)
                for (int x = 0; x < out.w; x++)
                {
                    const Window w(node, in, y, x);
                    int best = w.top * in.w + w.left;
                    for (int j = w.top; j < w.bottom; j++)
                        for (int i = w.left; i < w.right; i++)
                            if (from[j * in.w + i] > from[best])
                                best = j * in.w + i;
                    to[y * out.w + x] = from[best];
                    winner[y * out.w + x] = best;
                }
        });
    }

    void backward(const KernelArgs& args) override
    {
        if (!args.inputGradients[0])
            return;
        const Shape in = args.inputs[0]->shape(), out = args.outputGradient->shape();
        const int* const winners = static_cast<const int*>(args.saved);
        parallelFor(out.n * out.c, [&](int plane) {
            const float* from = args.outputGradient->data() + plane * out.plane();
            const int* winner = winners + plane * out.plane();
            float* to = args.inputGradients[0]->data() + plane * in.plane();
            if (!args.accumulate[0])
                std::fill(to, to + in.plane(), 0.f);
            for (size_t i = 0; i < out.plane(); i++)
                to[winner[i]] += from[i];
        });
    }

private:
    const Node node;
};

class EigenAveragePool : public Kernel
{
public:
    explicit EigenAveragePool(const Node& node_) : node(node_) {}

    KernelPlan plan(const KernelTask& task) override
    {
        if (node.op == Op::GlobalAveragePool)
            node.kernel = Size(task.inputs[0].shape.w, task.inputs[0].shape.h);
        return plainPlan(task);
    }

    void forward(const KernelArgs& args) override
    {
        const Shape in = args.inputs[0]->shape(), out = args.output->shape();
        parallelFor(out.n * out.c, [&](int plane) {
            const float* from = args.inputs[0]->data() + plane * in.plane();
            float* to = args.output->data() + plane * out.plane();
            for (int y = 0; y < out.h; y++)
                for (int x = 0; x < out.w; x++)
                {
                    const Window w(node, in, y, x);
                    float sum = 0;
                    for (int j = w.top; j < w.bottom; j++)
                        for (int i = w.left; i < w.right; i++)
                            sum += from[j * in.w + i];
                    to[y * out.w + x] = sum / divisor(w);
                }
        });
    }

    void backward(const KernelArgs& args) override
    {
        if (!args.inputGradients[0])
            return;
        const Shape in = args.inputs[0]->shape(), out = args.outputGradient->shape();
        parallelFor(out.n * out.c, [&](int plane) {
            const float* from = args.outputGradient->data() + plane * out.plane();
            float* to = args.inputGradients[0]->data() + plane * in.plane();
            if (!args.accumulate[0])
                std::fill(to, to + in.plane(), 0.f);
            for (int y = 0; y < out.h; y++)
                for (int x = 0; x < out.w; x++)
                {
                    const Window w(node, in, y, x);
                    const float share = from[y * out.w + x] / divisor(w);
                    for (int j = w.top; j < w.bottom; j++)
                        for (int i = w.left; i < w.right; i++)
                            to[j * in.w + i] += share;
                }
        });
    }

private:
    float divisor(const Window& w) const
    {
        return static_cast<float>(node.countPadding ? w.full : w.count());
    }

    Node node;
};

} // namespace

std::unique_ptr<Kernel> makePool(const Node& node)
{
    if (node.op == Op::MaxPool)
        return std::make_unique<EigenMaxPool>(node);
    return std::make_unique<EigenAveragePool>(node);
}

} // namespace dnn_rpn_train
} // namespace cv
