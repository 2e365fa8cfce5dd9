// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_BIAS_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_BIAS_HPP

#include "functions.hpp"
#include "tensor_indexer.hpp"

namespace cv {
namespace dnn_rpn_train {

//! Adds a number a channel, and applies the activation that was absorbed.
template<typename T>
struct BiasAndClip
{
    T* y;
    TensorIndexer indexer;
    const float* bias;
    Clip clip;

    DNN_RPN_HOST_DEVICE void operator()(int i) const
    {
        store(y[i], clip(static_cast<float>(y[i]) + bias[indexer.channel(i)]), false);
    }
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
