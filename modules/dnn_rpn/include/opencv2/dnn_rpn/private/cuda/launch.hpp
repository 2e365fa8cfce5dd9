// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_PRIVATE_CUDA_LAUNCH_HPP
#define OPENCV_DNN_RPN_PRIVATE_CUDA_LAUNCH_HPP

#include <algorithm>

#include "opencv2/dnn_rpn/private/cuda/device.hpp"
#include "opencv2/dnn_rpn/private/cuda/status.hpp"

namespace cv {
namespace dnn_rpn {
namespace cuda {

// The only places where kernels are started. An empty grid is no error, as an empty array is none.
#ifdef DNN_RPN_CUDA_ON_CPU // the tests' own cuda_runtime.h

template<typename... Parameters, typename... Arguments>
void launch(const char*, void (*kernel)(Parameters...), dim3 grid, dim3 block, Stream stream,
            Arguments... arguments)
{
    if (grid.x > 0 && grid.y > 0 && grid.z > 0)
        cuda_on_cpu::launch(stream, grid, block, [=] { kernel(arguments...); });
}

template<typename Body>
void forEach(Stream stream, int count, const Body& body)
{
    if (count > 0)
        cuda_on_cpu::forEach(stream, count, body);
}

#else

template<typename... Parameters, typename... Arguments>
void launch(const char* name, void (*kernel)(Parameters...), dim3 grid, dim3 block, Stream stream,
            Arguments... arguments)
{
    if (grid.x == 0 || grid.y == 0 || grid.z == 0)
        return;
    kernel<<<grid, block, 0, stream>>>(arguments...);
    checkStatus(cudaGetLastError(), name);
}

template<typename Body>
__global__ void forEachKernel(int count, Body body)
{
    const int stride = static_cast<int>(gridDim.x * blockDim.x);
    for (long long i = blockIdx.x * blockDim.x + threadIdx.x; i < count; i += stride)
        body(static_cast<int>(i));
}

//! body(i) for each i from 0 on, in any order and at the same time, after all that came before.
template<typename Body>
void forEach(Stream stream, int count, const Body& body)
{
    const int threads = 256, most = 1 << 16; // blocks; more would only wait
    launch("forEachKernel", forEachKernel<Body>, std::min(count / threads + (count % threads > 0), most),
           threads, stream, count, body);
}

#endif

} // namespace cuda
} // namespace dnn_rpn
} // namespace cv

#endif
