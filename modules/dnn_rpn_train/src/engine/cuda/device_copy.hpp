// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_DEVICE_COPY_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_DEVICE_COPY_HPP

#include "device.hpp"

namespace cv {
namespace dnn_rpn_train {

//! A block on the device and one of the host that transfers do not have to copy first.
class CudaDeviceCopy : public DeviceCopy
{
public:
    CudaDeviceCopy(const Device& device, const std::vector<Tensor*>& tensors);
    ~CudaDeviceCopy() override;

    Tensor& operator[](size_t i) override { return copies.at(i); }
    void markDeviceNewer() override { ahead = true; }
    void upload() override;
    void download() override;
    void download(size_t i) override;

private:
    float* staged(size_t i) const { return pinned.get() + offsets[i]; }

    const Device& device;
    const std::vector<Tensor*> tensors;
    std::vector<size_t> offsets; //!< in floats
    size_t total = 0;
    dnn_rpn::cuda::Memory block;
    std::shared_ptr<float> pinned; //!< what the host had when it was last sent or fetched
    std::vector<Tensor> copies;
    bool sent = false, ahead = false;
    cudaEvent_t arrived = nullptr; //!< the last transfer out of `pinned`
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
