// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_FOR_EACH_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_FOR_EACH_HPP

#include "device.hpp"
#include "everywhere.hpp"

namespace cv {
namespace dnn_rpn_train {

#ifdef DNN_RPN_CUDA_ON_CPU
using cuda_on_cpu::launch; // the tests': modules/dnn_rpn_train/test/cuda_on_cpu
#else
template<typename Body>
__global__ void runForEach(int count, Body body)
{
    const int stride = static_cast<int>(gridDim.x * blockDim.x);
    for (long long i = blockIdx.x * blockDim.x + threadIdx.x; i < count; i += stride)
        body(static_cast<int>(i));
}

template<typename Body>
void launch(cudaStream_t stream, int count, const Body& body)
{
    const int threads = 256, most = 1 << 16; // blocks; more would only wait
    runForEach<<<std::min((count + threads - 1) / threads, most), threads, 0, stream>>>(count, body);
    DNN_RPN_CUDA(cudaGetLastError());
}
#endif

//! body(i) for each i from 0 on, in any order and at the same time, after all that came before.
template<typename Body>
void forEach(const Device& device, int count, const Body& body)
{
    if (count > 0)
        launch(device.stream(), count, body);
}

} // namespace dnn_rpn_train
} // namespace cv

#endif
