// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "lanes.hpp"
#include "roi_block.hpp"
#include "vector_math.hpp"

namespace cv {
namespace dnn_rpn {
CV_CPU_OPTIMIZATION_NAMESPACE_BEGIN

/** The largest features of `count` RoIs' bins and where they are, of one block of an image's channels.
@param ranges for each RoI first and last + 1 of the cells of its rows of bins, then of its columns
@param features, output, argmax at the block's first channel; the last two at RoI 0
@param plane, largest, where room to work in, channelsAtOnce numbers for each cell and, twice, for each bin */
void poolBlock(const int* ranges, const int* rois, int count, const RoiGeometry& g, int channels,
               const float* features, float* output, int* argmax, float* plane, float* largest, int* where);

#ifndef CV_CPU_OPTIMIZATION_DECLARATIONS_ONLY

namespace {

//! One bin; no cell gives 0 at -1, and nothing above -FLT_MAX gives that, at -1.
inline void poolBin(const int* y, const int* x, int width, const float* plane, float* largest, int* where)
{
    const int parts = channelsAtOnce / lanes;
    const bool empty = y[0] >= y[1] || x[0] >= x[1];
    Floats best[parts];
    v_int32 at[parts];
    for (int i = 0; i < parts; i++)
    {
        best[i] = Floats(empty ? 0.f : -FLT_MAX);
        at[i] = vx_setall_s32(-1);
    }
    for (int row = y[0]; row < y[1]; row++)
        for (int column = x[0]; column < x[1]; column++)
        {
            const int cell = row * width + column;
            const float* in = plane + static_cast<size_t>(cell) * channelsAtOnce;
            const v_int32 index = vx_setall_s32(cell);
            for (int i = 0; i < parts; i++)
            {
                const Floats value = vx_load(in + i * lanes), better = best[i] < value;
                best[i] = select(better, value, best[i]);
                at[i] = v_select(v_reinterpret_as_s32(better.v), index, at[i]);
            }
        }
    for (int i = 0; i < parts; i++)
    {
        v_store(largest + i * lanes, best[i].v);
        v_store(where + i * lanes, at[i]);
    }
}

} // namespace

void poolBlock(const int* ranges, const int* rois, int count, const RoiGeometry& g, int channels,
               const float* features, float* output, int* argmax, float* plane, float* largest, int* where)
{
    interleave(features, g.cells, channels, g.cells, channelsAtOnce, plane);
    for (int i = 0; i < count; i++)
    {
        const size_t roi = rois[i], first = roi * g.channels * g.bins;
        const int* y = ranges + roi * 2 * (g.rows + g.columns);
        const int* x = y + 2 * g.rows;
        for (int bin = 0; bin < g.bins; bin++)
            poolBin(y + bin / g.columns * 2, x + bin % g.columns * 2, g.width, plane,
                    largest + bin * channelsAtOnce, where + bin * channelsAtOnce);
        separate(largest, channels, g.bins, channelsAtOnce, output + first, g.bins);
        // Moving bits is all that it does.
        separate(reinterpret_cast<const float*>(where), channels, g.bins, channelsAtOnce,
                 reinterpret_cast<float*>(argmax + first), g.bins);
    }
    vx_cleanup();
}

#endif

CV_CPU_OPTIMIZATION_NAMESPACE_END
} // namespace dnn_rpn
} // namespace cv
