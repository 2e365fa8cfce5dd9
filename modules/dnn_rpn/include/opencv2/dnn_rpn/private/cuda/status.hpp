// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_PRIVATE_CUDA_STATUS_HPP
#define OPENCV_DNN_RPN_PRIVATE_CUDA_STATUS_HPP

#include <cuda_runtime.h>

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn {
namespace cuda {

//! cv::Exception with the call and what CUDA says, unless all is well. An error of the device itself shows at
//! a later call than the one that made it.
CV_EXPORTS void checkStatus(cudaError_t status, const char* call);

#define DNN_RPN_CUDA(call) checkStatus(call, #call)

} // namespace cuda
} // namespace dnn_rpn
} // namespace cv

#endif
