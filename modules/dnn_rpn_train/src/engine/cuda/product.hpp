// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_PRODUCT_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_PRODUCT_HPP

#include "tensor_indexer.hpp"
#include "store.hpp"

namespace cv {
namespace dnn_rpn_train {

//! A map, or one number for each channel of one.
template<typename T>
struct Factor
{
    const T* data;
    TensorIndexer indexer;

    DNN_RPN_HOST_DEVICE float at(Index4 p) const
    {
        if (indexer.plane() == 1)
            p.y = p.x = 0;
        return static_cast<float>(data[indexer.at(p)]);
    }
};

//! For each number of the output.
template<typename T>
struct Multiply
{
    Factor<T> a, b;
    T* to;
    TensorIndexer out;
    bool add;

    DNN_RPN_HOST_DEVICE void operator()(int i) const
    {
        const Index4 p = out[i];
        store(to[i], a.at(p) * b.at(p), add);
    }
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
