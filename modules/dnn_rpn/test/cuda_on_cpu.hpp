// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_TEST_DNN_RPN_CUDA_ON_CPU_HPP
#define OPENCV_TEST_DNN_RPN_CUDA_ON_CPU_HPP

#include <algorithm>
#include <array>
#include <atomic>
#include <cfloat>
#include <climits>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <vector>
#include <ucontext.h>

#include "opencv2/core.hpp"
#include "opencv2/core/check.hpp"
#include "opencv2/dnn_rpn.hpp"

/* CUDA's words for a processor, so that kernels can be tested where there is no GPU: include this, then the
.cu files. The operators come out in namespace cv::dnn_rpn::cuda_on_cpu.

Each thread of a block is a fiber (a stack of its own, no thread of the system). It runs until it has to wait
for others, and then the next one does. A barrier that some thread of its block or warp never reaches is an
error. Blocks run one after the other, every other one with its threads in reverse order: where a barrier is
missing, or blocks depend on their order, results differ. New device memory is full of NaN, for those that
forget to write.

What this cannot show: speed, races between blocks, and the last bits of exp() and the like on a GPU. */
#define DNN_RPN_CUDA_ON_CPU
#define cuda cuda_on_cpu

#define __global__
#define __device__
#define __host__
#define __shared__ static // blocks run one after the other
#define __launch_bounds__(...)

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

const int lanes = 32;
inline int launches = 0; //!< so far

//! The threads of a block, and whom each waits for.
class Block
{
public:
    enum State
    {
        Running,
        WaitsForWarp,
        WaitsForBlock,
        Done
    };

    static Block& get()
    {
        static Block block;
        return block;
    }

    //! Calls body once for each thread.
    void run(const std::function<void()>& body_, bool backwards)
    {
        body = &body_;
        count = static_cast<int>(blockDim.x * blockDim.y * blockDim.z);
        while (static_cast<int>(fibers.size()) < count)
            fibers.emplace_back(new Fiber);
        for (int i = 0; i < count; i++)
            fibers[i]->start(&Block::enter);
        for (int left = count; left > 0;)
        {
            for (int k = 0; k < count; k++)
            {
                current = backwards ? count - 1 - k : k;
                if (fibers[current]->state != Running)
                    continue;
                const unsigned c = static_cast<unsigned>(current);
                threadIdx = {c % blockDim.x, c / blockDim.x % blockDim.y, c / blockDim.x / blockDim.y};
                swapcontext(&home, &fibers[current]->context);
                left -= fibers[current]->state == Done;
            }
            const bool released = release(WaitsForBlock, 0, count) | releaseWarps();
            if (left > 0 && !released)
                CV_Error(cv::Error::StsError,
                         "a barrier was not reached by all threads of its block or warp");
        }
    }

    void wait(State scope)
    {
        Fiber& fiber = *fibers[current];
        fiber.state = scope;
        swapcontext(&fiber.context, &home);
    }

    //! What the lanes of the caller's warp put up for each other; 0 of those that are done.
    std::array<uint64_t, lanes> exchange(uint64_t value)
    {
        fibers[current]->shown = value;
        wait(WaitsForWarp);
        std::array<uint64_t, lanes> all{};
        const int first = current / lanes * lanes;
        for (int i = first; i < std::min(first + lanes, count); i++)
            all[i - first] = fibers[i]->state == Done ? 0 : fibers[i]->shown;
        wait(WaitsForWarp); // nobody shows the next value before all have seen this one
        return all;
    }

    int lane() const { return current % lanes; }

private:
    struct Fiber
    {
        static const size_t stackBytes = 64 << 10;

        void start(void (*entry)())
        {
            getcontext(&context);
            context.uc_stack.ss_sp = stack.get();
            context.uc_stack.ss_size = stackBytes;
            context.uc_link = nullptr;
            makecontext(&context, entry, 0);
            state = Running;
        }

        std::unique_ptr<char[]> stack{new char[stackBytes]};
        ucontext_t context;
        State state = Done;
        uint64_t shown = 0;
    };

    static void enter()
    {
        Block& block = get();
        (*block.body)();
        block.wait(Done);
    }

    //! Lets these threads go on if all that are not done wait for each other.
    bool release(State scope, int first, int last)
    {
        int waiting = 0;
        for (int i = first; i < last; i++)
        {
            if (fibers[i]->state != scope && fibers[i]->state != Done)
                return false;
            waiting += fibers[i]->state == scope;
        }
        for (int i = first; i < last; i++)
            if (fibers[i]->state == scope)
                fibers[i]->state = Running;
        return waiting > 0;
    }

    bool releaseWarps()
    {
        bool released = false;
        for (int i = 0; i < count; i += lanes)
            released |= release(WaitsForWarp, i, std::min(count, i + lanes));
        return released;
    }

