// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "cuda_engine.hpp"
#include "for_each.hpp"
#include "nearest.hpp"
#include "numbers.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

template<typename T>
class CudaResize : public Kernel
{
public:
    CudaResize(const Device& device_, const Node& node) : device(device_), scale(node.scale) {}

    KernelPlan plan(const KernelTask& task) override { return device.plan(task); }

    void forward(const KernelArgs& args) override
    {
        const TensorIndexer in = device.indexer(args.inputs[0]->shape()),
                            out = device.indexer(args.output->shape());
        forEach(
            device, out.total(),
            UpsampleNearest<T>{numbersOf<T>(*args.inputs[0]), in, numbersOf<T>(*args.output), out, scale});
    }

    void backward(const KernelArgs& args) override
    {
        if (!args.inputGradients[0])
            return;
        const TensorIndexer in = device.indexer(args.inputs[0]->shape()),
                            out = device.indexer(args.outputGradient->shape());
        forEach(device, in.total(),
                UpsampleNearestBackward<T>{numbersOf<T>(*args.outputGradient), out,
                                           numbersOf<T>(*args.inputGradients[0]), in, scale,
                                           args.accumulate[0] != 0});
    }

private:
    const Device& device;
    const int scale;
};

} // namespace

std::unique_ptr<Kernel> makeResize(const Device& device, const Node& node)
{
    return makeKernel<CudaResize>(device, node);
}

} // namespace dnn_rpn_train
} // namespace cv
