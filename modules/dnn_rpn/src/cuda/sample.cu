// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include <cstdint>

#include "arguments.hpp"
#include "opencv2/dnn_rpn/private/cuda/sums.hpp"

namespace cv {
namespace dnn_rpn {
namespace cuda {

namespace {

/** std::mt19937 (Matsumoto and Nishimura 1998): the twin draws from it, and the same anchors are wanted. A
number of the state is renewed when it is its turn, since few are drawn. */
class MersenneTwister
{
public:
    static const int size = 624;

    //! @param state_ room for `size` numbers. (In a thread's own memory, all threads of a GPU would get as
    //! much.)
    __device__ MersenneTwister(uint32_t* state_, uint32_t seed) : state(state_), next(0)
    {
        state[0] = seed;
        for (int i = 1; i < size; i++)
            state[i] = 1812433253u * (state[i - 1] ^ (state[i - 1] >> 30)) + i;
    }

    __device__ uint32_t draw()
    {
        const int following = next + 1 < size ? next + 1 : 0;
        const int far = next + 397 < size ? next + 397 : next + 397 - size;
        uint32_t y = (state[next] & 0x80000000u) | (state[following] & 0x7fffffffu);
        y = state[far] ^ (y >> 1) ^ (y & 1 ? 0x9908b0dfu : 0u);
        state[next] = y;
        next = following;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c5680u;
        y ^= (y << 15) & 0xefc60000u;
        return y ^ (y >> 18);
    }

    //! A number in 0..bound-1, each equally likely, as drawBelow() of ../targets.cpp gives it.
    __device__ uint32_t drawBelow(uint32_t bound)
    {
        const uint32_t rest = (0u - bound) % bound; // 2^32 % bound
        for (;;)
        {
            const uint32_t value = draw();
            if (value <= 0xffffffffu - rest)
                return value % bound;
        }
    }

private:
    uint32_t* state;
    int next;
};

const int sampleThreads = 1024, sampledAtOnce = 8;

//! The first steps of a Fisher-Yates shuffle.
__device__ inline void chooseFront(int* items, int size, int count, MersenneTwister& random)
{
    for (int i = 0; i < count; i++)
    {
        const int j = i + static_cast<int>(random.drawBelow(size - i)), item = items[i];
        items[i] = items[j];
        items[j] = item;
    }
}

/** One block an image: lists positives and negatives in their order, one thread draws, all mark the rest.
@param wanted positives at most
@param lists 2 x K numbers an image */
__global__ void __launch_bounds__(sampleThreads)
    sampleKernel(int* matches, int anchorCount, int count, int wanted, int seed, int* lists)
{
    __shared__ int kept[2];
    __shared__ uint32_t state[MersenneTwister::size];
    int* match = matches + static_cast<size_t>(blockIdx.x) * anchorCount;
    int* items[2]; // negatives, positives
    items[0] = lists + 2 * static_cast<size_t>(blockIdx.x) * anchorCount;
    items[1] = items[0] + anchorCount;

    int found[2] = {0, 0};
    for (int first = 0; first < anchorCount; first += sampleThreads * sampledAtOnce)
    {
        const int begin = first + threadIdx.x * sampledAtOnce;
        int value[sampledAtOnce],
            own = 0; // both counts in one number: a block sees fewer than 2^16 at a time
        for (int i = 0; i < sampledAtOnce; i++)
        {
            value[i] = begin + i < anchorCount ? match[begin + i] : static_cast<int>(MATCH_IGNORED);
            own += value[i] >= 0 ? 1 << 16 : value[i] == MATCH_NEGATIVE ? 1 : 0;
        }
        int total;
        const int before = exclusiveSum<sampleThreads>(own, total);
        int negatives = found[0] + (before & 0xffff), positives = found[1] + (before >> 16);
        for (int i = 0; i < sampledAtOnce; i++)
        {
            if (value[i] >= 0)
                items[1][positives++] = begin + i;
            else if (value[i] == MATCH_NEGATIVE)
                items[0][negatives++] = begin + i;
        }
        found[0] += total & 0xffff;
        found[1] += total >> 16;
    }
    __syncthreads();
    if (threadIdx.x == 0)
    {
        MersenneTwister random(state, static_cast<uint32_t>(seed) + blockIdx.x);
        kept[1] = found[1] < wanted ? found[1] : wanted;
        kept[0] = found[0] < count - kept[1] ? found[0] : count - kept[1];
        chooseFront(items[1], found[1], kept[1], random);
        chooseFront(items[0], found[0], kept[0], random);
    }
    __syncthreads();
    for (int kind = 0; kind < 2; kind++)
        for (int i = kept[kind] + threadIdx.x; i < found[kind]; i += sampleThreads)
            match[items[kind][i]] = MATCH_IGNORED;
}

} // namespace

void sampleAnchors(int* matches, int anchorCount, int images, int count, float positiveShare, int seed,
                   Workspace& workspace, Stream stream)
{
    checkImages(anchorCount, images);
    checkCount(count, "count");
    dnn_rpn::checkRange(positiveShare, 0, 1, "positiveShare");
    // In float, where 10 * 0.7f is 7 and not 6.9999999.
    const double share = std::floor(static_cast<float>(count) * positiveShare);
    const int wanted = share < count ? static_cast<int>(share) : count;
    workspace.begin();
    int* lists = workspace.take<int>(2 * static_cast<size_t>(anchorCount) * images);
    if (anchorCount > 0)
        launch("sampleKernel", sampleKernel, images, sampleThreads, stream, matches, anchorCount, count,
               wanted, seed, lists);
}

} // namespace cuda
} // namespace dnn_rpn
} // namespace cv
