// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_EIGEN_BOUNDS_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_EIGEN_BOUNDS_HPP

#include <algorithm>
#include <limits>

#include "../../graph/graph.hpp"

namespace cv {
namespace dnn_rpn_train {

//! ReLU and Clip: the identity between two bounds. Without bounds, the identity.
class Bounds
{
public:
    Bounds() = default;
    explicit Bounds(const Node& node)
        : lower(node.op == Op::Relu ? 0.f : node.lower), upper(node.op == Op::Relu ? infinity() : node.upper)
    {}

    //! As Kernel::absorb().
    bool absorb(const Node& node)
    {
        if (present())
            return false;
        *this = Bounds(node);
        return true;
    }
    bool present() const { return lower > -infinity() || upper < infinity(); }

    float operator()(float x) const { return std::min(std::max(x, lower), upper); }
    //! The gradient passes where the output is strictly inside.
    float back(float y, float g) const { return y > lower && y < upper ? g : 0.f; }
    void mask(const float* y, float* gradient, size_t count) const
    {
        for (size_t i = 0; i < count; i++)
            gradient[i] = back(y[i], gradient[i]);
    }

private:
    static float infinity() { return std::numeric_limits<float>::infinity(); }

    float lower = -infinity(), upper = infinity();
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
