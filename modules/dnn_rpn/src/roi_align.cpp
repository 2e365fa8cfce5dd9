// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "precomp.hpp"
#include "roi.hpp"
#include "roi_align.simd.hpp"
#include "roi_align.simd_declarations.hpp" // for the other instruction sets
#include "units.hpp"

namespace cv {
namespace dnn_rpn {

RoiAlignParams::RoiAlignParams() : spatialScale(1), samplingRatio(0), aligned(true) {}

namespace {

//! The axes of some RoIs, in a few arrays: one allocation a RoI would cost as much as the sums.
class Axes
{
public:
    explicit Axes(Arena& arena)
        : numbers(&arena), taps(&arena), extents(&arena), starts(&arena), cellStarts(&arena),
          positions(&arena), dense(&arena)
    {}

    //! The samples of a bin along an axis, as torchvision's: all in float, in its order of operations.
    struct Sampling
    {
        float start, bin;
        int bins, samples, cells;
        float weight; // of a sample
    };

    void add(const Sampling& s)
    {
        Extent extent = {static_cast<int>(numbers.size()), 0, static_cast<int>(taps.size()), 0};
        dense.resize(std::max<size_t>(dense.size(), s.cells), 0.f); // all 0 between calls

        // By bins, with cells as indices first.
        starts.assign(1, 0);
        int lowest = s.cells, highest = -1;
        for (int b = 0; b < s.bins; b++)
        {
            int low = s.cells, high = -1;
            for (int i = 0; i < s.samples; i++)
                addSample(s, b, i, low, high);
            for (int cell = low; cell <= high; cell++)
                if (dense[cell] != 0)
                {
                    taps.push_back({cell, dense[cell]});
                    dense[cell] = 0;
                }
            starts.push_back(static_cast<int>(taps.size()) - extent.tap);
            lowest = std::min(lowest, low);
            highest = std::max(highest, high);
        }
        extent.taps = starts.back();

        // The cells that occur, and where each stands among them.
        positions.assign(std::max(highest - lowest + 1, 0) + 1, 0);
        for (int t = 0; t < extent.taps; t++)
            ++positions[taps[extent.tap + t].index - lowest];
        cellStarts.assign(1, 0);
        for (int cell = lowest; cell <= highest; cell++)
        {
            const int uses = positions[cell - lowest];
            positions[cell - lowest] = extent.cells;
            if (uses == 0)
                continue;
            numbers.push_back(cell);
            cellStarts.push_back(cellStarts.back() + uses);
            ++extent.cells;
        }
        numbers.insert(numbers.end(), starts.begin(), starts.end());
        numbers.insert(numbers.end(), cellStarts.begin(), cellStarts.end());

        // By cells.
        taps.resize(taps.size() + extent.taps);
        Tap* byBin = taps.data() + extent.tap;
        Tap* byCell = byBin + extent.taps;
        for (int b = 0; b < s.bins; b++)
            for (int t = starts[b]; t < starts[b + 1]; t++)
            {
                const int position = positions[byBin[t].index - lowest];
                byBin[t].index -= numbers[extent.number];
                byCell[cellStarts[position]++] = {b, byBin[t].weight};
            }
        extents.push_back(extent);
    }

    //! Valid until the next add().
    RoiAxis get(int i, int bins) const
    {
        const Extent& e = extents[i];
        RoiAxis axis;
        axis.cells = numbers.data() + e.number;
        axis.cellCount = e.cells;
        axis.binStart = axis.cells + e.cells;
        axis.cellStart = axis.binStart + bins + 1;
        axis.binTaps = taps.data() + e.tap;
        axis.cellTaps = axis.binTaps + e.taps;
        return axis;
    }

private:
    struct Extent
    {
        int number, cells, tap, taps;
    };

    void addSample(const Sampling& s, int b, int i, int& low, int& high)
    {
        float at = s.start + b * s.bin + (i + 0.5f) * s.bin / s.samples;
        if (at < -1 || at > s.cells)
            return;
        at = std::max(at, 0.f);
        int cell = static_cast<int>(at);
        float beyond = at - cell;
        if (cell >= s.cells - 1)
        {
            cell = s.cells - 1;
            beyond = 0;
        }
        else
        {
            dense[cell + 1] += beyond * s.weight;
            high = std::max(high, cell + 1);
        }
        dense[cell] += (1 - beyond) * s.weight;
        low = std::min(low, cell);
        high = std::max(high, cell);
    }

