// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "cuda_engine.hpp"
#include "descriptor.hpp"
#include "epilogue.hpp"
#include "numbers.hpp"
#include "padding.hpp"
#include "reorder.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

/** @brief cuDNN's convolution, with the bias and the activation that follows in one loop behind it.

The algorithms are those that cuDNN recommends for the shapes, of those that give the same bits every time.
They are not timed against each other: which one wins would depend on chance, and so would a training's bits.
*/
template<typename T>
class CudaConv : public Kernel
{
public:
    CudaConv(const Device& device_, const Node& node_) : device(device_), node(node_), epilogue(device_) {}

    bool absorb(const Node& following) override { return epilogue.absorb(following); }

    KernelPlan plan(const KernelTask& task) override
    {
        in = task.inputs[0].shape;
        out = task.output;
        weight = Shape(out.c, in.c / node.group, node.kernel.height, node.kernel.width);
        padding = ConvPadding(node, in, out);
        describe();

        Scratch scratch;
        planForward(scratch);
        scratch.release();
        epilogue.plan(out, scratch);
        if (task.parameterGradients[0])
            planWeights(scratch);
        if (task.inputGradients[0])
            planData(task.accumulate[0] != 0, scratch);
        KernelPlan plan = device.plan(task);
        plan.scratch = scratch.size();
        plan.readsInputs = task.parameterGradients[0];
        plan.readsOutput = epilogue.readsOutput();
        return plan;
    }

    void forward(const KernelArgs& args) override
    {
        T* const y = numbersOf<T>(*args.output);
        const float one = 1, zero = 0;
        const T *const x = padded(args, forwardPadded), *const w = weights(args, forwardWeights);
        DNN_RPN_CUDA(cudnnConvolutionForward(device.dnn(), &one, inputDescriptor, x, weightDescriptor, w,
                                             forwardPass.convolution, forwardPass.algorithm,
                                             at(args.scratch, forwardPass.workspace), forwardPass.bytes,
                                             &zero, outputDescriptor, y));
        epilogue.forward<T>(args);
    }

    void backward(const KernelArgs& args) override
    {
        epilogue.backward<T>(args);
        const T* const gradient = numbersOf<T>(*args.outputGradient);
        if (args.parameterGradients[0])
            backwardWeights(args, gradient);
        if (args.inputGradients[0])
            backwardData(args, gradient);
    }

private:
    template<typename Algorithm>
    struct Pass
    {
        ConvolutionDescriptor convolution;
        Algorithm algorithm{};
        size_t workspace = 0, bytes = 0;
    };

    void describe()
    {
        const cudnnTensorFormat_t format = device.isBf16() ? CUDNN_TENSOR_NHWC : CUDNN_TENSOR_NCHW;
        const cudnnDataType_t type = NumberType<T>::dnn;
        const Shape& x = padding.padded;
        DNN_RPN_CUDA(cudnnSetTensor4dDescriptor(inputDescriptor, format, type, x.n, x.c, x.h, x.w));
        DNN_RPN_CUDA(cudnnSetTensor4dDescriptor(outputDescriptor, format, type, out.n, out.c, out.h, out.w));
        DNN_RPN_CUDA(cudnnSetFilter4dDescriptor(weightDescriptor, type, format, weight.n, weight.c, weight.h,
                                                weight.w));
        for (cudnnConvolutionDescriptor_t c :
             {static_cast<cudnnConvolutionDescriptor_t>(forwardPass.convolution),
              static_cast<cudnnConvolutionDescriptor_t>(weightsPass.convolution),
              static_cast<cudnnConvolutionDescriptor_t>(dataPass.convolution)})
        {
            DNN_RPN_CUDA(cudnnSetConvolution2dDescriptor(
                c, padding.rows, padding.columns, node.stride.height, node.stride.width, node.dilation.height,
                node.dilation.width, CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT));
            DNN_RPN_CUDA(cudnnSetConvolutionGroupCount(c, node.group));
            DNN_RPN_CUDA(
                cudnnSetConvolutionMathType(c, device.tensorCores() ? CUDNN_TENSOR_OP_MATH : CUDNN_FMA_MATH));
        }
    }

