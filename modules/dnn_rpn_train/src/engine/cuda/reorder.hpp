// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_REORDER_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_REORDER_HPP

#include "places.hpp"
#include "put.hpp"

namespace cv {
namespace dnn_rpn_train {

//! From one order and kind of numbers to another. For each number of `to`.
template<typename From, typename To>
struct Reordering
{
    const From* from;
    Places source;
    To* to;
    Places target;
    bool add;

    DNN_RPN_EVERYWHERE void operator()(int i) const
    {
        put(to[i], static_cast<float>(from[source.at(target[i])]), add);
    }
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
