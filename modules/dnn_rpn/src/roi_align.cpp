// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "precomp.hpp"
#include "opencv2/core/utility.hpp"
#include "lanes.hpp"
#include "roi.hpp"

namespace cv {
namespace dnn_rpn {

RoiAlignParams::RoiAlignParams() : spatialScale(1), samplingRatio(0), aligned(true) {}

namespace {

/* Bilinear samples on a grid are separable: the weight of a cell in a bin is the product of its row's weight
in the bin's row and of its column's weight in the bin's column. Samples outside the map take part in
neither. So a RoI is two sparse matrices, bins x cells, one an axis; all samples that fall on a cell are
one number there. The forward pass weighs columns, then rows; the backward pass the other way round. */

/** One axis of one RoI. Both views hold the same matrix: its rows are bins, its columns the cells that
have a weight in some bin, in the order of `cells`. */
struct Axis
{
    const int* cells;
    int cellCount;
    const int *binStart, *cellStart;
    const Tap *binTaps, *cellTaps;

    //! The cells of a bin, counted from cells[0].
    const Tap* bin(int b) const { return binTaps + binStart[b]; }
    //! The bins of cells[i].
    const Tap* cell(int i) const { return cellTaps + cellStart[i]; }
    //! From the first of the cells to the last.
    int span() const { return cellCount ? cells[cellCount - 1] - cells[0] + 1 : 0; }
};

//! The axes of some RoIs, in a few arrays: one allocation a RoI would cost as much as the sums.
class Axes
{
public:
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
        for (int b = 0; b < s.bins; ++b)
        {
            int low = s.cells, high = -1;
            for (int i = 0; i < s.samples; ++i)
                addSample(s, b, i, low, high);
            for (int cell = low; cell <= high; ++cell)
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
        for (int t = 0; t < extent.taps; ++t)
            ++positions[taps[extent.tap + t].index - lowest];
        cellStarts.assign(1, 0);
        for (int cell = lowest; cell <= highest; ++cell)
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
        for (int b = 0; b < s.bins; ++b)
            for (int t = starts[b]; t < starts[b + 1]; ++t)
            {
                const int position = positions[byBin[t].index - lowest];
                byBin[t].index -= numbers[extent.number];
                byCell[cellStarts[position]++] = {b, byBin[t].weight};
            }
        extents.push_back(extent);
    }

    Axis get(int i, int bins) const
    {
        const Extent& e = extents[i];
        Axis axis;
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

    std::vector<int> numbers; // of each axis: cells, starts by bin, starts by cell
    std::vector<Tap> taps;    // of each axis: by bin, by cell
    std::vector<Extent> extents;
    std::vector<int> starts, cellStarts, positions;
    std::vector<float> dense;
};

struct Geometry
{
    Shape4 shape; // of the features
    Size pooled;

    int pictures() const { return shape[0]; }
    int channels() const { return shape[1]; }
    int cells() const { return shape[2] * shape[3]; }
    int bins() const { return pooled.area(); }
    int blocks() const { return (channels() + lanes - 1) / lanes; }
};

//! The axes of all RoIs: rows at 2 i, columns at 2 i + 1, of so many RoIs together.
const int roisAtOnce = 64;

std::vector<Axes> axesOf(const Mat& boxes, const Geometry& g, const RoiAlignParams& params)
{
    std::vector<Axes> all((boxes.rows + roisAtOnce - 1) / roisAtOnce);
    parallel_for_(Range(0, static_cast<int>(all.size())), [&](const Range& range) {
        for (int i = range.start; i < range.end; ++i)
            for (int r = i * roisAtOnce; r < std::min(boxes.rows, (i + 1) * roisAtOnce); ++r)
            {
                const float* box = boxes.ptr<float>(r);
                const float shift = params.aligned ? 0.5f : 0.f;
                Axes::Sampling axes[2]; // y, x
                for (int d = 0; d < 2; ++d)
                {
                    Axes::Sampling& s = axes[d];
                    s.bins = d == 0 ? g.pooled.height : g.pooled.width;
                    s.cells = g.shape[2 + d];
                    s.start = box[1 - d] * params.spatialScale - shift;
                    float size = box[3 - d] * params.spatialScale - shift - s.start;
                    if (!params.aligned)
                        size = std::max(size, 1.f);
                    s.bin = size / s.bins;
                    s.samples = params.samplingRatio > 0
                                    ? params.samplingRatio
                                    : std::max(0, static_cast<int>(std::ceil(size / s.bins)));
                    s.weight = 1;
                }
                axes[0].weight = 1.f / std::max(1.f, static_cast<float>(axes[0].samples) * axes[1].samples);
                all[i].add(axes[0]);
                all[i].add(axes[1]);
            }
    });
    return all;
}

//! What one thread needs to work on a block of channels: see lanes.hpp.
struct Workspace
{
    std::vector<float> plane; // H x W
    std::vector<float> bins;  // rows x columns of bins
    std::vector<float> rows;  // rows of cells x columns of bins

