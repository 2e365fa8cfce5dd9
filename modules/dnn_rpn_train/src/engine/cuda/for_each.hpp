// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_FOR_EACH_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_FOR_EACH_HPP

#include "opencv2/dnn_rpn/private/cuda/launch.hpp"
#include "device.hpp"

namespace cv {
namespace dnn_rpn_train {

//! body(i) for each i from 0 on, in any order and at the same time, after all that came before.
template<typename Body>
void forEach(const Device& device, int count, const Body& body)
{
    dnn_rpn::cuda::forEach(device.stream(), count, body);
}

} // namespace dnn_rpn_train
} // namespace cv

#endif
