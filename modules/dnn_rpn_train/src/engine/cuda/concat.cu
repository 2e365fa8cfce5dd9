// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "cuda_engine.hpp"
#include "for_each.hpp"
#include "numbers.hpp"
#include "slice.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! Stacks channels.
template<typename T>
class CudaConcat : public Kernel
{
public:
    explicit CudaConcat(const Device& device_) : device(device_) {}

    KernelPlan plan(const KernelTask& task) override { return device.plan(task); }

    void forward(const KernelArgs& args) override
    {
        const TensorIndexer whole = device.indexer(args.output->shape());
        int first = 0;
        for (const Tensor* input : args.inputs)
        {
            const TensorIndexer part = device.indexer(input->shape());
            forEach(device, part.total(),
                    CopyToSlice<T>{numbersOf<T>(*input), part, numbersOf<T>(*args.output), whole, first});
            first += part.channels;
        }
    }

    void backward(const KernelArgs& args) override
    {
        const TensorIndexer whole = device.indexer(args.outputGradient->shape());
        int first = 0;
        for (size_t j = 0; j < args.inputs.size(); j++)
        {
            const TensorIndexer part = device.indexer(args.inputs[j]->shape());
            if (args.inputGradients[j])
                forEach(device, part.total(),
                        CopyFromSlice<T>{numbersOf<T>(*args.outputGradient), whole,
                                         numbersOf<T>(*args.inputGradients[j]), part, first,
                                         args.accumulate[j] != 0});
            first += part.channels;
        }
    }

private:
    const Device& device;
};

} // namespace

std::unique_ptr<Kernel> makeConcat(const Device& device)
{
    return makeKernel<CudaConcat>(device);
}

} // namespace dnn_rpn_train
} // namespace cv
