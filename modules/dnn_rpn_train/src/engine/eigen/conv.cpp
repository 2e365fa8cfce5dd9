// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "eigen_engine.hpp"
#include "parallel.hpp"
#include "window.hpp"

// Threads are OpenCV's, one picture each; a second pool inside the products would fight with them.
#define EIGEN_DONT_PARALLELIZE
#include <Eigen/Core>

namespace cv {
namespace dnn_rpn_train {

namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Map = Eigen::Map<Matrix>;
using ConstMap = Eigen::Map<const Matrix>;

/** @brief Convolution as a product of matrices: weight (Co x Ci k k) times windows (Ci k k x cells).

The windows are copied out of each picture unless the kernel is 1x1 with stride 1. Every picture
adds to the weights' gradient in a buffer of its own, and the buffers are summed in the pictures'
order: the same bits for any number of threads. */
class EigenConv : public Kernel
{
public:
    explicit EigenConv(const Node& node_) : node(node_) {}

    void forward(const KernelArgs& args) override
    {
        const Tensor &input = *args.inputs[0], &weight = *args.parameters[0], &bias = *args.parameters[1];
        Tensor& output = *args.output;
        prepare(input.shape(), output.shape(), weight.shape());
        parallelFor(output.shape().n, [&](int n) {
            for (int g = 0; g < node.group; g++)
            {
                const float* columns = windows(input, n, g);
                Map out(output.picture(n) + g * groupOutputs * cells, groupOutputs, cells);
                out.noalias() = ConstMap(weight.data() + g * groupOutputs * depth, groupOutputs, depth) *
                                ConstMap(columns, depth, cells);
                out.colwise() +=
                    Eigen::Map<const Eigen::VectorXf>(bias.data() + g * groupOutputs, groupOutputs);
            }
        });
    }

    void backward(const KernelArgs& args) override
    {
        const Tensor &input = *args.inputs[0], &weight = *args.parameters[0], &outGrad = *args.outputGradient;
        prepare(input.shape(), outGrad.shape(), weight.shape());
        const int count = outGrad.shape().n;
        Tensor *inGrad = args.inputGradients[0], *weightGrad = args.parameterGradients[0],
               *biasGrad = args.parameterGradients[1];
        const size_t weights = weight.shape().total();
        if (weightGrad)
            partial.create(Shape(count, 1, 1, static_cast<int>(weights)));
        if (biasGrad)
            partialBias.create(Shape(count, 1, 1, outGrad.shape().c));

        parallelFor(count, [&](int n) {
            for (int g = 0; g < node.group; g++)
            {
                ConstMap out(outGrad.picture(n) + g * groupOutputs * cells, groupOutputs, cells);
                if (weightGrad)
                    Map(partial.picture(n) + g * groupOutputs * depth, groupOutputs, depth).noalias() =
                        out * ConstMap(windows(input, n, g), depth, cells).transpose();
                if (biasGrad)
                    Eigen::Map<Eigen::VectorXf>(partialBias.picture(n) + g * groupOutputs, groupOutputs) =
                        out.rowwise().sum();
                if (inGrad)
                    backwardData(ConstMap(weight.data() + g * groupOutputs * depth, groupOutputs, depth), out,
                                 *inGrad, n, g, args.accumulate[0]);
            }
        });
        if (weightGrad)
            sum(partial, *weightGrad);
        if (biasGrad)
            sum(partialBias, *biasGrad);
    }

private:
    void prepare(const Shape& in, const Shape& out, const Shape& weight)
    {
        groupInputs = weight.c;
        groupOutputs = weight.n / node.group;
        depth = weight.c * weight.h * weight.w;
        cells = static_cast<int>(out.plane());
        rows = out.h;
        cols = out.w;
        copies = node.kernel != Size(1, 1) || node.stride != Size(1, 1) || node.padTop || node.padLeft ||
                 node.padBottom || node.padRight;
        if (copies)
            workspace.create(Shape(in.n, 1, depth, cells));
    }

