// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "precomp.hpp"
#include <atomic>
#include "roi.hpp"
#include "roi_pool.simd.hpp"
#include "roi_pool.simd_declarations.hpp" // for the other instruction sets
#include "units.hpp"

namespace cv {
namespace dnn_rpn {

namespace {

//! First and last + 1 of the cells of each bin along one axis, within the map; may be empty.
void binsOf(float low, float high, float scale, int bins, int cells, int* ranges)
{
    const int start = static_cast<int>(std::round(low * scale));
    const int end = static_cast<int>(std::round(high * scale));
    // In float, as torchvision's: where a bin ends on a cell is decided by the last digit.
    const float size = static_cast<float>(std::max(end - start + 1, 1)) / static_cast<float>(bins);
    for (int b = 0; b < bins; b++)
    {
        const int first = static_cast<int>(std::floor(static_cast<float>(b) * size)) + start;
        const int last = static_cast<int>(std::ceil(static_cast<float>(b + 1) * size)) + start;
        ranges[2 * b] = std::min(std::max(first, 0), cells);
        ranges[2 * b + 1] = std::min(std::max(last, 0), cells);
    }
}

//! What each worker needs for a block of channels.
struct Room
{
    float *plane, *largest;
    int* where;
};

void poolBlockOnAnyMachine(const int* ranges, const int* rois, int count, const RoiGeometry& g, int channels,
                           const float* features, float* output, int* argmax, const Room& room)
{
    CV_CPU_DISPATCH(
        poolBlock,
        (ranges, rois, count, g, channels, features, output, argmax, room.plane, room.largest, room.where),
        CV_CPU_DISPATCH_MODES_ALL);
}

} // namespace

void roiPool(InputArray features, InputArray boxes, InputArray batchIndices, Size pooled, OutputArray output,
             OutputArray argmax, float spatialScale)
{
    Workspace workspace;
    roiPool(features, boxes, batchIndices, pooled, output, argmax, spatialScale, workspace);
}

void roiPool(InputArray features_, InputArray boxes_, InputArray batchIndices, Size pooled,
             OutputArray output_, OutputArray argmax_, float spatialScale, Workspace& workspace)
{
    checkPooled(pooled);
    const Mat features = featuresArgument(features_), boxes = roisArgument(boxes_, spatialScale);
    const Shape4 shape = shapeOf(features);
    const RoiGeometry g = geometryOf(shape, pooled);
    Workspace::Arenas& arenas = workspace.arenas();
    arenas.begin(getNumThreads());
    const RoisByImage members = roisByImage(batchIndices, boxes.rows, g.images, arenas.own());
    const size_t rangesOfRoi = 2 * (static_cast<size_t>(g.rows) + g.columns);
    int* ranges = arenas.own().take<int>(rangesOfRoi * boxes.rows);
    for (int r = 0; r < boxes.rows; r++)
    {
        const float* box = boxes.ptr<float>(r);
        binsOf(box[1], box[3], spatialScale, g.rows, g.height, ranges + r * rangesOfRoi);
        binsOf(box[0], box[2], spatialScale, g.columns, g.width, ranges + r * rangesOfRoi + 2 * g.rows);
    }

    const Shape4 outShape = {boxes.rows, g.channels, g.rows, g.columns};
    TensorOutput output(output_, outShape, CV_32F, features), argmax(argmax_, outShape, CV_32S, features);
    float* const values = output.data<float>();
    int* const indices = argmax.data<int>();
    const int units = g.images * g.blocks, workers = workersFor(units);
    Room* rooms = arenas.own().take<Room>(workers);
    for (int worker = 0; worker < workers; worker++)
    {
        Arena& arena = arenas.of(worker);
        rooms[worker].plane = arena.take<float>(static_cast<size_t>(g.cells) * channelsAtOnce);
        rooms[worker].largest = arena.take<float>(static_cast<size_t>(g.bins) * channelsAtOnce);
        rooms[worker].where = arena.take<int>(static_cast<size_t>(g.bins) * channelsAtOnce);
    }
    forEachUnit(units, [&](int worker, int unit) {
        const int image = unit / g.blocks, first = unit % g.blocks * channelsAtOnce;
        const size_t at = static_cast<size_t>(first) * g.bins;
        if (members.count(image) > 0)
            poolBlockOnAnyMachine(ranges, members.first(image), members.count(image), g,
                                  std::min(channelsAtOnce, g.channels - first),
                                  features.ptr<float>(image, first), values + at, indices + at,
                                  rooms[worker]);
    });
    output.finish();
    argmax.finish();
}

void roiPoolBackward(InputArray outputGrad, InputArray argmax, InputArray batchIndices,
                     const std::vector<int>& featuresShape, OutputArray featuresGrad)
{
    Workspace workspace;
    roiPoolBackward(outputGrad, argmax, batchIndices, featuresShape, featuresGrad, workspace);
}

void roiPoolBackward(InputArray outputGrad_, InputArray argmax_, InputArray batchIndices,
                     const std::vector<int>& featuresShape, OutputArray featuresGrad, Workspace& workspace)
{
    checkShape(featuresShape, "featuresShape");
    const Mat outputGrad = tensorArgument(outputGrad_, CV_32F, "outputGrad");
    const Mat argmax = tensorArgument(argmax_, CV_32S, "argmax");
    const int rois = outputGrad.empty() ? 0 : outputGrad.size[0], channels = featuresShape[1];
    const int cells = featuresShape[2] * featuresShape[3];
    checkRoiTensor(outputGrad, "outputGrad", rois, channels);
    checkRoiTensor(argmax, "argmax", rois, channels);
    if (rois > 0 && shapeOf(argmax) != shapeOf(outputGrad))
        CV_Error_(Error::StsUnmatchedSizes, ("argmax and outputGrad must have one shape, not %s and %s",
                                             shapeText(argmax).c_str(), shapeText(outputGrad).c_str()));
    workspace.arenas().begin();
    const RoisByImage members = roisByImage(batchIndices, rois, featuresShape[0], workspace.arenas().own());
    const size_t bins = rois > 0 ? static_cast<size_t>(outputGrad.size[2]) * outputGrad.size[3] : 0;
    const int* const indices = argmax.ptr<int>();
    const float* const grads = outputGrad.ptr<float>();

    TensorOutput output(featuresGrad, featuresShape, CV_32F, outputGrad);
    float* const out = output.data<float>();
    // A worker has the plane that it adds to for itself, and adds the RoIs in their order. Looking at the
    // indices beforehand would read all of them twice.
    std::atomic<bool> wrong(false);
    forEachUnit(featuresShape[0] * channels, [&](int, int unit) {
        const int image = unit / channels;
        float* plane = out + static_cast<size_t>(unit) * cells;
        std::fill_n(plane, cells, 0.f);
        for (int m = 0; m < members.count(image); m++)
        {
            const size_t first =
                (static_cast<size_t>(members.first(image)[m]) * channels + unit % channels) * bins;
            for (size_t i = first; i < first + bins; i++)
                if (indices[i] >= 0 && indices[i] < cells)
                    plane[indices[i]] += grads[i];
                else if (indices[i] != -1)
                    wrong = true;
        }
    });
    if (wrong)
        for (size_t i = 0; i < argmax.total(); i++)
            if (indices[i] < -1 || indices[i] >= cells)
                CV_Error_(Error::StsOutOfRange,
                          ("argmax must be in -1..%d, but has %d", cells - 1, indices[i]));
    output.finish();
}

} // namespace dnn_rpn
} // namespace cv
