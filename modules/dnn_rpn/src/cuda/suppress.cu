// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "suppress.hpp"
#include "arguments.hpp"
#include "device_box.hpp"

namespace cv {
namespace dnn_rpn {
namespace cuda {

namespace {

/* All pairs of up to 4096 boxes of a segment are compared at once, and leave one bit each. A block then walks
through the boxes by rank and needs nothing but these bits. Longer segments are done in such chunks, each of
which first meets the boxes that were kept before it: memory stays small whatever the number of boxes. */
typedef unsigned long long Word;
const int wordBits = 64, chunkBoxes = 4096;

//! Bit j of word w of row i: box 64 w + j overlaps box i, which ranks higher. Grid: words x words x segments.
__global__ void __launch_bounds__(wordBits)
    overlapKernel(const float4* boxes, Segments segments, int chunk, float threshold, Word* masks)
{
    __shared__ float4 box[wordBits];
    __shared__ float area[wordBits];
    const int segment = blockIdx.z, words = gridDim.x, word = blockIdx.x;
    const int count = segments.size(segment) - chunk;
    if (word < static_cast<int>(blockIdx.y) || word * wordBits >= count)
        return;
    boxes += segments.begin(segment) + chunk;
    const int column = word * wordBits + threadIdx.x, row = blockIdx.y * wordBits + threadIdx.x;
    if (column < count)
    {
        box[threadIdx.x] = boxes[column];
        area[threadIdx.x] = boxArea(box[threadIdx.x]);
    }
    __syncthreads();
    if (row >= count)
        return;
    const float4 own = boxes[row];
    const float ownArea = boxArea(own);
    Word bits = 0;
    for (int j = 0; j < wordBits && word * wordBits + j < count; j++)
        if (word * wordBits + j > row && overlapOf(own, ownArea, box[j], area[j]) > threshold)
            bits |= Word(1) << j;
    masks[(static_cast<size_t>(segment) * words * wordBits + row) * words + word] = bits;
}

const int meetThreads = 256;

//! Removes boxes of a chunk that overlap one kept of the chunks before. Grid: blocks of boxes x segments.
__global__ void __launch_bounds__(meetThreads)
    meetKept(const float4* boxes, Segments segments, int chunk, float threshold, int maxCount,
             const int* keep, const int* keptCounts, unsigned char* removed)
{
    const int segment = blockIdx.y, i = chunk + blockIdx.x * meetThreads + threadIdx.x;
    const int begin = segments.begin(segment), kept = keptCounts[segment];
    if (i >= segments.size(segment) || removed[begin + i] || (maxCount > 0 && kept >= maxCount))
        return;
    const float4 box = boxes[begin + i];
    const float area = boxArea(box);
    for (int k = 0; k < kept; k++)
    {
        const float4 other = boxes[begin + keep[begin + k]];
        if (overlapOf(other, boxArea(other), box, area) > threshold)
        {
            removed[begin + i] = 1;
            return;
        }
    }
}

const int walkThreads = 256;

//! The greedy choice, one block a segment.
__global__ void __launch_bounds__(walkThreads)
    walkKernel(const Word* masks, int words, Segments segments, int chunk, int maxCount,
               const unsigned char* removed, int* keep, int* keptCounts)
{
    __shared__ Word gone[chunkBoxes / wordBits], diagonal[wordBits], fresh;
    __shared__ int kept;
    const int segment = blockIdx.x, begin = segments.begin(segment);
    const int left = segments.size(segment) - chunk, room = words * wordBits,
              count = left < room ? left : room;
    if (count <= 0)
        return;
    masks += static_cast<size_t>(segment) * room * words;
    for (int w = threadIdx.x; w < words; w += walkThreads)
        gone[w] = 0;
    if (threadIdx.x == 0)
        kept = keptCounts[segment];
    __syncthreads();
    for (int i = threadIdx.x; i < room; i += walkThreads)
        if (i >= count || removed[begin + chunk + i])
            atomicOr(&gone[i / wordBits], Word(1) << i % wordBits);

    for (int tile = 0; tile * wordBits < count; tile++)
    {
        const int first = tile * wordBits;
        if (threadIdx.x < wordBits && first + static_cast<int>(threadIdx.x) < count)
            diagonal[threadIdx.x] = masks[static_cast<size_t>(first + threadIdx.x) * words + tile];
        __syncthreads();
        if (threadIdx.x == 0)
        {
            Word alive = ~gone[tile];
            fresh = 0;
            while (alive && (maxCount == 0 || kept < maxCount))
            {
                const int i = __ffsll(alive) - 1;
                keep[begin + kept++] = chunk + first + i;
                fresh |= Word(1) << i;
                alive &= ~(diagonal[i] | Word(1) << i);
            }
        }
        __syncthreads();
        if (maxCount > 0 && kept >= maxCount)
            break;
        // What the new ones remove of the words behind.
        const int word = threadIdx.x % wordBits;
        if (word > tile && word * wordBits < count)
        {
            Word bits = 0;
            for (int row = threadIdx.x / wordBits; row < wordBits; row += walkThreads / wordBits)
                if (fresh >> row & 1)
                    bits |= masks[static_cast<size_t>(first + row) * words + word];
            if (bits)
                atomicOr(&gone[word], bits);
        }
    }
    __syncthreads();
    if (threadIdx.x == 0)
        keptCounts[segment] = kept;
}

} // namespace

void suppress(const float4* boxes, unsigned char* removed, const Segments& segments, float threshold,
              int maxCount, int* keep, int* keptCounts, Workspace& workspace, Stream stream)
{
    const int groups = segments.segments(), together = std::min(segments.longest, chunkBoxes);
    const int words = divideUp(together, wordBits);
    Word* masks = workspace.take<Word>(static_cast<size_t>(groups) * words * words * wordBits);
    clear(keptCounts, groups * sizeof(int), stream);
    for (int chunk = 0; chunk < segments.longest; chunk += chunkBoxes)
    {
        if (chunk > 0)
            launch("meetKept", meetKept, dim3(divideUp(chunkBoxes, meetThreads), groups), meetThreads, stream,
                   boxes, segments, chunk, threshold, maxCount, static_cast<const int*>(keep),
                   static_cast<const int*>(keptCounts), removed);
        launch("overlapKernel", overlapKernel, dim3(words, words, groups), wordBits, stream, boxes, segments,
               chunk, threshold, masks);
        launch("walkKernel", walkKernel, groups, walkThreads, stream, static_cast<const Word*>(masks), words,
               segments, chunk, maxCount, static_cast<const unsigned char*>(removed), keep, keptCounts);
    }
}

} // namespace cuda
} // namespace dnn_rpn
} // namespace cv
