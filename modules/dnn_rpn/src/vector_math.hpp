// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_VECTOR_MATH_HPP
#define OPENCV_DNN_RPN_VECTOR_MATH_HPP

#include <cfloat>
#include "simd.hpp"

namespace cv {
namespace dnn_rpn {
CV_CPU_OPTIMIZATION_NAMESPACE_BEGIN

// OpenCV's vectors have these functions since 4.9, and had operators instead up to 4.10.
#if CV_VERSION_MAJOR == 4 && CV_VERSION_MINOR < 9
#define DNN_RPN_FUNCTION(name, op)                                                                           \
    template<typename V>                                                                                     \
    static inline V name(const V& a, const V& b)                                                             \
    {                                                                                                        \
        return a op b;                                                                                       \
    }
DNN_RPN_FUNCTION(v_add, +)
DNN_RPN_FUNCTION(v_sub, -)
DNN_RPN_FUNCTION(v_mul, *)
DNN_RPN_FUNCTION(v_div, /)
DNN_RPN_FUNCTION(v_and, &)
DNN_RPN_FUNCTION(v_or, |)
DNN_RPN_FUNCTION(v_xor, ^)
DNN_RPN_FUNCTION(v_lt, <)
DNN_RPN_FUNCTION(v_ge, >=)
#undef DNN_RPN_FUNCTION
#endif

//! As many floats as a register of the instruction set holds.
struct Floats
{
    Floats() {}
    Floats(const v_float32& value) : v(value) {}
    Floats(float value) : v(vx_setall_f32(value)) {}

    v_float32 v;
};

const int lanes = v_float32::nlanes;

#define DNN_RPN_OPERATOR(op, name)                                                                           \
    static inline Floats operator op(const Floats& a, const Floats& b)                                       \
    {                                                                                                        \
        return name(a.v, b.v);                                                                               \
    }
DNN_RPN_OPERATOR(+, v_add)
DNN_RPN_OPERATOR(-, v_sub)
DNN_RPN_OPERATOR(*, v_mul)
DNN_RPN_OPERATOR(/, v_div)
DNN_RPN_OPERATOR(&, v_and) // of bits, as are | and ^
DNN_RPN_OPERATOR(|, v_or)
DNN_RPN_OPERATOR(^, v_xor)
DNN_RPN_OPERATOR(<, v_lt) // every bit of a lane where it holds, else none
DNN_RPN_OPERATOR(>=, v_ge)
#undef DNN_RPN_OPERATOR

static inline Floats select(const Floats& mask, const Floats& a, const Floats& b)
{
    return v_select(mask.v, a.v, b.v);
}

//! a * b + c, in one rounding where the instruction set can.
static inline Floats fma(const Floats& a, const Floats& b, const Floats& c)
{
    return v_fma(a.v, b.v, c.v);
}

//! The second where one of them is NaN, or NaN.
static inline Floats minimum(const Floats& a, const Floats& b)
{
    return v_min(a.v, b.v);
}
static inline Floats maximum(const Floats& a, const Floats& b)
{
    return v_max(a.v, b.v);
}

static inline Floats negative(const Floats& a)
{
    return a ^ Floats(-0.f);
}

/** exp(x) for x in -87.3..0 to 1 ulp; exp(-87.3), the smallest that is a normal number, below; NaN for NaN.

W. J. Cody, W. Waite: Software Manual for the Elementary Functions (1980): x = n log 2 + r with log 2 in two
parts, so that r is exact; then 2^n (1 + r + r^2 g(r)), |r| <= log(2) / 2. The coefficients of g are our own
fit: least greatest error, 3e-9 of exp(r). */
static inline Floats exponential(const Floats& x)
{
    const Floats inside = maximum(Floats(-87.3f), x);
    // The exponent's bits of 2^n, which is a normal number throughout.
    const v_int32 exponent = v_round(fma(inside, 1.44269504f, 127.f).v);
    const Floats scale = v_reinterpret_as_f32(v_shl<23>(exponent));
    const Floats n = Floats(v_cvt_f32(exponent)) - Floats(127.f);
    const Floats r = fma(n, 2.12194440e-4f, fma(n, -0.693359375f, inside));
    Floats g = fma(r, 1.381459878757596e-3f, 8.368716575205326e-3f);
    g = fma(g, r, 4.166838899254799e-2f);
    g = fma(g, r, 0.1666652113199234f);
    g = fma(g, r, 0.4999999403953552f);
    return (fma(g, r * r, r) + Floats(1.f)) * scale;
}

/** log(1 + x) for x in 0..1 to 4 ulp, and 1 / (1 + x) to 3; NaN for NaN.

2 atanh(s) with s = x / (2 + x) <= 1/3 (Abramowitz and Stegun, 4.1.29 and 4.6.33): no sum in which digits
cancel. The coefficients of atanh(s) = s + s^3 h(s^2) are our own fit: least greatest error, 5e-9. A division
takes as long as twenty other operations, so the two share one. */
static inline Floats logOnePlus(const Floats& x, Floats& inverse)
{
    const Floats a = x + Floats(1.f), b = x + Floats(2.f), shared = Floats(1.f) / (a * b);
    inverse = shared * b;
    const Floats s = x * (shared * a), z = s * s;
    Floats h = fma(z, 0.14012573659420013f, 0.13999506831169128f);
    h = fma(h, z, 0.20010852813720703f);
    h = fma(h, z, 0.3333320617675781f);
    const Floats twice = s + s;
    return fma(twice * z, h, twice);
}

//! log(x) for x >= 1, finite, to 2e-7 of max(1, log(x)); NaN for NaN.
static inline Floats logarithm(const Floats& x)
{
    const v_int32 bits = v_reinterpret_as_s32(x.v);
    const v_int32 mantissa = v_or(v_and(bits, vx_setall_s32(0x7fffff)), vx_setall_s32(0x3f800000));
    const Floats exponent = v_cvt_f32(v_sub(v_shr<23>(bits), vx_setall_s32(127)));
    Floats inverse;
    const Floats rest = logOnePlus(Floats(v_reinterpret_as_f32(mantissa)) - Floats(1.f), inverse);
    return fma(exponent, 0.693147181f, rest) + (x - x); // NaN has a mantissa too
}

CV_CPU_OPTIMIZATION_NAMESPACE_END
} // namespace dnn_rpn
} // namespace cv

#endif