    //! The first of cuDNN's recommendations that is good for us.
    template<typename Performance, typename Algorithm, typename WorkspaceOf>
    void choose(const std::vector<Performance>& recommended, Pass<Algorithm>& pass, Scratch& scratch,
                const char* what, const WorkspaceOf& workspaceOf)
    {
        const size_t most = size_t(1) << 30;
        for (const Performance& p : recommended)
        {
            if (p.status != CUDNN_STATUS_SUCCESS || p.determinism != CUDNN_DETERMINISTIC)
                continue;
            if (device.tensorCores())
                DNN_RPN_CUDA(cudnnSetConvolutionMathType(pass.convolution, p.mathType));
            size_t bytes = 0;
            if (workspaceOf(p.algo, bytes) != CUDNN_STATUS_SUCCESS || bytes > most)
                continue;
            pass.algorithm = p.algo;
            pass.bytes = bytes;
            pass.workspace = scratch.take(bytes);
            return;
        }
        CV_Error_(Error::StsNotImplemented,
                  ("cuDNN has no deterministic algorithm for the %s of the convolution '%s' of %s to %s",
                   what, node.name.c_str(), in.str().c_str(), out.str().c_str()));
    }

    //! Room for the input in the library's padding, and for the weights in its order.
    size_t takePadded(Scratch& scratch) const
    {
        return padding.copies ? scratch.take(padding.padded.total() * sizeof(T)) : 0;
    }
    size_t takeWeights(Scratch& scratch) const
    {
        return device.isBf16() ? scratch.take(weight.total() * sizeof(T)) : 0;
    }

    void planForward(Scratch& scratch)
    {
        forwardPadded = takePadded(scratch);
        forwardWeights = takeWeights(scratch);
        int count = 0;
        DNN_RPN_CUDA(cudnnGetConvolutionForwardAlgorithmMaxCount(device.dnn(), &count));
        std::vector<cudnnConvolutionFwdAlgoPerf_t> all(count);
        DNN_RPN_CUDA(cudnnGetConvolutionForwardAlgorithm_v7(device.dnn(), inputDescriptor, weightDescriptor,
                                                            forwardPass.convolution, outputDescriptor, count,
                                                            &count, all.data()));
        all.resize(count);
        choose(all, forwardPass, scratch, "forward pass",
               [&](cudnnConvolutionFwdAlgo_t algorithm, size_t& bytes) {
                   return cudnnGetConvolutionForwardWorkspaceSize(device.dnn(), inputDescriptor,
                                                                  weightDescriptor, forwardPass.convolution,
                                                                  outputDescriptor, algorithm, &bytes);
               });
    }

    void planWeights(Scratch& scratch)
    {
        weightsPadded = takePadded(scratch);
        weightsResult = takeWeights(scratch);
        int count = 0;
        DNN_RPN_CUDA(cudnnGetConvolutionBackwardFilterAlgorithmMaxCount(device.dnn(), &count));
        std::vector<cudnnConvolutionBwdFilterAlgoPerf_t> all(count);
        DNN_RPN_CUDA(cudnnGetConvolutionBackwardFilterAlgorithm_v7(
            device.dnn(), inputDescriptor, outputDescriptor, weightsPass.convolution, weightDescriptor, count,
            &count, all.data()));
        all.resize(count);
        choose(all, weightsPass, scratch, "weights' gradient",
               [&](cudnnConvolutionBwdFilterAlgo_t algorithm, size_t& bytes) {
                   return cudnnGetConvolutionBackwardFilterWorkspaceSize(
                       device.dnn(), inputDescriptor, outputDescriptor, weightsPass.convolution,
                       weightDescriptor, algorithm, &bytes);
               });
    }

    void planData(bool accumulate, Scratch& scratch)
    {
        scratch.release();
        dataWeights = takeWeights(scratch);
        // Not all of cuDNN's algorithms add to what is there.
        dataAside = accumulate || padding.copies;
        dataResult = dataAside ? scratch.take(padding.padded.total() * sizeof(T)) : 0;
        int count = 0;
        DNN_RPN_CUDA(cudnnGetConvolutionBackwardDataAlgorithmMaxCount(device.dnn(), &count));
        std::vector<cudnnConvolutionBwdDataAlgoPerf_t> all(count);
        DNN_RPN_CUDA(cudnnGetConvolutionBackwardDataAlgorithm_v7(device.dnn(), weightDescriptor,
                                                                 outputDescriptor, dataPass.convolution,
                                                                 inputDescriptor, count, &count, all.data()));
        all.resize(count);
        choose(all, dataPass, scratch, "input's gradient",
               [&](cudnnConvolutionBwdDataAlgo_t algorithm, size_t& bytes) {
                   return cudnnGetConvolutionBackwardDataWorkspaceSize(device.dnn(), weightDescriptor,
                                                                       outputDescriptor, dataPass.convolution,
                                                                       inputDescriptor, algorithm, &bytes);
               });
    }

