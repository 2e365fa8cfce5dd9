// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "cuda_runtime.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <vector>

#include <sys/mman.h>

struct CUstream_st
{
    std::deque<std::function<void()>> work;
};

struct CUevent_st
{
    cudaStream_t stream = nullptr;
};

namespace cuda_on_cpu {

namespace {

const size_t page = 4096;

//! Blocks of device memory, which only the device's work may touch.
class Memory
{
public:
    static Memory& get()
    {
        static Memory memory;
        return memory;
    }

    //! The block ends where a page does that nobody may touch, up to the alignment that CUDA's memory has.
    void* take(size_t bytes)
    {
        const size_t aligned = (std::max<size_t>(bytes, 1) + 255) / 256 * 256,
                     whole = (aligned + page - 1) / page * page;
        void* const pages =
            mmap(nullptr, whole + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (pages == MAP_FAILED)
            return nullptr;
        std::memset(pages, 0xff, whole); // NaN as float and as bfloat16
        protect(pages, whole + page, PROT_NONE);
        char* const block = static_cast<char*>(pages) + whole - aligned;
        blocks[block] = {pages, whole, bytes};
        return block;
    }

    bool release(void* block)
    {
        const auto found = blocks.find(static_cast<char*>(block));
        if (found == blocks.end())
            return false;
        munmap(found->second.pages, found->second.whole + page);
        blocks.erase(found);
        return true;
    }

    //! Whether all of it lies in one block.
    bool holds(const void* address, size_t bytes) const
    {
        const auto next = blocks.upper_bound(static_cast<char*>(const_cast<void*>(address)));
        if (next == blocks.begin())
            return false;
        const auto& block = *std::prev(next);
        const size_t offset = static_cast<const char*>(address) - block.first;
        return offset + bytes <= block.second.bytes;
    }

    void open(bool opened)
    {
        for (const auto& block : blocks)
            protect(block.second.pages, block.second.whole, opened ? PROT_READ | PROT_WRITE : PROT_NONE);
    }

private:
    struct Block
    {
        void* pages;
        size_t whole, bytes; //!< of the pages, and what was asked for
    };

    static void protect(void* block, size_t bytes, int access)
    {
        if (mprotect(block, bytes, access) != 0)
            throw std::runtime_error("mprotect failed");
    }

    std::map<char*, Block> blocks;
};

//! While the device works.
struct Opened
{
    Opened() { Memory::get().open(true); }
    ~Opened() { Memory::get().open(false); }
};

std::set<cudaStream_t> streams;
std::map<char*, size_t> pinned; //!< what cudaMallocHost() gave

bool isPinned(const void* address)
{
    const auto next = pinned.upper_bound(static_cast<char*>(const_cast<void*>(address)));
    if (next == pinned.begin())
        return false;
    const auto& block = *std::prev(next);
    return static_cast<const char*>(address) < block.first + block.second;
}

//! A stream's work; nullptr is the default one.
std::deque<std::function<void()>>& workOf(cudaStream_t stream)
{
    static CUstream_st usual;
    return stream ? stream->work : usual.work;
}

void finish(cudaStream_t stream)
{
    std::deque<std::function<void()>>& all = workOf(stream);
    if (all.empty())
        return;
    const Opened opened;
    while (!all.empty())
    {
        const std::function<void()> work = std::move(all.front());
        all.pop_front();
        work();
    }
}

} // namespace

void queue(cudaStream_t stream, const std::function<void()>& work)
{
    workOf(stream).push_back(work);
}

} // namespace cuda_on_cpu

using cuda_on_cpu::Memory;

const char* cudaGetErrorString(cudaError_t status)
{
    return status == cudaSuccess             ? "no error"
           : status == cudaErrorInvalidValue ? "invalid value"
                                             : "out of memory";
}

cudaError_t cudaGetLastError()
{
    return cudaSuccess;
}

cudaError_t cudaGetDeviceCount(int* count)
{
    *count = 1;
    return cudaSuccess;
}

cudaError_t cudaGetDevice(int* device)
{
    *device = 0;
    return cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int)
{
    std::strcpy(properties->name, "a processor in the part of a GPU");
    return cudaSuccess;
}

cudaError_t cudaMalloc(void** memory, size_t bytes)
{
    *memory = Memory::get().take(bytes);
    return *memory ? cudaSuccess : cudaErrorMemoryAllocation;
}

cudaError_t cudaFree(void* memory)
{
    cuda_on_cpu::finish(nullptr);
    for (cudaStream_t stream : cuda_on_cpu::streams)
        cuda_on_cpu::finish(stream);
    return !memory || Memory::get().release(memory) ? cudaSuccess : cudaErrorInvalidValue;
}

cudaError_t cudaMallocHost(void** memory, size_t bytes)
{
    *memory = std::malloc(std::max<size_t>(bytes, 1));
    if (!*memory)
        return cudaErrorMemoryAllocation;
    cuda_on_cpu::pinned[static_cast<char*>(*memory)] = bytes;
    return cudaSuccess;
}

cudaError_t cudaFreeHost(void* memory)
{
    if (cuda_on_cpu::pinned.erase(static_cast<char*>(memory)) == 0)
        return cudaErrorInvalidValue;
    std::free(memory);
    return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream)
{
    const bool toDevice = kind != cudaMemcpyDeviceToHost, fromDevice = kind != cudaMemcpyHostToDevice;
    if (Memory::get().holds(to, bytes) != toDevice || Memory::get().holds(from, bytes) != fromDevice)
        return cudaErrorInvalidValue;
    if (!fromDevice && !cuda_on_cpu::isPinned(from))
    {
        // What the host may swap out is read before the call returns.
        const char* const begin = static_cast<const char*>(from);
        const auto copy = std::make_shared<std::vector<char>>(begin, begin + bytes);
        cuda_on_cpu::queue(stream, [=] { std::memcpy(to, copy->data(), bytes); });
        return cudaSuccess;
    }
    cuda_on_cpu::queue(stream, [=] { std::memcpy(to, from, bytes); });
    return cudaSuccess;
}

cudaError_t cudaMemsetAsync(void* to, int value, size_t bytes, cudaStream_t stream)
{
    if (!Memory::get().holds(to, bytes))
        return cudaErrorInvalidValue;
    cuda_on_cpu::queue(stream, [=] { std::memset(to, value, bytes); });
    return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned)
{
    *stream = new CUstream_st;
    cuda_on_cpu::streams.insert(*stream);
    return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t stream)
{
    cuda_on_cpu::finish(stream);
    cuda_on_cpu::streams.erase(stream);
    delete stream;
    return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream)
{
    cuda_on_cpu::finish(stream);
    return cudaSuccess;
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned)
{
    *event = new CUevent_st;
    return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t event)
{
    delete event;
    return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream)
{
    event->stream = stream;
    return cudaSuccess;
}

cudaError_t cudaEventSynchronize(cudaEvent_t event)
{
    if (event->stream)
        cuda_on_cpu::finish(event->stream);
    return cudaSuccess;
}
