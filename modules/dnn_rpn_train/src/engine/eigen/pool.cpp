// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "eigen_engine.hpp"
#include "parallel.hpp"
#include "../windows.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

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

    // First each row's highest within the columns of a window, then the highest of those within its rows: time
    // grows with the window's sides rather than with its area.
    void forward(const KernelArgs& args) override
    {
        const Shape in = args.inputs[0]->shape(), out = args.output->shape();
        const Windows rows = Windows::ofRows(node, in.h, out.h),
                      columns = Windows::ofColumns(node, in.w, out.w);
        int* const winners = static_cast<int*>(args.saved);
        parallel_for_(Range(0, out.n * out.c), [&](const Range& planes) {
            std::vector<int> bestOfRows(static_cast<size_t>(in.h) * out.w);
            for (int plane = planes.start; plane < planes.end; plane++)
            {
                const float* from = args.inputs[0]->data() + plane * in.plane();
                for (int y = 0; y < in.h; y++)
                    highestOfRow(from, y * in.w, columns, &bestOfRows[static_cast<size_t>(y) * out.w]);
                float* to = args.output->data() + plane * out.plane();
                int* winner = winners + plane * out.plane();
                for (int y = 0; y < out.h; y++, to += out.w, winner += out.w)
                    highestOfColumns(from, &bestOfRows[0], rows.first(y), rows.last(y), out.w, to, winner);
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
    //! By window, where the first of the highest numbers of a row stands.
    static void highestOfRow(const float* from, int row, const Windows& columns, int* best)
    {
        for (int x = 0; x < columns.count; x++)
        {
            int highest = row + columns.first(x);
            for (int i = highest + 1, end = row + columns.last(x); i < end; i++)
                if (from[i] > from[highest])
                    highest = i;
            best[x] = highest;
        }
    }

    //! By column, the first of the highest numbers of the rows first..last-1 of `best`, and where it stands.
    static void highestOfColumns(const float* from, const int* best, int first, int last, int width,
                                 float* to, int* winner)
    {
        for (int x = 0; x < width; x++)
        {
            winner[x] = best[first * width + x];
            to[x] = from[winner[x]];
        }
        for (int y = first + 1; y < last; y++)
            for (int x = 0; x < width; x++)
            {
                const int other = best[y * width + x];
                if (from[other] > to[x])
                {
                    winner[x] = other;
                    to[x] = from[other];
                }
            }
    }

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
            forEachWindow(in, out, [&](size_t window, const Rect& r, float cells) {
                float sum = 0;
                for (int j = r.y; j < r.y + r.height; j++)
                    for (int i = r.x; i < r.x + r.width; i++)
                        sum += from[j * in.w + i];
                to[window] = sum / cells;
            });
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
            forEachWindow(in, out, [&](size_t window, const Rect& r, float cells) {
                const float share = from[window] / cells;
                for (int j = r.y; j < r.y + r.height; j++)
                    for (int i = r.x; i < r.x + r.width; i++)
                        to[j * in.w + i] += share;
            });
        });
    }

private:
    //! body(window, the part of it inside the image, cells to divide by) for each of the output's windows.
    template<typename Body>
    void forEachWindow(const Shape& in, const Shape& out, const Body& body) const
    {
        const Windows rows = Windows::ofRows(node, in.h, out.h),
                      columns = Windows::ofColumns(node, in.w, out.w);
        for (int y = 0; y < out.h; y++)
            for (int x = 0; x < out.w; x++)
                body(static_cast<size_t>(y) * out.w + x,
                     Rect(Point(columns.first(x), rows.first(y)), Point(columns.last(x), rows.last(y))),
                     static_cast<float>(rows.cells(y, node.countPadding) *
                                        columns.cells(x, node.countPadding)));
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
