// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "anchor_block.hpp"
#include "vector_math.hpp"

namespace cv {
namespace dnn_rpn {
CV_CPU_OPTIMIZATION_NAMESPACE_BEGIN

// The arithmetic of overlapOf() in box.hpp over vectors of anchors, to the bit.

//! Makes a block of 1..size anchors, repeating the last one to fill it.
void loadBlock(const float* anchors, int count, AnchorBlock& block);

/** Overlaps all of a block with one object of positive area; objects come in the order of their index.
@return the highest overlap */
float overlapBlock(const float* object, float area, int index, AnchorBlock& block);

#ifndef CV_CPU_OPTIMIZATION_DECLARATIONS_ONLY

namespace {

//! Width times height where both are positive, else 0. (The mask also keeps a compiler from fusing the
//! product with a sum that follows, which would round differently.)
inline Floats areaOf(const Floats& width, const Floats& height)
{
    return width * height & (Floats(0.f) < width) & (Floats(0.f) < height);
}

} // namespace

void loadBlock(const float* anchors, int count, AnchorBlock& block)
{
    float padded[4 * AnchorBlock::size];
    if (count < AnchorBlock::size)
    {
        for (int i = 0; i < 4 * AnchorBlock::size; i++)
            padded[i] = anchors[i < 4 * count ? i : 4 * (count - 1) + i % 4];
        anchors = padded;
    }
    Floats left = FLT_MAX, top = FLT_MAX, right = -FLT_MAX, bottom = -FLT_MAX;
    for (int i = 0; i < AnchorBlock::size; i += lanes)
    {
        Floats x1, y1, x2, y2;
        v_load_deinterleave(anchors + 4 * i, x1.v, y1.v, x2.v, y2.v);
        v_store(block.x1 + i, x1.v);
        v_store(block.y1 + i, y1.v);
        v_store(block.x2 + i, x2.v);
        v_store(block.y2 + i, y2.v);
        v_store(block.area + i, areaOf(x2 - x1, y2 - y1).v);
        v_store(block.highest + i, vx_setzero_f32());
        v_store(block.favourite + i, vx_setzero_s32());
        left = minimum(x1, left);
        top = minimum(y1, top);
        right = maximum(x2, right);
        bottom = maximum(y2, bottom);
    }
    block.bounds[0] = v_reduce_min(left.v);
    block.bounds[1] = v_reduce_min(top.v);
    block.bounds[2] = v_reduce_max(right.v);
    block.bounds[3] = v_reduce_max(bottom.v);
    vx_cleanup();
}

float overlapBlock(const float* object, float area, int index, AnchorBlock& block)
{
    const Floats x1 = object[0], y1 = object[1], x2 = object[2], y2 = object[3], areaOfObject = area;
    const Floats zero = 0.f, most = FLT_MAX;
    const v_int32 indices = vx_setall_s32(index);
    Floats best = 0.f;
    for (int i = 0; i < AnchorBlock::size; i += lanes)
    {
        const Floats width = minimum(vx_load(block.x2 + i), x2) - maximum(vx_load(block.x1 + i), x1);
        const Floats height = minimum(vx_load(block.y2 + i), y2) - maximum(vx_load(block.y1 + i), y1);
        const Floats intersection = areaOf(width, height), areaOfAnchor = vx_load(block.area + i);
        const Floats total = areaOfAnchor + areaOfObject - intersection;
        const Floats valid = (zero < areaOfAnchor) & (zero < total) & (most >= total);
        const Floats overlap = intersection / total & valid;

        const Floats highest = vx_load(block.highest + i), better = highest < overlap;
        const v_int32 favourite = vx_load(block.favourite + i);
        v_store(block.overlap + i, overlap.v);
        v_store(block.highest + i, select(better, overlap, highest).v);
        v_store(block.favourite + i, v_select(v_reinterpret_as_s32(better.v), indices, favourite));
        best = maximum(overlap, best);
    }
    const float result = v_reduce_max(best.v);
    vx_cleanup();
    return result;
}

#endif

CV_CPU_OPTIMIZATION_NAMESPACE_END
} // namespace dnn_rpn
} // namespace cv
