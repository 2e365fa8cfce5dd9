// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_CUDA_SAMPLES_HPP
#define OPENCV_DNN_RPN_CUDA_SAMPLES_HPP

#include "device_box.hpp"
#include "../roi.hpp"

namespace cv {
namespace dnn_rpn {
namespace cuda {

/* Where the samples of a RoI lie. Rounded as in ../roi_align.cpp: how many they are, and whether one still
counts, hangs on the last bit. */

//! What the RoIs of a call have in common, by value as kernels take it.
struct RoiAlignCall
{
    RoiAlignCall(const FeatureShape& shape, const float* boxes_, const int* batchIndices_, int rois_,
                 Size pooled, const RoiAlignParams& params)
        : boxes(boxes_), batchIndices(batchIndices_), rois(rois_), images(shape.images),
          channels(shape.channels), height(shape.height), width(shape.width), rows(pooled.height),
          columns(pooled.width), samplingRatio(params.samplingRatio), scale(params.spatialScale),
          aligned(params.aligned)
    {
        checkPositive(params.spatialScale, "spatialScale");
        dnn_rpn::checkRange(params.samplingRatio, 0, 1000, "samplingRatio");
        checkPooled(pooled);
        checkShape({images, channels, height, width}, "features");
        checkNotNegative(rois, "rois");
        checkNumbers(static_cast<double>(rois) * channels * rows * columns, "output");
        checkNumbers(static_cast<double>(images) * channels * height * width, "features");
    }

    static void checkNumbers(double count, const char* name)
    {
        if (count > 2e9)
            CV_Error_(Error::StsOutOfRange, ("%s has %.0f numbers, more than 2e9", name, count));
    }

    const float* boxes;
    const int* batchIndices;
    int rois, images, channels, height, width, rows, columns, samplingRatio;
    float scale;
    bool aligned;
};

//! The samples of a RoI along one axis.
struct SampleAxis
{
    //! @param low, high the RoI's edges
    __device__ SampleAxis(const RoiAlignCall& call, float low, float high, int bins, int cells_)
        : cells(cells_)
    {
        const float shift = call.aligned ? 0.5f : 0.f;
        start = __fsub_rn(__fmul_rn(low, call.scale), shift);
        size = __fsub_rn(__fsub_rn(__fmul_rn(high, call.scale), shift), start);
        if (!call.aligned)
            size = size < 1.f ? 1.f : size;
        bin = __fdiv_rn(size, static_cast<float>(bins));
        const int adaptive = static_cast<int>(ceilf(bin));
        samples = call.samplingRatio > 0 ? call.samplingRatio : adaptive > 0 ? adaptive : 0;
    }

    /** Where a sample lies: between `cell` and the next one, as far as `beyond` says; 0 in the last cell.
    @return whether it counts */
    __device__ bool place(int b, int i, int& cell, float& beyond) const
    {
        const float within = __fdiv_rn(__fmul_rn(i + 0.5f, bin), static_cast<float>(samples));
        float at = __fadd_rn(__fadd_rn(start, __fmul_rn(static_cast<float>(b), bin)), within);
        if (at < -1 || at > cells)
            return false;
        at = at < 0 ? 0.f : at;
        cell = static_cast<int>(at);
        beyond = at - cell;
        if (cell >= cells - 1)
        {
            cell = cells - 1;
            beyond = 0;
        }
        return true;
    }

    //! Cells that can have a weight; a RoI that is inside out runs from high to low.
    __device__ int firstCell() const
    {
        const float low = floorf(size < 0 ? start + size : start) - 1;
        return low > 0 ? static_cast<int>(low) : 0;
    }
    __device__ int lastCell() const
    {
        const float high = ceilf(size < 0 ? start : start + size) + 1;
        return high < cells - 1 ? static_cast<int>(high) : cells - 1;
    }

    float start, size, bin;
    int samples, cells;
};

__device__ inline SampleAxis rowsOf(const RoiAlignCall& call, float4 box)
{
    return SampleAxis(call, box.y, box.w, call.rows, call.height);
}

__device__ inline SampleAxis columnsOf(const RoiAlignCall& call, float4 box)
{
    return SampleAxis(call, box.x, box.z, call.columns, call.width);
}

//! What a sample counts in its bin.
__device__ inline float sampleWeight(const SampleAxis& y, const SampleAxis& x)
{
    const float count = static_cast<float>(y.samples) * x.samples;
    return 1.f / (count > 1 ? count : 1.f);
}

//! The image of a RoI; -1 where box or image is none.
__device__ inline int validImage(const RoiAlignCall& call, int roi)
{
    const int image = call.batchIndices ? call.batchIndices[roi] : 0;
    bool valid = image >= 0 && image < call.images;
    for (int i = 0; i < 4; i++)
        valid = valid && fabsf(call.boxes[4 * static_cast<size_t>(roi) + i] * call.scale) <= 1e6f; // not NaN
    return valid ? image : -1;
}

} // namespace cuda
} // namespace dnn_rpn
} // namespace cv

#endif
