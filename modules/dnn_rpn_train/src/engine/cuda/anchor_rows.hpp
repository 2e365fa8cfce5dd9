// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_ANCHOR_ROWS_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_ANCHOR_ROWS_HPP

#include <cmath>

#include "tensor_indexer.hpp"
#include "store.hpp"

namespace cv {
namespace dnn_rpn_train {

//! A level's map as a part of an array of images x anchors x columns.
struct AnchorRows
{
    TensorIndexer map;
    int columns;
    int first, anchors; //!< the level's first anchor among those of all levels, and how many those are

    //! Where the i-th number of the map is in the array.
    DNN_RPN_HOST_DEVICE size_t at(int i) const
    {
        const Index4 p = map[i];
        const int anchor = first + (p.y * map.columns + p.x) * (map.channels / columns) + p.c / columns;
        return (static_cast<size_t>(p.n) * anchors + anchor) * columns + p.c % columns;
    }
};

//! For each number of the map.
template<typename T>
struct GatherAnchors
{
    const T* from;
    AnchorRows rows;
    float* to;

    DNN_RPN_HOST_DEVICE void operator()(int i) const { to[rows.at(i)] = static_cast<float>(from[i]); }
};

//! The way back. For each number of the map.
template<typename T>
struct ScatterAnchors
{
    const float* from;
    AnchorRows rows;
    T* to;

    DNN_RPN_HOST_DEVICE void operator()(int i) const { store(to[i], from[rows.at(i)], false); }
};

//! As dnn_rpn::objectness(). For each anchor.
struct Objectness
{
    const float* logits;
    int columns; //!< 1, or 2 of a softmax
    float* scores;

    DNN_RPN_HOST_DEVICE void operator()(int i) const
    {
        const float x = columns == 2 ? logits[2 * i + 1] - logits[2 * i] : logits[i];
        const float e = expf(-fabsf(x));
        scores[i] = (x < 0 ? e : 1.f) / (1 + e);
    }
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
