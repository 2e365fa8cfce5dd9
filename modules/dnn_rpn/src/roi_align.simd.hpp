// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "lanes.hpp"
#include "roi_block.hpp"
#include "vector_math.hpp"

namespace cv {
namespace dnn_rpn {
CV_CPU_OPTIMIZATION_NAMESPACE_BEGIN

/* Bilinear samples on a grid are separable: the weight of a cell in a bin is the product of its row's weight
in the bin's row and of its column's weight in the bin's column. Samples outside the map take part in neither.
So a RoI is two sparse matrices, one an axis; all samples that fall on a cell are one number there. The
forward pass weighs columns, then rows; the backward pass the other way round. */

/** Bins of `count` RoIs from one block of an image's channels.
@param axes y at 2 r, x at 2 r + 1 of RoI r
@param rois indices of the RoIs
@param features, output at the block's first channel; output at RoI 0
@param plane, rows, bins room to work in, channelsAtOnce numbers for each cell, each column of bins in the
span of a RoI's rows of cells, and each bin */
void alignBlock(const RoiAxis* axes, const int* rois, int count, const RoiGeometry& g, int channels,
                const float* features, float* output, float* plane, float* rows, float* bins);

//! The reverse: features' gradients, every one written, from the bins' gradients.
void alignBlockBackward(const RoiAxis* axes, const int* rois, int count, const RoiGeometry& g, int channels,
                        const float* outputGrad, float* featuresGrad, float* plane, float* rows, float* bins);

#ifndef CV_CPU_OPTIMIZATION_DECLARATIONS_ONLY

namespace {

//! `result` = (its old value, if add) + the sum of weight * source[index * stride], for all channels at once.
template<bool add>
inline void weightedSum(const Tap* tap, const Tap* end, const float* source, size_t stride, float* result)
{
    const int parts = channelsAtOnce / lanes;
    Floats sum[parts];
    for (int i = 0; i < parts; i++)
        sum[i] = add ? Floats(vx_load(result + i * lanes)) : Floats(vx_setzero_f32());
    for (; tap != end; tap++)
    {
        const float* in = source + tap->index * stride;
        const Floats weight = tap->weight;
        for (int i = 0; i < parts; i++)
            sum[i] = fma(weight, vx_load(in + i * lanes), sum[i]);
    }
    for (int i = 0; i < parts; i++)
        v_store(result + i * lanes, sum[i].v);
}

inline void forwardRoi(const RoiAxis& y, const RoiAxis& x, const RoiGeometry& g, const float* plane,
                       float* rows, float* bins)
{
    const size_t rowStep = static_cast<size_t>(g.columns) * channelsAtOnce;
    for (int i = 0; i < y.cellCount && x.cellCount > 0; i++)
    {
        const float* source =
            plane + (static_cast<size_t>(y.cells[i]) * g.width + x.cells[0]) * channelsAtOnce;
        float* row = rows + (y.cells[i] - y.cells[0]) * rowStep;
        for (int b = 0; b < g.columns; b++)
            weightedSum<false>(x.binTaps + x.binStart[b], x.binTaps + x.binStart[b + 1], source,
                               channelsAtOnce, row + b * channelsAtOnce);
    }
    for (int a = 0; a < g.rows; a++)
    {
        // Without columns there are no rows to weigh.
        const Tap* tap = y.binTaps + y.binStart[a];
        const Tap* end = x.cellCount > 0 ? y.binTaps + y.binStart[a + 1] : tap;
        for (int b = 0; b < g.columns; b++, bins += channelsAtOnce)
            weightedSum<false>(tap, end, rows + b * channelsAtOnce, rowStep, bins);
    }
}

//! Adds to plane what bins hold.
inline void backwardRoi(const RoiAxis& y, const RoiAxis& x, const RoiGeometry& g, const float* bins,
                        float* row, float* plane)
{
    const size_t rowStep = static_cast<size_t>(g.columns) * channelsAtOnce;
    for (int i = 0; i < y.cellCount; i++)
    {
        for (int b = 0; b < g.columns; b++)
            weightedSum<false>(y.cellTaps + y.cellStart[i], y.cellTaps + y.cellStart[i + 1],
                               bins + b * channelsAtOnce, rowStep, row + b * channelsAtOnce);
        float* target = plane + static_cast<size_t>(y.cells[i]) * g.width * channelsAtOnce;
        for (int j = 0; j < x.cellCount; j++)
            weightedSum<true>(x.cellTaps + x.cellStart[j], x.cellTaps + x.cellStart[j + 1], row,
                              channelsAtOnce, target + static_cast<size_t>(x.cells[j]) * channelsAtOnce);
    }
}

} // namespace

void alignBlock(const RoiAxis* axes, const int* rois, int count, const RoiGeometry& g, int channels,
                const float* features, float* output, float* plane, float* rows, float* bins)
{
    interleave(features, g.cells, channels, g.cells, channelsAtOnce, plane);
    for (int i = 0; i < count; i++)
    {
        const size_t roi = rois[i];
        forwardRoi(axes[2 * roi], axes[2 * roi + 1], g, plane, rows, bins);
        separate(bins, channels, g.bins, channelsAtOnce, output + roi * g.channels * g.bins, g.bins);
    }
    vx_cleanup();
}

void alignBlockBackward(const RoiAxis* axes, const int* rois, int count, const RoiGeometry& g, int channels,
                        const float* outputGrad, float* featuresGrad, float* plane, float* rows, float* bins)
{
    for (size_t i = 0; i < static_cast<size_t>(g.cells) * channelsAtOnce; i += lanes)
        v_store(plane + i, vx_setzero_f32());
    for (int i = 0; i < count; i++)
    {
        const size_t roi = rois[i];
        interleave(outputGrad + roi * g.channels * g.bins, g.bins, channels, g.bins, channelsAtOnce, bins);
        backwardRoi(axes[2 * roi], axes[2 * roi + 1], g, bins, rows, plane);
    }
    separate(plane, channels, g.cells, channelsAtOnce, featuresGrad, g.cells);
    vx_cleanup();
}

#endif

CV_CPU_OPTIMIZATION_NAMESPACE_END
} // namespace dnn_rpn
} // namespace cv
