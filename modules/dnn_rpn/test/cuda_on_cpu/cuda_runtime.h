// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_TEST_DNN_RPN_CUDA_RUNTIME_H
#define OPENCV_TEST_DNN_RPN_CUDA_RUNTIME_H

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>

/* As much of CUDA's run time and of its language as our code uses, on a processor: where there is no CUDA,
the tests compile the same .cu files as C++ against this header. With cudnn.h and cublas_v2.h of the training
module's tests the engine runs on it, too.

It is strict where a GPU is. The host cannot touch device memory, not even to read, nor can anybody touch what
lies behind a block (the program ends there); memory begins as NaN, and is gone when it is freed. Nothing is
done before somebody waits for it, and then in the order of its stream.

A thread of a block is a fiber: a stack of its own, no thread of the system. It runs until it has to wait for
others, and then the next one does. A barrier that some thread of its block or warp never reaches is an error.
Blocks run one after the other, every other one with its threads in reverse order, every other launch with its
blocks in reverse order: where a barrier is missing, or blocks depend on their order, results differ.

What this cannot show: speed, races between blocks, the last bits of exp() and the like on a GPU, and what
NVIDIA's libraries refuse. */
#define DNN_RPN_CUDA_ON_CPU

#define __global__
#define __device__
#define __host__
#define __shared__ static // blocks run one after the other
#define __launch_bounds__(...)

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

struct CUstream_st;
struct CUevent_st;
using cudaStream_t = CUstream_st*;
using cudaEvent_t = CUevent_st*;

struct cudaDeviceProp
{
    char name[256];
};

const unsigned cudaStreamNonBlocking = 1, cudaEventDisableTiming = 2;

const char* cudaGetErrorString(cudaError_t status);
cudaError_t cudaGetLastError();
cudaError_t cudaGetDeviceCount(int* count);
cudaError_t cudaGetDevice(int* device);
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device);

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

struct uint3
{
    unsigned x, y, z;
};

struct dim3
{
    dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_) {}
    unsigned x, y, z;
};

struct alignas(8) float2
{
    float x, y;
};

struct alignas(16) float4
{
    float x, y, z, w;
};

struct alignas(16) int4
{
    int x, y, z, w;
};

inline float2 make_float2(float x, float y)
{
    return {x, y};
}

inline float4 make_float4(float x, float y, float z, float w)
{
    return {x, y, z, w};
}

inline dim3 gridDim, blockDim;
inline uint3 blockIdx, threadIdx;

namespace cuda_on_cpu {

//! Work for the device, done when somebody waits for it.
void queue(cudaStream_t stream, const std::function<void()>& work);

//! A kernel: body() for each thread of each block.
void launch(cudaStream_t stream, dim3 grid, dim3 block, const std::function<void()>& body);

//! body(i) for each i from 0 on, by threads that never wait for each other, so that no fibers are needed;
//! every other loop runs backwards.
template<typename Body>
void forEach(cudaStream_t stream, int count, const Body& body)
{
    queue(stream, [=] {
        static bool backwards = false;
        backwards = !backwards;
        for (int i = 0; i < count; i++)
            body(backwards ? count - 1 - i : i);
    });
}

// For the threads of a kernel.
const int lanes = 32;
int lane();
void waitForBlock();
void waitForWarp();
//! What the lanes of the caller's warp put up for each other; 0 of those that are done.
std::array<uint64_t, lanes> exchange(uint64_t value);

template<typename To, typename From>
inline To bitsAs(From from)
{
    static_assert(sizeof(To) >= sizeof(From), "");
    To to{};
    std::memcpy(&to, &from, sizeof(from));
    return to;
}

template<typename T>
inline T ofLane(T value, int lane)
{
    const uint64_t bits = exchange(bitsAs<uint64_t>(value))[lane];
    std::memcpy(&value, &bits, sizeof(T));
    return value;
}

template<typename T, typename Change>
inline T exchangeAt(T* address, const Change& change)
{
    const T old = *address;
    *address = change(old);
    return old;
}

} // namespace cuda_on_cpu

inline void __syncthreads()
{
    cuda_on_cpu::waitForBlock();
}

inline void __syncwarp(unsigned = ~0u)
{
    cuda_on_cpu::waitForWarp();
}

template<typename T>
inline T __shfl_xor_sync(unsigned, T value, int mask)
{
    return cuda_on_cpu::ofLane(value, cuda_on_cpu::lane() ^ mask);
}

template<typename T>
inline T __shfl_up_sync(unsigned, T value, int delta)
{
    const int lane = cuda_on_cpu::lane();
    return cuda_on_cpu::ofLane(value, lane >= delta ? lane - delta : lane);
}

template<typename T>
inline T __shfl_down_sync(unsigned, T value, int delta)
{
    const int lane = cuda_on_cpu::lane();
    return cuda_on_cpu::ofLane(value, lane + delta < cuda_on_cpu::lanes ? lane + delta : lane);
}

inline unsigned __ballot_sync(unsigned, int predicate)
{
    unsigned votes = 0;
    const auto all = cuda_on_cpu::exchange(predicate != 0);
    for (int i = 0; i < cuda_on_cpu::lanes; i++)
        votes |= static_cast<unsigned>(all[i]) << i;
    return votes;
}

inline int __any_sync(unsigned mask, int predicate)
{
    return __ballot_sync(mask, predicate) != 0;
}

template<typename T>
inline T atomicAdd(T* address, T value)
{
    return cuda_on_cpu::exchangeAt(address, [=](T old) { return old + value; });
}

template<typename T>
inline T atomicMax(T* address, T value)
{
    return cuda_on_cpu::exchangeAt(address, [=](T old) { return std::max(old, value); });
}

template<typename T>
inline T atomicOr(T* address, T value)
{
    return cuda_on_cpu::exchangeAt(address, [=](T old) { return old | value; });
}

inline int __popc(unsigned bits)
{
    return __builtin_popcount(bits);
}

inline int __ffsll(unsigned long long bits)
{
    return __builtin_ffsll(static_cast<long long>(bits));
}

inline float __uint_as_float(unsigned bits)
{
    return cuda_on_cpu::bitsAs<float>(bits);
}

inline unsigned __float_as_uint(float value)
{
    return cuda_on_cpu::bitsAs<unsigned>(value);
}

inline int __float_as_int(float value)
{
    return cuda_on_cpu::bitsAs<int>(value);
}

inline float __fadd_rn(float a, float b)
{
    return a + b;
}

inline float __fsub_rn(float a, float b)
{
    return a - b;
}

inline float __fmul_rn(float a, float b)
{
    return a * b;
}

inline float __fdiv_rn(float a, float b)
{
    return a / b;
}

inline float __fdividef(float a, float b)
{
    return a / b;
}

#endif
