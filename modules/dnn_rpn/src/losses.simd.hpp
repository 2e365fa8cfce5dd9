// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "focal.hpp"
#include "vector_math.hpp"

namespace cv {
namespace dnn_rpn {
CV_CPU_OPTIMIZATION_NAMESPACE_BEGIN

// The focal losses over vectors of logits. They do what the scalar forms in losses.cpp do; the last bits
// differ between instruction sets. Value without normaliser; gradient with it, or null. gamma must be a small
// multiple of 1/2.

//! Of one column. A label is 1 where the logit is its class's own, 0 where not, and -1 ignored.
double sigmoidFocal(const Focal& focal, const float* logits, const int* labels, float* grad, int rows);

//! Of two columns, background and foreground.
double softmaxFocal(const Focal& focal, const float* logits, const int* labels, float* grad, int rows);

#ifndef CV_CPU_OPTIMIZATION_DECLARATIONS_ONLY

namespace {

//! A sum in double.
class Sum
{
public:
#if CV_SIMD_64F
    Sum() : low(vx_setzero_f64()), high(vx_setzero_f64()) {}

    void add(const Floats& a)
    {
        low = v_add(low, v_cvt_f64(a.v));
        high = v_add(high, v_cvt_f64_high(a.v));
    }

    double total() const
    {
        return v_reduce_sum(v_add(low, high));
    }

private:
    v_float64 low, high;
#else
    Sum() : sum(0) {}

    void add(const Floats& a)
    {
        float lane[lanes];
        v_store(lane, a.v);
        for (float value : lane)
            sum += value;
    }

    double total() const
    {
        return sum;
    }

private:
    double sum;
#endif
};

//! All bits turned.
inline Floats without(const Floats& mask)
{
    return mask ^ Floats(v_reinterpret_as_f32(vx_setall_s32(-1)));
}

//! q^(halves / 2), which the common exponents have at compile time.
template<int known>
inline Floats power(const Floats& q, int halves)
{
    if (known == 4)
        return q * q;
    Floats result = halves % 2 ? Floats(v_sqrt(q.v)) : Floats(1.f);
    for (int i = 0; i < halves / 2; ++i)
        result = result * q;
    return result;
}

//! What is the same for each vector of rows.
template<int known>
class Rows
{
public:
    explicit Rows(const Focal& focal)
        : gamma(focal.gamma), foreground(static_cast<float>(focal.foreground)),
          background(static_cast<float>(focal.background)), scale(static_cast<float>(focal.scale)),
          halves(focal.halves)
    {}

    /** Weighted loss of p = sigmoid(x) where the label is 1, p = sigmoid(-x) where it is 0.
    @param derivative by x, normalised; left alone if not wanted */
    Floats loss(const Floats& x, const int* labels, bool wanted, Floats& derivative) const
    {
        // Masks of labels -1, 0 and 1 by integers: where comparisons have registers of their own, as in AVX-512,
        // every way from there to a vector costs as much as two operations.
        const v_int32 label = vx_load(labels);
        const Floats ignored = v_reinterpret_as_f32(v_shr<31>(label));
        const Floats hit = v_reinterpret_as_f32(v_shr<31>(v_sub(vx_setzero_s32(), label)));
        const Floats sign = Floats(-0.f) & without(hit);
        const Floats z = (x & without(ignored)) ^ sign; // ignored rows may hold anything, NaN too
        const Floats weight = (((foreground ^ background) & hit) ^ background) & without(ignored);

        // As in losses.cpp: e is at most 1, and 1 - p is not computed from p.
        const Floats e = exponential(z | Floats(-0.f));
        Floats inverse;
        const Floats logP = minimum(z, 0.f) - logOnePlus(e, inverse);
        const Floats small = e * inverse, left = v_reinterpret_as_f32(v_shr<31>(v_reinterpret_as_s32(z.v)));
        const Floats q = select(left, inverse, small);
        if (known == 0)
        {
            derivative = negative(q * weight * scale) ^ sign;
            return negative(logP * weight);
        }
        const Floats modulator = power<known>(q, halves) * weight;
        if (wanted)
        {
            const Floats p = select(left, small, inverse);
            const Floats pLogP = p * maximum(logP, -100.f); // p is nothing there
            derivative = (modulator * scale * (gamma * pLogP - q)) ^ sign;
        }
        return negative(modulator * logP);
    }

private:
    const Floats gamma, foreground, background, scale;
    const int halves;
};

template<int known>
struct Sigmoid : Rows<known>
{
    enum
    {
        columns = 1
    };
    using Rows<known>::Rows;

    Floats operator()(const float* x, const int* labels, float* grad) const
    {
        Floats derivative;
        const Floats loss = this->loss(vx_load(x), labels, grad, derivative);
        if (grad)
            v_store(grad, derivative.v);
        return loss;
    }
};

//! The softmax of two logits is the sigmoid of their difference.
template<int known>
struct Softmax : Rows<known>
{
    enum
    {
        columns = 2
    };
    using Rows<known>::Rows;

    Floats operator()(const float* x, const int* labels, float* grad) const
    {
        Floats x0, x1, derivative;
        v_load_deinterleave(x, x0.v, x1.v);
        // Far out the difference would be infinite. Only finite logits have finite results: 0 * inf is NaN.
        const Floats difference = minimum(maximum(x1 - x0, -FLT_MAX), FLT_MAX);
        const Floats nothing = (x0 * Floats(0.f)) + (x1 * Floats(0.f));
        const Floats loss = this->loss(difference + nothing, labels, grad, derivative);
        if (grad)
            v_store_interleave(grad, negative(derivative).v, derivative.v);
        return loss;
    }
};

template<typename Form>
double sumOf(const Form& form, const float* logits, const int* labels, float* grad, int rows)
{
    const int columns = Form::columns;
    Sum sum;
    int k = 0;
    for (; k <= rows - lanes; k += lanes)
        sum.add(form(logits + k * columns, labels + k, grad ? grad + k * columns : nullptr));
    if (k < rows)
    {
        // The rest as a vector whose other rows are ignored.
        float x[lanes * columns] = {}, g[lanes * columns];
        int label[lanes];
        for (int i = 0; i < lanes; ++i)
            label[i] = k + i < rows ? labels[k + i] : -1;
        for (int i = 0; i < (rows - k) * columns; ++i)
            x[i] = logits[k * columns + i];
        sum.add(form(x, label, grad ? g : nullptr));
        for (int i = 0; grad && i < (rows - k) * columns; ++i)
            grad[k * columns + i] = g[i];
    }
    const double total = sum.total();
    vx_cleanup();
    return total;
}

template<template<int> class Form>
double sumFor(const Focal& focal, const float* logits, const int* labels, float* grad, int rows)
{
    switch (focal.halves)
    {
    case 0:
        return sumOf(Form<0>(focal), logits, labels, grad, rows);
    case 4:
        return sumOf(Form<4>(focal), logits, labels, grad, rows);
    default:
        return sumOf(Form<-1>(focal), logits, labels, grad, rows);
    }
}

} // namespace

double sigmoidFocal(const Focal& focal, const float* logits, const int* labels, float* grad, int rows)
{
    return sumFor<Sigmoid>(focal, logits, labels, grad, rows);
}

double softmaxFocal(const Focal& focal, const float* logits, const int* labels, float* grad, int rows)
{
    return sumFor<Softmax>(focal, logits, labels, grad, rows);
}

#endif

CV_CPU_OPTIMIZATION_NAMESPACE_END
} // namespace dnn_rpn
} // namespace cv
