// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "cublas_v2.h"
#include "numbers.hpp"

using namespace cuda_on_cpu;

const char* cublasGetStatusString(cublasStatus_t status)
{
    return status == CUBLAS_STATUS_SUCCESS ? "success" : "invalid value";
}

cublasStatus_t cublasCreate(cublasHandle_t* handle)
{
    *handle = new Blas;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasDestroy(cublasHandle_t handle)
{
    delete handle;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSetStream(cublasHandle_t handle, cudaStream_t stream)
{
    handle->stream = stream;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasGemmEx(cublasHandle_t handle, cublasOperation_t opA, cublasOperation_t opB, int m, int n,
                            int k, const void* alpha, const void* a, cudaDataType typeA, int strideA,
                            const void* b, cudaDataType typeB, int strideB, const void* beta, void* c,
                            cudaDataType typeC, int strideC, cublasComputeType_t, cublasGemmAlgo_t)
{
    const bool turnA = opA == CUBLAS_OP_T, turnB = opB == CUBLAS_OP_T;
    if (m < 0 || n < 0 || k < 0 || strideA < (turnA ? k : m) || strideB < (turnB ? n : k) || strideC < m ||
        typeA != typeB)
        return CUBLAS_STATUS_INVALID_VALUE;
    const float times = *static_cast<const float*>(alpha), keep = *static_cast<const float*>(beta);
    queue(handle->stream, [=] {
        // Rows x columns as they are stored.
        auto matrix = [](const void* from, cudaDataType type, int rows, int columns, int stride) {
            const size_t count = rows && columns ? static_cast<size_t>(stride) * (columns - 1) + rows : 0;
            return loadAll(from, type == CUDA_R_16BF, count);
        };
        const std::vector<float> left = turnA ? matrix(a, typeA, k, m, strideA)
                                              : matrix(a, typeA, m, k, strideA),
                                 right = turnB ? matrix(b, typeB, n, k, strideB)
                                               : matrix(b, typeB, k, n, strideB);
        const int nextA = turnA ? 1 : strideA, nextB = turnB ? strideB : 1; // from one term to the next
        const bool isBf16 = typeC == CUDA_R_16BF;
        for (int j = 0; j < n; j++)
            for (int i = 0; i < m; i++)
            {
                const float* const x = left.data() + static_cast<size_t>(i) * (turnA ? strideA : 1);
                const float* const y = right.data() + static_cast<size_t>(j) * (turnB ? 1 : strideB);
                float sum = 0;
                for (int d = 0; d < k; d++)
                    sum += x[static_cast<size_t>(d) * nextA] * y[static_cast<size_t>(d) * nextB];
                const size_t to = i + static_cast<size_t>(j) * strideC;
                // What is not kept is not read: it may be no number.
                store(c, isBf16, to, times * sum + (keep == 0 ? 0 : keep * load(c, isBf16, to)));
            }
    });
    return CUBLAS_STATUS_SUCCESS;
}
