// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include <cstdint>

#include "arguments.hpp"
#include "reduce.hpp"

namespace cv {
namespace dnn_rpn {
namespace cuda {

namespace {

//! std::mt19937 (Matsumoto and Nishimura 1998): the twin draws from it, and the same anchors are wanted.
class MersenneTwister
{
public:
    __device__ explicit MersenneTwister(uint32_t seed) : next(size)
    {
        state[0] = seed;
        for (int i = 1; i < size; ++i)
            state[i] = 1812433253u * (state[i - 1] ^ (state[i - 1] >> 30)) + i;
    }

    __device__ uint32_t draw()
    {
        if (next == size)
            renew();
        uint32_t y = state[next++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c5680u;
        y ^= (y << 15) & 0xefc60000u;
        return y ^ (y >> 18);
    }

    //! A number in 0..bound-1, each equally likely, as drawBelow() of ../targets.cpp gives it.
    __device__ uint32_t drawBelow(uint32_t bound)
    {
        const uint32_t rest = static_cast<uint32_t>((uint64_t(1) << 32) % bound);
        for (;;)
        {
            const uint32_t value = draw();
            if (value <= UINT32_MAX - rest)
                return value % bound;
        }
    }

private:
    static const int size = 624, middle = 397;

    __device__ void renew()
    {
        for (int i = 0; i < size; ++i)
        {
            const uint32_t y = (state[i] & 0x80000000u) | (state[(i + 1) % size] & 0x7fffffffu);
            state[i] = state[(i + middle) % size] ^ (y >> 1) ^ (y & 1 ? 0x9908b0dfu : 0u);
        }
        next = 0;
    }

    uint32_t state[size];
    int next;
};

const int sampleThreads = 1024;

//! The first steps of a Fisher-Yates shuffle.
__device__ inline void chooseFront(int* items, int size, int count, MersenneTwister& random)
{
    for (int i = 0; i < count; ++i)
    {
        const int j = i + static_cast<int>(random.drawBelow(size - i)), item = items[i];
        items[i] = items[j];
        items[j] = item;
    }
}

/** One block a picture: lists positives and negatives in their order, one thread draws, all mark the rest.
@param wanted positives at most
@param lists 2 x K numbers a picture */
__global__ void __launch_bounds__(sampleThreads)
    sampleKernel(int* matches, int anchorCount, int count, int wanted, int seed, int* lists)
{
    __shared__ int kept[2];
    int* match = matches + static_cast<size_t>(blockIdx.x) * anchorCount;
    int* items[2]; // negatives, positives
    items[0] = lists + 2 * static_cast<size_t>(blockIdx.x) * anchorCount;
    items[1] = items[0] + anchorCount;

    int found[2] = {0, 0};
    for (int first = 0; first < anchorCount; first += sampleThreads)
    {
        const int k = first + threadIdx.x,
                  value = k < anchorCount ? match[k] : static_cast<int>(MATCH_IGNORED);
        const int kind = value >= 0 ? 1 : value == MATCH_NEGATIVE ? 0 : -1;
        int total;
        // Both counts in one number: a block has fewer than 2^16 threads.
        const int before = exclusiveSum<sampleThreads>(kind < 0 ? 0 : kind == 0 ? 1 : 1 << 16, total);
        if (kind >= 0)
            items[kind][found[kind] + (kind == 0 ? before & 0xffff : before >> 16)] = k;
        found[0] += total & 0xffff;
        found[1] += total >> 16;
    }
    __syncthreads();
    if (threadIdx.x == 0)
    {
        MersenneTwister random(static_cast<uint32_t>(seed) + blockIdx.x);
        kept[1] = found[1] < wanted ? found[1] : wanted;
        kept[0] = found[0] < count - kept[1] ? found[0] : count - kept[1];
        chooseFront(items[1], found[1], kept[1], random);
        chooseFront(items[0], found[0], kept[0], random);
    }
    __syncthreads();
    for (int kind = 0; kind < 2; ++kind)
        for (int i = kept[kind] + threadIdx.x; i < found[kind]; i += sampleThreads)
            match[items[kind][i]] = MATCH_IGNORED;
}

} // namespace

void sampleAnchors(int* matches, int anchorCount, int pictures, int count, float positiveShare, int seed,
                   Workspace& workspace, Stream stream)
{
    checkPictures(anchorCount, pictures);
    checkCount(count, "count");
    dnn_rpn::checkRange(positiveShare, 0, 1, "positiveShare");
    // In float, where 10 * 0.7f is 7 and not 6.9999999.
    const double share = std::floor(static_cast<float>(count) * positiveShare);
    const int wanted = share < count ? static_cast<int>(share) : count;
    workspace.begin();
    int* lists = workspace.take<int>(2 * static_cast<size_t>(anchorCount) * pictures);
    if (anchorCount > 0)
        launch("sampleKernel", sampleKernel, pictures, sampleThreads, stream, matches, anchorCount, count,
               wanted, seed, lists);
}

} // namespace cuda
} // namespace dnn_rpn
} // namespace cv