    explicit Workspace(const Geometry& g)
        : plane(static_cast<size_t>(g.cells()) * lanes), bins(static_cast<size_t>(g.bins()) * lanes)
    {}

    void reserveRows(size_t count, int columns)
    {
        rows.resize(std::max(rows.size(), count * columns * lanes));
    }
};

//! From plane to bins.
template<typename Vector>
DNN_RPN_BODY void forwardRoi(const Axis& y, const Axis& x, const Geometry& g, Workspace& work)
{
    const int columns = g.pooled.width, width = g.shape[3];
    const size_t rowStep = static_cast<size_t>(columns) * lanes;
    for (int i = 0; i < y.cellCount && x.cellCount > 0; ++i)
    {
        const float* source =
            work.plane.data() + (static_cast<size_t>(y.cells[i]) * width + x.cells[0]) * lanes;
        float* row = work.rows.data() + (y.cells[i] - y.cells[0]) * rowStep;
        for (int b = 0; b < columns; ++b)
            weightedSum<Vector, false>(x.bin(b), x.bin(b + 1), source, lanes, row + b * lanes);
    }
    float* out = work.bins.data();
    for (int a = 0; a < g.pooled.height; ++a)
        for (int b = 0; b < columns; ++b, out += lanes)
            if (x.cellCount > 0)
                weightedSum<Vector, false>(y.bin(a), y.bin(a + 1), work.rows.data() + b * lanes, rowStep,
                                           out);
            else
                std::fill_n(out, lanes, 0.f);
}

//! Adds to plane what bins hold.
template<typename Vector>
DNN_RPN_BODY void backwardRoi(const Axis& y, const Axis& x, const Geometry& g, Workspace& work)
{
    const int columns = g.pooled.width, width = g.shape[3];
    const size_t rowStep = static_cast<size_t>(columns) * lanes;
    float* row = work.rows.data();
    for (int i = 0; i < y.cellCount; ++i)
    {
        for (int b = 0; b < columns; ++b)
            weightedSum<Vector, false>(y.cell(i), y.cell(i + 1), work.bins.data() + b * lanes, rowStep,
                                       row + b * lanes);
        float* target = work.plane.data() + static_cast<size_t>(y.cells[i]) * width * lanes;
        for (int j = 0; j < x.cellCount; ++j)
            weightedSum<Vector, true>(x.cell(j), x.cell(j + 1), row, lanes,
                                      target + static_cast<size_t>(x.cells[j]) * lanes);
    }
}

typedef void (*RoiFunction)(const Axis& y, const Axis& x, const Geometry& g, Workspace& work);

void forwardBaseline(const Axis& y, const Axis& x, const Geometry& g, Workspace& work)
{
    forwardRoi<VectorBaseline>(y, x, g, work);
}
void backwardBaseline(const Axis& y, const Axis& x, const Geometry& g, Workspace& work)
{
    backwardRoi<VectorBaseline>(y, x, g, work);
}

#if DNN_RPN_DISPATCH
DNN_RPN_TARGET_AVX2 void forwardAvx2(const Axis& y, const Axis& x, const Geometry& g, Workspace& work)
{
    forwardRoi<Vector8>(y, x, g, work);
}
DNN_RPN_TARGET_AVX2 void backwardAvx2(const Axis& y, const Axis& x, const Geometry& g, Workspace& work)
{
    backwardRoi<Vector8>(y, x, g, work);
}
DNN_RPN_TARGET_AVX512 void forwardAvx512(const Axis& y, const Axis& x, const Geometry& g, Workspace& work)
{
    forwardRoi<Vector16>(y, x, g, work);
}
DNN_RPN_TARGET_AVX512 void backwardAvx512(const Axis& y, const Axis& x, const Geometry& g, Workspace& work)
{
    backwardRoi<Vector16>(y, x, g, work);
}
#endif

RoiFunction chooseForward()
{
#if DNN_RPN_DISPATCH
    if (checkHardwareSupport(CV_CPU_AVX512_SKX))
        return forwardAvx512;
    if (checkHardwareSupport(CV_CPU_AVX2) && checkHardwareSupport(CV_CPU_FMA3))
        return forwardAvx2;
#endif
    return forwardBaseline;
}

RoiFunction chooseBackward()
{
#if DNN_RPN_DISPATCH
    if (checkHardwareSupport(CV_CPU_AVX512_SKX))
        return backwardAvx512;
    if (checkHardwareSupport(CV_CPU_AVX2) && checkHardwareSupport(CV_CPU_FMA3))
        return backwardAvx2;
#endif
    return backwardBaseline;
}

void checkParams(const RoiAlignParams& params)
{
    checkPositive(params.spatialScale, "spatialScale");
    checkRange(params.samplingRatio, 0, 1000, "samplingRatio");
}

} // namespace

void roiAlign(InputArray features_, InputArray boxes_, InputArray pictures_, Size pooled, OutputArray output_,
              const RoiAlignParams& params)
{
    checkParams(params);
    checkPooled(pooled);
    const Mat features = featuresArgument(features_), boxes = roisArgument(boxes_, params.spatialScale);
    const Geometry g = {shapeOf(features), pooled};
    const std::vector<std::vector<int>> members = roisByPicture(pictures_, boxes.rows, g.pictures());
    const std::vector<Axes> axes = axesOf(boxes, g, params);

    TensorOutput output(output_, {boxes.rows, g.channels(), pooled.height, pooled.width}, CV_32F, features);
    float* const out = output.data<float>();
    const RoiFunction forward = chooseForward();
    // A thread has a block of a picture's channels, which stays in its cache, and does all RoIs with it.
    parallel_for_(Range(0, g.pictures() * g.blocks()), [&](const Range& range) {
        Workspace work(g);
        for (int unit = range.start; unit < range.end; ++unit)
        {
            const int picture = unit / g.blocks(), first = unit % g.blocks() * lanes;
            const int channels = std::min(lanes, g.channels() - first);
            if (members[picture].empty())
                continue;
            interleave(features.ptr<float>(picture, first), g.cells(), channels, g.cells(),
                       work.plane.data());
            for (int r : members[picture])
            {
                const Axes& near = axes[r / roisAtOnce];
                const Axis y = near.get(r % roisAtOnce * 2, pooled.height);
                const Axis x = near.get(r % roisAtOnce * 2 + 1, pooled.width);
                work.reserveRows(y.span(), pooled.width);
                forward(y, x, g, work);
                separate(work.bins.data(), channels, g.bins(),
                         out + (static_cast<size_t>(r) * g.channels() + first) * g.bins(), g.bins());
            }
        }
    });
    output.finish();
}

void roiAlignBackward(InputArray outputGrad_, InputArray boxes_, InputArray pictures_,
                      const std::vector<int>& featuresShape, OutputArray featuresGrad,
                      const RoiAlignParams& params)
{
    checkParams(params);
    checkShape(featuresShape, "featuresShape");
    const Mat boxes = roisArgument(boxes_, params.spatialScale);
    const Mat outputGrad = tensorArgument(outputGrad_, CV_32F, "outputGrad");
    checkRoiTensor(outputGrad, "outputGrad", boxes.rows, featuresShape[1]);
    const Size pooled = boxes.rows > 0 ? Size(outputGrad.size[3], outputGrad.size[2]) : Size(1, 1);
    checkPooled(pooled);
    const Geometry g = {featuresShape, pooled};
    const std::vector<std::vector<int>> members = roisByPicture(pictures_, boxes.rows, g.pictures());
    const std::vector<Axes> axes = axesOf(boxes, g, params);

    TensorOutput output(featuresGrad, g.shape, CV_32F, outputGrad);
    float* const out = output.data<float>();
    const RoiFunction backward = chooseBackward();
    // A thread owns the planes that it adds to, and adds the RoIs in their order.
    parallel_for_(Range(0, g.pictures() * g.blocks()), [&](const Range& range) {
        Workspace work(g);
        work.reserveRows(1, pooled.width);
        for (int unit = range.start; unit < range.end; ++unit)
        {
            const int picture = unit / g.blocks(), first = unit % g.blocks() * lanes;
            const int channels = std::min(lanes, g.channels() - first);
            std::fill(work.plane.begin(), work.plane.end(), 0.f);
            for (int r : members[picture])
            {
                const Axes& near = axes[r / roisAtOnce];
                interleave(outputGrad.ptr<float>(r, first), g.bins(), channels, g.bins(), work.bins.data());
                backward(near.get(r % roisAtOnce * 2, pooled.height),
                         near.get(r % roisAtOnce * 2 + 1, pooled.width), g, work);
            }
            separate(work.plane.data(), channels, g.cells(),
                     out + (static_cast<size_t>(picture) * g.channels() + first) * g.cells(), g.cells());
        }
    });
    output.finish();
}

} // namespace dnn_rpn
} // namespace cv
