// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "arguments.hpp"
#include "loss_grid.hpp"

namespace cv {
namespace dnn_rpn {
namespace cuda {

namespace {

//! The loss of one difference; its slope goes to `slope`.
__device__ inline float smoothL1Of(float d, float beta, float& slope)
{
    const float size = fabsf(d);
    if (size < beta)
    {
        slope = d / beta;
        return 0.5f * d * slope;
    }
    slope = d > 0 ? 1.f : d < 0 ? -1.f : d; // NaN stays NaN
    return size - 0.5f * beta;
}

//! Rows of four numbers, 16 bytes at a time. Few are positive: of the others only the labels are read.
__global__ void __launch_bounds__(LossGrid::threads)
    smoothL1OfFour(const float4* deltas, const float4* targets, const int* labels, int rows, float beta,
                   Scale scaleOf, float4* grad, double* partial)
{
    const float scale = static_cast<float>(scaleOf.get());
    double loss = 0;
    for (int k = blockIdx.x * LossGrid::threads + threadIdx.x; k < rows; k += gridDim.x * LossGrid::threads)
    {
        float4 g = make_float4(0.f, 0.f, 0.f, 0.f);
        if (labels[k] > 0)
        {
            const float4 a = deltas[k], b = targets[k];
            loss += smoothL1Of(a.x - b.x, beta, g.x);
            loss += smoothL1Of(a.y - b.y, beta, g.y);
            loss += smoothL1Of(a.z - b.z, beta, g.z);
            loss += smoothL1Of(a.w - b.w, beta, g.w);
            g = make_float4(scale * g.x, scale * g.y, scale * g.z, scale * g.w);
        }
        if (grad)
            grad[k] = g;
    }
    storePartial(loss, scaleOf, partial);
}

__global__ void __launch_bounds__(LossGrid::threads)
    smoothL1OfAny(const float* deltas, const float* targets, const int* labels, int count, int columns,
                  float beta, Scale scaleOf, float* grad, double* partial)
{
    const float scale = static_cast<float>(scaleOf.get());
    double loss = 0;
    for (int i = blockIdx.x * LossGrid::threads + threadIdx.x; i < count; i += gridDim.x * LossGrid::threads)
    {
        float g = 0;
        if (labels[i / columns] > 0)
            loss += smoothL1Of(deltas[i] - targets[i], beta, g);
        if (grad)
            grad[i] = scale * g;
    }
    storePartial(loss, scaleOf, partial);
}

} // namespace

void smoothL1Loss(const float* deltas, const float* targets, const int* labels, int rows, int columns,
                  float* grad, double* value, Workspace& workspace, Stream stream, double beta,
                  const Normalizer& normalizer)
{
    const int count = checkSize(rows, columns, 1);
    checkNotNegative(beta, "beta");
    checkNormalizer(normalizer.value);
    workspace.begin();
    const Scale scale(normalizer);
    const bool four = columns == 4 && isAligned(deltas) && isAligned(targets) && isAligned(grad);
    const LossGrid grid(four ? rows : count, workspace);
    if (four)
        launch("smoothL1OfFour", smoothL1OfFour, grid.blocks, LossGrid::threads, stream,
               reinterpret_cast<const float4*>(deltas), reinterpret_cast<const float4*>(targets), labels,
               rows, static_cast<float>(beta), scale, reinterpret_cast<float4*>(grad), grid.partial);
    else
        launch("smoothL1OfAny", smoothL1OfAny, grid.blocks, LossGrid::threads, stream, deltas, targets,
               labels, count, columns, static_cast<float>(beta), scale, grad, grid.partial);
    grid.sum(value, stream);
}

} // namespace cuda
} // namespace dnn_rpn
} // namespace cv
