// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "cuda_engine.hpp"
#include "numbers.hpp"
#include "sums.hpp"
#include "window.hpp"

namespace cv {
namespace dnn_rpn_train {

// cuDNN's pooling pads both sides alike, has no windows that reach beyond the padding, and does not say which
// of equal numbers wins.

namespace {

template<typename T>
class CudaMaxPool : public Kernel
{
public:
    CudaMaxPool(const Device& device_, const Node& node_) : device(device_), node(node_) {}

    KernelPlan plan(const KernelTask& task) override
    {
        KernelPlan plan = device.plan(task);
        plan.saved = task.output.total() * sizeof(int); // the winners
        return plan;
    }

    void forward(const KernelArgs& args) override
    {
        const Pooling pooling(node, device.indexer(args.inputs[0]->shape()),
                              device.indexer(args.output->shape()));
        forEach(device, pooling.out.total(),
                MaxPool<T>{pooling, numbersOf<T>(*args.inputs[0]), numbersOf<T>(*args.output),
                           static_cast<int*>(args.saved)});
    }

    void backward(const KernelArgs& args) override
    {
        if (!args.inputGradients[0])
            return;
        const Pooling pooling(node, device.indexer(args.inputs[0]->shape()),
                              device.indexer(args.outputGradient->shape()));
        forEach(device, pooling.in.total(),
                MaxPoolBack<T>{pooling, numbersOf<T>(*args.outputGradient), static_cast<int*>(args.saved),
                               numbersOf<T>(*args.inputGradients[0]), args.accumulate[0] != 0});
    }

private:
    const Device& device;
    const Node node;
};

//! Of windows, or of all.
template<typename T>
class CudaAveragePool : public Kernel
{
public:
    CudaAveragePool(const Device& device_, const Node& node_)
        : device(device_), node(node_), global(node_.op == Op::GlobalAveragePool)
    {}

    KernelPlan plan(const KernelTask& task) override
    {
        KernelPlan plan = device.plan(task);
        if (!global)
            return plan;
        const Shape& in = task.inputs[0].shape;
        node.kernel = Size(in.w, in.h);
        const Groups groups{device.indexer(in), true};
        Scratch scratch;
        sums = scratch.take(groups.count() * sizeof(float));
        parts = scratch.take(groups.scratch() * sizeof(float));
        plan.scratch = scratch.size();
        return plan;
    }

    void forward(const KernelArgs& args) override
    {
        const TensorIndexer in = device.indexer(args.inputs[0]->shape()),
                            out = device.indexer(args.output->shape());
        const Pooling pooling(node, in, out);
        const T* const from = numbersOf<T>(*args.inputs[0]);
        T* const to = numbersOf<T>(*args.output);
        if (!global)
        {
            forEach(device, out.total(), AveragePool<T>{pooling, from, to});
            return;
        }
        float* const sum = static_cast<float*>(at(args.scratch, sums));
        sumUp(device, Groups{in, true}, ValueTerm<T>{from}, static_cast<float*>(at(args.scratch, parts)),
              sum);
        forEach(device, out.total(), Divide<T>{sum, to, static_cast<float>(in.plane())});
    }

    void backward(const KernelArgs& args) override
    {
        if (!args.inputGradients[0])
            return;
        const Pooling pooling(node, device.indexer(args.inputs[0]->shape()),
                              device.indexer(args.outputGradient->shape()));
        forEach(device, pooling.in.total(),
                AveragePoolBack<T>{pooling, numbersOf<T>(*args.outputGradient),
                                   numbersOf<T>(*args.inputGradients[0]), args.accumulate[0] != 0});
    }

private:
    const Device& device;
    Node node;
    const bool global;
    size_t sums = 0, parts = 0;
};

} // namespace

std::unique_ptr<Kernel> makePool(const Device& device, const Node& node)
{
    if (node.op == Op::MaxPool)
        return makeKernel<CudaMaxPool>(device, node);
    return makeKernel<CudaAveragePool>(device, node);
}

} // namespace dnn_rpn_train
} // namespace cv
