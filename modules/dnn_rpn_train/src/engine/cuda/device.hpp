// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_DEVICE_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_DEVICE_HPP

#include "opencv2/dnn_rpn/private/cuda/device.hpp"
#include "../engine.hpp"
#include "../scratch.hpp"
#include "tensor_indexer.hpp"
#include "status.hpp"

namespace cv {
namespace dnn_rpn_train {

//! The current device, as all kernels of an engine share it. What they do is done in the order of its one
//! stream.
class Device
{
public:
    explicit Device(const std::string& precision);
    ~Device();
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    cudaStream_t stream() const { return ownStream; }
    cudnnHandle_t dnn() const { return dnnHandle; }
    cublasHandle_t blas() const { return blasHandle; }

    //! Values and gradients of nodes are bfloat16, with the channels innermost as tensor cores want them;
    //! else they are plain floats.
    bool isBf16() const { return bf16; }
    //! Products of floats may be those of tensor cores, with 10 bits behind the point.
    bool tensorCores() const { return roundsProducts; }
    size_t numberBytes() const { return bf16 ? 2 : sizeof(float); }

    TensorIndexer indexer(const Shape& shape) const { return TensorIndexer(shape, bf16); }
    Layout layout(const Shape& shape) const;
    //! A plan that asks for nothing yet.
    KernelPlan plan(const KernelTask& task) const;

    //! Waits until all is done.
    void finish() const;

    //! Device memory, at least one byte.
    static std::shared_ptr<void> allocate(size_t bytes);

private:
    void release();

    const bool bf16, roundsProducts;
    cudaStream_t ownStream = nullptr;
    cudnnHandle_t dnnHandle = nullptr;
    cublasHandle_t blasHandle = nullptr;
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
