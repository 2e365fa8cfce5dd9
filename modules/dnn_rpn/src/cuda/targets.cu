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

const int targetThreads = 256;

__device__ inline bool hasExtent(float4 b)
{
    return b.z > b.x && b.w > b.y && fabsf(b.x) <= FLT_MAX && fabsf(b.y) <= FLT_MAX && b.z <= FLT_MAX &&
           b.w <= FLT_MAX;
}

//! encodeBox() of ../box.hpp. In double: few anchors are positive.
__device__ inline float4 encodeBox(float4 box, float4 anchor, const BoxWeights& weights)
{
    if (!hasExtent(box) || !hasExtent(anchor))
        return make_float4(notANumber(), notANumber(), notANumber(), notANumber());
    const double anchorWidth = double(anchor.z) - anchor.x, anchorHeight = double(anchor.w) - anchor.y;
    const double width = double(box.z) - box.x, height = double(box.w) - box.y;
    const double x = 0.5 * (double(box.x) + box.z - anchor.x - anchor.z);
    const double y = 0.5 * (double(box.y) + box.w - anchor.y - anchor.w);
    return make_float4(static_cast<float>(weights.x * x / anchorWidth),
                       static_cast<float>(weights.y * y / anchorHeight),
                       static_cast<float>(weights.w * log(width / anchorWidth)),
                       static_cast<float>(weights.h * log(height / anchorHeight)));
}

//! Grid: blocks of anchors x images.
__global__ void __launch_bounds__(targetThreads)
    encodeKernel(const float* anchors, int anchorCount, BoxLists objects, const int* matches,
                 BoxWeights weights, float* deltas)
{
    const int k = blockIdx.x * targetThreads + threadIdx.x;
    if (k >= anchorCount)
        return;
    const size_t row = static_cast<size_t>(blockIdx.y) * anchorCount + k;
    const int match = matches[row];
    float4 delta = make_float4(0.f, 0.f, 0.f, 0.f);
    if (match < MATCH_IGNORED || match >= objects.count)
        delta.x = delta.y = delta.z = delta.w = notANumber();
    else if (match >= 0)
        delta = encodeBox(loadBox(objects.boxes, match), loadBox(anchors, k), weights);
    deltas[4 * row] = delta.x;
    deltas[4 * row + 1] = delta.y;
    deltas[4 * row + 2] = delta.z;
    deltas[4 * row + 3] = delta.w;
}

__global__ void __launch_bounds__(targetThreads)
    labelKernel(const int* matches, int count, const int* classes, int classCount, int* labels,
                int* positives)
{
    const int k = blockIdx.x * targetThreads + threadIdx.x;
    const int match = k < count ? matches[k] : static_cast<int>(MATCH_NEGATIVE);
    int label = INT_MIN;
    if (match == MATCH_IGNORED)
        label = -1;
    else if (match == MATCH_NEGATIVE)
        label = 0;
    else if (match >= 0 && !classes)
        label = 1;
    else if (match >= 0 && match < classCount && classes[match] > 0)
        label = classes[match];
    if (k < count)
        labels[k] = label;
    const unsigned votes = __ballot_sync(allLanes, label > 0);
    if (positives && votes && threadIdx.x % warpSize_ == 0)
        atomicAdd(positives, __popc(votes)); // integers: the order does not matter
}

} // namespace

void encodeTargets(const float* anchors, int anchorCount, int images, const BoxLists& objects,
                   const int* matches, float* deltas, Stream stream, const Scalar& weights)
{
    checkImages(anchorCount, images);
    checkCount(objects.count, "objects");
    checkWeights(weights);
    launch("encodeKernel", encodeKernel, dim3(divideUp(anchorCount, targetThreads), images), targetThreads,
           stream, anchors, anchorCount, objects, matches, BoxWeights(weights), deltas);
}

void matchLabels(const int* matches, int count, const int* classes, int classCount, int* labels,
                 int* positives, Stream stream)
{
    checkCount(count, "count");
    checkCount(classCount, "classCount");
    if (positives)
        clear(positives, sizeof(int), stream);
    launch("labelKernel", labelKernel, divideUp(count, targetThreads), targetThreads, stream, matches, count,
           classes, classCount, labels, positives);
}

} // namespace cuda
} // namespace dnn_rpn
} // namespace cv
