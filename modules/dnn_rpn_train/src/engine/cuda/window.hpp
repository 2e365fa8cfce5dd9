// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_WINDOW_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_WINDOW_HPP

#include "tensor_indexer.hpp"
#include "store.hpp"
#include "../windows.hpp"

namespace cv {
namespace dnn_rpn_train {

struct Pooling
{
    Windows y, x;
    TensorIndexer in, out;
    bool countPadding;

    Pooling(const Node& n, const TensorIndexer& in_, const TensorIndexer& out_)
        : y(Windows::ofRows(n, in_.rows, out_.rows)), x(Windows::ofColumns(n, in_.columns, out_.columns)),
          in(in_), out(out_), countPadding(n.countPadding)
    {}

    DNN_RPN_HOST_DEVICE float divisor(const Index4& p) const
    {
        return static_cast<float>(y.cells(p.y, countPadding) * x.cells(p.x, countPadding));
    }
};

//! For each number of the output; remembers the first of the highest, as an index into the plane.
template<typename T>
struct MaxPool
{
    Pooling pooling;
    const T* from;
    T* to;
    int* winners;

    DNN_RPN_HOST_DEVICE void operator()(int i) const
    {
        const Windows &wy = pooling.y, &wx = pooling.x;
        const Index4 p = pooling.out[i];
        int best = -1;
        float highest = 0;
        for (int y = wy.first(p.y); y < wy.last(p.y); y++)
            for (int x = wx.first(p.x); x < wx.last(p.x); x++)
            {
                const float value = static_cast<float>(from[pooling.in.at({p.n, p.c, y, x})]);
                if (best < 0 || value > highest)
                {
                    highest = value;
                    best = y * pooling.in.columns + x;
                }
            }
        store(to[i], highest, false);
        winners[i] = best;
    }
};

//! Each input gathers from the windows that it won: no two threads write the same number. For each of the
//! input.
template<typename T>
struct MaxPoolBack
{
    Pooling pooling;
    const T* from;
    const int* winners;
    T* to;
    bool add;

    DNN_RPN_HOST_DEVICE void operator()(int i) const
    {
        const Windows &wy = pooling.y, &wx = pooling.x;
        const Index4 p = pooling.in[i];
        const int own = p.y * pooling.in.columns + p.x;
        float sum = 0;
        for (int y = wy.firstOf(p.y); y < wy.lastOf(p.y); y++)
            for (int x = wx.firstOf(p.x); x < wx.lastOf(p.x); x++)
            {
                const int window = pooling.out.at({p.n, p.c, y, x});
                if (winners[window] == own)
                    sum += static_cast<float>(from[window]);
            }
        store(to[i], sum, add);
    }
};

//! For each number of the output.
template<typename T>
struct AveragePool
{
    Pooling pooling;
    const T* from;
    T* to;

    DNN_RPN_HOST_DEVICE void operator()(int i) const
    {
        const Windows &wy = pooling.y, &wx = pooling.x;
        const Index4 p = pooling.out[i];
        float sum = 0;
        for (int y = wy.first(p.y); y < wy.last(p.y); y++)
            for (int x = wx.first(p.x); x < wx.last(p.x); x++)
                sum += static_cast<float>(from[pooling.in.at({p.n, p.c, y, x})]);
        store(to[i], sum / pooling.divisor(p), false);
    }
};

//! Of a whole plane, from its sum. For each number of the output.
template<typename T>
struct Divide
{
    const float* sum;
    T* to;
    float divisor;

    DNN_RPN_HOST_DEVICE void operator()(int i) const { store(to[i], sum[i] / divisor, false); }
};

//! For each number of the input.
template<typename T>
struct AveragePoolBack
{
    Pooling pooling;
    const T* from;
    T* to;
    bool add;

    DNN_RPN_HOST_DEVICE void operator()(int i) const
    {
        const Windows &wy = pooling.y, &wx = pooling.x;
        const Index4 p = pooling.in[i];
        float sum = 0;
        for (int y = wy.firstOf(p.y); y < wy.lastOf(p.y); y++)
            for (int x = wx.firstOf(p.x); x < wx.lastOf(p.x); x++)
            {
                const Index4 window{p.n, p.c, y, x};
                sum += static_cast<float>(from[pooling.out.at(window)]) / pooling.divisor(window);
            }
        store(to[i], sum, add);
    }
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
