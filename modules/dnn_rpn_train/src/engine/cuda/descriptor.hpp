// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_DESCRIPTOR_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_DESCRIPTOR_HPP

#include "device.hpp"

namespace cv {
namespace dnn_rpn_train {

//! One of cuDNN's descriptors, as long as this lives.
template<typename Handle, cudnnStatus_t (*create)(Handle*), cudnnStatus_t (*destroy)(Handle)>
class Descriptor
{
public:
    Descriptor() { checkStatus(create(&handle), "to create a descriptor"); }
    ~Descriptor() { destroy(handle); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    operator Handle() const { return handle; }

private:
    Handle handle = nullptr;
};

using TensorDescriptor =
    Descriptor<cudnnTensorDescriptor_t, cudnnCreateTensorDescriptor, cudnnDestroyTensorDescriptor>;
using FilterDescriptor =
    Descriptor<cudnnFilterDescriptor_t, cudnnCreateFilterDescriptor, cudnnDestroyFilterDescriptor>;
using ConvolutionDescriptor = Descriptor<cudnnConvolutionDescriptor_t, cudnnCreateConvolutionDescriptor,
                                         cudnnDestroyConvolutionDescriptor>;

} // namespace dnn_rpn_train
} // namespace cv

#endif
