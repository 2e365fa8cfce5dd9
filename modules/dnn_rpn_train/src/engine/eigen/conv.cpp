// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "eigen_engine.hpp"
#include "parallel.hpp"
#include "product.hpp"
#include "window.hpp"
#include "../functions.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

/** @brief Convolution as a product of matrices: weight (Co x Ci k k) times windows (Ci k k x cells).

The windows are copied out of the images unless the kernel is 1x1 with stride 1. Every number is
worked out by one thread, in the same order whichever that is: the same bits for any number of threads. */
class EigenConv : public Kernel
{
public:
    explicit EigenConv(const Node& node_) : node(node_) {}

    bool absorb(const Node& following) override { return activation.absorb(following); }

    KernelPlan plan(const KernelTask& task) override
    {
        in = task.inputs[0].shape;
        out = task.output;
        groupInputs = in.c / node.group;
        groupOutputs = out.c / node.group;
        depth = groupInputs * node.kernel.area();
        cells = static_cast<int>(out.plane());
        copies = node.kernel != Size(1, 1) || node.stride != Size(1, 1) || node.padTop || node.padLeft ||
                 node.padBottom || node.padRight;
        KernelPlan plan = plainPlan(task);
        if (copies)
            plan.scratch = static_cast<size_t>(out.n) * depth * cells * sizeof(float);
        plan.readsInputs = task.parameterGradients[0];
        plan.readsOutput = activation.present();
        return plan;
    }

    void forward(const KernelArgs& args) override
    {
        const float *weight = args.parameters[0]->data(), *bias = args.parameters[1]->data();
        for (int g = 0; g < node.group; g++)
        {
            copyWindows(args, g);
            const Pieces pieces(groupOutputs, cells, piecesAImage());
            parallelFor(out.n * pieces.count(), [&](int i) {
                const int n = i / pieces.count();
                const Rect r = pieces[i % pieces.count()];
                Map all(args.output->image(n) + g * groupOutputs * cells, groupOutputs, cells);
                auto block = all.block(r.y, r.x, r.height, r.width);
                block.noalias() = weights(weight, g).middleRows(r.y, r.height) *
                                  windows(args, n, g).middleCols(r.x, r.width);
                for (int y = 0; y < r.height; y++)
                {
                    float* row = all.data() + (r.y + y) * cells + r.x;
                    const float b = bias[g * groupOutputs + r.y + y];
                    for (int x = 0; x < r.width; x++)
                        row[x] = activation(row[x] + b);
                }
            });
        }
    }

    void backward(const KernelArgs& args) override
    {
        if (activation.present())
            parallelFor(out.n * out.c, [&](int plane) {
                activation.mask(args.output->data() + plane * out.plane(),
                                args.outputGradient->data() + plane * out.plane(), out.plane());
            });
        if (args.parameterGradients[1])
            backwardBias(args);
        for (int g = 0; g < node.group; g++)
        {
            if (args.parameterGradients[0])
                backwardWeights(args, g);
            if (args.inputGradients[0])
                backwardData(args, g);
        }
    }

private:
    //! So many that a few cores have work even if the batch is one image.
    int piecesAImage() const { return (fewCores + out.n - 1) / out.n; }

    ConstMap weights(const float* all, int group) const
    {
        return ConstMap(all + static_cast<size_t>(group) * groupOutputs * depth, groupOutputs, depth);
    }

    ConstMap outputGradient(const KernelArgs& args, int n, int group) const
    {
        return ConstMap(args.outputGradient->image(n) + group * groupOutputs * cells, groupOutputs, cells);
    }

    float* workspace(const KernelArgs& args, int n) const
    {
        return static_cast<float*>(args.scratch) + static_cast<size_t>(n) * depth * cells;
    }

    //! The windows of one group of one image, after copyWindows().
    ConstMap windows(const KernelArgs& args, int n, int group) const
    {
        return ConstMap(copies ? workspace(args, n)
                               : args.inputs[0]->image(n) + group * groupInputs * in.plane(),
                        depth, cells);
    }

    void copyWindows(const KernelArgs& args, int group) const
    {
        if (!copies)
            return;
        parallelFor(in.n * groupInputs, [&](int i) {
            const int n = i / groupInputs, c = i % groupInputs;
            const float* source = args.inputs[0]->image(n) + (group * groupInputs + c) * in.plane();
            float* row = workspace(args, n) + static_cast<size_t>(c) * node.kernel.area() * cells;
            for (int ky = 0; ky < node.kernel.height; ky++)
                for (int kx = 0; kx < node.kernel.width; kx++, row += cells)
                    copyTap(source, row, ky, kx);
        });
    }

