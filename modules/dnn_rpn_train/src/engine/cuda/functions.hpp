// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_FUNCTIONS_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_FUNCTIONS_HPP

#include <cmath>
#include <limits>

#include "put.hpp"
#include "../../graph/graph.hpp"

namespace cv {
namespace dnn_rpn_train {

// Functions of one number, as the Eigen engine's: the value at x; and from their value y and its gradient g
// to the gradient of x.

//! ReLU and Clip: the identity between two bounds. Without bounds, the identity.
struct Limits
{
    float lower = -std::numeric_limits<float>::infinity(), upper = std::numeric_limits<float>::infinity();

    Limits() = default;
    explicit Limits(const Node& node)
    {
        lower = node.op == Op::Relu ? 0.f : node.lower;
        if (node.op != Op::Relu)
            upper = node.upper;
    }

    bool present() const { return *this != Limits(); }
    //! As Kernel::absorb().
    bool absorb(const Node& node)
    {
        if (present())
            return false;
        *this = Limits(node);
        return true;
    }
    //! As a T can keep them, so that back() knows a value that was cut.
    template<typename T>
    Limits rounded() const
    {
        Limits r;
        r.lower = static_cast<float>(static_cast<T>(lower));
        r.upper = static_cast<float>(static_cast<T>(upper));
        return r;
    }

    // What is not a number stays so, for the loss to show.
    DNN_RPN_EVERYWHERE float operator()(float x) const { return x < lower ? lower : x > upper ? upper : x; }
    //! The gradient passes where the output is strictly inside.
    DNN_RPN_EVERYWHERE float back(float y, float g) const { return y > lower && y < upper ? g : 0.f; }

private:
    bool operator!=(const Limits& o) const { return lower != o.lower || upper != o.upper; }
};

struct Leaky
{
    float alpha;

    DNN_RPN_EVERYWHERE float operator()(float x) const { return x < 0 ? alpha * x : x; }
    DNN_RPN_EVERYWHERE float back(float y, float g) const { return y > 0 ? g : alpha * g; }
};

struct Logistic
{
    DNN_RPN_EVERYWHERE float operator()(float x) const { return 1 / (1 + expf(-x)); }
    DNN_RPN_EVERYWHERE float back(float y, float g) const { return y * (1 - y) * g; }
};

struct Ramp
{
    float alpha, beta;

    DNN_RPN_EVERYWHERE float operator()(float x) const
    {
        const float y = alpha * x + beta;
        return y < 0 ? 0 : y > 1 ? 1 : y;
    }
    DNN_RPN_EVERYWHERE float back(float y, float g) const { return y > 0 && y < 1 ? alpha * g : 0.f; }
};

template<typename T, typename Function>
struct Apply
{
    const T* from;
    T* to;
    Function function;

    DNN_RPN_EVERYWHERE void operator()(int i) const
    {
        put(to[i], function(static_cast<float>(from[i])), false);
    }
};

template<typename T, typename Function>
struct ApplyBack
{
    const T *y, *gradient;
    T* to;
    Function function;
    bool add;

    DNN_RPN_EVERYWHERE void operator()(int i) const
    {
        put(to[i], function.back(static_cast<float>(y[i]), static_cast<float>(gradient[i])), add);
    }
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
