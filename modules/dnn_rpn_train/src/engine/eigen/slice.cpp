// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "eigen_engine.hpp"
#include "parallel.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

class EigenSlice : public Kernel
{
public:
    explicit EigenSlice(const Node& node_) : node(node_) {}

    KernelPlan plan(const KernelTask& task) override { return plainPlan(task); }

    void forward(const KernelArgs& args) override
    {
        const Tensor& input = *args.inputs[0];
        forEachRow(input.shape(), args.output->shape(), [&](size_t inAt, size_t outAt, int count) {
            const float* from = input.data() + inAt;
            float* to = args.output->data() + outAt;
            for (int x = 0; x < count; x++)
                to[x] = from[x * node.columns.step];
        });
    }

    void backward(const KernelArgs& args) override
    {
        if (!args.inputGradients[0])
            return;
        Tensor& gradient = *args.inputGradients[0];
        if (!args.accumulate[0])
            gradient.setTo(0);
        const Shape out = args.outputGradient->shape();
        forEachRow(gradient.shape(), out, [&](size_t inAt, size_t outAt, int count) {
            const float* from = args.outputGradient->data() + outAt;
            float* to = gradient.data() + inAt;
            for (int x = 0; x < count; x++)
                to[x * node.columns.step] += from[x];
        });
    }

private:
    //! body(the input's first number, the output's first number, numbers) for each of the output's rows.
    template<typename Body>
    void forEachRow(const Shape& in, const Shape& out, const Body& body) const
    {
        const int channel = node.channels.first(in.c), row = node.rows.first(in.h),
                  column = node.columns.first(in.w);
        parallelFor(out.n * out.c, [&](int plane) {
            const int n = plane / out.c, c = channel + plane % out.c * node.channels.step;
            for (int y = 0; y < out.h; y++)
                body(n * in.image() + c * in.plane() + static_cast<size_t>(row + y * node.rows.step) * in.w +
                         column,
                     plane * out.plane() + static_cast<size_t>(y) * out.w, out.w);
        });
    }

    const Node node;
};

} // namespace

std::unique_ptr<Kernel> makeSlice(const Node& node)
{
    return std::make_unique<EigenSlice>(node);
}

} // namespace dnn_rpn_train
} // namespace cv