    const T* padded(const KernelArgs& args, size_t offset) const
    {
        const T* const x = numbersOf<T>(*args.inputs[0]);
        if (!padding.copies)
            return x;
        T* const wide = static_cast<T*>(at(args.scratch, offset));
        const TensorIndexer indexer = device.indexer(padding.padded);
        forEach(device, indexer.total(),
                Pad<T>{x, device.indexer(in), wide, indexer, node.padTop, node.padLeft});
        return wide;
    }

    const T* weights(const KernelArgs& args, size_t offset) const
    {
        const float* const plain = args.parameters[0]->data();
        if (!device.isBf16())
            return reinterpret_cast<const T*>(plain);
        T* const reordered = static_cast<T*>(at(args.scratch, offset));
        const TensorIndexer indexer = device.indexer(weight);
        forEach(device, indexer.total(),
                Reordering<float, T>{plain, TensorIndexer(weight), reordered, indexer, false});
        return reordered;
    }

    void backwardWeights(const KernelArgs& args, const T* gradient) const
    {
        const float one = 1, zero = 0;
        float* const plain = args.parameterGradients[0]->data();
        T* const result =
            device.isBf16() ? static_cast<T*>(at(args.scratch, weightsResult)) : reinterpret_cast<T*>(plain);
        DNN_RPN_CUDA(cudnnConvolutionBackwardFilter(
            device.dnn(), &one, inputDescriptor, padded(args, weightsPadded), outputDescriptor, gradient,
            weightsPass.convolution, weightsPass.algorithm, at(args.scratch, weightsPass.workspace),
            weightsPass.bytes, &zero, weightDescriptor, result));
        if (device.isBf16())
            forEach(
                device, static_cast<int>(weight.total()),
                Reordering<T, float>{result, device.indexer(weight), plain, TensorIndexer(weight), false});
    }

    void backwardData(const KernelArgs& args, const T* gradient) const
    {
        const float one = 1, zero = 0;
        T *const to = numbersOf<T>(*args.inputGradients[0]), *const result =
                                                                 dataAside ? static_cast<T*>(
                                                                                 at(args.scratch, dataResult))
                                                                           : to;
        DNN_RPN_CUDA(cudnnConvolutionBackwardData(
            device.dnn(), &one, weightDescriptor, weights(args, dataWeights), outputDescriptor, gradient,
            dataPass.convolution, dataPass.algorithm, at(args.scratch, dataPass.workspace), dataPass.bytes,
            &zero, inputDescriptor, result));
        if (dataAside)
            forEach(device, static_cast<int>(in.total()),
                    PadBackward<T>{result, device.indexer(padding.padded), to, device.indexer(in),
                                   padding.copies ? node.padTop : 0, padding.copies ? node.padLeft : 0,
                                   args.accumulate[0] != 0});
    }

    const Device& device;
    const Node node;
    Epilogue epilogue;
    Shape in, out, weight;
    ConvPadding padding;
    TensorDescriptor inputDescriptor, outputDescriptor;
    FilterDescriptor weightDescriptor;
    Pass<cudnnConvolutionFwdAlgo_t> forwardPass;
    Pass<cudnnConvolutionBwdFilterAlgo_t> weightsPass;
    Pass<cudnnConvolutionBwdDataAlgo_t> dataPass;
    size_t forwardPadded = 0, forwardWeights = 0; //!< offsets in the scratch memory, as all below
    size_t weightsPadded = 0, weightsResult = 0;
    size_t dataWeights = 0, dataResult = 0;
    bool dataAside = false; //!< the input's gradient comes to the scratch memory first
};

} // namespace

std::unique_ptr<Kernel> makeConv(const Device& device, const Node& node)
{
    return makeKernel<CudaConv>(device, node);
}

} // namespace dnn_rpn_train
} // namespace cv
