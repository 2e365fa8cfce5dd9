// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "top.hpp"
#include "opencv2/dnn_rpn/private/cuda/sums.hpp"

namespace cv {
namespace dnn_rpn {
namespace cuda {

namespace {

const int topThreads = 1024, topBins = 2 * topThreads, atOnce = 8;

__device__ inline uint32_t placeAbove(const float* scores, int i, float threshold)
{
    const float score = scores[i];
    return score >= threshold ? placeOf(score) : noPlace; // false for NaN
}

/** The place of the box with a rank, digit by digit from the highest: count each digit among those that have
the digits before (radix select).
@param rank from 1 to count; becomes the rank among those of the same place */
__device__ uint32_t placeOfRank(const float* scores, int count, float threshold, int& rank)
{
    __shared__ int bins[topBins];
    __shared__ int digit, rankInDigit;
    uint32_t place = 0;
    for (int shift = 21; shift >= 0; shift -= shift == 21 ? 11 : 10) // 11, 11 and 10 bits
    {
        const int bits = shift == 0 ? 10 : 11;
        for (int i = threadIdx.x; i < topBins; i += topThreads)
            bins[i] = 0;
        __syncthreads();
        for (int first = threadIdx.x; first < count; first += topThreads * atOnce)
        {
            uint32_t places[atOnce]; // loads that do not wait for each other
            for (int j = 0; j < atOnce; j++)
                places[j] = first + j * topThreads < count
                                ? placeAbove(scores, first + j * topThreads, threshold)
                                : noPlace;
            for (int j = 0; j < atOnce; j++)
                if (first + j * topThreads < count &&
                    static_cast<uint64_t>(places[j]) >> (shift + bits) == place)
                    atomicAdd(&bins[places[j] >> shift & ((1 << bits) - 1)], 1);
        }
        __syncthreads();
        const int a = bins[2 * threadIdx.x], b = bins[2 * threadIdx.x + 1];
        int total;
        const int before = exclusiveSum<topThreads>(a + b, total);
        if (before < rank && rank <= before + a + b)
        {
            const bool second = rank > before + a;
            digit = 2 * threadIdx.x + second;
            rankInDigit = rank - before - (second ? a : 0);
        }
        __syncthreads();
        place = place << bits | digit;
        rank = rankInDigit;
        __syncthreads();
    }
    return place;
}

//! One block a segment. Anchors are collected in their order; those of the last place only as far as room is
//! left.
__global__ void __launch_bounds__(topThreads) topKernel(const float* scores, int anchorCount, float threshold,
                                                        Levels levels, Segments segments, Pairs pairs)
{
    const int segment = blockIdx.x, level = segment % segments.levels;
    const int begin = segments.begin(segment), room = segments.size(segment);
    const int firstAnchor = levels.first[level], count = levels.count[level];
    if (room == 0)
        return;
    scores += static_cast<size_t>(segment / segments.levels) * anchorCount + firstAnchor;
    int equal = room;
    const uint32_t last = placeOfRank(scores, count, threshold, equal);

    int foundBelow = 0, foundEqual = 0;
    for (int first = 0; first < count; first += topThreads * atOnce)
    {
        uint32_t places[atOnce];
        int own = 0; // both counts in one number: a block sees fewer than 2^16 at a time
        for (int j = 0; j < atOnce; j++)
        {
            const int i = first + threadIdx.x * atOnce + j;
            places[j] = i < count ? placeAbove(scores, i, threshold) : noPlace;
            own += i >= count ? 0 : places[j] < last ? 1 : places[j] == last ? 1 << 16 : 0;
        }
        int total;
        const int before = exclusiveSum<topThreads>(own, total);
        int below = foundBelow + (before & 0xffff), same = foundEqual + (before >> 16);
        for (int j = 0; j < atOnce; j++)
        {
            const int i = first + threadIdx.x * atOnce + j;
            if (i >= count)
                break;
            int at = room;
            if (places[j] < last)
                at = below++;
            else if (places[j] == last && same < equal)
                at = room - equal + same++;
            if (at == room)
                continue;
            pairs.keys[begin + at] = static_cast<uint64_t>(segment) << 32 | places[j];
            pairs.values[begin + at] = firstAnchor + i;
        }
        foundBelow += total & 0xffff;
        foundEqual += total >> 16;
    }
}

} // namespace

Pairs bestAnchors(const float* scores, int anchorCount, float threshold, const Levels& levels,
                  const Segments& segments, Workspace& workspace, Stream stream)
{
    const Pairs pairs = {workspace.take<uint64_t>(segments.count()), workspace.take<int>(segments.count())};
    launch("topKernel", topKernel, segments.segments(), topThreads, stream, scores, anchorCount, threshold,
           levels, segments, pairs);
    return sortPairs(pairs, segments.count(), 32 + bitsFor(segments.segments()), workspace, stream);
}

} // namespace cuda
} // namespace dnn_rpn
} // namespace cv
