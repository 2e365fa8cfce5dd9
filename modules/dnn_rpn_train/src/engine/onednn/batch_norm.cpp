// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "onednn_engine.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

using dnnl::batch_normalization_backward;
using dnnl::batch_normalization_forward;
using Flags = dnnl::normalization_flags;

/** @brief Batch normalisation by the batch or by the running statistics. Where nothing of it is trained,
backward is the forward pass of the gradient, without mean and shift.

With several ranks each has mean and variance of its own images from oneDNN, and normalises by those of all.
Backward, oneDNN takes the latter for constants; what comes to the input's gradient by way of them,
-scale / deviation (sum g + z sum g z) / count, is the normalisation of the input with another scale and shift. */
class OneDnnBatchNorm : public Kernel
{
public:
    OneDnnBatchNorm(const OneDnn& dnn_, const Node& node_) : dnn(dnn_), node(node_) {}

    KernelPlan plan(const KernelTask& task) override
    {
        shape = task.output;
        ranks = task.ranks;
        desc = descOf(task.inputs[0]);
        zeros.assign(shape.c, 0.f);
        KernelPlan plan;
        plan.output = task.inputs[0];
        plan.saved = 2 * statisticsBytes();
        plan.readsInputs = node.batchStatistics || task.parameterGradients[0];
        plan.inPlace = !plan.readsInputs;

        planMode(running, Flags::use_global_stats, task);
        if (node.batchStatistics)
            planMode(batch, Flags::none, task);
        const bool together = node.batchStatistics && ranks->count() > 1;
        Scratch scratch;
        unused = scratch.take(2 * statisticsBytes());
        if (together)
            byStatistics = GradientWriter(dnn, desc, desc, true, scratch);
        writer = GradientWriter(dnn, desc, desc, task.accumulate[0] != 0, scratch);
        scratchpadAt = scratch.take(std::max(running.scratchpadBytes(), batch.scratchpadBytes()));
        plan.scratch = scratch.size();
        return plan;
    }

    void forward(const KernelArgs& args) override
    {
        const bool byBatch = args.training && node.batchStatistics;
        if (!byBatch)
        {
            // What backward will take.
            std::copy(args.parameters[2]->data(), args.parameters[2]->data() + shape.c, mean(args));
            std::copy(args.parameters[3]->data(), args.parameters[3]->data() + shape.c, variance(args));
        }
        double count = static_cast<double>(shape.n) * shape.plane();
        const auto run = [&](const Mode& mode) {
            normalise(mode, args, args.inputs[0]->data(), channels(mean(args)),
                      channels(args.parameters[0]->data()), channels(args.parameters[1]->data()),
                      dnn.memory(desc, args.output->data()));
        };
        run(byBatch ? batch : running);
        if (!byBatch)
            return;
        if (ranks->count() > 1)
        {
            joinStatistics(args, count);
            run(running);
        }
        follow(args, count);
    }

    void backward(const KernelArgs& args) override
    {
        const bool byBatch = args.training && node.batchStatistics;
        const bool together = byBatch && ranks->count() > 1;
        const Mode& mode = byBatch && !together ? batch : running;
        float* const destination = args.inputGradients[0] ? args.inputGradients[0]->data() : nullptr;
        if (!byBatch && !args.parameterGradients[0] && !args.parameterGradients[1])
        {
            if (!destination)
                return;
            normalise(mode, args, args.outputGradient->data(), channels(zeros.data()),
                      channels(args.parameters[0]->data()), channels(zeros.data()),
                      writer.target(dnn, destination, args.scratch));
            writer.finish(dnn, destination, args.scratch);
            return;
        }
        const auto parameter = [&](int p) {
            return args.parameterGradients[p]
                       ? args.parameterGradients[p]->data()
                       : static_cast<float*>(at(args.scratch, unused + p * statisticsBytes()));
        };
        // Nobody wants the input's gradient right behind frozen layers, but oneDNN writes it.
        const dnnl::memory target = destination ? writer.target(dnn, destination, args.scratch)
                                                : dnn.memory(desc, args.outputGradient->data());
        dnn.run(mode.backward,
                {{DNNL_ARG_SRC, dnn.memory(desc, args.inputs[0]->data())},
                 {DNNL_ARG_MEAN, channels(mean(args))},
                 {DNNL_ARG_VARIANCE, channels(variance(args))},
                 {DNNL_ARG_SCALE, channels(args.parameters[0]->data())},
                 {DNNL_ARG_SHIFT, channels(args.parameters[1]->data())},
                 {DNNL_ARG_DIFF_DST, dnn.memory(desc, args.outputGradient->data())},
                 {DNNL_ARG_DIFF_SRC, target},
                 {DNNL_ARG_DIFF_SCALE, channels(parameter(0))},
                 {DNNL_ARG_DIFF_SHIFT, channels(parameter(1))},
                 {DNNL_ARG_SCRATCHPAD, dnn.memory(mode.backwardScratchpad, at(args.scratch, scratchpadAt))}});
        if (!destination)
            return;
        writer.finish(dnn, destination, args.scratch);
        if (together)
            addByStatistics(args, parameter(0), parameter(1), destination);
    }

private:
    //! By the batch, or by the running statistics.
    struct Mode
    {
        dnnl::primitive forward, backward;
        MemoryDesc forwardScratchpad, backwardScratchpad;
        size_t scratchpadBytes() const
        {
            return std::max(forwardScratchpad.get_size(), backwardScratchpad.get_size());
        }
    };

