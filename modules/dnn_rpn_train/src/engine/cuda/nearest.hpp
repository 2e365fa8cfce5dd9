// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_NEAREST_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_NEAREST_HPP

#include "tensor_indexer.hpp"
#include "store.hpp"

namespace cv {
namespace dnn_rpn_train {

//! Nearest neighbours. For each number of the output.
template<typename T>
struct UpsampleNearest
{
    const T* from;
    TensorIndexer in;
    T* to;
    TensorIndexer out;
    int scale;

    DNN_RPN_HOST_DEVICE void operator()(int i) const
    {
        Index4 p = out[i];
        p.y /= scale;
        p.x /= scale;
        to[i] = from[in.at(p)];
    }
};

//! Backward, each input gathers the outputs that copied it. For each number of the input.
template<typename T>
struct UpsampleNearestBackward
{
    const T* from;
    TensorIndexer out;
    T* to;
    TensorIndexer in;
    int scale;
    bool add;

    DNN_RPN_HOST_DEVICE void operator()(int i) const
    {
        const Index4 p = in[i];
        float sum = 0;
        for (int y = p.y * scale; y < (p.y + 1) * scale; y++)
            for (int x = p.x * scale; x < (p.x + 1) * scale; x++)
                sum += static_cast<float>(from[out.at({p.n, p.c, y, x})]);
        store(to[i], sum, add);
    }
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
