// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "arguments.hpp"
#include "samples.hpp"

namespace cv {
namespace dnn_rpn {
namespace cuda {

namespace {

const int alignThreads = 256;

//! One number of the output a thread.
__global__ void __launch_bounds__(alignThreads)
    alignKernel(const float* features, RoiAlignCall call, int count, float* output)
{
    const int index = blockIdx.x * alignThreads + threadIdx.x;
    if (index >= count)
        return;
    const int b = index % call.columns, a = index / call.columns % call.rows;
    const int rest = index / call.columns / call.rows, channel = rest % call.channels;
    const int roi = rest / call.channels, image = validImage(call, roi);
    if (image < 0)
    {
        output[index] = notANumber();
        return;
    }
    const float4 box = loadBox(call.boxes, roi);
    const SampleAxis y = rowsOf(call, box), x = columnsOf(call, box);
    const float* plane =
        features + (static_cast<size_t>(image) * call.channels + channel) * call.height * call.width;
    float sum = 0;
    for (int i = 0; i < y.samples; i++)
    {
        int row, column;
        float down, right;
        if (!y.place(a, i, row, down))
            continue;
        const float* upper = plane + static_cast<size_t>(row) * call.width;
        const float* lower = upper + (row + 1 < call.height ? call.width : 0);
        for (int j = 0; j < x.samples; j++)
        {
            if (!x.place(b, j, column, right))
                continue;
            const int next = column + 1 < call.width ? column + 1 : column;
            sum += (1 - down) * ((1 - right) * upper[column] + right * upper[next]) +
                   down * ((1 - right) * lower[column] + right * lower[next]);
        }
    }
    output[index] = sum * sampleWeight(y, x);
}

} // namespace

void roiAlign(const float* features, const FeatureShape& shape, const float* boxes, const int* batchIndices,
              int rois, Size pooled, float* output, Stream stream, const RoiAlignParams& params)
{
    const RoiAlignCall call(shape, boxes, batchIndices, rois, pooled, params);
    const int count = rois * call.channels * call.rows * call.columns;
    launch("alignKernel", alignKernel, divideUp(count, alignThreads), alignThreads, stream, features, call,
           count, output);
}

} // namespace cuda
} // namespace dnn_rpn
} // namespace cv