    ArenaVector<int> numbers; // of each axis: cells, starts by bin, starts by cell
    ArenaVector<Tap> taps;    // of each axis: by bin, by cell
    ArenaVector<Extent> extents;
    ArenaVector<int> starts, cellStarts, positions;
    ArenaVector<float> dense;
};

//! y and x of one RoI.
void addRoi(const float* box, const RoiGeometry& g, const RoiAlignParams& params, Axes& axes)
{
    const float shift = params.aligned ? 0.5f : 0.f;
    Axes::Sampling both[2];
    for (int d = 0; d < 2; d++)
    {
        Axes::Sampling& s = both[d];
        s.bins = d == 0 ? g.rows : g.columns;
        s.cells = d == 0 ? g.height : g.width;
        s.start = box[1 - d] * params.spatialScale - shift;
        float size = box[3 - d] * params.spatialScale - shift - s.start;
        if (!params.aligned)
            size = std::max(size, 1.f);
        s.bin = size / s.bins;
        s.samples = params.samplingRatio > 0 ? params.samplingRatio
                                             : std::max(0, static_cast<int>(std::ceil(size / s.bins)));
        s.weight = 1;
    }
    both[0].weight = 1.f / std::max(1.f, static_cast<float>(both[0].samples) * both[1].samples);
    axes.add(both[0]);
    axes.add(both[1]);
}

//! The axes of all RoIs: y at 2 r, x at 2 r + 1.
const RoiAxis* axesOf(const Mat& boxes, const RoiGeometry& g, const RoiAlignParams& params,
                      Workspace::Arenas& arenas)
{
    RoiAxis* all = arenas.own().take<RoiAxis>(2 * static_cast<size_t>(boxes.rows));
    const int together = 64;
    forEachUnit((boxes.rows + together - 1) / together, [&](int worker, int unit) {
        const int first = unit * together, last = std::min(boxes.rows, first + together);
        Axes axes(arenas.of(worker));
        for (int r = first; r < last; r++)
            addRoi(boxes.ptr<float>(r), g, params, axes);
        for (int i = 0; i < 2 * (last - first); i++)
            all[2 * first + i] = axes.get(i, i % 2 == 0 ? g.rows : g.columns);
    });
    return all;
}

//! What each worker needs for a block of channels.
struct Room
{
    float *plane, *rows, *bins;
};

//! @param rowCount rows of cells that are needed at a time
Room* roomsOf(const RoiGeometry& g, int rowCount, int workers, Workspace::Arenas& arenas)
{
    Room* rooms = arenas.own().take<Room>(workers);
    for (int worker = 0; worker < workers; worker++)
    {
        Arena& arena = arenas.of(worker);
        rooms[worker].plane = arena.take<float>(static_cast<size_t>(g.cells) * channelsAtOnce);
        rooms[worker].rows = arena.take<float>(static_cast<size_t>(rowCount) * g.columns * channelsAtOnce);
        rooms[worker].bins = arena.take<float>(static_cast<size_t>(g.bins) * channelsAtOnce);
    }
    return rooms;
}

void alignBlockOnAnyMachine(const RoiAxis* axes, const int* rois, int count, const RoiGeometry& g,
                            int channels, const float* features, float* output, const Room& room)
{
    CV_CPU_DISPATCH(alignBlock,
                    (axes, rois, count, g, channels, features, output, room.plane, room.rows, room.bins),
                    CV_CPU_DISPATCH_MODES_ALL);
}

void alignBlockBackwardOnAnyMachine(const RoiAxis* axes, const int* rois, int count, const RoiGeometry& g,
                                    int channels, const float* outputGrad, float* featuresGrad,
                                    const Room& room)
{
    CV_CPU_DISPATCH(
        alignBlockBackward,
        (axes, rois, count, g, channels, outputGrad, featuresGrad, room.plane, room.rows, room.bins),
        CV_CPU_DISPATCH_MODES_ALL);
}

void checkParams(const RoiAlignParams& params)
{
    checkPositive(params.spatialScale, "spatialScale");
    checkRange(params.samplingRatio, 0, 1000, "samplingRatio");
}

} // namespace

void roiAlign(InputArray features, InputArray boxes, InputArray batchIndices, Size pooled, OutputArray output,
              const RoiAlignParams& params)
{
    Workspace workspace;
    roiAlign(features, boxes, batchIndices, pooled, output, params, workspace);
}

void roiAlign(InputArray features_, InputArray boxes_, InputArray batchIndices, Size pooled,
              OutputArray output_, const RoiAlignParams& params, Workspace& workspace)
{
    checkParams(params);
    checkPooled(pooled);
    const Mat features = featuresArgument(features_), boxes = roisArgument(boxes_, params.spatialScale);
    const Shape4 shape = shapeOf(features);
    const RoiGeometry g = geometryOf(shape, pooled);
    Workspace::Arenas& arenas = workspace.arenas();
    arenas.begin(getNumThreads());
    const RoisByImage members = roisByImage(batchIndices, boxes.rows, g.images, arenas.own());
    const RoiAxis* axes = axesOf(boxes, g, params, arenas);
    int span = 0; // of a RoI's rows of cells, from the first to the last
    for (int r = 0; r < boxes.rows; r++)
        if (const int count = axes[2 * r].cellCount)
            span = std::max(span, axes[2 * r].cells[count - 1] - axes[2 * r].cells[0] + 1);

    TensorOutput output(output_, {boxes.rows, g.channels, g.rows, g.columns}, CV_32F, features);
    float* const out = output.data<float>();
    const int units = g.images * g.blocks;
    const Room* rooms = roomsOf(g, span, workersFor(units), arenas);
    forEachUnit(units, [&](int worker, int unit) {
        const int image = unit / g.blocks, first = unit % g.blocks * channelsAtOnce;
        if (members.count(image) > 0)
            alignBlockOnAnyMachine(axes, members.first(image), members.count(image), g,
                                   std::min(channelsAtOnce, g.channels - first),
                                   features.ptr<float>(image, first),
                                   out + static_cast<size_t>(first) * g.bins, rooms[worker]);
    });
    output.finish();
}

void roiAlignBackward(InputArray outputGrad, InputArray boxes, InputArray batchIndices,
                      const std::vector<int>& featuresShape, OutputArray featuresGrad,
                      const RoiAlignParams& params)
{
    Workspace workspace;
    roiAlignBackward(outputGrad, boxes, batchIndices, featuresShape, featuresGrad, params, workspace);
}

void roiAlignBackward(InputArray outputGrad_, InputArray boxes_, InputArray batchIndices,
                      const std::vector<int>& featuresShape, OutputArray featuresGrad,
                      const RoiAlignParams& params, Workspace& workspace)
{
    checkParams(params);
    checkShape(featuresShape, "featuresShape");
    const Mat boxes = roisArgument(boxes_, params.spatialScale);
    const Mat outputGrad = tensorArgument(outputGrad_, CV_32F, "outputGrad");
    checkRoiTensor(outputGrad, "outputGrad", boxes.rows, featuresShape[1]);
    const Size pooled = boxes.rows > 0 ? Size(outputGrad.size[3], outputGrad.size[2]) : Size(1, 1);
    checkPooled(pooled);
    const RoiGeometry g = geometryOf(featuresShape, pooled);
    Workspace::Arenas& arenas = workspace.arenas();
    arenas.begin(getNumThreads());
    const RoisByImage members = roisByImage(batchIndices, boxes.rows, g.images, arenas.own());
    const RoiAxis* axes = axesOf(boxes, g, params, arenas);

    TensorOutput output(featuresGrad, featuresShape, CV_32F, outputGrad);
    float* const out = output.data<float>();
    const float* const in = outputGrad.ptr<float>();
    const int units = g.images * g.blocks;
    const Room* rooms = roomsOf(g, 1, workersFor(units), arenas);
    // A worker has the planes that it adds to for itself, and adds the RoIs in their order.
    forEachUnit(units, [&](int worker, int unit) {
        const int image = unit / g.blocks, first = unit % g.blocks * channelsAtOnce;
        alignBlockBackwardOnAnyMachine(
            axes, members.first(image), members.count(image), g, std::min(channelsAtOnce, g.channels - first),
            in + static_cast<size_t>(first) * g.bins,
            out + (static_cast<size_t>(image) * g.channels + first) * g.cells, rooms[worker]);
    });
    output.finish();
}

} // namespace dnn_rpn
} // namespace cv
