// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_TEST_DNN_RPN_TRAIN_CUDNN_H
#define OPENCV_TEST_DNN_RPN_TRAIN_CUDNN_H

#include <cuda_runtime.h>

enum cudnnStatus_t
{
    CUDNN_STATUS_SUCCESS,
    CUDNN_STATUS_BAD_PARAM,
    CUDNN_STATUS_NOT_SUPPORTED
};

enum cudnnDataType_t
{
    CUDNN_DATA_FLOAT,
    CUDNN_DATA_BFLOAT16
};

enum cudnnTensorFormat_t
{
    CUDNN_TENSOR_NCHW,
    CUDNN_TENSOR_NHWC
};

enum cudnnMathType_t
{
    CUDNN_TENSOR_OP_MATH,
    CUDNN_FMA_MATH
};

enum cudnnConvolutionMode_t
{
    CUDNN_CROSS_CORRELATION
};

enum cudnnDeterminism_t
{
    CUDNN_NON_DETERMINISTIC,
    CUDNN_DETERMINISTIC
};

namespace cuda_on_cpu {

struct Dnn
{
    cudaStream_t stream = nullptr;
};

//! Four numbers of a map, or of a convolution's weights.
struct Array
{
    cudnnTensorFormat_t format = CUDNN_TENSOR_NCHW;
    cudnnDataType_t type = CUDNN_DATA_FLOAT;
    int n = 0, c = 0, h = 0, w = 0;
};

struct Convolution
{
    int padY = 0, padX = 0, strideY = 1, strideX = 1, dilationY = 1, dilationX = 1, groups = 1;
    cudnnMathType_t math = CUDNN_FMA_MATH;
};

enum class Algorithm
{
    Fast,   //!< not the same bits every time
    None,   //!< not for these shapes
    Careful //!< the same bits
};

struct Recommendation
{
    Algorithm algo;
    cudnnStatus_t status;
    cudnnDeterminism_t determinism;
    cudnnMathType_t mathType;
};

} // namespace cuda_on_cpu

using cudnnHandle_t = cuda_on_cpu::Dnn*;
using cudnnTensorDescriptor_t = cuda_on_cpu::Array*;
using cudnnFilterDescriptor_t = cuda_on_cpu::Array*;
using cudnnConvolutionDescriptor_t = cuda_on_cpu::Convolution*;

const char* cudnnGetErrorString(cudnnStatus_t status);
cudnnStatus_t cudnnCreate(cudnnHandle_t* handle);
cudnnStatus_t cudnnDestroy(cudnnHandle_t handle);
cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream);

cudnnStatus_t cudnnCreateTensorDescriptor(cudnnTensorDescriptor_t* array);
cudnnStatus_t cudnnDestroyTensorDescriptor(cudnnTensorDescriptor_t array);
cudnnStatus_t cudnnSetTensor4dDescriptor(cudnnTensorDescriptor_t array, cudnnTensorFormat_t format,
                                         cudnnDataType_t type, int n, int c, int h, int w);
cudnnStatus_t cudnnCreateFilterDescriptor(cudnnFilterDescriptor_t* array);
cudnnStatus_t cudnnDestroyFilterDescriptor(cudnnFilterDescriptor_t array);
cudnnStatus_t cudnnSetFilter4dDescriptor(cudnnFilterDescriptor_t array, cudnnDataType_t type,
                                         cudnnTensorFormat_t format, int k, int c, int h, int w);
cudnnStatus_t cudnnCreateConvolutionDescriptor(cudnnConvolutionDescriptor_t* convolution);
cudnnStatus_t cudnnDestroyConvolutionDescriptor(cudnnConvolutionDescriptor_t convolution);
cudnnStatus_t cudnnSetConvolution2dDescriptor(cudnnConvolutionDescriptor_t convolution, int padY, int padX,
                                              int strideY, int strideX, int dilationY, int dilationX,
                                              cudnnConvolutionMode_t mode, cudnnDataType_t compute);
cudnnStatus_t cudnnSetConvolutionGroupCount(cudnnConvolutionDescriptor_t convolution, int groups);
cudnnStatus_t cudnnSetConvolutionMathType(cudnnConvolutionDescriptor_t convolution, cudnnMathType_t math);

using cudnnConvolutionFwdAlgo_t = cuda_on_cpu::Algorithm;
using cudnnConvolutionFwdAlgoPerf_t = cuda_on_cpu::Recommendation;
using cudnnConvolutionBwdFilterAlgo_t = cuda_on_cpu::Algorithm;
using cudnnConvolutionBwdFilterAlgoPerf_t = cuda_on_cpu::Recommendation;
using cudnnConvolutionBwdDataAlgo_t = cuda_on_cpu::Algorithm;
using cudnnConvolutionBwdDataAlgoPerf_t = cuda_on_cpu::Recommendation;