    std::vector<std::unique_ptr<Fiber>> fibers;
    ucontext_t home;
    const std::function<void()>* body = nullptr;
    int count = 0, current = 0;
};

template<typename T>
inline T ofLane(T value, int lane)
{
    uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof(T));
    const auto all = Block::get().exchange(bits);
    std::memcpy(&value, &all[lane], sizeof(T));
    return value;
}

} // namespace cuda_on_cpu

inline void __syncthreads()
{
    cuda_on_cpu::Block::get().wait(cuda_on_cpu::Block::WaitsForBlock);
}

inline void __syncwarp(unsigned = ~0u)
{
    cuda_on_cpu::Block::get().wait(cuda_on_cpu::Block::WaitsForWarp);
}

template<typename T>
inline T __shfl_sync(unsigned, T value, int lane)
{
    return cuda_on_cpu::ofLane(value, lane % cuda_on_cpu::lanes);
}

template<typename T>
inline T __shfl_xor_sync(unsigned, T value, int mask)
{
    return cuda_on_cpu::ofLane(value, cuda_on_cpu::Block::get().lane() ^ mask);
}

template<typename T>
inline T __shfl_up_sync(unsigned, T value, int delta)
{
    const int lane = cuda_on_cpu::Block::get().lane();
    return cuda_on_cpu::ofLane(value, lane >= delta ? lane - delta : lane);
}

template<typename T>
inline T __shfl_down_sync(unsigned, T value, int delta)
{
    const int lane = cuda_on_cpu::Block::get().lane();
    return cuda_on_cpu::ofLane(value, lane + delta < cuda_on_cpu::lanes ? lane + delta : lane);
}

inline unsigned __ballot_sync(unsigned, int predicate)
{
    unsigned votes = 0;
    const auto all = cuda_on_cpu::Block::get().exchange(predicate != 0);
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
    const T old = *address;
    *address += value;
    return old;
}

template<typename T>
inline T atomicMax(T* address, T value)
{
    const T old = *address;
    *address = std::max(old, value);
    return old;
}

template<typename T>
inline T atomicOr(T* address, T value)
{
    const T old = *address;
    *address |= value;
    return old;
}

inline int __popc(unsigned bits)
{
    return __builtin_popcount(bits);
}

inline int __ffsll(unsigned long long bits)
{
    return __builtin_ffsll(static_cast<long long>(bits));
}

template<typename To, typename From>
inline To bitsAs(From from)
{
    To to;
    static_assert(sizeof(To) == sizeof(From), "");
    std::memcpy(&to, &from, sizeof(to));
    return to;
}

inline float __uint_as_float(unsigned bits)
{
    return bitsAs<float>(bits);
}

inline unsigned __float_as_uint(float value)
{
    return bitsAs<unsigned>(value);
}

inline float __int_as_float(int bits)
{
    return bitsAs<float>(bits);
}

inline int __float_as_int(float value)
{
    return bitsAs<int>(value);
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

#include "opencv2/dnn_rpn/cuda.hpp"

namespace cv {
namespace dnn_rpn {
namespace cuda {

// What src/cuda/runtime.hpp has of CUDA's run time.

inline void* allocate(size_t bytes)
{
    void* address = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
    std::memset(address, 0xff, bytes);
    return address;
}

inline void release(void* address)
{
    std::free(address);
}

inline void copyToDevice(const void* host, void* device, size_t bytes, Stream)
{
    std::memcpy(device, host, bytes);
}

inline void copyToHost(const void* device, void* host, size_t bytes, Stream)
{
    std::memcpy(host, device, bytes);
}

inline void clear(void* device, size_t bytes, Stream)
{
    if (bytes > 0)
        std::memset(device, 0, bytes);
}

inline void wait(Stream) {}

inline int countDevices()
{
    return 1;
}

inline String nameOfDevice()
{
    return "a processor in the part of a GPU";
}

template<typename... Parameters, typename... Arguments>
void launch(const char*, void (*kernel)(Parameters...), dim3 grid, dim3 block, Stream, Arguments... arguments)
{
    using ::cuda_on_cpu::Block;
    gridDim = grid;
    blockDim = block;
    const std::function<void()> body = [&] { kernel(arguments...); };
    const unsigned blocks = grid.x * grid.y * grid.z;
    const bool backwards = ++::cuda_on_cpu::launches % 2 == 0;
    for (unsigned i = 0; i < blocks; i++)
    {
        const unsigned b = backwards ? blocks - 1 - i : i;
        blockIdx = {b % grid.x, b / grid.x % grid.y, b / grid.x / grid.y};
        Block::get().run(body, i % 2 != 0);
    }
}

} // namespace cuda
} // namespace dnn_rpn
} // namespace cv

#endif
