// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_CUDA_RUNTIME_HPP
#define OPENCV_DNN_RPN_CUDA_RUNTIME_HPP

#include "opencv2/dnn_rpn/cuda.hpp"

/* All that the operators want of CUDA's run time, in a few functions. The tests have the same ones for a
processor (test/cuda_on_cpu.hpp, which defines DNN_RPN_CUDA_ON_CPU): so kernels run where there is no GPU. */
#ifndef DNN_RPN_CUDA_ON_CPU
#include <cuda_runtime.h>

namespace cv {
namespace dnn_rpn {
namespace cuda {

inline void check(cudaError_t error, const char* call)
{
    if (error != cudaSuccess)
        CV_Error_(Error::GpuApiCallError,
                  ("CUDA: %s failed: %s (%s)", call, cudaGetErrorString(error), cudaGetErrorName(error)));
}

inline void* allocate(size_t bytes)
{
    void* address = nullptr;
    check(cudaMalloc(&address, bytes), "cudaMalloc");
    return address;
}

//! Never throws: it is called where memory goes out of scope, and by then the driver may be gone.
inline void release(void* address)
{
    (void)cudaFree(address);
}

inline void copyToDevice(const void* host, void* device, size_t bytes, Stream stream)
{
    check(cudaMemcpyAsync(device, host, bytes, cudaMemcpyHostToDevice, stream), "cudaMemcpyAsync");
}

inline void copyToHost(const void* device, void* host, size_t bytes, Stream stream)
{
    check(cudaMemcpyAsync(host, device, bytes, cudaMemcpyDeviceToHost, stream), "cudaMemcpyAsync");
}

inline void clear(void* device, size_t bytes, Stream stream)
{
    if (bytes > 0)
        check(cudaMemsetAsync(device, 0, bytes, stream), "cudaMemsetAsync");
}

inline void wait(Stream stream)
{
    check(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
}

//! 0 also where there is no driver: an application may want to ask.
inline int countDevices()
{
    int count = 0;
    return cudaGetDeviceCount(&count) == cudaSuccess ? count : 0;
}

inline String nameOfDevice()
{
    int device = 0;
    cudaDeviceProp properties;
    check(cudaGetDevice(&device), "cudaGetDevice");
    check(cudaGetDeviceProperties(&properties, device), "cudaGetDeviceProperties");
    return properties.name;
}

//! The one place where kernels are started. An empty grid is no error, as an empty array is none.
template<typename... Parameters, typename... Arguments>
void launch(const char* name, void (*kernel)(Parameters...), dim3 grid, dim3 block, Stream stream,
            Arguments... arguments)
{
    if (grid.x == 0 || grid.y == 0 || grid.z == 0)
        return;
    kernel<<<grid, block, 0, stream>>>(arguments...);
    check(cudaGetLastError(), name);
}

} // namespace cuda
} // namespace dnn_rpn
} // namespace cv

#endif
#endif
