// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_CUDA_DEVICE_BOX_HPP
#define OPENCV_DNN_RPN_CUDA_DEVICE_BOX_HPP

#include <cfloat>

#include "opencv2/dnn_rpn/private/cuda/operators.hpp"
#include "opencv2/dnn_rpn/private/cuda/launch.hpp"

namespace cv {
namespace dnn_rpn {
namespace cuda {

/* The arithmetic of ../box.hpp to the bit. What is rounded by name (__fmul_rn() and so on) is never fused
with a sum that follows, which would round differently. */

__device__ inline float notANumber()
{
    return __uint_as_float(0x7fc00000u);
}

//! As std::min() and std::max() treat NaN.
__device__ inline float lesser(float a, float b)
{
    return b < a ? b : a;
}

__device__ inline float greater(float a, float b)
{
    return a < b ? b : a;
}

__device__ inline float areaOfSides(float width, float height)
{
    return width > 0 && height > 0 ? __fmul_rn(width, height) : 0.f;
}

__device__ inline float boxArea(float4 b)
{
    return areaOfSides(__fsub_rn(b.z, b.x), __fsub_rn(b.w, b.y));
}

__device__ inline float intersectionArea(float4 a, float4 b)
{
    return areaOfSides(__fsub_rn(lesser(a.z, b.z), greater(a.x, b.x)),
                       __fsub_rn(lesser(a.w, b.w), greater(a.y, b.y)));
}

//! IoU with areas that the caller has at hand; 0 where a number is missing or overflows.
__device__ inline float overlapOf(float4 a, float areaOfA, float4 b, float areaOfB)
{
    const float intersection = intersectionArea(a, b);
    if (!(intersection > 0) || !(areaOfA > 0) || !(areaOfB > 0))
        return 0.f;
    const float total = __fsub_rn(__fadd_rn(areaOfA, areaOfB), intersection);
    return total > 0 && total <= FLT_MAX ? __fdiv_rn(intersection, total) : 0.f;
}

//! The share of a that lies in b.
__device__ inline float shareOf(float4 a, float areaOfA, float4 b)
{
    const float intersection = intersectionArea(a, b);
    return intersection > 0 && areaOfA > 0 && areaOfA <= FLT_MAX ? __fdiv_rn(intersection, areaOfA) : 0.f;
}

//! A box whose address need not be a multiple of 16.
__device__ inline float4 loadBox(const float* boxes, size_t index)
{
    const float* b = boxes + 4 * index;
    return make_float4(b[0], b[1], b[2], b[3]);
}

//! By value, as kernels take their parameters.
struct BoxWeights
{
    explicit BoxWeights(const Scalar& weights) : x(weights[0]), y(weights[1]), w(weights[2]), h(weights[3]) {}

    double x, y, w, h;
};

} // namespace cuda
} // namespace dnn_rpn
} // namespace cv

#endif
