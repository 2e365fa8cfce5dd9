// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "focal.hpp"
#include "lanes.hpp"
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

/** Of a background and any number of classes.
@param room for roomOfColumn numbers a column */
double softmaxFocalColumns(const Focal& focal, const float* logits, const int* labels, float* grad, int rows,
                           int columns, float* room);

//! Whether all are in -1..classes.
bool inRange(const int* labels, int count, int classes);

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
    for (int i = 0; i < halves / 2; i++)
        result = result * q;
    return result;
}

//! Masks of labels -1, 0 and 1 by integers: where comparisons have registers of their own, as in AVX-512,
//! every way from there to a vector costs as much as two operations.
struct Labels
{
    explicit Labels(const int* labels)
    {
        const v_int32 label = vx_load(labels);
        valid = without(v_reinterpret_as_f32(v_shr<31>(label)));
        hit = v_reinterpret_as_f32(v_shr<31>(v_sub(vx_setzero_s32(), label)));
        sign = Floats(-0.f) & without(hit);
    }

    //! What p is the sigmoid of. Ignored rows may hold anything, NaN too.
    Floats turn(const Floats& x) const { return (x & valid) ^ sign; }

    Floats valid, hit, sign;
};

/* So many rows go through one part of the computation before they go through the next. From a logit to its
loss it is a hundred cycles of one operation waiting for another, and a processor does not look far enough
ahead to begin the next vector meanwhile; through a part it does. */
const int rowsAtOnce = 8 * lanes;

//! Weighted losses of p = sigmoid(x) where the label is 1, p = sigmoid(-x) where it is 0.
template<int known>
class Rows
{
public:
    explicit Rows(const Focal& focal)
        : gamma(focal.gamma), foreground(static_cast<float>(focal.foreground)),
          background(static_cast<float>(focal.background)), scale(static_cast<float>(focal.scale)),
          halves(focal.halves)
    {}

    /** Of rowsAtOnce rows.
    @param derivative by x, normalised; or null */
    void operator()(const float* x, const int* labels, float* derivative, Sum& sum) const
    {
        CV_DECL_ALIGNED(64) float e[rowsAtOnce], logs[rowsAtOnce], inverses[rowsAtOnce];
        // As in losses.cpp: e is at most 1, and 1 - p is not computed from p.
        for (int k = 0; k < rowsAtOnce; k += lanes)
        {
            const Labels label(labels + k);
            v_store(e + k, exponential(label.turn(vx_load(x + k)) | Floats(-0.f)).v);
        }
        for (int k = 0; k < rowsAtOnce; k += lanes)
        {
            Floats inverse;
            v_store(logs + k, logOnePlus(vx_load(e + k), inverse).v);
            v_store(inverses + k, inverse.v);
        }
        for (int k = 0; k < rowsAtOnce; k += lanes)
        {
            const Labels label(labels + k);
            const Floats z = label.turn(vx_load(x + k)), inverse = vx_load(inverses + k);
            const Floats logP = minimum(z, 0.f) - Floats(vx_load(logs + k));
            sum.add(finish(label, z, Floats(vx_load(e + k)) * inverse, inverse, logP,
                           derivative ? derivative + k : nullptr));
        }
    }

private:
    //! From e = exp(-|z|), small = e / (1 + e) and inverse = 1 / (1 + e).
    Floats finish(const Labels& label, const Floats& z, const Floats& small, const Floats& inverse,
                  const Floats& logP, float* derivative) const
    {
        const Floats weight = (((foreground ^ background) & label.hit) ^ background) & label.valid;
        const Floats left = v_reinterpret_as_f32(v_shr<31>(v_reinterpret_as_s32(z.v)));
        const Floats q = select(left, inverse, small);
        if (known == 0)
        {
            if (derivative)
                v_store(derivative, (negative(q * weight * scale) ^ label.sign).v);
            return negative(logP * weight);
        }
        const Floats modulator = power<known>(q, halves) * weight;
        if (derivative)
        {
            const Floats p = select(left, small, inverse);
            const Floats pLogP = p * maximum(logP, -100.f); // p is nothing there
            v_store(derivative, ((modulator * scale * (gamma * pLogP - q)) ^ label.sign).v);
        }
        return negative(modulator * logP);
    }

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
};

//! The softmax of two logits is the sigmoid of their difference.
template<int known>
struct Softmax : private Rows<known>
{
    enum
    {
        columns = 2
    };
    using Rows<known>::Rows;

    void operator()(const float* x, const int* labels, float* grad, Sum& sum) const
    {
        CV_DECL_ALIGNED(64) float differences[rowsAtOnce], derivatives[rowsAtOnce];
        for (int k = 0; k < rowsAtOnce; k += lanes)
        {
            Floats x0, x1;
            v_load_deinterleave(x + k * columns, x0.v, x1.v);
            // Far out the difference would be infinite. Only finite logits have finite results: 0 * inf is
            // NaN.
            const Floats difference = minimum(maximum(x1 - x0, -FLT_MAX), FLT_MAX);
            v_store(differences + k, (difference + (x0 * Floats(0.f) + x1 * Floats(0.f))).v);
        }
        Rows<known>::operator()(differences, labels, grad ? derivatives : nullptr, sum);
        for (int k = 0; grad && k < rowsAtOnce; k += lanes)
        {
            const Floats derivative = vx_load(derivatives + k);
            v_store_interleave(grad + k * columns, negative(derivative).v, derivative.v);
        }
    }
};

