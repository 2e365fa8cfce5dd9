// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_SLICE_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_SLICE_HPP

#include "places.hpp"
#include "put.hpp"

namespace cv {
namespace dnn_rpn_train {

//! Puts some channels into their place among more. For each number of the part.
template<typename T>
struct IntoSlice
{
    const T* part;
    Places places;
    T* whole;
    Places wholePlaces;
    int first; //!< the part's first channel among the whole's

    DNN_RPN_EVERYWHERE void operator()(int i) const
    {
        Place p = places[i];
        p.c += first;
        whole[wholePlaces.at(p)] = part[i];
    }
};

//! The way back.
template<typename T>
struct FromSlice
{
    const T* whole;
    Places wholePlaces;
    T* part;
    Places places;
    int first;
    bool add;

    DNN_RPN_EVERYWHERE void operator()(int i) const
    {
        Place p = places[i];
        p.c += first;
        put(part[i], static_cast<float>(whole[wholePlaces.at(p)]), add);
    }
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