cudnnStatus_t cudnnGetConvolutionForwardAlgorithmMaxCount(cudnnHandle_t handle, int* count);
cudnnStatus_t cudnnGetConvolutionForwardAlgorithm_v7(cudnnHandle_t handle, cudnnTensorDescriptor_t x,
                                                     cudnnFilterDescriptor_t w, cudnnConvolutionDescriptor_t c,
                                                     cudnnTensorDescriptor_t y, int wanted, int* returned,
                                                     cudnnConvolutionFwdAlgoPerf_t* recommendations);
cudnnStatus_t cudnnGetConvolutionForwardWorkspaceSize(cudnnHandle_t handle, cudnnTensorDescriptor_t x,
                                                      cudnnFilterDescriptor_t w, cudnnConvolutionDescriptor_t c,
                                                      cudnnTensorDescriptor_t y, cudnnConvolutionFwdAlgo_t algorithm,
                                                      size_t* bytes);
cudnnStatus_t cudnnConvolutionForward(cudnnHandle_t handle, const void* alpha, cudnnTensorDescriptor_t xOrder,
                                      const void* x, cudnnFilterDescriptor_t wOrder, const void* w,
                                      cudnnConvolutionDescriptor_t c, cudnnConvolutionFwdAlgo_t algorithm,
                                      void* workspace, size_t bytes, const void* beta,
                                      cudnnTensorDescriptor_t yOrder, void* y);

cudnnStatus_t cudnnGetConvolutionBackwardFilterAlgorithmMaxCount(cudnnHandle_t handle, int* count);
cudnnStatus_t cudnnGetConvolutionBackwardFilterAlgorithm_v7(cudnnHandle_t handle, cudnnTensorDescriptor_t x,
                                                            cudnnTensorDescriptor_t dy,
                                                            cudnnConvolutionDescriptor_t c,
                                                            cudnnFilterDescriptor_t dw, int wanted, int* returned,
                                                            cudnnConvolutionBwdFilterAlgoPerf_t* recommendations);
cudnnStatus_t cudnnGetConvolutionBackwardFilterWorkspaceSize(cudnnHandle_t handle, cudnnTensorDescriptor_t x,
                                                             cudnnTensorDescriptor_t dy,
                                                             cudnnConvolutionDescriptor_t c,
                                                             cudnnFilterDescriptor_t dw,
                                                             cudnnConvolutionBwdFilterAlgo_t algorithm,
                                                             size_t* bytes);
cudnnStatus_t cudnnConvolutionBackwardFilter(cudnnHandle_t handle, const void* alpha, cudnnTensorDescriptor_t xOrder,
                                             const void* x, cudnnTensorDescriptor_t yOrder, const void* dy,
                                             cudnnConvolutionDescriptor_t c,
                                             cudnnConvolutionBwdFilterAlgo_t algorithm, void* workspace,
                                             size_t bytes, const void* beta, cudnnFilterDescriptor_t wOrder,
                                             void* dw);

cudnnStatus_t cudnnGetConvolutionBackwardDataAlgorithmMaxCount(cudnnHandle_t handle, int* count);
cudnnStatus_t cudnnGetConvolutionBackwardDataAlgorithm_v7(cudnnHandle_t handle, cudnnFilterDescriptor_t w,
                                                          cudnnTensorDescriptor_t dy,
                                                          cudnnConvolutionDescriptor_t c,
                                                          cudnnTensorDescriptor_t dx, int wanted, int* returned,
                                                          cudnnConvolutionBwdDataAlgoPerf_t* recommendations);
cudnnStatus_t cudnnGetConvolutionBackwardDataWorkspaceSize(cudnnHandle_t handle, cudnnFilterDescriptor_t w,
                                                           cudnnTensorDescriptor_t dy,
                                                           cudnnConvolutionDescriptor_t c,
                                                           cudnnTensorDescriptor_t dx,
                                                           cudnnConvolutionBwdDataAlgo_t algorithm, size_t* bytes);
cudnnStatus_t cudnnConvolutionBackwardData(cudnnHandle_t handle, const void* alpha, cudnnFilterDescriptor_t wOrder,
                                           const void* w, cudnnTensorDescriptor_t yOrder, const void* dy,
                                           cudnnConvolutionDescriptor_t c, cudnnConvolutionBwdDataAlgo_t algorithm,
                                           void* workspace, size_t bytes, const void* beta,
                                           cudnnTensorDescriptor_t xOrder, void* dx);

#endif
