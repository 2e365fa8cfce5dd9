// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_SIGMOID_HPP
#define OPENCV_DNN_RPN_SIGMOID_HPP

#include <cmath>

namespace cv {
namespace dnn_rpn {

//! To the last places on both sides of 0: no 1 - p, and no exponential that overflows.
inline float sigmoid(float x)
{
    const float e = std::exp(-std::abs(x));
    return (x < 0 ? e : 1.f) / (1 + e);
}

} // namespace dnn_rpn
} // namespace cv

#endif
