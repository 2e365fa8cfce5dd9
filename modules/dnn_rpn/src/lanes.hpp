// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_LANES_HPP
#define OPENCV_DNN_RPN_LANES_HPP

#include "opencv2/core/hal/intrin.hpp"

namespace cv {
namespace dnn_rpn {

/* Channels side by side.

Operators that weigh cells of a feature map do the same to every channel. On planes that is a gather a
number; with `lanes` channels interleaved it is one load a cell and a few vector instructions. A block
of channels that is interleaved is also small enough for a core's own cache. */

const int lanes = 32;

// The body of a loop is compiled once an instruction set, and the processor chosen at run time: builds of
// distributions know SSE2 or SSE3 only.
#if defined(__GNUC__) && defined(__x86_64__)
#define DNN_RPN_DISPATCH 1
#define DNN_RPN_BODY inline __attribute__((always_inline))
#define DNN_RPN_TARGET_AVX2 __attribute__((target("avx2,fma")))
#define DNN_RPN_TARGET_AVX512 __attribute__((target("avx512f,avx2,fma")))
#else
#define DNN_RPN_DISPATCH 0
#define DNN_RPN_BODY inline
#endif

// A type of the instruction set's width, to be loaded from any address. They are members, because as
// arguments of templates types lose their attributes.
#if defined(__GNUC__)
struct Vector4
{
    typedef float type __attribute__((vector_size(16), aligned(4), may_alias));
};
#if DNN_RPN_DISPATCH
struct Vector8
{
    typedef float type __attribute__((vector_size(32), aligned(4), may_alias));
};
struct Vector16
{
    typedef float type __attribute__((vector_size(64), aligned(4), may_alias));
};
#endif
typedef Vector4 VectorBaseline;
#else
struct VectorBaseline
{
    typedef float type;
};
#endif

//! One weighted term of a sum.
struct Tap
{
    int index;
    float weight;
};

//! `result` = (its old value, if add) + the sum of weight * source[index * stride], for all lanes at once.
template<typename Vector, bool add>
DNN_RPN_BODY void weightedSum(const Tap* tap, const Tap* end, const float* source, size_t stride,
                              float* result)
{
    typedef typename Vector::type V;
    const int parts = lanes * sizeof(float) / sizeof(V);
    V sum[parts];
    V* out = reinterpret_cast<V*>(result);
    for (int i = 0; i < parts; ++i)
        sum[i] = add ? out[i] : V();
    for (; tap != end; ++tap)
    {
        const V* in = reinterpret_cast<const V*>(source + tap->index * stride);
        for (int i = 0; i < parts; ++i)
            sum[i] += tap->weight * in[i];
    }
    for (int i = 0; i < parts; ++i)
        out[i] = sum[i];
}

/** From planes to lanes and back. Works in squares of four by four, and in short runs of cells, so that a
plane size that is a power of two does not drive the other planes out of the cache. */
const int cellsAtOnce = 64;

//! `channels` planes of `cells`, `step` numbers apart, to cells x lanes; lanes left over become 0.
inline void interleave(const float* planes, size_t step, int channels, int cells, float* out)
{
    for (int first = 0; first < cells; first += cellsAtOnce)
    {
        const int last = std::min(cells, first + cellsAtOnce);
        int c = 0;
#if CV_SIMD128
        for (; c + 4 <= channels; c += 4)
        {
            const float* in = planes + c * step;
            int i = first;
            for (; i + 4 <= last; i += 4)
            {
                v_float32x4 a, b, d, e;
                v_transpose4x4(v_load(in + i), v_load(in + step + i), v_load(in + 2 * step + i),
                               v_load(in + 3 * step + i), a, b, d, e);
                float* to = out + static_cast<size_t>(i) * lanes + c;
                v_store(to, a);
                v_store(to + lanes, b);
                v_store(to + 2 * lanes, d);
                v_store(to + 3 * lanes, e);
            }
            for (; i < last; ++i)
                for (int k = 0; k < 4; ++k)
                    out[static_cast<size_t>(i) * lanes + c + k] = in[k * step + i];
        }
#endif
        for (; c < lanes; ++c)
            for (int i = first; i < last; ++i)
                out[static_cast<size_t>(i) * lanes + c] = c < channels ? planes[c * step + i] : 0.f;
    }
}

//! The inverse of interleave().
inline void separate(const float* in, int channels, int cells, float* planes, size_t step)
{
    for (int first = 0; first < cells; first += cellsAtOnce)
    {
        const int last = std::min(cells, first + cellsAtOnce);
        int c = 0;
#if CV_SIMD128
        for (; c + 4 <= channels; c += 4)
        {
            float* to = planes + c * step;
            int i = first;
            for (; i + 4 <= last; i += 4)
            {
                const float* from = in + static_cast<size_t>(i) * lanes + c;
                v_float32x4 a, b, d, e;
                v_transpose4x4(v_load(from), v_load(from + lanes), v_load(from + 2 * lanes),
                               v_load(from + 3 * lanes), a, b, d, e);
                v_store(to + i, a);
                v_store(to + step + i, b);
                v_store(to + 2 * step + i, d);
                v_store(to + 3 * step + i, e);
            }
            for (; i < last; ++i)
                for (int k = 0; k < 4; ++k)
                    to[k * step + i] = in[static_cast<size_t>(i) * lanes + c + k];
        }
#endif
        for (; c < channels; ++c)
            for (int i = first; i < last; ++i)
                planes[c * step + i] = in[static_cast<size_t>(i) * lanes + c];
    }
}

} // namespace dnn_rpn
} // namespace cv

#endif
