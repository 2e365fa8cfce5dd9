// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_REORDER_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_REORDER_HPP

#include "tensor_indexer.hpp"
#include "store.hpp"

namespace cv {
namespace dnn_rpn_train {

//! From one order and kind of numbers to another. For each number of `to`.
template<typename From, typename To>
struct Reordering
{
    const From* from;
    TensorIndexer source;
    To* to;
    TensorIndexer target;
    bool add;

    DNN_RPN_HOST_DEVICE void operator()(int i) const
    {
        store(to[i], static_cast<float>(from[source.at(target[i])]), add);
    }
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
