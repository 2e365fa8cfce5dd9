// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "cudnn.h"
#include "numbers.hpp"

#include <algorithm>
#include <cstring>

using namespace cuda_on_cpu;

namespace {

const size_t workspaceBytes = 1000;

//! Numbers as floats in the order n, c, h, w.
std::vector<float> plain(const Array& order, const void* from)
{
    const bool isBf16 = order.type == CUDNN_DATA_BFLOAT16;
    const int plane = order.h * order.w;
    std::vector<float> all = loadAll(from, isBf16, static_cast<size_t>(order.n) * order.c * plane);
    if (order.format == CUDNN_TENSOR_NCHW)
        return all;
    std::vector<float> turned(all.size());
    for (int n = 0; n < order.n; n++)
        for (int c = 0; c < order.c; c++)
            for (int i = 0; i < plane; i++)
                turned[(static_cast<size_t>(n) * order.c + c) * plane + i] =
                    all[(static_cast<size_t>(n) * plane + i) * order.c + c];
    return turned;
}

//! to = alpha all + beta to
void putBack(const Array& order, const std::vector<float>& all, float alpha, float beta, void* to)
{
    const bool isBf16 = order.type == CUDNN_DATA_BFLOAT16;
    const int plane = order.h * order.w;
    size_t i = 0;
    for (int n = 0; n < order.n; n++)
        for (int c = 0; c < order.c; c++)
            for (int cell = 0; cell < plane; cell++, i++)
            {
                const size_t at = order.format == CUDNN_TENSOR_NCHW
                                      ? i
                                      : (static_cast<size_t>(n) * plane + cell) * order.c + c;
                store(to, isBf16, at, alpha * all[i] + (beta == 0 ? 0 : beta * load(to, isBf16, at)));
            }
}

//! The sizes of a convolution that fit together.
struct Shapes
{
    Array x, w, y;
    Convolution conv;

    bool fit() const
    {
        auto cells = [](int size, int pad, int kernel, int dilation, int stride) {
            return (size + 2 * pad - dilation * (kernel - 1) - 1) / stride + 1;
        };
        return x.n == y.n && y.c == w.n && x.c == w.c * conv.groups && y.c % conv.groups == 0 &&
               y.h == cells(x.h, conv.padY, w.h, conv.dilationY, conv.strideY) &&
               y.w == cells(x.w, conv.padX, w.w, conv.dilationX, conv.strideX) && x.type == w.type &&
               x.type == y.type && x.format == w.format && x.format == y.format;
    }

