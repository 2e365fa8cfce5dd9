// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "cuda_engine.hpp"
#include "device_copy.hpp"

namespace cv {
namespace dnn_rpn_train {

CudaEngine::CudaEngine(const std::string& precision) : device(precision), anchors(makeAnchorOperators(device))
{}

bool CudaEngine::available()
{
    static const bool present = dnn_rpn::cuda::deviceCount() > 0;
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

std::unique_ptr<DeviceCopy> CudaEngine::deviceCopy(const std::vector<Tensor*>& tensors)
{
    return std::make_unique<CudaDeviceCopy>(device, tensors);
}

void CudaEngine::add(const Tensor& from, Tensor& to)
{
    addPlain(device, from, to);
}

void CudaEngine::updateAverages(const std::vector<Tensor*>& averages, const std::vector<Tensor*>& values,
                                float share)
{
    for (size_t p = 0; p < averages.size(); p++)
        if (averages[p])
            updateAverage(device, *averages[p], *values[p], share);
}

std::unique_ptr<SgdUpdate> CudaEngine::sgdUpdate(const std::vector<OptimizerSlot>& slots)
{
    return makeSgdUpdate(device, slots);
}

Tensor CudaEngine::staging(const Shape& shape)
{
    workspace.begin();
    return Tensor(shape, workspace.take(shape.total() * sizeof(float)));
}

void CudaEngine::read(const Layout& layout, const Tensor& from, Tensor& to)
{
    Tensor plain = from;
    if (device.isBf16())
    {
        plain = staging(layout.shape);
        fromDevice(device, from, plain);
    }
    dnn_rpn::cuda::download(plain.data(), to.data(), layout.shape.total() * sizeof(float), device.stream());
}

void CudaEngine::write(const Layout& layout, const Tensor& from, Tensor& to)
{
    Tensor plain = device.isBf16() ? staging(layout.shape) : to;
    dnn_rpn::cuda::upload(from.data(), plain.data(), layout.shape.total() * sizeof(float), device.stream());
    if (device.isBf16())
        toDevice(device, plain, to);
}

} // namespace dnn_rpn_train
} // namespace cv
