// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "eigen_engine.hpp"
#include "parallel.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! Nearest neighbours; backward, each input gathers the outputs that copy it.
class EigenResize : public Kernel
{
public:
    explicit EigenResize(const Node& node) : scale(node.scale) {}

    KernelPlan plan(const KernelTask& task) override { return plainPlan(task); }

    void forward(const KernelArgs& args) override
    {
        const Shape in = args.inputs[0]->shape(), out = args.output->shape();
        parallelFor(out.n * out.c, [&](int plane) {
            const float* from = args.inputs[0]->data() + plane * in.plane();
            float* to = args.output->data() + plane * out.plane();
            for (int y = 0; y < in.h; y++, from += in.w)
            {
                float* const row = to;
                for (int x = 0; x < in.w; x++, to += scale)
                    std::fill(to, to + scale, from[x]);
                for (int copy = 1; copy < scale; copy++)
                    to = std::copy(row, row + out.w, to);
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
            for (int y = 0; y < out.h; y++, from += out.w)
            {
                float* const row = to + static_cast<size_t>(y / scale) * in.w;
                for (int x = 0; x < in.w; x++)
                    for (int i = 0; i < scale; i++)
                        row[x] += from[x * scale + i];
            }
        });
    }

private:
    const int scale;
};

} // namespace

std::unique_ptr<Kernel> makeResize(const Node& node)
{
    return std::make_unique<EigenResize>(node);
}

} // namespace dnn_rpn_train
} // namespace cv
