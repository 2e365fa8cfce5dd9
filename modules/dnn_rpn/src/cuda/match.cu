// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "arguments.hpp"
#include "device_box.hpp"
#include "opencv2/dnn_rpn/private/cuda/sums.hpp"

namespace cv {
namespace dnn_rpn {
namespace cuda {

namespace {

const int matchThreads = 256;

//! Which boxes belong to an image.
__device__ inline int firstOf(const BoxLists& lists, int image)
{
    return lists.starts ? lists.starts[image] : 0;
}

__device__ inline int lastOf(const BoxLists& lists, int image)
{
    return lists.starts ? lists.starts[image + 1] : lists.count;
}

/** Some objects at a time in the block's own memory, where all anchors read them. */
struct ObjectTile
{
    static const int size = 128;

    //! Between two barriers, so that it can be loaded again.
    __device__ void load(const float* boxes, int first, int last)
    {
        __syncthreads();
        for (int i = threadIdx.x; i < size && first + i < last; i += matchThreads)
        {
            box[i] = loadBox(boxes, first + i);
            area[i] = boxArea(box[i]);
        }
        __syncthreads();
    }

    float4 box[size];
    float area[size];
};

/** Each object's highest IoU over all anchors. An IoU is not negative, and such floats compare like the
integers of the same bits, whose maximum does not depend on who comes first.
Grid: blocks of anchors x images. */
__global__ void __launch_bounds__(matchThreads)
    bestOfObjects(const float* anchors, int anchorCount, BoxLists objects, int* best)
{
    __shared__ ObjectTile tile;
    const int k = blockIdx.x * matchThreads + threadIdx.x;
    const float4 anchor = loadBox(anchors, k < anchorCount ? k : anchorCount - 1);
    const float area = boxArea(anchor);
    const int last = lastOf(objects, blockIdx.y);
    for (int first = firstOf(objects, blockIdx.y); first < last; first += ObjectTile::size)
    {
        tile.load(objects.boxes, first, last);
        for (int i = 0; i < ObjectTile::size && first + i < last; i++)
        {
            float highest = overlapOf(anchor, area, tile.box[i], tile.area[i]);
            // The anchors of a warp lie side by side, so that most objects are out of reach of all.
            if (!__any_sync(allLanes, highest > 0))
                continue;
            for (int step = warpSize_ / 2; step > 0; step /= 2)
                highest = fmaxf(highest, __shfl_xor_sync(allLanes, highest, step));
            if (threadIdx.x % warpSize_ == 0)
                atomicMax(best + first + i, __float_as_int(highest));
        }
    }
}

//! @param best of bestOfObjects(), or nullptr: no anchor gets an object for its sake
__global__ void __launch_bounds__(matchThreads)
    matchKernel(const float* anchors, int anchorCount, BoxLists objects, BoxLists regions, MatchParams params,
                const int* best, int* matches)
{
    __shared__ ObjectTile tile;
    const int k = blockIdx.x * matchThreads + threadIdx.x;
    const float4 anchor = loadBox(anchors, k < anchorCount ? k : anchorCount - 1);
    const float area = boxArea(anchor);

    const int start = firstOf(objects, blockIdx.y), last = lastOf(objects, blockIdx.y);
    float highest = 0;
    int favourite = start;
    bool isBest = false;
    for (int first = start; first < last; first += ObjectTile::size)
    {
        tile.load(objects.boxes, first, last);
        for (int i = 0; i < ObjectTile::size && first + i < last; i++)
        {
            const float overlap = overlapOf(anchor, area, tile.box[i], tile.area[i]);
            if (overlap > highest)
            {
                highest = overlap;
                favourite = first + i;
            }
            isBest = isBest || (best && overlap > 0 && __float_as_int(overlap) == best[first + i]);
        }
    }
    const bool any = last > start;
    int match = any && highest >= params.positiveIoU   ? favourite
                : any && highest >= params.negativeIoU ? static_cast<int>(MATCH_IGNORED)
                                                       : static_cast<int>(MATCH_NEGATIVE);

    const int lastRegion = lastOf(regions, blockIdx.y);
    for (int r = firstOf(regions, blockIdx.y); r < lastRegion && match == MATCH_NEGATIVE; r++)
        if (shareOf(anchor, area, loadBox(regions.boxes, r)) >= params.ignoreIoF)
            match = MATCH_IGNORED;
    if (k < anchorCount)
        matches[static_cast<size_t>(blockIdx.y) * anchorCount + k] = isBest ? favourite : match;
}

void checkLists(const BoxLists& lists, int images, const char* name)
{
    checkCount(lists.count, name);
    if (lists.count > 0 && images > 1 && !lists.starts)
        CV_Error_(Error::StsBadArg, ("%s of %d images must say where each begins", name, images));
}

} // namespace

void matchAnchors(const float* anchors, int anchorCount, int images, const BoxLists& objects,
                  const BoxLists& ignoreRegions, int* matches, Workspace& workspace, Stream stream,
                  const MatchParams& params)
{
    checkImages(anchorCount, images);
    checkLists(objects, images, "objects");
    checkLists(ignoreRegions, images, "ignoreRegions");
    if (!(0 <= params.negativeIoU && params.negativeIoU <= params.positiveIoU && params.positiveIoU <= 1))
        CV_Error_(Error::StsOutOfRange,
                  ("0 <= negativeIoU <= positiveIoU <= 1 must hold, but they are %g and %g",
                   params.negativeIoU, params.positiveIoU));
    dnn_rpn::checkRange(params.ignoreIoF, 0, 1, "ignoreIoF");

    workspace.begin();
    const dim3 grid(divideUp(anchorCount, matchThreads), images);
    // Where there are none, nobody looks at the starts either.
    const BoxLists some = objects.count > 0 ? objects : BoxLists();
    int* best = nullptr;
    if (params.lowQuality && objects.count > 0)
    {
        best = workspace.take<int>(objects.count);
        clear(best, objects.count * sizeof(int), stream);
        launch("bestOfObjects", bestOfObjects, grid, matchThreads, stream, anchors, anchorCount, some, best);
    }
    launch("matchKernel", matchKernel, grid, matchThreads, stream, anchors, anchorCount, some,
           ignoreRegions.count > 0 ? ignoreRegions : BoxLists(), params, static_cast<const int*>(best),
           matches);
}

} // namespace cuda
} // namespace dnn_rpn
} // namespace cv
