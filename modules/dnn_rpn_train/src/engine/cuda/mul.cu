// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "cuda_engine.hpp"
#include "numbers.hpp"
#include "product.hpp"
#include "reorder.hpp"
#include "sums.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! Products of two; an input of one number a channel multiplies all of it, and its gradient is summed up.
template<typename T>
class CudaMul : public Kernel
{
public:
    explicit CudaMul(const Device& device_) : device(device_) {}

    KernelPlan plan(const KernelTask& task) override
    {
        KernelPlan plan = device.plan(task);
        plan.readsInputs = true;
        const Groups groups{device.indexer(task.output), true};
        Scratch scratch;
        sums = scratch.take(groups.count() * sizeof(float));
        parts = scratch.take(groups.scratch() * sizeof(float));
        plan.scratch = scratch.size();
        return plan;
    }

    void forward(const KernelArgs& args) override
    {
        const TensorIndexer out = device.indexer(args.output->shape());
        forEach(device, out.total(),
                Multiply<T>{factor(*args.inputs[0]), factor(*args.inputs[1]), numbersOf<T>(*args.output), out,
                            false});
    }

    void backward(const KernelArgs& args) override
    {
        const Factor<T> gradient = factor(*args.outputGradient);
        for (int j : {0, 1})
        {
            if (!args.inputGradients[j])
                continue;
            const Factor<T> other = factor(*args.inputs[1 - j]);
            const TensorIndexer indexer = device.indexer(args.inputs[j]->shape());
            T* const to = numbersOf<T>(*args.inputGradients[j]);
            const bool add = args.accumulate[j] != 0;
            if (indexer.plane() == gradient.indexer.plane())
            {
                forEach(device, indexer.total(), Multiply<T>{gradient, other, to, indexer, add});
                continue;
            }
            float* const sum = static_cast<float*>(at(args.scratch, sums));
            sumUp(device, Groups{gradient.indexer, true}, ProductTerm<T>{gradient.data, other.data},
                  static_cast<float*>(at(args.scratch, parts)), sum);
            // One number a channel lies alike in both orders.
            forEach(device, indexer.total(), Reordering<float, T>{sum, indexer, to, indexer, add});
        }
    }

private:
    Factor<T> factor(const Tensor& t) const { return {numbersOf<T>(t), device.indexer(t.shape())}; }

    const Device& device;
    size_t sums = 0, parts = 0;
};

} // namespace

std::unique_ptr<Kernel> makeMul(const Device& device)
{
    return makeKernel<CudaMul>(device);
}

} // namespace dnn_rpn_train
} // namespace cv
