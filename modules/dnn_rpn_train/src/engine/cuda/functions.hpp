// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_FUNCTIONS_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_FUNCTIONS_HPP

#include "store.hpp"
#include "../functions.hpp"

namespace cv {
namespace dnn_rpn_train {

//! A function as a T can keep its bounds, so that back() knows a value that was cut.
template<typename T, typename Function>
Function rounded(const Function& function)
{
    return function;
}
template<typename T>
Clip rounded(Clip clip)
{
    clip.lower = static_cast<float>(static_cast<T>(clip.lower));
    clip.upper = static_cast<float>(static_cast<T>(clip.upper));
    return clip;
}

template<typename T, typename Function>
struct Apply
{
    const T* from;
    T* to;
    Function function;

    DNN_RPN_HOST_DEVICE void operator()(int i) const
    {
        store(to[i], function(static_cast<float>(from[i])), false);
    }
};

template<typename T, typename Function>
struct ApplyBack
{
    const T *y, *gradient;
    T* to;
    Function function;
    bool add;

    DNN_RPN_HOST_DEVICE void operator()(int i) const
    {
        store(to[i], function.back(static_cast<float>(y[i]), static_cast<float>(gradient[i])), add);
    }
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
