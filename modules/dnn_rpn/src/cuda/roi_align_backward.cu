// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "arguments.hpp"
#include "opencv2/dnn_rpn/private/cuda/sums.hpp"
#include "samples.hpp"

namespace cv {
namespace dnn_rpn {
namespace cuda {

namespace {

/* Samples on a grid are separable: the weight of a cell in a bin is that of its row in the bin's row times
that of its column in the bin's column. So a RoI is two small tables, and a cell can gather what all RoIs give
it, in their order, instead of RoIs adding to cells in the order in which they happen to come. */

//! A RoI's image, -1 where it gives nothing, and the cells that it can reach.
struct Reach
{
    int image, top, bottom, left, right;
};

const int tableThreads = 256;

__global__ void __launch_bounds__(tableThreads) reachKernel(RoiAlignCall call, Reach* reaches)
{
    const int roi = blockIdx.x * tableThreads + threadIdx.x;
    if (roi >= call.rois)
        return;
    Reach reach = {validImage(call, roi), 0, -1, 0, -1};
    if (reach.image >= 0)
    {
        const float4 box = loadBox(call.boxes, roi);
        const SampleAxis y = rowsOf(call, box), x = columnsOf(call, box);
        if (y.samples > 0 && x.samples > 0)
            reach = {reach.image, y.firstCell(), y.lastCell(), x.firstCell(), x.lastCell()};
    }
    reaches[roi] = reach;
}

/** The weights of all bins in all cells along one axis: rois x bins x cells.
Grid: blocks of cells x RoIs. */
template<bool ofRows>
__global__ void __launch_bounds__(tableThreads)
    tableKernel(RoiAlignCall call, const Reach* reaches, float* table)
{
    const int bins = ofRows ? call.rows : call.columns, cells = ofRows ? call.height : call.width;
    const int own = blockIdx.x * tableThreads + threadIdx.x, roi = blockIdx.y;
    const Reach reach = reaches[roi];
    const int first = ofRows ? reach.top : reach.left, last = ofRows ? reach.bottom : reach.right;
    if (own < first || own > last || reach.image < 0)
        return; // nobody reads it
    const float4 box = loadBox(call.boxes, roi);
    const SampleAxis y = rowsOf(call, box), x = columnsOf(call, box), axis = ofRows ? y : x;
    const float weight = ofRows ? sampleWeight(y, x) : 1.f;
    for (int b = 0; b < bins; b++)
    {
        float sum = 0;
        for (int i = 0; i < axis.samples; i++)
        {
            int cell;
            float beyond;
            if (!axis.place(b, i, cell, beyond))
                continue;
            if (cell == own)
                sum += (1 - beyond) * weight;
            else if (cell + 1 == own)
                sum += beyond * weight;
        }
        table[(static_cast<size_t>(roi) * bins + b) * cells + own] = sum;
    }
}

const int tileWidth = 32, tileHeight = 8, tileThreads = tileWidth * tileHeight, tileChannels = 8;

//! Grid: tiles of cells x groups of channels x images; a thread has one cell and some channels.
__global__ void __launch_bounds__(tileThreads)
    gatherGradient(const float* outputGrad, RoiAlignCall call, const Reach* reaches, const float* ofRows,
                   const float* ofColumns, float* featuresGrad)
{
    __shared__ int close[tileThreads];
    const int tilesAcross = (call.width + tileWidth - 1) / tileWidth;
    const int left = blockIdx.x % tilesAcross * tileWidth, top = blockIdx.x / tilesAcross * tileHeight;
    const int x = left + threadIdx.x % tileWidth, y = top + threadIdx.x / tileWidth, image = blockIdx.z;
    const int firstChannel = blockIdx.y * tileChannels, bins = call.rows * call.columns;
    float sum[tileChannels] = {};
    for (int first = 0; first < call.rois; first += tileThreads)
    {
        // Which of these RoIs reach the tile at all, in their order.
        const int own = first + threadIdx.x;
        int hit = 0, hits;
        if (own < call.rois)
        {
            const Reach r = reaches[own];
            hit = r.image == image && r.left < left + tileWidth && r.right >= left &&
                  r.top < top + tileHeight && r.bottom >= top;
        }
        const int at = exclusiveSum<tileThreads>(hit, hits);
        if (hit)
            close[at] = own;
        __syncthreads();
        for (int i = 0; i < hits; i++)
        {
            const int roi = close[i];
            const Reach r = reaches[roi];
            if (x < r.left || x > r.right || y < r.top || y > r.bottom)
                continue;
            const float* grad = outputGrad + (static_cast<size_t>(roi) * call.channels + firstChannel) * bins;
            for (int a = 0; a < call.rows; a++)
            {
                const float down = ofRows[(static_cast<size_t>(roi) * call.rows + a) * call.height + y];
                if (down == 0)
                    continue;
                for (int b = 0; b < call.columns; b++)
                {
                    const float across =
                        ofColumns[(static_cast<size_t>(roi) * call.columns + b) * call.width + x];
                    if (across == 0)
                        continue;
                    const float weight = down * across;
                    for (int c = 0; c < tileChannels; c++)
                        if (firstChannel + c < call.channels)
                            sum[c] += weight * grad[c * bins + a * call.columns + b];
                }
            }
        }
    }
    if (x >= call.width || y >= call.height)
        return;
    for (int c = 0; c < tileChannels; c++)
        if (firstChannel + c < call.channels)
            featuresGrad[((static_cast<size_t>(image) * call.channels + firstChannel + c) * call.height + y) *
                             call.width +
                         x] = sum[c];
}

} // namespace

void roiAlignBackward(const float* outputGrad, const FeatureShape& shape, const float* boxes,
                      const int* batchIndices, int rois, Size pooled, float* featuresGrad,
                      Workspace& workspace, Stream stream, const RoiAlignParams& params)
{
    const RoiAlignCall call(shape, boxes, batchIndices, rois, pooled, params);
    checkImages(0, rois); // a grid's dimensions
    checkImages(0, call.images);
    workspace.begin();
    Reach* reaches = workspace.take<Reach>(rois);
    float* ofRows = workspace.take<float>(static_cast<size_t>(rois) * call.rows * call.height);
    float* ofColumns = workspace.take<float>(static_cast<size_t>(rois) * call.columns * call.width);
    const Reach* known = reaches;
    launch("reachKernel", reachKernel, divideUp(rois, tableThreads), tableThreads, stream, call, reaches);
    launch("tableKernel", tableKernel<true>, dim3(divideUp(call.height, tableThreads), rois), tableThreads,
           stream, call, known, ofRows);
    launch("tableKernel", tableKernel<false>, dim3(divideUp(call.width, tableThreads), rois), tableThreads,
           stream, call, known, ofColumns);
    const int tiles = divideUp(call.width, tileWidth) * divideUp(call.height, tileHeight);
    launch("gatherGradient", gatherGradient, dim3(tiles, divideUp(call.channels, tileChannels), call.images),
           tileThreads, stream, outputGrad, call, known, static_cast<const float*>(ofRows),
           static_cast<const float*>(ofColumns), featuresGrad);
}

} // namespace cuda
} // namespace dnn_rpn
} // namespace cv
