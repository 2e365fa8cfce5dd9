// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_LANES_HPP
#define OPENCV_DNN_RPN_LANES_HPP

#include "simd.hpp"

namespace cv {
namespace dnn_rpn {
CV_CPU_OPTIMIZATION_NAMESPACE_BEGIN

/* From planes to numbers side by side and back. Works in squares of four by four, and in short runs of cells,
so that a plane size that is a power of two does not drive the other planes out of the cache. */

const int cellsAtOnce = 64;

/** `count` planes of `cells` numbers, `step` numbers apart, to cells x width; width is a multiple of 4 and at
least count, and what is left over becomes 0. */
static inline void interleave(const float* planes, size_t step, int count, int cells, int width, float* out)
{
    for (int first = 0; first < cells; first += cellsAtOnce)
    {
        const int last = first + cellsAtOnce < cells ? first + cellsAtOnce : cells;
        int c = 0;
#if CV_SIMD128
        for (; c + 4 <= count; c += 4)
        {
            const float* in = planes + c * step;
            int i = first;
            for (; i + 4 <= last; i += 4)
            {
                v_float32x4 a, b, d, e;
                v_transpose4x4(v_load(in + i), v_load(in + step + i), v_load(in + 2 * step + i),
                               v_load(in + 3 * step + i), a, b, d, e);
                float* to = out + static_cast<size_t>(i) * width + c;
                v_store(to, a);
                v_store(to + width, b);
                v_store(to + 2 * width, d);
                v_store(to + 3 * width, e);
            }
            for (; i < last; i++)
                for (int k = 0; k < 4; k++)
                    out[static_cast<size_t>(i) * width + c + k] = in[k * step + i];
        }
#endif
        for (; c < width; c++)
            for (int i = first; i < last; i++)
                out[static_cast<size_t>(i) * width + c] = c < count ? planes[c * step + i] : 0.f;
    }
}

//! The inverse of interleave().
static inline void separate(const float* in, int count, int cells, int width, float* planes, size_t step)
{
    for (int first = 0; first < cells; first += cellsAtOnce)
    {
        const int last = first + cellsAtOnce < cells ? first + cellsAtOnce : cells;
        int c = 0;
#if CV_SIMD128
        for (; c + 4 <= count; c += 4)
        {
            float* to = planes + c * step;
            int i = first;
            for (; i + 4 <= last; i += 4)
            {
                const float* from = in + static_cast<size_t>(i) * width + c;
                v_float32x4 a, b, d, e;
                v_transpose4x4(v_load(from), v_load(from + width), v_load(from + 2 * width),
                               v_load(from + 3 * width), a, b, d, e);
                v_store(to + i, a);
                v_store(to + step + i, b);
                v_store(to + 2 * step + i, d);
                v_store(to + 3 * step + i, e);
            }
            for (; i < last; i++)
                for (int k = 0; k < 4; k++)
                    to[k * step + i] = in[static_cast<size_t>(i) * width + c + k];
        }
#endif
        for (; c < count; c++)
            for (int i = first; i < last; i++)
                planes[c * step + i] = in[static_cast<size_t>(i) * width + c];
    }
}

CV_CPU_OPTIMIZATION_NAMESPACE_END
} // namespace dnn_rpn
} // namespace cv

#endif
