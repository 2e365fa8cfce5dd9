// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_CUDA_SORT_HPP
#define OPENCV_DNN_RPN_CUDA_SORT_HPP

#include <cstdint>

#include "opencv2/dnn_rpn/private/cuda/operators.hpp"
#include "opencv2/dnn_rpn/private/cuda/launch.hpp"

namespace cv {
namespace dnn_rpn {
namespace cuda {

//! Numbers in device memory, and what goes with each.
struct Pairs
{
    uint64_t* keys;
    int* values;
};

/** Pairs by rising key, equal keys in the order in which they came. CUB's radix sort; the tests have another.
@param pairs count of them; their content is lost
@param bits of the keys that differ, counted from the lowest
@return the sorted ones, there or in the workspace */
Pairs sortPairs(const Pairs& pairs, int count, int bits, Workspace& workspace, Stream stream);

//! The place of no box: behind all others.
const uint32_t noPlace = 0xffffffffu;

//! The higher the score, the lower the number; equal scores have equal numbers. As placeOf() in ../rank.cpp.
__device__ inline uint32_t placeOf(float score)
{
    score += 0.f; // of -0 makes 0
    const uint32_t bits = __float_as_uint(score);
    return score != score ? noPlace : bits & 0x80000000u ? bits : ~bits & 0x7fffffffu;
}

//! How many bits it takes to tell so many things apart.
inline int bitsFor(int count)
{
    int bits = 0;
    while ((1LL << bits) < count)
        ++bits;
    return bits;
}

} // namespace cuda
} // namespace dnn_rpn
} // namespace cv

#endif
