// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_STATUS_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_STATUS_HPP

#include <cublas_v2.h>
#include <cudnn.h>

#include "opencv2/dnn_rpn/private/cuda/status.hpp"

namespace cv {
namespace dnn_rpn_train {

// As CUDA's own, for DNN_RPN_CUDA().
using dnn_rpn::cuda::checkStatus;
void checkStatus(cudnnStatus_t status, const char* call);
void checkStatus(cublasStatus_t status, const char* call);

} // namespace dnn_rpn_train
} // namespace cv

#endif
