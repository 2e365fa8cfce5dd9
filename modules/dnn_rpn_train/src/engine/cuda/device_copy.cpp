// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "device_copy.hpp"

#include <cstring>

namespace cv {
namespace dnn_rpn_train {

namespace {

std::shared_ptr<float> allocatePinned(size_t floats)
{
    void* memory = nullptr;
    const size_t bytes = std::max<size_t>(floats, 1) * sizeof(float);
    const cudaError_t status = cudaMallocHost(&memory, bytes);
    if (status != cudaSuccess)
    {
        cudaGetLastError(); // else the next launch of a kernel would report it
        CV_Error_(Error::StsNoMem,
                  ("CUDA: cudaMallocHost of %zu bytes: %s", bytes, cudaGetErrorString(status)));
    }
    return std::shared_ptr<float>(static_cast<float*>(memory), [](float* p) { cudaFreeHost(p); });
}

} // namespace

CudaDeviceCopy::CudaDeviceCopy(const Device& device_, const std::vector<Tensor*>& tensors_)
    : device(device_), tensors(tensors_), copies(tensors_.size())
{
    for (const Tensor* t : tensors)
    {
        offsets.push_back(total);
        total += alignSize(t ? t->shape().total() : 0, 64); // floats; so each begins where libraries like it
    }
    if (total == 0)
        return;
    const size_t bytes = total * sizeof(float);
    block = dnn_rpn::cuda::Memory(bytes);
    pinned = allocatePinned(total);
    dnn_rpn::cuda::clear(block.data(), bytes, device.stream());
    std::memset(pinned.get(), 0, bytes);
    for (size_t i = 0; i < tensors.size(); i++)
        if (tensors[i])
            copies[i] = Tensor(tensors[i]->shape(), static_cast<float*>(block.data()) + offsets[i]);
    DNN_RPN_CUDA(cudaEventCreateWithFlags(&arrived, cudaEventDisableTiming));
}

CudaDeviceCopy::~CudaDeviceCopy()
{
    if (!arrived)
        return;
    cudaStreamSynchronize(device.stream()); // nothing may be on its way when the memory goes
    cudaEventDestroy(arrived);
}

void CudaDeviceCopy::upload()
{
    if (ahead)
        return;
    // Many change the host's numbers: averages, checkpoints, tests. To compare finds out who did, at the
    // price of reading them once; a training, whose steps are the device's, does not pay it.
    std::vector<char> changed(tensors.size(), 0);
    parallel_for_(Range(0, static_cast<int>(tensors.size())), [&](const Range& range) {
        for (int i = range.start; i < range.end; i++)
            changed[i] =
                tensors[i] && (!sent || std::memcmp(staged(i), tensors[i]->data(),
                                                    tensors[i]->shape().total() * sizeof(float)) != 0);
    });
    const auto first = std::find(changed.begin(), changed.end(), 1);
    if (first == changed.end())
        return;
    DNN_RPN_CUDA(cudaEventSynchronize(arrived)); // what is under way is not overwritten
    parallel_for_(Range(0, static_cast<int>(tensors.size())), [&](const Range& range) {
        for (int i = range.start; i < range.end; i++)
            if (changed[i])
                std::copy_n(tensors[i]->data(), tensors[i]->shape().total(), staged(i));
    });
    // One transfer, from the first that changed to the last.
    const size_t begin = offsets[first - changed.begin()],
                 next = changed.rend() - std::find(changed.rbegin(), changed.rend(), 1),
                 end = next < offsets.size() ? offsets[next] : total;
    dnn_rpn::cuda::upload(pinned.get() + begin, static_cast<float*>(block.data()) + begin,
                          (end - begin) * sizeof(float), device.stream());
    DNN_RPN_CUDA(cudaEventRecord(arrived, device.stream()));
    sent = true;
}

void CudaDeviceCopy::download()
{
    if (!ahead || total == 0)
        return;
    dnn_rpn::cuda::download(block.data(), pinned.get(), total * sizeof(float), device.stream());
    parallel_for_(Range(0, static_cast<int>(tensors.size())), [&](const Range& range) {
        for (int i = range.start; i < range.end; i++)
            if (tensors[i])
                std::copy_n(staged(i), tensors[i]->shape().total(), tensors[i]->data());
    });
    sent = true;
    ahead = false;
}

void CudaDeviceCopy::download(size_t i)
{
    Tensor* const to = tensors.at(i);
    if (!ahead || !to)
        return;
    dnn_rpn::cuda::download(copies[i].data(), to->data(), to->shape().total() * sizeof(float),
                            device.stream());
}

} // namespace dnn_rpn_train
} // namespace cv
