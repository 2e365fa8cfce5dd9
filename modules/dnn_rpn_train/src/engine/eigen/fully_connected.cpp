// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "eigen_engine.hpp"
#include "parallel.hpp"
#include "product.hpp"
#include "../functions.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

/** @brief One product of matrices for the whole batch: images (n x numbers of an image) times the
transposed weight (outputs x numbers). The same bits for any number of threads, as EigenConv. */
class EigenFullyConnected : public Kernel
{
public:
    bool absorb(const Node& following) override { return activation.absorb(following); }

    KernelPlan plan(const KernelTask& task) override
    {
        rows = task.output.n;
        outputs = task.output.c;
        depth = static_cast<int>(task.inputs[0].shape.image());
        KernelPlan plan = plainPlan(task);
        plan.readsInputs = task.parameterGradients[0];
        plan.readsOutput = activation.present();
        return plan;
    }

    void forward(const KernelArgs& args) override
    {
        const ConstMap x(args.inputs[0]->data(), rows, depth),
            weight(args.parameters[0]->data(), outputs, depth);
        const float* const bias = args.parameters[1]->data();
        Map y(args.output->data(), rows, outputs);
        inPieces(y, [&](auto block, const Rect& r) {
            block.noalias() = x.middleRows(r.y, r.height) * weight.middleRows(r.x, r.width).transpose();
            for (int i = 0; i < r.height; i++)
            {
                float* const row = y.data() + static_cast<size_t>(r.y + i) * outputs;
                for (int j = r.x; j < r.x + r.width; j++)
                    row[j] = activation(row[j] + bias[j]);
            }
        });
    }

    void backward(const KernelArgs& args) override
    {
        if (activation.present())
            parallelFor(rows, [&](int i) {
                activation.mask(args.output->image(i), args.outputGradient->image(i), outputs);
            });
        const ConstMap gradient(args.outputGradient->data(), rows, outputs);
        if (args.parameterGradients[0])
        {
            const ConstMap x(args.inputs[0]->data(), rows, depth);
            inPieces(Map(args.parameterGradients[0]->data(), outputs, depth), [&](auto block, const Rect& r) {
                block.noalias() = gradient.middleCols(r.y, r.height).transpose() * x.middleCols(r.x, r.width);
            });
        }
        if (args.parameterGradients[1])
            Map(args.parameterGradients[1]->data(), 1, outputs) = gradient.colwise().sum();
        if (args.inputGradients[0])
        {
            const ConstMap weight(args.parameters[0]->data(), outputs, depth);
            const bool accumulate = args.accumulate[0] != 0;
            inPieces(Map(args.inputGradients[0]->data(), rows, depth), [&](auto block, const Rect& r) {
                const auto product = gradient.middleRows(r.y, r.height) * weight.middleCols(r.x, r.width);
                if (accumulate)
                    block.noalias() += product;
                else
                    block.noalias() = product;
            });
        }
    }

private:
    //! body(block, where it lies) for the pieces of a matrix, spread over the threads.
    template<typename Body>
    static void inPieces(Map matrix, const Body& body)
    {
        // Each piece repacks the whole of one factor, so there are no more than some cores need.
        const Pieces pieces(static_cast<int>(matrix.rows()), static_cast<int>(matrix.cols()), 8);
        parallelFor(pieces.count(), [&](int i) {
            const Rect r = pieces[i];
            body(matrix.block(r.y, r.x, r.height, r.width), r);
        });
    }

    Clip activation;
    int rows = 0, outputs = 0, depth = 0;
};

} // namespace

std::unique_ptr<Kernel> makeFullyConnected()
{
    return std::make_unique<EigenFullyConnected>();
}

} // namespace dnn_rpn_train
} // namespace cv
