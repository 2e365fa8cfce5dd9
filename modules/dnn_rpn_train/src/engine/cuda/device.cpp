// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "device.hpp"

namespace cv {
namespace dnn_rpn_train {

Device::Device(const std::string& precision) : bf16(precision == "bf16"), roundsProducts(precision != "fp32")
{
    try
    {
        DNN_RPN_CUDA(cudaStreamCreateWithFlags(&ownStream, cudaStreamNonBlocking));
        DNN_RPN_CUDA(cudnnCreate(&dnnHandle));
        DNN_RPN_CUDA(cudnnSetStream(dnnHandle, ownStream));
        DNN_RPN_CUDA(cublasCreate(&blasHandle));
        DNN_RPN_CUDA(cublasSetStream(blasHandle, ownStream));
    }
    catch (...)
    {
        release();
        throw;
    }
}

Device::~Device()
{
    release();
}

void Device::release()
{
    if (blasHandle)
        cublasDestroy(blasHandle);
    if (dnnHandle)
        cudnnDestroy(dnnHandle);
    if (ownStream)
        cudaStreamDestroy(ownStream);
}

Layout Device::layout(const Shape& shape) const
{
    Layout layout = Layout::plain(shape);
    layout.bytes = shape.total() * numberBytes();
    // All nodes have the same format; that there is one says that the host cannot read it.
    layout.format = std::shared_ptr<const void>(std::shared_ptr<void>(), this);
    return layout;
}

KernelPlan Device::plan(const KernelTask& task) const
{
    KernelPlan plan;
    plan.output = layout(task.output);
    return plan;
}

void Device::finish() const
{
    dnn_rpn::cuda::synchronize(ownStream);
}

std::shared_ptr<void> Device::allocate(size_t bytes)
{
    const auto memory = std::make_shared<dnn_rpn::cuda::Memory>(std::max<size_t>(bytes, 1));
    return std::shared_ptr<void>(memory, memory->data());
}

} // namespace dnn_rpn_train
} // namespace cv
