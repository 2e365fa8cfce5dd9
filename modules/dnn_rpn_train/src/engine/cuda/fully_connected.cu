// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "cuda_engine.hpp"
#include "epilogue.hpp"
#include "numbers.hpp"
#include "reorder.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

/** @brief One product of matrices for the whole batch: images (n x numbers of an image) times the
transposed weight (outputs x numbers). cuBLAS stores by columns: it is told of the transposed of each matrix.
*/
template<typename T>
class CudaFullyConnected : public Kernel
{
public:
    explicit CudaFullyConnected(const Device& device_) : device(device_), epilogue(device_) {}

    bool absorb(const Node& following) override { return epilogue.absorb(following); }

    KernelPlan plan(const KernelTask& task) override
    {
        in = task.inputs[0].shape;
        out = task.output;
        depth = static_cast<int>(in.image());
        // The weights are for the columns innermost.
        reorders = device.isBf16() && in.plane() > 1;
        Scratch scratch;
        plainInput = reorders ? scratch.take(in.total() * sizeof(T)) : 0;
        bf16Weights = device.isBf16() ? scratch.take(static_cast<size_t>(out.c) * depth * sizeof(T)) : 0;
        epilogue.plan(out, scratch);
        KernelPlan plan = device.plan(task);
        plan.scratch = scratch.size();
        plan.readsInputs = task.parameterGradients[0];
        plan.readsOutput = epilogue.readsOutput();
        return plan;
    }

    void forward(const KernelArgs& args) override
    {
        T* const y = numbersOf<T>(*args.output);
        multiply(CUBLAS_OP_T, CUBLAS_OP_N, out.c, out.n, depth, weights(args), depth, input(args), depth, y,
                 out.c);
        epilogue.forward<T>(args);
    }

    void backward(const KernelArgs& args) override
    {
        epilogue.backward<T>(args);
        const T* const gradient = numbersOf<T>(*args.outputGradient);
        if (args.parameterGradients[0])
            multiply(CUBLAS_OP_N, CUBLAS_OP_T, depth, out.c, out.n, input(args), depth, gradient, out.c,
                     args.parameterGradients[0]->data(), depth);
        if (!args.inputGradients[0])
            return;
        const bool add = args.accumulate[0] != 0;
        T* const to = numbersOf<T>(*args.inputGradients[0]);
        T* const result = reorders ? static_cast<T*>(at(args.scratch, plainInput)) : to;
        multiply(CUBLAS_OP_N, CUBLAS_OP_N, depth, out.n, out.c, weights(args), depth, gradient, out.c, result,
                 depth, add && !reorders);
        if (reorders)
            forEach(device, static_cast<int>(in.total()),
                    Reordering<T, T>{result, TensorIndexer(in), to, device.indexer(in), add});
    }

private:
    //! c = a b, or c += a b; matrices stored by columns, op(a) of m x k and op(b) of k x n.
    template<typename Result>
    void multiply(cublasOperation_t opA, cublasOperation_t opB, int m, int n, int k, const T* a, int strideA,
                  const T* b, int strideB, Result* c, int strideC, bool add = false) const
    {
        const float one = 1, keep = add ? 1.f : 0.f;
        const cublasComputeType_t compute =
            !device.isBf16() && device.tensorCores() ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;
        DNN_RPN_CUDA(cublasGemmEx(device.blas(), opA, opB, m, n, k, &one, a, NumberType<T>::blas, strideA, b,
                                  NumberType<T>::blas, strideB, &keep, c, NumberType<Result>::blas, strideC,
                                  compute, CUBLAS_GEMM_DEFAULT));
    }

    const T* input(const KernelArgs& args) const
    {
        const T* const x = numbersOf<T>(*args.inputs[0]);
        if (!reorders)
            return x;
        T* const plain = static_cast<T*>(at(args.scratch, plainInput));
        forEach(device, static_cast<int>(in.total()),
                Reordering<T, T>{x, device.indexer(in), plain, TensorIndexer(in), false});
        return plain;
    }

    const T* weights(const KernelArgs& args) const
    {
        const float* const exact = args.parameters[0]->data();
        if (!device.isBf16())
            return reinterpret_cast<const T*>(exact);
        T* const rounded = static_cast<T*>(at(args.scratch, bf16Weights));
        const TensorIndexer indexer(Shape(out.c, depth, 1, 1));
        forEach(device, indexer.total(), Reordering<float, T>{exact, indexer, rounded, indexer, false});
        return rounded;
    }

    const Device& device;
    Epilogue epilogue;
    Shape in, out;
    int depth = 0;
    bool reorders = false;
    size_t plainInput = 0, bf16Weights = 0; //!< offsets in the scratch memory
};

} // namespace

std::unique_ptr<Kernel> makeFullyConnected(const Device& device)
{
    return makeKernel<CudaFullyConnected>(device);
}

} // namespace dnn_rpn_train
} // namespace cv
