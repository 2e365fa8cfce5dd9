// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "arguments.hpp"
#include "device_box.hpp"
#include "top.hpp"
#include "../validate.hpp"

namespace cv {
namespace dnn_rpn {
namespace cuda {

namespace {

const int proposalThreads = 256;

//! decodeBox() of ../box.hpp with weights 1, and clipBox().
__device__ inline float4 decodeAndClip(float4 delta, float4 anchor, float width, float height)
{
    const double maxLogSize = 4.135166556742356; // log(1000 / 16), the default of decodeBoxes()
    const double anchorWidth = double(anchor.z) - anchor.x, anchorHeight = double(anchor.w) - anchor.y;
    const double x = 0.5 * (double(anchor.x) + anchor.z) + delta.x * anchorWidth;
    const double y = 0.5 * (double(anchor.y) + anchor.w) + delta.y * anchorHeight;
    // NaN is not above the bound, and stays.
    const double halfWidth = 0.5 * anchorWidth * exp(maxLogSize < delta.z ? maxLogSize : delta.z);
    const double halfHeight = 0.5 * anchorHeight * exp(maxLogSize < delta.w ? maxLogSize : delta.w);
    return make_float4(greater(lesser(static_cast<float>(x - halfWidth), width), 0.f),
                       greater(lesser(static_cast<float>(y - halfHeight), height), 0.f),
                       greater(lesser(static_cast<float>(x + halfWidth), width), 0.f),
                       greater(lesser(static_cast<float>(y + halfHeight), height), 0.f));
}

//! What is known of the candidates.
struct Candidates
{
    float4* boxes;
    float* scores;
    unsigned char* removed;
};

__global__ void __launch_bounds__(proposalThreads)
    decodeKernel(Pairs best, const float* scores, const float* deltas, const float* anchors, int anchorCount,
                 Segments segments, float width, float height, float minSize, int count,
                 Candidates candidates)
{
    const int i = blockIdx.x * proposalThreads + threadIdx.x;
    if (i >= count)
        return;
    const int image = static_cast<int>(best.keys[i] >> 32) / segments.levels, anchor = best.values[i];
    const size_t at = static_cast<size_t>(image) * anchorCount + anchor;
    const float4 box = decodeAndClip(loadBox(deltas, at), loadBox(anchors, anchor), width, height);
    const bool large = __fsub_rn(box.z, box.x) >= minSize && __fsub_rn(box.w, box.y) >= minSize; // not NaN
    candidates.boxes[i] = box;
    candidates.scores[i] = scores[at];
    candidates.removed[i] = !large || static_cast<uint32_t>(best.keys[i]) == noPlace;
}

//! Keys by which the kept boxes of all levels of an image are ranked. Grid: blocks of boxes x segments.
__global__ void __launch_bounds__(proposalThreads)
    mergeKernel(const int* keep, const int* keptCounts, const float* scores, Segments segments, Pairs pairs)
{
    const int segment = blockIdx.y, i = blockIdx.x * proposalThreads + threadIdx.x;
    const int begin = segments.begin(segment);
    if (i >= segments.size(segment))
        return;
    const bool kept = i < keptCounts[segment];
    const int candidate = kept ? begin + keep[begin + i] : begin;
    const uint64_t image = segment / segments.levels;
    pairs.keys[begin + i] = image << 32 | (kept ? placeOf(scores[candidate]) : noPlace);
    pairs.values[begin + i] = candidate;
}

//! Grid: blocks of proposals x images.
__global__ void __launch_bounds__(proposalThreads)
    outputKernel(Pairs merged, const int* keptCounts, Candidates candidates, Segments segments, int room,
                 float* boxes, float* scores, int* counts)
{
    const int image = blockIdx.y, i = blockIdx.x * proposalThreads + threadIdx.x;
    int count = 0;
    for (int level = 0; level < segments.levels; level++)
        count += keptCounts[image * segments.levels + level];
    count = count < room ? count : room;
    if (i == 0)
        counts[image] = count;
    if (i >= room)
        return;
    const int candidate = i < count ? merged.values[image * segments.perImage + i] : -1;
    const float4 box = candidate < 0 ? make_float4(0.f, 0.f, 0.f, 0.f) : candidates.boxes[candidate];
    const size_t at = static_cast<size_t>(image) * room + i;
    boxes[4 * at] = box.x;
    boxes[4 * at + 1] = box.y;
    boxes[4 * at + 2] = box.z;
    boxes[4 * at + 3] = box.w;
    scores[at] = candidate < 0 ? 0.f : candidates.scores[candidate];
}

//! The levels' places among all anchors, and room for the best of each.
Segments segmentsOf(const std::vector<int>& levelCounts, int images, const ProposalParams& params,
                    Levels& levels)
{
    if (levelCounts.empty() || levelCounts.size() > Segments::mostLevels)
        CV_Error_(Error::StsOutOfRange, ("there must be 1..%d levels, not %d", Segments::mostLevels,
                                         static_cast<int>(levelCounts.size())));
    Segments s = Segments();
    s.images = images;
    s.levels = static_cast<int>(levelCounts.size());
    double anchors = 0;
    for (int l = 0; l < s.levels; l++)
    {
        checkCount(levelCounts[l], "each of levelCounts");
        levels.first[l] = static_cast<int>(anchors);
        levels.count[l] = levelCounts[l];
        s.start[l] = s.perImage;
        s.length[l] = params.preNms > 0 ? std::min(params.preNms, levelCounts[l]) : levelCounts[l];
        s.longest = std::max(s.longest, s.length[l]);
        s.perImage += s.length[l];
        anchors += levelCounts[l];
        if (anchors * std::max(1, images) > 2e9)
            CV_Error_(Error::StsOutOfRange, ("too many anchors: %.0f in %d images", anchors, images));
    }
    return s;
}

int roomOf(const Segments& segments, const ProposalParams& params)
{
    return params.postNms > 0 ? std::min(params.postNms, segments.perImage) : segments.perImage;
}

} // namespace

int proposalRoom(const std::vector<int>& levelCounts, const ProposalParams& params)
{
    checkParams(params);
    Levels levels;
    return roomOf(segmentsOf(levelCounts, 1, params, levels), params);
}

void generateProposals(const float* scores, const float* deltas, const float* anchors,
                       const std::vector<int>& levelCounts, int images, Size imageSize, float* boxes,
                       float* proposalScores, int* counts, Workspace& workspace, Stream stream,
                       const ProposalParams& params)
{
    checkParams(params);
    checkImageSize(imageSize);
    Levels levels;
    const Segments segments = segmentsOf(levelCounts, images, params, levels);
    checkImages(0, images);
    checkImages(0, segments.segments()); // a grid has no more either
    const int anchorCount = levels.first[segments.levels - 1] + levels.count[segments.levels - 1];
    const int count = segments.count(), room = roomOf(segments, params);
    if (count == 0)
    {
        clear(counts, images * sizeof(int), stream);
        return;
    }

    workspace.begin();
    const Pairs best =
        bestAnchors(scores, anchorCount, params.scoreThreshold, levels, segments, workspace, stream);
    const Candidates candidates = {workspace.take<float4>(count), workspace.take<float>(count),
                                   workspace.take<unsigned char>(count)};
    launch("decodeKernel", decodeKernel, divideUp(count, proposalThreads), proposalThreads, stream, best,
           scores, deltas, anchors, anchorCount, segments, static_cast<float>(imageSize.width),
           static_cast<float>(imageSize.height), params.minSize, count, candidates);

    // No level can give more than postNms of the postNms best of all levels.
    int* keep = workspace.take<int>(count);
    int* keptCounts = workspace.take<int>(segments.segments());
    suppress(candidates.boxes, candidates.removed, segments, params.nmsThreshold, params.postNms, keep,
             keptCounts, workspace, stream);

    // Levels follow each other in the order of their anchors, so that positions decide like indices of
    // anchors.
    const Pairs pairs = {workspace.take<uint64_t>(count), workspace.take<int>(count)};
    launch("mergeKernel", mergeKernel, dim3(divideUp(segments.longest, proposalThreads), segments.segments()),
           proposalThreads, stream, static_cast<const int*>(keep), static_cast<const int*>(keptCounts),
           static_cast<const float*>(candidates.scores), segments, pairs);
    const Pairs merged = sortPairs(pairs, count, 32 + bitsFor(images), workspace, stream);
    launch("outputKernel", outputKernel, dim3(divideUp(room, proposalThreads), images), proposalThreads,
           stream, merged, static_cast<const int*>(keptCounts), candidates, segments, room, boxes,
           proposalScores, counts);
}

} // namespace cuda
} // namespace dnn_rpn
} // namespace cv