    //! One row of the windows: what one tap of the kernel sees of one channel.
    void copyTap(const float* source, float* row, int ky, int kx) const
    {
        const int shift = kx * node.dilation.width - node.padLeft;
        int first, last;
        insideRange(in.w, out.w, node.stride.width, shift, first, last);
        for (int y = 0; y < out.h; y++)
        {
            float* to = row + y * out.w;
            const int sourceY = y * node.stride.height + ky * node.dilation.height - node.padTop;
            if (sourceY < 0 || sourceY >= in.h)
            {
                std::fill(to, to + out.w, 0.f);
                continue;
            }
            const float* from = source + sourceY * in.w + shift;
            std::fill(to, to + first, 0.f);
            if (node.stride.width == 1)
                std::copy(from + first, from + last, to + first);
            else
                for (int x = first; x < last; x++)
                    to[x] = from[x * node.stride.width];
            std::fill(to + last, to + out.w, 0.f);
        }
    }

    void backwardBias(const KernelArgs& args) const
    {
        parallelFor(out.c, [&](int c) {
            float sum = 0;
            for (int n = 0; n < out.n; n++)
                sum +=
                    Eigen::Map<const Eigen::VectorXf>(args.outputGradient->image(n) + c * cells, cells).sum();
            args.parameterGradients[1]->data()[c] = sum;
        });
    }

    void backwardWeights(const KernelArgs& args, int g) const
    {
        copyWindows(args, g);
        Map all(args.parameterGradients[0]->data() + static_cast<size_t>(g) * groupOutputs * depth,
                groupOutputs, depth);
        const Pieces pieces(groupOutputs, depth, fewCores);
        parallelFor(pieces.count(), [&](int i) {
            const Rect r = pieces[i];
            auto block = all.block(r.y, r.x, r.height, r.width);
            for (int n = 0; n < out.n; n++)
            {
                const auto product = outputGradient(args, n, g).middleRows(r.y, r.height) *
                                     windows(args, n, g).middleRows(r.x, r.width).transpose();
                if (n == 0)
                    block.noalias() = product;
                else
                    block.noalias() += product;
            }
        });
    }

    void backwardData(const KernelArgs& args, int g) const
    {
        const bool accumulate = args.accumulate[0] != 0;
        const ConstMap weight = weights(args.parameters[0]->data(), g);
        Tensor& gradient = *args.inputGradients[0];
        // The windows are not needed any more: their memory takes the windows' gradient.
        const Pieces pieces(depth, cells, piecesAImage());
        parallelFor(out.n * pieces.count(), [&](int i) {
            const int n = i / pieces.count();
            const Rect r = pieces[i % pieces.count()];
            const auto product = weight.middleCols(r.y, r.height).transpose() *
                                 outputGradient(args, n, g).middleCols(r.x, r.width);
            Map to(copies ? workspace(args, n) : gradient.image(n) + g * groupInputs * in.plane(), depth,
                   cells);
            auto block = to.block(r.y, r.x, r.height, r.width);
            if (!copies && accumulate)
                block.noalias() += product;
            else
                block.noalias() = product;
        });
        if (!copies)
            return;
        parallelFor(in.n * groupInputs, [&](int i) {
            const int n = i / groupInputs, c = i % groupInputs;
            float* channel = gradient.image(n) + (g * groupInputs + c) * in.plane();
            if (!accumulate)
                std::fill(channel, channel + in.plane(), 0.f);
            const float* rows = workspace(args, n) + static_cast<size_t>(c) * node.kernel.area() * cells;
            const int stride = node.stride.width;
            sweepTaps(node, in, out, [&](int tap, int count, size_t outAt, size_t inAt) {
                float* to = channel + inAt;
                const float* from = rows + static_cast<size_t>(tap) * cells + outAt;
                if (stride == 1)
                    for (int x = 0; x < count; x++)
                        to[x] += from[x];
                else
                    for (int x = 0; x < count; x++)
                        to[x * stride] += from[x];
            });
        });
    }

    static const int fewCores = 4;

    const Node node;
    Clip activation;
    Shape in, out;
    int groupInputs = 0, groupOutputs = 0, depth = 0, cells = 0;
    bool copies = false;
};

} // namespace

std::unique_ptr<Kernel> makeConv(const Node& node)
{
    return std::make_unique<EigenConv>(node);
}

} // namespace dnn_rpn_train
} // namespace cv
