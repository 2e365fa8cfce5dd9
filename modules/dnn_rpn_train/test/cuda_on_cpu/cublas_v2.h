// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_TEST_DNN_RPN_TRAIN_CUBLAS_V2_H
#define OPENCV_TEST_DNN_RPN_TRAIN_CUBLAS_V2_H

#include <cuda_runtime.h>

enum cudaDataType
{
    CUDA_R_32F,
    CUDA_R_16BF
};

enum cublasStatus_t
{
    CUBLAS_STATUS_SUCCESS,
    CUBLAS_STATUS_INVALID_VALUE
};

enum cublasOperation_t
{
    CUBLAS_OP_N,
    CUBLAS_OP_T
};

enum cublasComputeType_t
{
    CUBLAS_COMPUTE_32F,
    CUBLAS_COMPUTE_32F_FAST_TF32
};

enum cublasGemmAlgo_t
{
    CUBLAS_GEMM_DEFAULT
};

namespace cuda_on_cpu {

struct Blas
{
    cudaStream_t stream = nullptr;
};

} // namespace cuda_on_cpu

using cublasHandle_t = cuda_on_cpu::Blas*;

const char* cublasGetStatusString(cublasStatus_t status);
cublasStatus_t cublasCreate(cublasHandle_t* handle);
cublasStatus_t cublasDestroy(cublasHandle_t handle);
cublasStatus_t cublasSetStream(cublasHandle_t handle, cudaStream_t stream);

//! c = alpha op(a) op(b) + beta c; matrices stored by columns, op(a) of m x k, op(b) of k x n.
cublasStatus_t cublasGemmEx(cublasHandle_t handle, cublasOperation_t opA, cublasOperation_t opB, int m, int n, int k,
                            const void* alpha, const void* a, cudaDataType typeA, int strideA, const void* b,
                            cudaDataType typeB, int strideB, const void* beta, void* c, cudaDataType typeC,
                            int strideC, cublasComputeType_t compute, cublasGemmAlgo_t algorithm);

#endif
