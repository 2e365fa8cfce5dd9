// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "precomp.hpp"
#include "opencv2/core/utility.hpp"
#include "roi.hpp"

namespace cv {
namespace dnn_rpn {

namespace {

//! The cells of each bin along one axis, within the map; may be empty.
std::vector<Range> binsOf(float low, float high, float scale, int bins, int cells)
{
    const int start = static_cast<int>(std::round(low * scale));
    const int end = static_cast<int>(std::round(high * scale));
    // In float, as torchvision's: where a bin ends on a cell is decided by the last digit.
    const float size = static_cast<float>(std::max(end - start + 1, 1)) / static_cast<float>(bins);
    std::vector<Range> ranges;
    for (int b = 0; b < bins; ++b)
    {
        const int first = static_cast<int>(std::floor(static_cast<float>(b) * size)) + start;
        const int last = static_cast<int>(std::ceil(static_cast<float>(b + 1) * size)) + start;
        ranges.push_back(Range(std::min(std::max(first, 0), cells), std::min(std::max(last, 0), cells)));
    }
    return ranges;
}

} // namespace

void roiPool(InputArray features_, InputArray boxes_, InputArray pictures_, Size pooled, OutputArray output_,
             OutputArray argmax_, float spatialScale)
{
    checkPooled(pooled);
    const Mat features = featuresArgument(features_), boxes = roisArgument(boxes_, spatialScale);
    const Shape4 shape = shapeOf(features);
    const std::vector<std::vector<int>> members = roisByPicture(pictures_, boxes.rows, shape[0]);
    std::vector<int> pictureOf(boxes.rows);
    for (int n = 0; n < shape[0]; ++n)
        for (int r : members[n])
            pictureOf[r] = n;

    const int channels = shape[1], width = shape[3];
    const Shape4 outShape = {boxes.rows, channels, pooled.height, pooled.width};
    TensorOutput output(output_, outShape, CV_32F, features), argmax(argmax_, outShape, CV_32S, features);
    float* const values = output.data<float>();
    int* const indices = argmax.data<int>();
    parallel_for_(Range(0, boxes.rows), [&](const Range& range) {
        for (int r = range.start; r < range.end; ++r)
        {
            const float* box = boxes.ptr<float>(r);
            const std::vector<Range> rows = binsOf(box[1], box[3], spatialScale, pooled.height, shape[2]);
            const std::vector<Range> columns = binsOf(box[0], box[2], spatialScale, pooled.width, width);
            size_t at = static_cast<size_t>(r) * channels * pooled.area();
            for (int c = 0; c < channels; ++c)
            {
                const float* plane = features.ptr<float>(pictureOf[r], c);
                for (const Range& y : rows)
                    for (const Range& x : columns)
                    {
                        const bool empty = y.start >= y.end || x.start >= x.end;
                        float best = empty ? 0 : -FLT_MAX;
                        int where = -1;
                        for (int i = y.start; i < y.end; ++i)
                            for (int j = x.start; j < x.end; ++j)
                                if (plane[static_cast<size_t>(i) * width + j] > best)
                                {
                                    where = i * width + j;
                                    best = plane[where];
                                }
                        values[at] = best;
                        indices[at] = where;
                        ++at;
                    }
            }
        }
    });
    output.finish();
    argmax.finish();
}

void roiPoolBackward(InputArray outputGrad_, InputArray argmax_, InputArray pictures_,
                     const std::vector<int>& featuresShape, OutputArray featuresGrad)
{
    checkShape(featuresShape, "featuresShape");
    const Mat outputGrad = tensorArgument(outputGrad_, CV_32F, "outputGrad");
    const Mat argmax = tensorArgument(argmax_, CV_32S, "argmax");
    const int rois = outputGrad.empty() ? 0 : outputGrad.size[0], channels = featuresShape[1];
    const int cells = featuresShape[2] * featuresShape[3];
    checkRoiTensor(outputGrad, "outputGrad", rois, channels);
    checkRoiTensor(argmax, "argmax", rois, channels);
    if (rois > 0 && shapeOf(argmax) != shapeOf(outputGrad))
        CV_Error_(Error::StsUnmatchedSizes, ("argmax and outputGrad must have one shape, not %s and %s",
                                             shapeText(argmax).c_str(), shapeText(outputGrad).c_str()));
    const std::vector<std::vector<int>> members = roisByPicture(pictures_, rois, featuresShape[0]);
    const size_t bins = rois > 0 ? static_cast<size_t>(outputGrad.size[2]) * outputGrad.size[3] : 0;
    for (size_t i = 0; i < rois * channels * bins; ++i)
        if (argmax.ptr<int>()[i] < -1 || argmax.ptr<int>()[i] >= cells)
            CV_Error_(Error::StsOutOfRange,
                      ("argmax must be in -1..%d, but has %d", cells - 1, argmax.ptr<int>()[i]));

    TensorOutput output(featuresGrad, featuresShape, CV_32F, outputGrad);
    float* const out = output.data<float>();
    // A thread owns the planes that it adds to, and adds the RoIs in their order.
    parallel_for_(Range(0, featuresShape[0] * channels), [&](const Range& range) {
        for (int unit = range.start; unit < range.end; ++unit)
        {
            float* plane = out + static_cast<size_t>(unit) * cells;
            std::fill_n(plane, cells, 0.f);
            for (int r : members[unit / channels])
            {
                const size_t first = (static_cast<size_t>(r) * channels + unit % channels) * bins;
                const int* where = argmax.ptr<int>() + first;
                const float* grad = outputGrad.ptr<float>() + first;
                for (size_t i = 0; i < bins; ++i)
                    if (where[i] >= 0)
                        plane[where[i]] += grad[i];
            }
        }
    });
    output.finish();
}

} // namespace dnn_rpn
} // namespace cv
