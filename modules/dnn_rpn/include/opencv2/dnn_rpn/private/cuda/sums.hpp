// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_PRIVATE_CUDA_SUMS_HPP
#define OPENCV_DNN_RPN_PRIVATE_CUDA_SUMS_HPP

#include <utility>

#include "opencv2/dnn_rpn/private/cuda/launch.hpp"

namespace cv {
namespace dnn_rpn {
namespace cuda {

/* Sums whose order depends on sizes alone, so that the same numbers give the same bits each time: first many
partial sums, then 32 of those at a time until one is left. */

//! How many partial sums are left of so many after one folding.
inline int foldedParts(int parts)
{
    return std::max(1, (parts + 31) / 32);
}

//! For each of `count` sums and each part that is left.
template<typename T>
struct FoldSums
{
    const T* from;
    int count, parts, left;
    T* to;

    __device__ void operator()(int i) const
    {
        T sum = 0;
        for (int part = i / count; part < parts; part += left)
            sum += from[part * count + i % count];
        to[i] = sum;
    }
};

/** @param from parts x count partial sums
@param next room for foldedParts(parts) x count; both are used up
@param to count sums; of no parts, 0 */
template<typename T>
void foldSums(Stream stream, T* from, T* next, int count, int parts, T* to)
{
    do
    {
        const int left = foldedParts(parts);
        forEach(stream, count * left, FoldSums<T>{from, count, parts, left, left == 1 ? to : next});
        std::swap(from, next);
        parts = left;
    } while (parts > 1);
}

// Within a block. All its threads must take part; blocks are one-dimensional here.

const unsigned allLanes = 0xffffffffu;
const int warpSize_ = 32; // a constant, which CUDA's own warpSize is not

//! The sum over the block, for thread 0.
template<int threads>
__device__ double blockSum(double value)
{
    __shared__ double ofWarps[threads / warpSize_];
    for (int step = warpSize_ / 2; step > 0; step /= 2)
        value += __shfl_down_sync(allLanes, value, step);
    if (threadIdx.x % warpSize_ == 0)
        ofWarps[threadIdx.x / warpSize_] = value;
    __syncthreads();
    if (threadIdx.x == 0)
        for (int i = 1; i < threads / warpSize_; i++)
            value += ofWarps[i];
    return value;
}

/** The sum over all threads before this one.
@param total receives the sum over the block */
template<int threads>
__device__ int exclusiveSum(int value, int& total)
{
    __shared__ int ofWarps[threads / warpSize_];
    const int lane = threadIdx.x % warpSize_, warp = threadIdx.x / warpSize_;
    int sum = value;
    for (int step = 1; step < warpSize_; step *= 2)
    {
        const int other = __shfl_up_sync(allLanes, sum, step);
        sum += lane >= step ? other : 0;
    }
    __syncthreads(); // the last call's numbers have been read
    if (lane == warpSize_ - 1)
        ofWarps[warp] = sum;
    __syncthreads();
    int before = 0;
    total = 0;
    for (int i = 0; i < threads / warpSize_; i++)
    {
        before += i < warp ? ofWarps[i] : 0;
        total += ofWarps[i];
    }
    return before + sum - value;
}

} // namespace cuda
} // namespace dnn_rpn
} // namespace cv

#endif
