// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_CUDA_REDUCE_HPP
#define OPENCV_DNN_RPN_CUDA_REDUCE_HPP

#include <algorithm>

#include "runtime.hpp"

namespace cv {
namespace dnn_rpn {
namespace cuda {

/* Sums over the threads of a block, and over blocks. Every sum has a fixed tree, so that it has the same bits
each time. All threads of a block must take part; blocks are one-dimensional here. */

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

//! What a loss is multiplied by.
struct Scale
{
    explicit Scale(const Normalizer& normalizer) : inverse(1 / normalizer.value), count(normalizer.count) {}

    __device__ double get() const { return count ? inverse / (*count > 1 ? *count : 1) : inverse; }

    double inverse;
    const int* count;
};

//! The second stage of a loss's sum.
template<int threads>
__global__ void sumOfBlocks(const double* partial, int count, Scale scale, double* value)
{
    double sum = 0;
    for (int i = threadIdx.x; i < count; i += threads)
        sum += partial[i];
    sum = blockSum<threads>(sum);
    if (threadIdx.x == 0)
        *value = sum * scale.get();
}

/** How the work of a loss is dealt out. It depends on the size alone, not on the GPU, and with it the order
of the sum. */
struct LossGrid
{
    static const int threads = 256;

    explicit LossGrid(size_t items)
        : blocks(static_cast<int>(std::min<size_t>((items + threads - 1) / threads, 2048)))
    {}

    void sum(const double* partial, const Normalizer& normalizer, double* value, Stream stream) const
    {
        if (value)
            launch("sumOfBlocks", sumOfBlocks<threads>, 1, threads, stream, partial, blocks,
                   Scale(normalizer), value);
    }

    int blocks;
};

} // namespace cuda
} // namespace dnn_rpn
} // namespace cv

#endif
