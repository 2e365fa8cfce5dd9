// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "cuda_engine.hpp"
#include "normalise.hpp"
#include "numbers.hpp"
#include "sums.hpp"

namespace cv {
namespace dnn_rpn_train {

// cuDNN's backward pass is that of the batch's statistics only, while frozen ones are the rule here.

namespace {

//! Batch normalisation, as the Eigen engine's: by the batch or by the running statistics.
template<typename T>
class CudaBatchNorm : public Kernel
{
public:
    CudaBatchNorm(const Device& device_, const Node& node_) : device(device_), node(node_) {}

    KernelPlan plan(const KernelTask& task) override
    {
        KernelPlan plan = device.plan(task);
        channels = task.output.c;
        groups = std::make_unique<Groups>(Groups{device.indexer(task.output), false});
        plan.saved = 2 * channels * sizeof(float); // mean and 1 / deviation
        plan.readsInputs = node.batchStatistics || task.parameterGradients[0];
        plan.inPlace = !plan.readsInputs;
        Scratch scratch;
        sums = scratch.take(2 * channels * sizeof(float));
        parts = scratch.take(groups->scratch() * sizeof(float));
        plan.scratch = scratch.size();
        return plan;
    }

    void forward(const KernelArgs& args) override
    {
        const T* const from = numbersOf<T>(*args.inputs[0]);
        float *const mean = means(args), *const inverse = mean + channels,
                     *const runningMean = args.parameters[2]->data(),
                     *const runningVariance = args.parameters[3]->data();
        if (args.training && node.batchStatistics)
        {
            const float count = static_cast<float>(groups->members());
            sumUp(device, *groups, ValueTerm<T>{from}, partial(args), mean);
            forEach(device, channels, BatchMean{mean, runningMean, count, node.momentum});
            sumUp(device, *groups, SquareTerm<T>{from, mean}, partial(args), inverse);
            forEach(device, channels,
                    BatchDeviation{inverse, runningVariance, count, node.momentum, node.epsilon});
        }
        else
            forEach(device, channels,
                    RunningStatistics{runningMean, runningVariance, mean, inverse, node.epsilon});
        forEach(device, groups->indexer.total(),
                Normalise<T>{from, numbersOf<T>(*args.output), groups->indexer, mean, inverse,
                             args.parameters[0]->data(), args.parameters[1]->data()});
    }

    void backward(const KernelArgs& args) override
    {
        const bool batch = args.training && node.batchStatistics;
        const T *const gradient = numbersOf<T>(*args.outputGradient), *const x =
                                                                          numbersOf<T>(*args.inputs[0]);
        float *const mean = means(args), *const inverse = mean + channels;
        Tensor *const scale = args.parameterGradients[0], *const shift = args.parameterGradients[1];
        float *const sum = shift ? shift->data() : static_cast<float*>(at(args.scratch, sums)),
                     *const product =
                         scale ? scale->data() : static_cast<float*>(at(args.scratch, sums)) + channels;
        if (batch || shift)
            sumUp(device, *groups, ValueTerm<T>{gradient}, partial(args), sum);
        if (batch || scale)
        {
            sumUp(device, *groups, DistanceTerm<T>{gradient, x, mean}, partial(args), product);
            forEach(device, channels, WithDeviation{product, inverse});
        }
        if (args.inputGradients[0])
            forEach(device, groups->indexer.total(),
                    NormaliseBack<T>{gradient, x, numbersOf<T>(*args.inputGradients[0]), groups->indexer,
                                     mean, inverse, args.parameters[0]->data(), sum, product,
                                     static_cast<float>(groups->members()), batch, args.accumulate[0] != 0});
    }

private:
    float* means(const KernelArgs& args) const { return static_cast<float*>(args.saved); }
    float* partial(const KernelArgs& args) const { return static_cast<float*>(at(args.scratch, parts)); }

    const Device& device;
    const Node node;
    int channels = 0;
    std::unique_ptr<Groups> groups;
    size_t sums = 0, parts = 0;
};

} // namespace

std::unique_ptr<Kernel> makeBatchNorm(const Device& device, const Node& node)
{
    return makeKernel<CudaBatchNorm>(device, node);
}

} // namespace dnn_rpn_train
} // namespace cv
