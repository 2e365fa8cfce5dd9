// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "cuda_engine.hpp"
#include "mirror.hpp"

namespace cv {
namespace dnn_rpn_train {

CudaEngine::CudaEngine(const std::string& precision) : device(precision) {}

bool CudaEngine::available()
{
    static const bool present = [] {
        int count = 0;
        return cudaGetDeviceCount(&count) == cudaSuccess && count > 0;
    }();
    return present;
}

std::unique_ptr<Kernel> CudaEngine::kernel(const Graph&, const Node& node)
{
    return cudaKernel(device, node);
}

std::shared_ptr<void> CudaEngine::allocate(size_t bytes)
{
    return Device::allocate(bytes);
}

Layout CudaEngine::inputLayout(const Shape& shape) const
{
    return device.layout(shape);
}

std::unique_ptr<Mirror> CudaEngine::mirror(const std::vector<Tensor*>& tensors)
{
    return std::make_unique<CudaMirror>(device, tensors);
}

void CudaEngine::add(const Tensor& from, Tensor& to)
{
    addPlain(device, from, to);
}

void CudaEngine::approach(const std::vector<Tensor*>& averages, const std::vector<Tensor*>& values,
                          float share)
{
    for (size_t p = 0; p < averages.size(); p++)
        if (averages[p])
            approachPlain(device, *averages[p], *values[p], share);
}

std::unique_ptr<Descent> CudaEngine::descent(const std::vector<Trained>& trained)
{
    return makeDescent(device, trained);
}

Tensor CudaEngine::passage(const Shape& shape)
{
    const size_t bytes = shape.total() * sizeof(float);
    if (bytes > passageBytes)
    {
        device.finish();
        passageMemory = Device::allocate(bytes);
        passageBytes = bytes;
    }
    return Tensor(shape, passageMemory.get());
}

void CudaEngine::read(const Layout& layout, const Tensor& from, Tensor& to)
{
    Tensor plain = from;
    if (device.isShort())
    {
        plain = passage(layout.shape);
        fromDevice(device, from, plain);
    }
    DNN_RPN_CUDA(cudaMemcpyAsync(to.data(), plain.data(), layout.shape.total() * sizeof(float),
                                 cudaMemcpyDeviceToHost, device.stream()));
    device.finish();
}

void CudaEngine::write(const Layout& layout, const Tensor& from, Tensor& to)
{
    Tensor plain = device.isShort() ? passage(layout.shape) : to;
    // From memory that may be swapped out: the call returns when it has been read.
    DNN_RPN_CUDA(cudaMemcpyAsync(plain.data(), from.data(), layout.shape.total() * sizeof(float),
                                 cudaMemcpyHostToDevice, device.stream()));
    if (device.isShort())
        toDevice(device, plain, to);
}

} // namespace dnn_rpn_train
} // namespace cv
