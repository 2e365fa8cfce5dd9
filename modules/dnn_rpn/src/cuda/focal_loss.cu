// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "arguments.hpp"
#include "device_box.hpp"
#include "loss_grid.hpp"

namespace cv {
namespace dnn_rpn {
namespace cuda {

namespace {

struct FocalParams
{
    FocalParams(double alpha, double gamma_, const Normalizer& normalizer)
        : gamma(static_cast<float>(gamma_)), foreground(static_cast<float>(alpha < 0 ? 1 : alpha)),
          background(static_cast<float>(alpha < 0 ? 1 : 1 - alpha)), scale(normalizer)
    {
        if (!(alpha <= 1))
            CV_Error_(Error::StsOutOfRange,
                      ("alpha must be at most 1 (negative: no weighting), not %g", alpha));
        checkNotNegative(gamma_, "gamma");
        checkNormalizer(normalizer.value);
    }

    float gamma, foreground, background;
    Scale scale;
};

/** The loss of one logit, before its weight, and its derivative.
@param x the logit, its sign turned where the label is not its class: p = sigmoid(x) */
__device__ inline float focalOf(float x, float gamma, float& derivative)
{
    // e is at most 1, so that the quotient does not overflow, and q = 1 - p keeps its digits near p = 1.
    const float e = expf(-fabsf(x));
    const float larger = __fdividef(1.f, 1.f + e), smaller = e * larger;
    const float p = x >= 0 ? larger : smaller, q = x >= 0 ? smaller : larger;
    const float logP = fminf(x, 0.f) - log1pf(e);
    // The common exponents go without powf(). All threads take the same way.
    const float modulator = gamma == 2 ? q * q : gamma == 0 ? 1.f : powf(q, gamma);
    derivative = modulator * (gamma * (p > 0 ? p * logP : 0.f) - q);
    return -modulator * logP;
}

//! One logit of K x C: adds to the loss and gives the gradient.
__device__ inline float sigmoidElement(float x, int label, int column, int columns, const FocalParams& params,
                                       float scale, double& loss)
{
    if (label < -1 || label > columns)
        loss += notANumber();
    if (label < 0)
        return 0.f;
    const bool hit = label == column + 1;
    const float sign = hit ? 1.f : -1.f, weight = hit ? params.foreground : params.background;
    float derivative;
    loss += weight * focalOf(sign * x, params.gamma, derivative);
    return sign * weight * scale * derivative;
}

/** Logits one by one, or four at a time where the arrays are aligned: then this is bound by memory.
@tparam single a row is one logit: the labels come four at a time, too
Grid: any number of blocks, each of which gives one partial sum. */
template<int width, bool single>
__global__ void __launch_bounds__(LossGrid::threads)
    sigmoidFocalKernel(const float* logits, const int* labels, int count, int columns, FocalParams params,
                       float* grad, double* partial)
{
    const float scale = static_cast<float>(params.scale.get());
    const int first = blockIdx.x * LossGrid::threads + threadIdx.x, step = gridDim.x * LossGrid::threads;
    double loss = 0;
    for (int i = first; i < count / width; i += step)
    {
        float x[width], g[width];
        int label[width], column[width];
        if constexpr (width == 4)
        {
            const float4 four = reinterpret_cast<const float4*>(logits)[i];
            x[0] = four.x, x[1] = four.y, x[2] = four.z, x[3] = four.w;
        }
        else
            x[0] = logits[i];
        if constexpr (single)
        {
            const int4 four = reinterpret_cast<const int4*>(labels)[i];
            label[0] = four.x, label[1] = four.y, label[2] = four.z, label[3] = four.w;
        }
        int row = single ? 0 : width * i / columns, at = single ? 0 : width * i - row * columns;
        for (int j = 0; j < width; j++)
        {
            column[j] = at;
            if (single)
                continue;
            label[j] = labels[row];
            if (++at == columns)
            {
                at = 0;
                ++row;
            }
        }
        for (int j = 0; j < width; j++)
            g[j] = sigmoidElement(x[j], label[j], column[j], columns, params, scale, loss);
        if (!grad)
            continue;
        if constexpr (width == 4)
            reinterpret_cast<float4*>(grad)[i] = make_float4(g[0], g[1], g[2], g[3]);
        else
            grad[i] = g[0];
    }
    const int rest = count - count % width + first; // of the last four
    if (rest < count)
    {
        const float g = sigmoidElement(logits[rest], labels[rest / columns], rest % columns, columns, params,
                                       scale, loss);
        if (grad)
            grad[rest] = g;
    }
    storePartial(loss, params.scale, partial);
}

//! The difference of the label's logit to the rest's, as far as a float goes.
__device__ inline float lead(float x, float others)
{
    return fminf(fmaxf(x - others, -FLT_MAX), FLT_MAX);
}

//! The row of a softmax of two is the sigmoid of their difference.
__device__ inline float2 softmaxPair(float2 x, int label, const FocalParams& params, float scale,
                                     double& loss)
{
    if (label < -1 || label > 1)
        loss += notANumber();
    if (label < 0 || label > 1)
        return make_float2(0.f, 0.f);
    const bool hit = label == 1;
    const float weight = hit ? params.foreground : params.background;
    float derivative;
    // A NaN of either stays one.
    const float z = x.x - x.y == x.x - x.y ? (hit ? lead(x.y, x.x) : lead(x.x, x.y)) : notANumber();
    loss += weight * focalOf(z, params.gamma, derivative);
    const float g = weight * scale * derivative;
    return hit ? make_float2(-g, g) : make_float2(g, -g);
}

//! @param pairs whether two rows lie together in 16 bytes
template<bool pairs>
__global__ void __launch_bounds__(LossGrid::threads)
    softmaxFocalOfTwo(const float* logits, const int* labels, int rows, FocalParams params, float* grad,
                      double* partial)
{
    const float scale = static_cast<float>(params.scale.get());
    const int first = blockIdx.x * LossGrid::threads + threadIdx.x, step = gridDim.x * LossGrid::threads;
    double loss = 0;
    for (int i = first; pairs && i < rows / 2; i += step)
    {
        const float4 x = reinterpret_cast<const float4*>(logits)[i];
        const float2 a = softmaxPair(make_float2(x.x, x.y), labels[2 * i], params, scale, loss);
        const float2 b = softmaxPair(make_float2(x.z, x.w), labels[2 * i + 1], params, scale, loss);
        if (grad)
            reinterpret_cast<float4*>(grad)[i] = make_float4(a.x, a.y, b.x, b.y);
    }
    for (int k = (pairs ? rows - rows % 2 : 0) + first; k < rows; k += step)
    {
        const float2 x = make_float2(logits[2 * k], logits[2 * k + 1]);
        const float2 g = softmaxPair(x, labels[k], params, scale, loss);
        if (grad)
        {
            grad[2 * k] = g.x;
            grad[2 * k + 1] = g.y;
        }
    }
    storePartial(loss, params.scale, partial);
}

/** A row of any length by a group of lanes.

With M the highest logit of the other columns and S = sum_{j != t} exp(x_j - M), the label's probability is
sigmoid(z) with z = x_t - M - log S. So this is the loss of one logit z, and dz/dx_j = -exp(x_j - M) / S. */
template<int lanes>
__global__ void __launch_bounds__(LossGrid::threads)
    softmaxFocalKernel(const float* logits, const int* labels, int rows, int columns, FocalParams params,
                       float* grad, double* partial)
{
    const float scale = static_cast<float>(params.scale.get());
    const int lane = threadIdx.x % lanes, groups = LossGrid::threads / lanes;
    double loss = 0;
    for (int first = blockIdx.x * groups; first < rows; first += gridDim.x * groups)
    {
        // Lanes of a group without a row look at the last one: all of a warp exchange numbers.
        const int own = first + threadIdx.x / lanes, row = own < rows ? own : rows - 1;
        const float* x = logits + static_cast<size_t>(row) * columns;
        const int label = labels[row];
        const bool valid = label >= -1 && label < columns;
        const int target = valid && label >= 0 ? label : 0;

        float highest = -FLT_MAX;
        for (int j = lane; j < columns; j += lanes)
            highest = j == target ? highest : fmaxf(highest, x[j]);
        for (int step = lanes / 2; step > 0; step /= 2)
            highest = fmaxf(highest, __shfl_xor_sync(allLanes, highest, step));
        float others = 0;
        for (int j = lane; j < columns; j += lanes)
            others += j == target ? 0.f : expf(x[j] - highest);
        for (int step = lanes / 2; step > 0; step /= 2)
            others += __shfl_xor_sync(allLanes, others, step);

        const float weight = label > 0 ? params.foreground : params.background;
        const float ahead = x[target] - highest;
        const float z = ahead == ahead ? lead(x[target], highest) - logf(others) : notANumber();
        float derivative;
        const float value = focalOf(z < -FLT_MAX ? -FLT_MAX : z, params.gamma, derivative); // NaN stays NaN
        if (own < rows && lane == 0)
            loss += !valid ? notANumber() : label < 0 ? 0.f : weight * value;
        const float factor = label < 0 ? 0.f : weight * scale * derivative;
        const float share = __fdividef(factor, others);
        __syncwarp(); // the gradient may lie where the logits do
        for (int j = lane; grad && own < rows && j < columns; j += lanes)
            grad[static_cast<size_t>(row) * columns + j] = label < 0 || !valid ? 0.f
                                                           : j == target       ? factor
                                                                         : -share * expf(x[j] - highest);
    }
    storePartial(loss, params.scale, partial);
}

} // namespace

void sigmoidFocalLoss(const float* logits, const int* labels, int rows, int columns, float* grad,
                      double* value, Workspace& workspace, Stream stream, double alpha, double gamma,
                      const Normalizer& normalizer)
{
    const int count = checkSize(rows, columns, 1);
    const FocalParams params(alpha, gamma, normalizer);
    const bool aligned = isAligned(logits) && isAligned(grad);
    workspace.begin();
    const LossGrid grid(aligned ? divideUp(count, 4) : count, workspace);
    launch("sigmoidFocalKernel",
           aligned && columns == 1 && isAligned(labels) ? sigmoidFocalKernel<4, true>
           : aligned                                    ? sigmoidFocalKernel<4, false>
                                                        : sigmoidFocalKernel<1, false>,
           grid.blocks, LossGrid::threads, stream, logits, labels, count, columns, params, grad,
           grid.partial);
    grid.sum(value, stream);
}

void softmaxFocalLoss(const float* logits, const int* labels, int rows, int columns, float* grad,
                      double* value, Workspace& workspace, Stream stream, double alpha, double gamma,
                      const Normalizer& normalizer)
{
    checkSize(rows, columns, 2);
    const FocalParams params(alpha, gamma, normalizer);
    workspace.begin();
    if (columns == 2)
    {
        const bool aligned = isAligned(logits) && isAligned(grad);
        const LossGrid grid(aligned ? divideUp(rows, 2) : rows, workspace);
        launch("softmaxFocalOfTwo", aligned ? softmaxFocalOfTwo<true> : softmaxFocalOfTwo<false>, grid.blocks,
               LossGrid::threads, stream, logits, labels, rows, params, grad, grid.partial);
        grid.sum(value, stream);
        return;
    }
    const int lanes = columns <= 4 ? 4 : columns <= 8 ? 8 : columns <= 16 ? 16 : 32;
    const LossGrid grid(static_cast<size_t>(rows) * lanes, workspace);
    launch("softmaxFocalKernel",
           lanes == 4    ? softmaxFocalKernel<4>
           : lanes == 8  ? softmaxFocalKernel<8>
           : lanes == 16 ? softmaxFocalKernel<16>
                         : softmaxFocalKernel<32>,
           grid.blocks, LossGrid::threads, stream, logits, labels, rows, columns, params, grad, grid.partial);
    grid.sum(value, stream);
}

void sigmoidCrossEntropy(const float* logits, const int* labels, int rows, int columns, float* grad,
                         double* value, Workspace& workspace, Stream stream, const Normalizer& normalizer)
{
    sigmoidFocalLoss(logits, labels, rows, columns, grad, value, workspace, stream, -1, 0, normalizer);
}

void softmaxCrossEntropy(const float* logits, const int* labels, int rows, int columns, float* grad,
                         double* value, Workspace& workspace, Stream stream, const Normalizer& normalizer)
{
    softmaxFocalLoss(logits, labels, rows, columns, grad, value, workspace, stream, -1, 0, normalizer);
}

} // namespace cuda
} // namespace dnn_rpn
} // namespace cv