    /** @brief run(where in x, where in y, how many, where in w) for each row of the output and each weight:
    the weight joins as many outputs, next to each other, with inputs that are strideX apart. */
    template<typename Run>
    void forEachRow(const Run& run) const
    {
        const int outputs = y.c / conv.groups;
        for (int n = 0; n < y.n; n++)
            for (int k = 0; k < y.c; k++)
                for (int c = 0; c < w.c; c++)
                    for (int r = 0; r < w.h; r++)
                        for (int s = 0; s < w.w; s++)
                            for (int i = 0; i < y.h; i++)
                            {
                                const int row = i * conv.strideY + r * conv.dilationY - conv.padY,
                                          shift = s * conv.dilationX - conv.padX;
                                if (row < 0 || row >= x.h || shift >= x.w)
                                    continue;
                                const int first = shift >= 0 ? 0 : (-shift + conv.strideX - 1) / conv.strideX,
                                          last = std::min(y.w - 1, (x.w - 1 - shift) / conv.strideX);
                                if (last < first)
                                    continue;
                                const size_t channel = static_cast<size_t>(n) * x.c + k / outputs * w.c + c;
                                run((channel * x.h + row) * x.w + shift + first * conv.strideX,
                                    ((static_cast<size_t>(n) * y.c + k) * y.h + i) * y.w + first,
                                    last - first + 1,
                                    ((static_cast<size_t>(k) * w.c + c) * w.h + r) * w.w + s);
                            }
    }
};

cudnnStatus_t recommend(const Shapes& shapes, int wanted, int* returned, Recommendation* to)
{
    if (!shapes.fit())
        return CUDNN_STATUS_BAD_PARAM;
    const Recommendation all[] = {
        {Algorithm::Fast, CUDNN_STATUS_SUCCESS, CUDNN_NON_DETERMINISTIC, CUDNN_TENSOR_OP_MATH},
        {Algorithm::None, CUDNN_STATUS_NOT_SUPPORTED, CUDNN_DETERMINISTIC, CUDNN_FMA_MATH},
        {Algorithm::Careful, CUDNN_STATUS_SUCCESS, CUDNN_DETERMINISTIC, shapes.conv.math}};
    *returned = std::min(wanted, 3);
    std::copy_n(all, *returned, to);
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t sizeOf(const Shapes& shapes, Algorithm algorithm, size_t* bytes)
{
    *bytes = workspaceBytes;
    return algorithm == Algorithm::None || !shapes.fit() ? CUDNN_STATUS_NOT_SUPPORTED : CUDNN_STATUS_SUCCESS;
}

//! Queues one pass: work() gives numbers that go to `to`.
template<typename Work>
cudnnStatus_t pass(cudnnHandle_t handle, const Shapes& shapes, Algorithm algorithm, void* workspace,
                   size_t bytes, const void* alpha, const void* beta, const Array& order, void* to,
                   const Work& work)
{
    if (!shapes.fit() || algorithm != Algorithm::Careful || bytes < workspaceBytes)
        return CUDNN_STATUS_BAD_PARAM;
    const float times = *static_cast<const float*>(alpha), keep = *static_cast<const float*>(beta);
    queue(handle->stream, [=] {
        std::memset(workspace, 0xff, bytes); // whose else it is sees NaN
        putBack(order, work(), times, keep, to);
    });
    return CUDNN_STATUS_SUCCESS;
}

template<typename T>
cudnnStatus_t make(T** made)
{
    *made = new T;
    return CUDNN_STATUS_SUCCESS;
}

template<typename T>
cudnnStatus_t destroy(T* made)
{
    delete made;
    return CUDNN_STATUS_SUCCESS;
}

} // namespace

const char* cudnnGetErrorString(cudnnStatus_t status)
{
    return status == CUDNN_STATUS_SUCCESS     ? "success"
           : status == CUDNN_STATUS_BAD_PARAM ? "bad parameter"
                                              : "not supported";
}

cudnnStatus_t cudnnCreate(cudnnHandle_t* handle)
{
    return make(handle);
}

cudnnStatus_t cudnnDestroy(cudnnHandle_t handle)
{
    return destroy(handle);
}

cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream)
{
    handle->stream = stream;
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnCreateTensorDescriptor(cudnnTensorDescriptor_t* array)
{
    return make(array);
}

cudnnStatus_t cudnnDestroyTensorDescriptor(cudnnTensorDescriptor_t array)
{
    return destroy(array);
}

cudnnStatus_t cudnnSetTensor4dDescriptor(cudnnTensorDescriptor_t array, cudnnTensorFormat_t format,
                                         cudnnDataType_t type, int n, int c, int h, int w)
{
    if (std::min({n, c, h, w}) < 1)
        return CUDNN_STATUS_BAD_PARAM;
    array->format = format;
    array->type = type;
    array->n = n;
    array->c = c;
    array->h = h;
    array->w = w;
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnCreateFilterDescriptor(cudnnFilterDescriptor_t* array)
{
    return make(array);
}

cudnnStatus_t cudnnDestroyFilterDescriptor(cudnnFilterDescriptor_t array)
{
    return destroy(array);
}

cudnnStatus_t cudnnSetFilter4dDescriptor(cudnnFilterDescriptor_t array, cudnnDataType_t type,
                                         cudnnTensorFormat_t format, int k, int c, int h, int w)
{
    return cudnnSetTensor4dDescriptor(array, format, type, k, c, h, w);
}

cudnnStatus_t cudnnCreateConvolutionDescriptor(cudnnConvolutionDescriptor_t* convolution)
{
    return make(convolution);
}

cudnnStatus_t cudnnDestroyConvolutionDescriptor(cudnnConvolutionDescriptor_t convolution)
{
    return destroy(convolution);
}

cudnnStatus_t cudnnSetConvolution2dDescriptor(cudnnConvolutionDescriptor_t convolution, int padY, int padX,
                                              int strideY, int strideX, int dilationY, int dilationX,
                                              cudnnConvolutionMode_t, cudnnDataType_t compute)
{
    if (std::min(padY, padX) < 0 || std::min({strideY, strideX, dilationY, dilationX}) < 1 ||
        compute != CUDNN_DATA_FLOAT)
        return CUDNN_STATUS_BAD_PARAM;
    convolution->padY = padY;
    convolution->padX = padX;
    convolution->strideY = strideY;
    convolution->strideX = strideX;
    convolution->dilationY = dilationY;
    convolution->dilationX = dilationX;
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnSetConvolutionGroupCount(cudnnConvolutionDescriptor_t convolution, int groups)
{
    convolution->groups = groups;
    return groups < 1 ? CUDNN_STATUS_BAD_PARAM : CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnSetConvolutionMathType(cudnnConvolutionDescriptor_t convolution, cudnnMathType_t math)
{
    convolution->math = math;
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnGetConvolutionForwardAlgorithmMaxCount(cudnnHandle_t, int* count)
{
    *count = 8;
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnGetConvolutionForwardAlgorithm_v7(cudnnHandle_t, cudnnTensorDescriptor_t x,
                                                     cudnnFilterDescriptor_t w,
                                                     cudnnConvolutionDescriptor_t c,
                                                     cudnnTensorDescriptor_t y, int wanted, int* returned,
                                                     cudnnConvolutionFwdAlgoPerf_t* recommendations)
{
    return recommend({*x, *w, *y, *c}, wanted, returned, recommendations);
}

cudnnStatus_t cudnnGetConvolutionForwardWorkspaceSize(cudnnHandle_t, cudnnTensorDescriptor_t x,
                                                      cudnnFilterDescriptor_t w,
                                                      cudnnConvolutionDescriptor_t c,
                                                      cudnnTensorDescriptor_t y,
                                                      cudnnConvolutionFwdAlgo_t algorithm, size_t* bytes)
{
    return sizeOf({*x, *w, *y, *c}, algorithm, bytes);
}

cudnnStatus_t cudnnConvolutionForward(cudnnHandle_t handle, const void* alpha, cudnnTensorDescriptor_t xOrder,
                                      const void* x, cudnnFilterDescriptor_t wOrder, const void* w,
                                      cudnnConvolutionDescriptor_t c, cudnnConvolutionFwdAlgo_t algorithm,
                                      void* workspace, size_t bytes, const void* beta,
                                      cudnnTensorDescriptor_t yOrder, void* y)
{
    const Shapes shapes{*xOrder, *wOrder, *yOrder, *c};
    return pass(handle, shapes, algorithm, workspace, bytes, alpha, beta, shapes.y, y, [=] {
        const std::vector<float> from = plain(shapes.x, x), weights = plain(shapes.w, w);
        std::vector<float> to(static_cast<size_t>(shapes.y.n) * shapes.y.c * shapes.y.h * shapes.y.w);
        const int stride = shapes.conv.strideX;
        shapes.forEachRow([&](size_t i, size_t o, int count, size_t weight) {
            for (int k = 0; k < count; k++)
                to[o + k] += weights[weight] * from[i + static_cast<size_t>(k) * stride];
        });
        return to;
    });
}

cudnnStatus_t cudnnGetConvolutionBackwardFilterAlgorithmMaxCount(cudnnHandle_t handle, int* count)
{
    return cudnnGetConvolutionForwardAlgorithmMaxCount(handle, count);
}

cudnnStatus_t
cudnnGetConvolutionBackwardFilterAlgorithm_v7(cudnnHandle_t, cudnnTensorDescriptor_t x,
                                              cudnnTensorDescriptor_t dy, cudnnConvolutionDescriptor_t c,
                                              cudnnFilterDescriptor_t dw, int wanted, int* returned,
                                              cudnnConvolutionBwdFilterAlgoPerf_t* recommendations)
{
    return recommend({*x, *dw, *dy, *c}, wanted, returned, recommendations);
}

cudnnStatus_t cudnnGetConvolutionBackwardFilterWorkspaceSize(
    cudnnHandle_t, cudnnTensorDescriptor_t x, cudnnTensorDescriptor_t dy, cudnnConvolutionDescriptor_t c,
    cudnnFilterDescriptor_t dw, cudnnConvolutionBwdFilterAlgo_t algorithm, size_t* bytes)
{
    return sizeOf({*x, *dw, *dy, *c}, algorithm, bytes);
}

cudnnStatus_t cudnnConvolutionBackwardFilter(cudnnHandle_t handle, const void* alpha,
                                             cudnnTensorDescriptor_t xOrder, const void* x,
                                             cudnnTensorDescriptor_t yOrder, const void* dy,
                                             cudnnConvolutionDescriptor_t c,
                                             cudnnConvolutionBwdFilterAlgo_t algorithm, void* workspace,
                                             size_t bytes, const void* beta, cudnnFilterDescriptor_t wOrder,
                                             void* dw)
{
    const Shapes shapes{*xOrder, *wOrder, *yOrder, *c};
    return pass(handle, shapes, algorithm, workspace, bytes, alpha, beta, shapes.w, dw, [=] {
        const std::vector<float> from = plain(shapes.x, x), gradient = plain(shapes.y, dy);
        std::vector<float> to(static_cast<size_t>(shapes.w.n) * shapes.w.c * shapes.w.h * shapes.w.w);
        const int stride = shapes.conv.strideX;
        shapes.forEachRow([&](size_t i, size_t o, int count, size_t weight) {
            float sum = 0;
            for (int k = 0; k < count; k++)
                sum += gradient[o + k] * from[i + static_cast<size_t>(k) * stride];
            to[weight] += sum;
        });
        return to;
    });
}

cudnnStatus_t cudnnGetConvolutionBackwardDataAlgorithmMaxCount(cudnnHandle_t handle, int* count)
{
    return cudnnGetConvolutionForwardAlgorithmMaxCount(handle, count);
}

cudnnStatus_t cudnnGetConvolutionBackwardDataAlgorithm_v7(
    cudnnHandle_t, cudnnFilterDescriptor_t w, cudnnTensorDescriptor_t dy, cudnnConvolutionDescriptor_t c,
    cudnnTensorDescriptor_t dx, int wanted, int* returned, cudnnConvolutionBwdDataAlgoPerf_t* recommendations)
{
    return recommend({*dx, *w, *dy, *c}, wanted, returned, recommendations);
}

cudnnStatus_t cudnnGetConvolutionBackwardDataWorkspaceSize(
    cudnnHandle_t, cudnnFilterDescriptor_t w, cudnnTensorDescriptor_t dy, cudnnConvolutionDescriptor_t c,
    cudnnTensorDescriptor_t dx, cudnnConvolutionBwdDataAlgo_t algorithm, size_t* bytes)
{
    return sizeOf({*dx, *w, *dy, *c}, algorithm, bytes);
}

cudnnStatus_t cudnnConvolutionBackwardData(cudnnHandle_t handle, const void* alpha,
                                           cudnnFilterDescriptor_t wOrder, const void* w,
                                           cudnnTensorDescriptor_t yOrder, const void* dy,
                                           cudnnConvolutionDescriptor_t c,
                                           cudnnConvolutionBwdDataAlgo_t algorithm, void* workspace,
                                           size_t bytes, const void* beta, cudnnTensorDescriptor_t xOrder,
                                           void* dx)
{
    const Shapes shapes{*xOrder, *wOrder, *yOrder, *c};
    return pass(handle, shapes, algorithm, workspace, bytes, alpha, beta, shapes.x, dx, [=] {
        const std::vector<float> weights = plain(shapes.w, w), gradient = plain(shapes.y, dy);
        std::vector<float> to(static_cast<size_t>(shapes.x.n) * shapes.x.c * shapes.x.h * shapes.x.w);
        const int stride = shapes.conv.strideX;
        shapes.forEachRow([&](size_t i, size_t o, int count, size_t weight) {
            for (int k = 0; k < count; k++)
                to[i + static_cast<size_t>(k) * stride] += weights[weight] * gradient[o + k];
        });
        return to;
    });
}
