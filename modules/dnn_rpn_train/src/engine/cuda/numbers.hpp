// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_NUMBERS_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_NUMBERS_HPP

#include <cuda_bf16.h>

#include "device.hpp"

namespace cv {
namespace dnn_rpn_train {

//! What a T is called in cuDNN and cuBLAS.
template<typename T>
struct NumberType;
template<>
struct NumberType<float>
{
    static const cudnnDataType_t dnn = CUDNN_DATA_FLOAT;
    static const cudaDataType blas = CUDA_R_32F;
};
template<>
struct NumberType<__nv_bfloat16>
{
    static const cudnnDataType_t dnn = CUDNN_DATA_BFLOAT16;
    static const cudaDataType blas = CUDA_R_16BF;
};

//! The numbers of a node's value or gradient.
template<typename T>
T* numbersOf(Tensor& t)
{
    return reinterpret_cast<T*>(t.data());
}
template<typename T>
const T* numbersOf(const Tensor& t)
{
    return reinterpret_cast<const T*>(t.data());
}

//! The kernel for the numbers that the device keeps.
template<template<typename> class K, typename... Args>
std::unique_ptr<Kernel> makeKernel(const Device& device, const Args&... args)
{
    if (device.isBf16())
        return std::make_unique<K<__nv_bfloat16>>(device, args...);
    return std::make_unique<K<float>>(device, args...);
}

} // namespace dnn_rpn_train
} // namespace cv

#endif