    //! The windows of one group of one picture: depth x cells.
    const float* windows(const Tensor& input, int n, int group)
    {
        const Shape& s = input.shape();
        const float* source = input.picture(n) + group * groupInputs * s.plane();
        if (!copies)
            return source;
        float* row = workspace.picture(n);
        for (int c = 0; c < groupInputs; c++)
            for (int ky = 0; ky < node.kernel.height; ky++)
                for (int kx = 0; kx < node.kernel.width; kx++, row += cells)
                {
                    const int shift = kx * node.dilation.width - node.padLeft;
                    int first, last;
                    insideRange(s.w, cols, node.stride.width, shift, first, last);
                    for (int y = 0; y < rows; y++)
                    {
                        float* to = row + y * cols;
                        const int sourceY = y * node.stride.height + ky * node.dilation.height - node.padTop;
                        if (sourceY < 0 || sourceY >= s.h)
                        {
                            std::fill(to, to + cols, 0.f);
                            continue;
                        }
                        const float* from = source + c * s.plane() + sourceY * s.w + shift;
                        std::fill(to, to + first, 0.f);
                        if (node.stride.width == 1)
                            std::copy(from + first, from + last, to + first);
                        else
                            for (int x = first; x < last; x++)
                                to[x] = from[x * node.stride.width];
                        std::fill(to + last, to + cols, 0.f);
                    }
                }
        return workspace.picture(n);
    }

    void backwardData(const ConstMap& weight, const ConstMap& outGrad, Tensor& inGrad, int n, int group,
                      bool accumulate)
    {
        const Shape& s = inGrad.shape();
        float* target = inGrad.picture(n) + group * groupInputs * s.plane();
        if (!copies)
        {
            Map in(target, depth, cells);
            if (accumulate)
                in.noalias() += weight.transpose() * outGrad;
            else
                in.noalias() = weight.transpose() * outGrad;
            return;
        }
        // The windows are not needed any more: their memory takes the windows' gradient.
        Map(workspace.picture(n), depth, cells).noalias() = weight.transpose() * outGrad;
        if (!accumulate)
            std::fill(target, target + groupInputs * s.plane(), 0.f);
        const int taps = node.kernel.area(), stride = node.stride.width;
        for (int c = 0; c < groupInputs; c++)
        {
            float* channel = target + c * s.plane();
            const float* windowRows = workspace.picture(n) + static_cast<size_t>(c) * taps * cells;
            sweepTaps(node, s, Shape(1, 1, rows, cols), [&](int tap, int count, size_t outAt, size_t inAt) {
                float* to = channel + inAt;
                const float* from = windowRows + static_cast<size_t>(tap) * cells + outAt;
                if (stride == 1)
                    for (int x = 0; x < count; x++)
                        to[x] += from[x];
                else
                    for (int x = 0; x < count; x++)
                        to[x * stride] += from[x];
            });
        }
    }

    //! Sums one row a picture into the total, in the pictures' order.
    static void sum(const Tensor& partials, Tensor& total)
    {
        const int length = partials.shape().w, block = 1 << 14;
        parallelFor((length + block - 1) / block, [&](int b) {
            const int begin = b * block, size = std::min(block, length - begin);
            Eigen::Map<Eigen::ArrayXf> to(total.data() + begin, size);
            to = Eigen::Map<const Eigen::ArrayXf>(partials.picture(0) + begin, size);
            for (int n = 1; n < partials.shape().n; n++)
                to += Eigen::Map<const Eigen::ArrayXf>(partials.picture(n) + begin, size);
        });
    }

    const Node node;
    int groupInputs = 0, groupOutputs = 0, depth = 0, cells = 0, rows = 0, cols = 0;
    bool copies = false;
    Tensor workspace;            //!< windows, a picture each
    Tensor partial, partialBias; //!< parameter gradients, a picture each
};

} // namespace

std::unique_ptr<Kernel> makeConv(const Node& node)
{
    return std::make_unique<EigenConv>(node);
}

} // namespace dnn_rpn_train
} // namespace cv
