// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "arguments.hpp"
#include "device_box.hpp"
#include "sort.hpp"
#include "suppress.hpp"

namespace cv {
namespace dnn_rpn {
namespace cuda {

namespace {

const int nmsThreads = 256;

__global__ void __launch_bounds__(nmsThreads) rankKernel(const float* scores, int count, Pairs pairs)
{
    const int i = blockIdx.x * nmsThreads + threadIdx.x;
    if (i >= count)
        return;
    pairs.keys[i] = placeOf(scores[i]);
    pairs.values[i] = i;
}

__global__ void __launch_bounds__(nmsThreads)
    gatherKernel(const float* boxes, int count, Pairs sorted, float4* gathered, unsigned char* removed)
{
    const int i = blockIdx.x * nmsThreads + threadIdx.x;
    if (i >= count)
        return;
    gathered[i] = loadBox(boxes, sorted.values[i]);
    removed[i] = sorted.keys[i] == noPlace;
}

//! Positions among the sorted boxes as indices of the caller's.
__global__ void __launch_bounds__(nmsThreads)
    indexKernel(const int* positions, const int* count, const int* indices, int* keep)
{
    const int i = blockIdx.x * nmsThreads + threadIdx.x;
    if (i < *count)
        keep[i] = indices[positions[i]];
}

} // namespace

void nms(const float* boxes, const float* scores, int count, float threshold, int* keep, int* keptCount,
         Workspace& workspace, Stream stream, int maxCount)
{
    checkCount(count, "count");
    checkCount(maxCount, "maxCount");
    dnn_rpn::checkRange(threshold, 0, 1, "threshold");
    if (count == 0)
    {
        clear(keptCount, sizeof(int), stream);
        return;
    }
    workspace.begin();
    const int blocks = divideUp(count, nmsThreads);
    const Pairs pairs = {workspace.take<uint64_t>(count), workspace.take<int>(count)};
    launch("rankKernel", rankKernel, blocks, nmsThreads, stream, scores, count, pairs);
    const Pairs sorted = sortPairs(pairs, count, 32, workspace, stream);
    float4* gathered = workspace.take<float4>(count);
    unsigned char* removed = workspace.take<unsigned char>(count);
    launch("gatherKernel", gatherKernel, blocks, nmsThreads, stream, boxes, count, sorted, gathered, removed);
    int* positions = workspace.take<int>(count);
    suppress(gathered, removed, oneSegment(count), threshold, maxCount, positions, keptCount, workspace,
             stream);
    launch("indexKernel", indexKernel, blocks, nmsThreads, stream, static_cast<const int*>(positions),
           static_cast<const int*>(keptCount), static_cast<const int*>(sorted.values), keep);
}

} // namespace cuda
} // namespace dnn_rpn
} // namespace cv
