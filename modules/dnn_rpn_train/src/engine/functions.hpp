// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_FUNCTIONS_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_FUNCTIONS_HPP

#include <cmath>
#include <limits>
#include <type_traits>

#include "engine.hpp"
#include "host_device.hpp"

namespace cv {
namespace dnn_rpn_train {

// Functions of one number, one for each of DNN_RPN_ELEMENTWISE_OPERATORS: the value at x; and from their
// value y and its gradient g to the gradient of x. Those that do not look at x let values and gradients take
// the memory of the input's. The engines eigen and cuda run the same code, so it has no std::min or std::max.

//! Base of functions whose value does not tell where it was taken: back() gets x instead of y.
struct NeedsInput
{};

template<typename Function>
constexpr bool needsInput = std::is_base_of<NeedsInput, Function>::value;

//! The identity between two bounds. Without bounds, the identity.
struct Clip
{
    float lower = -std::numeric_limits<float>::infinity(), upper = std::numeric_limits<float>::infinity();

    Clip() = default;
    explicit Clip(const Node& node) : lower(node.lower), upper(node.upper) {}

    bool present() const
    {
        return lower > -std::numeric_limits<float>::infinity() ||
               upper < std::numeric_limits<float>::infinity();
    }
    //! As Kernel::absorb().
    bool absorb(const Node& activation);

    // What is not a number stays so, for the loss to show.
    DNN_RPN_HOST_DEVICE float operator()(float x) const
    {
        const float above = x < lower ? lower : x;
        return upper < above ? upper : above;
    }
    //! The gradient passes where the output is strictly inside.
    DNN_RPN_HOST_DEVICE float back(float y, float g) const { return y > lower && y < upper ? g : 0.f; }
    void mask(const float* y, float* gradient, size_t count) const
    {
        for (size_t i = 0; i < count; i++)
            gradient[i] = back(y[i], gradient[i]);
    }
};

struct Relu : Clip
{
    explicit Relu(const Node&) { lower = 0; }
};

inline bool Clip::absorb(const Node& activation)
{
    if (present())
        return false;
    *this = activation.op == Op::Relu ? Relu(activation) : Clip(activation);
    return true;
}

struct LeakyRelu
{
    float alpha;

    explicit LeakyRelu(const Node& node) : alpha(node.alpha) {}
    DNN_RPN_HOST_DEVICE float operator()(float x) const { return x < 0 ? alpha * x : x; }
    DNN_RPN_HOST_DEVICE float back(float y, float g) const { return y > 0 ? g : alpha * g; }
};

struct Sigmoid
{
    explicit Sigmoid(const Node&) {}
    DNN_RPN_HOST_DEVICE float operator()(float x) const { return 1 / (1 + expf(-x)); }
    DNN_RPN_HOST_DEVICE float back(float y, float g) const { return y * (1 - y) * g; }
};

struct HardSigmoid
{
    float alpha, beta;

    explicit HardSigmoid(const Node& node) : alpha(node.alpha), beta(node.beta) {}
    DNN_RPN_HOST_DEVICE float operator()(float x) const
    {
        const float y = alpha * x + beta, above = y < 0 ? 0 : y;
        return 1 < above ? 1 : above;
    }
    DNN_RPN_HOST_DEVICE float back(float y, float g) const { return y > 0 && y < 1 ? alpha * g : 0.f; }
};

struct Softplus
{
    explicit Softplus(const Node&) {}
    DNN_RPN_HOST_DEVICE float operator()(float x) const { return x > 20 ? x : log1pf(expf(x)); }
    //! 1 / (1 + exp(-x)), of which y keeps all that matters.
    DNN_RPN_HOST_DEVICE float back(float y, float g) const { return -expm1f(-y) * g; }
};

struct Tanh
{
    explicit Tanh(const Node&) {}
    DNN_RPN_HOST_DEVICE float operator()(float x) const { return tanhf(x); }
    DNN_RPN_HOST_DEVICE float back(float y, float g) const { return (1 - y * y) * g; }
};

struct Erf
{
    explicit Erf(const Node&) {}
    DNN_RPN_HOST_DEVICE float operator()(float x) const { return erff(x); }
    //! 2 / sqrt(pi) exp(-x^2). x is found from y by Winitzki's approximation (2008) and two steps of Newton.
    DNN_RPN_HOST_DEVICE float back(float y, float g) const
    {
        const float size = y < 0 ? -y : y;
        if (size >= 1)
            return 0;
        const float a = 0.147f, logarithm = logf((1 - size) * (1 + size)),
                    half = 2 / (3.14159265f * a) + logarithm / 2,
                    square = sqrtf(half * half - logarithm / a) - half;
        float x = square > 0 ? sqrtf(square) : 0;
        for (int i = 0; i < 2; i++)
            x -= (erff(x) - size) / slope(x);
        return slope(x) * g;
    }

private:
    DNN_RPN_HOST_DEVICE static float slope(float x) { return 1.12837917f * expf(-x * x); }
};

struct Elu
{
    float alpha;

    explicit Elu(const Node& node) : alpha(node.alpha) {}
    DNN_RPN_HOST_DEVICE float operator()(float x) const { return x < 0 ? alpha * expm1f(x) : x; }
    DNN_RPN_HOST_DEVICE float back(float y, float g) const { return y > 0 ? g : (y + alpha) * g; }
};

//! x times a gate of x.
template<typename Gate>
struct Gated : NeedsInput
{
    Gate gate;

    explicit Gated(const Node& node) : gate(node) {}
    DNN_RPN_HOST_DEVICE float operator()(float x) const { return x * gate(x); }
    DNN_RPN_HOST_DEVICE float back(float x, float g) const
    {
        const float open = gate(x);
        return open * g + gate.back(open, x * g);
    }
};

using Swish = Gated<Sigmoid>;
using HardSwish = Gated<HardSigmoid>;

//! make(function) with the function of an element-wise node.
template<typename Make>
std::unique_ptr<Kernel> makeOfFunction(const Node& node, const Make& make)
{
    switch (node.op)
    {
#define DNN_RPN_MAKE(op)                                                                                     \
    case Op::op:                                                                                             \
        return make(op(node));
        DNN_RPN_ELEMENTWISE_OPERATORS(DNN_RPN_MAKE)
#undef DNN_RPN_MAKE
    default:
        CV_Error_(Error::StsInternal, ("'%s' is no function of one number", opName(node.op)));
    }
}

} // namespace dnn_rpn_train
} // namespace cv

#endif