    void planMode(Mode& mode, Flags statistics, const KernelTask& task)
    {
        const Flags flags = statistics | Flags::use_scale | Flags::use_shift;
        const auto training = dnnl::prop_kind::forward_training;
        const auto attr = ourScratchpad();
#if DNNL_VERSION_MAJOR >= 3
        const auto forward =
            describe<batch_normalization_forward>(dnn, attr, training, desc, desc, node.epsilon, flags);
#else
        const auto forward =
            describe<batch_normalization_forward>(dnn, attr, training, desc, node.epsilon, flags);
#endif
        mode.forward = batch_normalization_forward(forward);
        mode.forwardScratchpad = forward.scratchpad_desc();
        if (!task.inputGradients[0] && !task.parameterGradients[0] && !task.parameterGradients[1])
            return;
#if DNNL_VERSION_MAJOR >= 3
        const auto backward = describeBackward<batch_normalization_backward>(
            dnn, attr, forward, dnnl::prop_kind::backward, desc, desc, desc, node.epsilon, flags);
#else
        const auto backward = describeBackward<batch_normalization_backward>(
            dnn, attr, forward, dnnl::prop_kind::backward, desc, desc, node.epsilon, flags);
#endif
        mode.backward = batch_normalization_backward(backward);
        mode.backwardScratchpad = backward.scratchpad_desc();
    }

    void normalise(const Mode& mode, const KernelArgs& args, const void* from, const dnnl::memory& means,
                   const dnnl::memory& scale, const dnnl::memory& shift, const dnnl::memory& to) const
    {
        dnn.run(mode.forward,
                {{DNNL_ARG_SRC, dnn.memory(desc, from)},
                 {DNNL_ARG_MEAN, means},
                 {DNNL_ARG_VARIANCE, channels(variance(args))},
                 {DNNL_ARG_SCALE, scale},
                 {DNNL_ARG_SHIFT, shift},
                 {DNNL_ARG_DST, to},
                 {DNNL_ARG_SCRATCHPAD, dnn.memory(mode.forwardScratchpad, at(args.scratch, scratchpadAt))}});
    }

    //! Mean and variance of this rank's images become those of all ranks'; so does their count.
    void joinStatistics(const KernelArgs& args, double& count) const
    {
        const double own = count;
        std::vector<double> sums(static_cast<size_t>(shape.c) + 1, own);
        for (int c = 0; c < shape.c; c++)
            sums[c] = own * mean(args)[c];
        ranks->sum(sums.data(), shape.c + 1);
        count = sums[shape.c];
        for (int c = 0; c < shape.c; c++)
        {
            const double all = sums[c] / count, apart = mean(args)[c] - all;
            sums[c] = own * (variance(args)[c] + apart * apart);
            mean(args)[c] = static_cast<float>(all);
        }
        ranks->sum(sums.data(), shape.c);
        for (int c = 0; c < shape.c; c++)
            variance(args)[c] = static_cast<float>(sums[c] / count);
    }

    //! @param products, shifts sums of g z and of g over this rank's images
    void addByStatistics(const KernelArgs& args, const float* products, const float* shifts,
                         float* destination) const
    {
        std::vector<double> sums(2 * static_cast<size_t>(shape.c) + 1);
        std::copy(products, products + shape.c, sums.begin());
        std::copy(shifts, shifts + shape.c, sums.begin() + shape.c);
        sums.back() = static_cast<double>(shape.n) * shape.plane();
        ranks->sum(sums.data(), static_cast<int>(sums.size()));
        std::vector<float> scale(shape.c), shift(shape.c);
        for (int c = 0; c < shape.c; c++)
        {
            const double factor = -args.parameters[0]->data()[c] /
                                  std::sqrt(static_cast<double>(variance(args)[c]) + node.epsilon) /
                                  sums.back();
            scale[c] = static_cast<float>(factor * sums[c]);
            shift[c] = static_cast<float>(factor * sums[shape.c + c]);
        }
        normalise(running, args, args.inputs[0]->data(), channels(mean(args)), channels(scale.data()),
                  channels(shift.data()), byStatistics.target(dnn, destination, args.scratch));
        byStatistics.finish(dnn, destination, args.scratch);
    }

    void follow(const KernelArgs& args, double count) const
    {
        const float unbiased = static_cast<float>(count / std::max(1., count - 1));
        float *runningMean = args.parameters[2]->data(), *runningVariance = args.parameters[3]->data();
        for (int c = 0; c < shape.c; c++)
        {
            runningMean[c] += node.momentum * (mean(args)[c] - runningMean[c]);
            runningVariance[c] += node.momentum * (unbiased * variance(args)[c] - runningVariance[c]);
        }
    }

    size_t statisticsBytes() const
    {
        return alignSize(shape.c * sizeof(float), 64);
    }
    float* mean(const KernelArgs& args) const
    {
        return static_cast<float*>(args.saved);
    }
    float* variance(const KernelArgs& args) const
    {
        return static_cast<float*>(at(args.saved, statisticsBytes()));
    }
    dnnl::memory channels(const void* data) const
    {
        return dnn.memory(OneDnn::channels(shape.c), data);
    }

    const OneDnn& dnn;
    const Node node;
    Shape shape;
    MemoryDesc desc;
    Mode running, batch;
    Ranks* ranks = nullptr;
    GradientWriter writer, byStatistics; //!< the latter with several ranks
    size_t unused = 0, scratchpadAt = 0;
    std::vector<float> zeros;
};

} // namespace

std::unique_ptr<Kernel> makeBatchNorm(const OneDnn& dnn, const Node& node)
{
    return std::make_unique<OneDnnBatchNorm>(dnn, node);
}

} // namespace dnn_rpn_train
} // namespace cv
