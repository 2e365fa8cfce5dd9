// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_STORE_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_STORE_HPP

#include "../host_device.hpp"

namespace cv {
namespace dnn_rpn_train {

// What follows in this folder's headers as a struct with operator()(int) is the body of a loop: forEach()
// calls it for each i from 0 on, in any order and at the same time. T is what values and gradients of nodes
// are kept as, float or bfloat16; all is worked out in float.

//! Writes a number, or adds it to what is there.
template<typename T>
DNN_RPN_HOST_DEVICE void store(T& to, float value, bool add)
{
    to = static_cast<T>(add ? static_cast<float>(to) + value : value);
}

//! Copies all numbers, or adds them to what is there.
template<typename T>
struct CopyOrAdd
{
    const T* from;
    T* to;
    bool add;

    DNN_RPN_HOST_DEVICE void operator()(int i) const { store(to[i], static_cast<float>(from[i]), add); }
};

template<typename T>
struct AddTwo
{
    const T *a, *b;
    T* to;

    DNN_RPN_HOST_DEVICE void operator()(int i) const
    {
        store(to[i], static_cast<float>(a[i]) + static_cast<float>(b[i]), false);
    }
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
