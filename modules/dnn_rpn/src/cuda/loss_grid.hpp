// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_CUDA_LOSS_GRID_HPP
#define OPENCV_DNN_RPN_CUDA_LOSS_GRID_HPP

#include "opencv2/dnn_rpn/private/cuda/operators.hpp"
#include "opencv2/dnn_rpn/private/cuda/sums.hpp"

namespace cv {
namespace dnn_rpn {
namespace cuda {

//! What a loss is multiplied by.
struct Scale
{
    explicit Scale(const Normalizer& normalizer) : inverse(1 / normalizer.value), count(normalizer.count) {}

    __device__ double get() const { return count ? inverse / (*count > 1 ? *count : 1) : inverse; }

    double inverse;
    const int* count;
};

/** How the work of a loss is dealt out. It depends on the size alone, not on the GPU, and with it the order
of the sum. Each block gives one partial sum. */
struct LossGrid
{
    static const int threads = 256;

    LossGrid(size_t items, Workspace& workspace)
        : blocks(static_cast<int>(std::min<size_t>((items + threads - 1) / threads, 1024))),
          partial(workspace.take<double>(blocks + foldedParts(blocks)))
    {}

    void sum(double* value, Stream stream) const
    {
        if (value)
            foldSums(stream, partial, partial + blocks, 1, blocks, value);
    }

    int blocks;
    double* partial;
};

//! At the end of each thread of a loss's kernel.
__device__ inline void storePartial(double loss, const Scale& scale, double* partial)
{
    loss = blockSum<LossGrid::threads>(loss);
    if (threadIdx.x == 0)
        partial[blockIdx.x] = loss * scale.get();
}

} // namespace cuda
} // namespace dnn_rpn
} // namespace cv

#endif
