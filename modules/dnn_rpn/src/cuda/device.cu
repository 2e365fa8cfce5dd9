// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "opencv2/dnn_rpn/private/cuda/device.hpp"
#include "opencv2/dnn_rpn/private/cuda/status.hpp"

namespace cv {
namespace dnn_rpn {
namespace cuda {

void checkStatus(cudaError_t status, const char* call)
{
    if (status != cudaSuccess)
        CV_Error_(Error::GpuApiCallError, ("CUDA: %s: %s", call, cudaGetErrorString(status)));
}

int deviceCount()
{
    int count = 0;
    return cudaGetDeviceCount(&count) == cudaSuccess ? count : 0;
}

String deviceName()
{
    int device = 0;
    cudaDeviceProp properties;
    DNN_RPN_CUDA(cudaGetDevice(&device));
    DNN_RPN_CUDA(cudaGetDeviceProperties(&properties, device));
    return properties.name;
}

void synchronize(Stream stream)
{
    DNN_RPN_CUDA(cudaStreamSynchronize(stream));
}

void upload(const void* host, void* device, size_t bytes, Stream stream)
{
    if (bytes > 0) // of pageable memory CUDA has a copy when this returns
        DNN_RPN_CUDA(cudaMemcpyAsync(device, host, bytes, cudaMemcpyHostToDevice, stream));
}

void download(const void* device, void* host, size_t bytes, Stream stream)
{
    if (bytes > 0)
        DNN_RPN_CUDA(cudaMemcpyAsync(host, device, bytes, cudaMemcpyDeviceToHost, stream));
    synchronize(stream);
}

void clear(void* device, size_t bytes, Stream stream)
{
    if (bytes > 0)
        DNN_RPN_CUDA(cudaMemsetAsync(device, 0, bytes, stream));
}

Memory::Memory(size_t bytes) : address(nullptr), size(bytes)
{
    if (bytes == 0)
        return;
    const cudaError_t status = cudaMalloc(&address, bytes);
    if (status == cudaSuccess)
        return;
    (void)cudaGetLastError(); // else the next launch of a kernel would report it
    CV_Error_(Error::StsNoMem, ("CUDA: cudaMalloc of %zu bytes: %s; a smaller image or batch helps", bytes,
                                cudaGetErrorString(status)));
}

// Never throws: memory may go when the driver is gone.
Memory::~Memory()
{
    if (address)
        (void)cudaFree(address);
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
