// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "cuda_engine.hpp"
#include "for_each.hpp"
#include "functions.hpp"
#include "numbers.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

template<typename T, typename Function>
class CudaActivation : public Kernel
{
public:
    CudaActivation(const Device& device_, const Function& function_) : device(device_), function(function_) {}

    KernelPlan plan(const KernelTask& task) override
    {
        KernelPlan plan = device.plan(task);
        plan.readsInputs = needsInput<Function>;
        plan.inPlace = plan.readsOutput = !needsInput<Function>;
        return plan;
    }

    void forward(const KernelArgs& args) override
    {
        forEach(device, static_cast<int>(args.output->shape().total()),
                Apply<T, Function>{numbersOf<T>(*args.inputs[0]), numbersOf<T>(*args.output), function});
    }

    void backward(const KernelArgs& args) override
    {
        if (!args.inputGradients[0])
            return;
        const Tensor& known = needsInput<Function> ? *args.inputs[0] : *args.output;
        forEach(device, static_cast<int>(args.output->shape().total()),
                ApplyBack<T, Function>{numbersOf<T>(known), numbersOf<T>(*args.outputGradient),
                                       numbersOf<T>(*args.inputGradients[0]), function,
                                       args.accumulate[0] != 0});
    }

private:
    const Device& device;
    const Function function;
};

template<typename T>
std::unique_ptr<Kernel> makeOf(const Device& device, const Node& node)
{
    return makeOfFunction(node, [&](const auto& function) -> std::unique_ptr<Kernel> {
        const auto exact = rounded<T>(function);
        return std::make_unique<CudaActivation<T, std::decay_t<decltype(exact)>>>(device, exact);
    });
}

} // namespace

std::unique_ptr<Kernel> makeActivation(const Device& device, const Node& node)
{
    return device.isBf16() ? makeOf<__nv_bfloat16>(device, node) : makeOf<float>(device, node);
}

} // namespace dnn_rpn_train
} // namespace cv
