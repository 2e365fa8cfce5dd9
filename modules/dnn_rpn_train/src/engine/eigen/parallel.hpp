// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_EIGEN_PARALLEL_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_EIGEN_PARALLEL_HPP

#include "opencv2/core/utility.hpp"

namespace cv {
namespace dnn_rpn_train {

//! body(i) for every i in 0..count-1, spread over OpenCV's threads; each i must stand on its own.
template<typename Body>
void parallelFor(int count, const Body& body)
{
    parallel_for_(Range(0, count), [&](const Range& range) {
        for (int i = range.start; i < range.end; i++)
            body(i);
    });
}

} // namespace dnn_rpn_train
} // namespace cv

#endif