template<typename Form>
double sumOf(const Form& form, const float* logits, const int* labels, float* grad, int rows)
{
    const int columns = Form::columns;
    Sum sum;
    int k = 0;
    for (; k <= rows - rowsAtOnce; k += rowsAtOnce)
        form(logits + k * columns, labels + k, grad ? grad + k * columns : nullptr, sum);
    if (k < rows)
    {
        // The rest, with ignored rows behind it.
        float x[rowsAtOnce * columns] = {}, g[rowsAtOnce * columns];
        int label[rowsAtOnce];
        for (int i = 0; i < rowsAtOnce; i++)
            label[i] = k + i < rows ? labels[k + i] : -1;
        for (int i = 0; i < (rows - k) * columns; i++)
            x[i] = logits[k * columns + i];
        form(x, label, grad ? g : nullptr, sum);
        for (int i = 0; grad && i < (rows - k) * columns; i++)
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

namespace {

//! Many columns: a vector holds one column of several rows, so that no sum runs across a vector.
class ManyColumns
{
public:
    ManyColumns(const Focal& focal_, int columns_, float* room)
        : focal(focal_), columns(columns_), x(room), foreground(static_cast<float>(focal.foreground)),
          background(static_cast<float>(focal.background)), scale(static_cast<float>(focal.scale))
    {}

    /** Weighted losses of lanes rows, 0 for ignored ones.
    @param count rows that there are; the labels behind them are -1
    @param labels at most columns - 1 */
    Floats operator()(const float* logits, int count, const int* labels, float* grad) const
    {
        interleave(logits, columns, count, columns, lanes, x);
        Floats highest = -FLT_MAX;
        for (int j = 0; j < columns; j++)
            highest = maximum(highest, vx_load(x + j * lanes));

        // The column that the label names goes aside: 1 - p is the sum of the others.
        float targets[lanes];
        for (int i = 0; i < lanes; i++)
            targets[i] = x[columnOf(labels[i]) * lanes + i];
        const Floats target = Floats(vx_load(targets)) - highest, own = exponential(target);
        for (int j = 0; j < columns; j++)
            v_store(x + j * lanes, exponential(Floats(vx_load(x + j * lanes)) - highest).v);
        for (int i = 0; i < lanes; i++)
            x[columnOf(labels[i]) * lanes + i] = 0;
        Floats others = 0.f;
        for (int j = 0; j < columns; j++)
            others = others + Floats(vx_load(x + j * lanes));

        const Floats sum = own + others, inverse = Floats(1.f) / sum, p = own * inverse, q = others * inverse;
        // As in losses.cpp: from 1 - p where p is the larger part.
        const Floats odds = others / own, sure = Floats(1.f) >= odds;
        Floats unused;
        const Floats logP =
            select(sure, negative(logOnePlus(minimum(odds, 1.f), unused)), target - logarithm(sum));
        const Labels label(labels);
        const Floats weight = ((foreground ^ background) & label.hit) ^ background;
        const Floats modulator = power<-1>(q, focal.halves) * weight;
        if (grad)
        {
            const Floats ratio = p * logP / q;
            const Floats factor = modulator * scale * (Floats(1.f) - Floats(focal.gamma) * ratio);
            const Floats ofOthers = factor * inverse, ofTarget = negative(factor * q);
            for (int j = 0; j < columns; j++)
                v_store(x + j * lanes, (Floats(vx_load(x + j * lanes)) * ofOthers & label.valid).v);
            v_store(targets, (ofTarget & label.valid).v);
            for (int i = 0; i < lanes; i++)
                x[columnOf(labels[i]) * lanes + i] = targets[i];
            separate(x, count, columns, lanes, grad, columns);
        }
        return negative(modulator * logP) & label.valid;
    }

private:
    static int columnOf(int label) { return label > 0 ? label : 0; }

    const Focal& focal;
    const int columns;
    float* const x; // columns x lanes
    const Floats foreground, background, scale;
};

} // namespace

double softmaxFocalColumns(const Focal& focal, const float* logits, const int* labels, float* grad, int rows,
                           int columns, float* room)
{
    const ManyColumns form(focal, columns, room);
    Sum sum;
    for (int k = 0; k < rows; k += lanes)
    {
        const int count = rows - k < lanes ? rows - k : lanes;
        const size_t first = static_cast<size_t>(k) * columns;
        int padded[lanes];
        for (int i = 0; i < lanes; i++)
            padded[i] = i < count ? labels[k + i] : -1;
        sum.add(form(logits + first, count, padded, grad ? grad + first : nullptr));
    }
    const double total = sum.total();
    vx_cleanup();
    return total;
}

bool inRange(const int* labels, int count, int classes)
{
    v_int32 least = vx_setzero_s32(), most = vx_setzero_s32();
    int k = 0;
    for (; k <= count - lanes; k += lanes)
    {
        least = v_min(least, vx_load(labels + k));
        most = v_max(most, vx_load(labels + k));
    }
    int lowest = v_reduce_min(least), highest = v_reduce_max(most);
    vx_cleanup();
    for (; k < count; k++)
    {
        lowest = labels[k] < lowest ? labels[k] : lowest;
        highest = labels[k] > highest ? labels[k] : highest;
    }
    return lowest >= -1 && highest <= classes;
}

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
