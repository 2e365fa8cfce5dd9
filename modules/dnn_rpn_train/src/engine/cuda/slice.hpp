// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_SLICE_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_SLICE_HPP

#include "tensor_indexer.hpp"
#include "store.hpp"

namespace cv {
namespace dnn_rpn_train {

//! Puts some channels into their place among more. For each number of the part.
template<typename T>
struct CopyToSlice
{
    const T* part;
    TensorIndexer indexer;
    T* whole;
    TensorIndexer wholeIndexer;
    int first; //!< the part's first channel among the whole's

    DNN_RPN_HOST_DEVICE void operator()(int i) const
    {
        Index4 p = indexer[i];
        p.c += first;
        whole[wholeIndexer.at(p)] = part[i];
    }
};

//! The way back.
template<typename T>
struct CopyFromSlice
{
    const T* whole;
    TensorIndexer wholeIndexer;
    T* part;
    TensorIndexer indexer;
    int first;
    bool add;

    DNN_RPN_HOST_DEVICE void operator()(int i) const
    {
        Index4 p = indexer[i];
        p.c += first;
        store(part[i], static_cast<float>(whole[wholeIndexer.at(p)]), add);
    }
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
