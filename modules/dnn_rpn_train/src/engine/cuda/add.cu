// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "cuda_engine.hpp"
#include "for_each.hpp"
#include "numbers.hpp"
#include "store.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

template<typename T>
class CudaAdd : public Kernel
{
public:
    explicit CudaAdd(const Device& device_) : device(device_) {}

    KernelPlan plan(const KernelTask& task) override { return device.plan(task); }

    void forward(const KernelArgs& args) override
    {
        const int count = static_cast<int>(args.output->shape().total());
        T* const to = numbersOf<T>(*args.output);
        const T* const first = numbersOf<T>(*args.inputs[0]);
        if (args.inputs.size() == 1)
            forEach(device, count, CopyOrAdd<T>{first, to, false});
        else
            forEach(device, count, AddTwo<T>{first, numbersOf<T>(*args.inputs[1]), to});
        for (size_t j = 2; j < args.inputs.size(); j++)
            forEach(device, count, CopyOrAdd<T>{numbersOf<T>(*args.inputs[j]), to, true});
    }

    void backward(const KernelArgs& args) override
    {
        const int count = static_cast<int>(args.outputGradient->shape().total());
        for (size_t j = 0; j < args.inputs.size(); j++)
            if (args.inputGradients[j])
                forEach(device, count,
                        CopyOrAdd<T>{numbersOf<T>(*args.outputGradient),
                                     numbersOf<T>(*args.inputGradients[j]), args.accumulate[j] != 0});
    }

private:
    const Device& device;
};

} // namespace

std::unique_ptr<Kernel> makeAdd(const Device& device)
{
    return makeKernel<CudaAdd>(device);
}

} // namespace dnn_rpn_train
} // namespace cv
