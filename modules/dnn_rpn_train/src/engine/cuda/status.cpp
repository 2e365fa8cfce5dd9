// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "status.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

[[noreturn]] void fail(const char* library, const char* call, const char* message)
{
    CV_Error_(Error::GpuApiCallError, ("%s: %s: %s", library, call, message));
}

} // namespace

void checkStatus(cudnnStatus_t status, const char* call)
{
    if (status != CUDNN_STATUS_SUCCESS)
        fail("cuDNN", call, cudnnGetErrorString(status));
}

void checkStatus(cublasStatus_t status, const char* call)
{
    if (status != CUBLAS_STATUS_SUCCESS)
        fail("cuBLAS", call, cublasGetStatusString(status));
}

} // namespace dnn_rpn_train
} // namespace cv
