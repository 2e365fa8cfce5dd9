// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_STATUS_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_STATUS_HPP

#include <cublas_v2.h>
#include <cuda_runtime.h>
#include <cudnn.h>

namespace cv {
namespace dnn_rpn_train {

// cv::Exception with the call and what its library says, unless all is well. An error of the device itself
// shows at a later call than the one that made it.
void checkStatus(cudaError_t status, const char* call);
void checkStatus(cudnnStatus_t status, const char* call);
void checkStatus(cublasStatus_t status, const char* call);

#define DNN_RPN_CUDA(call) ::cv::dnn_rpn_train::checkStatus(call, #call)

} // namespace dnn_rpn_train
} // namespace cv

#endif
