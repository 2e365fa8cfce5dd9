// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_TEST_DNN_RPN_TRAIN_CUDA_RUNTIME_H
#define OPENCV_TEST_DNN_RPN_TRAIN_CUDA_RUNTIME_H

#include <cstddef>
#include <functional>

/* As much of CUDA's run time, cuDNN and cuBLAS as the cuda engine uses, on a processor: the engine is
compiled against the headers of this folder and tested as any other where there is no GPU.

It is strict where a GPU is. Device memory cannot be touched by the host, not even to read (the program ends
there); it begins as NaN, and is gone when it is freed. Nothing is done before somebody waits for it, and then
in the order of its stream. Loops run forwards and backwards in turn. What this cannot show: speed, the bits
of a GPU's sums, and what its libraries refuse. */

enum cudaError_t
{
    cudaSuccess,
    cudaErrorInvalidValue,
    cudaErrorMemoryAllocation
};

enum cudaMemcpyKind
{
    cudaMemcpyHostToDevice,
    cudaMemcpyDeviceToHost,
    cudaMemcpyDeviceToDevice
};

enum cudaDataType
{
    CUDA_R_32F,
    CUDA_R_16BF
};

namespace cuda_on_cpu {

struct Stream;
struct Event
{
    Stream* stream = nullptr;
};

//! Work for the device, done when somebody waits for it.
void queue(Stream* stream, const std::function<void()>& work);

//! body(i) for each i from 0 on; every other loop runs backwards.
template<typename Body>
void launch(Stream* stream, int count, const Body& body)
{
    queue(stream, [=] {
        static bool backwards = false;
        backwards = !backwards;
        for (int i = 0; i < count; i++)
            body(backwards ? count - 1 - i : i);
    });
}

} // namespace cuda_on_cpu

using cudaStream_t = cuda_on_cpu::Stream*;
using cudaEvent_t = cuda_on_cpu::Event*;

const unsigned cudaStreamNonBlocking = 1, cudaEventDisableTiming = 2;

const char* cudaGetErrorString(cudaError_t status);
cudaError_t cudaGetLastError();
cudaError_t cudaGetDeviceCount(int* count);

cudaError_t cudaMalloc(void** memory, size_t bytes);
cudaError_t cudaFree(void* memory);
cudaError_t cudaMallocHost(void** memory, size_t bytes);
cudaError_t cudaFreeHost(void* memory);
cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind kind, cudaStream_t stream);
cudaError_t cudaMemsetAsync(void* to, int value, size_t bytes, cudaStream_t stream);

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags);
cudaError_t cudaStreamDestroy(cudaStream_t stream);
cudaError_t cudaStreamSynchronize(cudaStream_t stream);

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags);
cudaError_t cudaEventDestroy(cudaEvent_t event);
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream);
cudaError_t cudaEventSynchronize(cudaEvent_t event);

#endif
