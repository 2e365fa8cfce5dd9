// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "runtime.hpp"

namespace cv {
namespace dnn_rpn {
namespace cuda {

int deviceCount()
{
    return countDevices();
}

String deviceName()
{
    return nameOfDevice();
}

void synchronize(Stream stream)
{
    wait(stream);
}

void upload(const void* host, void* device, size_t bytes, Stream stream)
{
    if (bytes > 0)
        copyToDevice(host, device, bytes, stream); // pageable memory: CUDA has a copy when this returns
}

void download(const void* device, void* host, size_t bytes, Stream stream)
{
    if (bytes > 0)
        copyToHost(device, host, bytes, stream);
    wait(stream);
}

Memory::Memory(size_t bytes) : address(bytes > 0 ? allocate(bytes) : nullptr), size(bytes) {}

Memory::~Memory()
{
    if (address)
        release(address);
}

Memory::Memory(Memory&& other) noexcept : address(other.address), size(other.size)
{
    other.address = nullptr;
    other.size = 0;
}

Memory& Memory::operator=(Memory&& other) noexcept
{
    std::swap(address, other.address);
    std::swap(size, other.size);
    return *this;
}

Workspace::Workspace() : used(0) {}

size_t Workspace::bytes() const
{
    size_t sum = 0;
    for (const Memory& block : blocks)
        sum += block.bytes();
    return sum;
}

void Workspace::begin()
{
    used = 0;
    if (blocks.size() < 2)
        return;
    const size_t all = bytes();
    blocks.clear(); // cudaFree() waits for kernels that still work there
    blocks.emplace_back(all);
}

void* Workspace::take(size_t bytes)
{
    const size_t alignment = 256;
    bytes = (bytes + alignment - 1) / alignment * alignment;
    if (blocks.empty() || blocks.back().bytes() - used < bytes)
    {
        blocks.emplace_back(std::max<size_t>(bytes, 1 << 20));
        used = 0;
    }
    void* piece = static_cast<char*>(blocks.back().data()) + used;
    used += bytes;
    return piece;
}

} // namespace cuda
} // namespace dnn_rpn
} // namespace cv
