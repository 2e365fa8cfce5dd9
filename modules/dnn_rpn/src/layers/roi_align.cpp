// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "opencv2/core/utility.hpp"
#include "layers.hpp"
#include "regions.hpp"

namespace cv {
namespace dnn_rpn {

namespace {

//! A sample within the map along one axis: the cells on either side, and how much the second weighs.
struct Sample
{
    Sample(float position, int cells)
    {
        const float x = std::max(position, 0.f);
        first = std::min(static_cast<int>(x), cells - 1);
        second = std::min(first + 1, cells - 1);
        weight = second > first ? x - first : 0;
    }

    int first, second;
    float weight;
};

//! The samples of a bin along one axis.
struct Samples
{
    std::vector<Sample> inside;
    bool outside = false; //!< whether there are others, which count as 0
};

//! For each bin, the samples that roiAlign() takes.
std::vector<Samples> samplesOf(float low, float high, int bins, int cells, const RoiAlignParams& params)
{
    const float shift = params.aligned ? 0.5f : 0.f;
    const float start = low * params.spatialScale - shift, end = high * params.spatialScale - shift;
    const float length = params.aligned ? end - start : std::max(end - start, 1.f);
    const float bin = length / bins;
    const int count = params.samplingRatio > 0 ? params.samplingRatio : cvCeil(bin);
    std::vector<Samples> samples(bins);
    for (int b = 0; b < bins; b++)
        for (int i = 0; i < count; i++)
        {
            const float position = start + b * bin + (i + 0.5f) * bin / count;
            if (position >= -1 && position <= cells)
                samples[b].inside.push_back(Sample(position, cells));
            else
                samples[b].outside = true;
        }
    return samples;
}

//! The largest of the samples' neighbours, each times its weight.
float largestOf(const float* plane, int width, const Samples& ys, const Samples& xs)
{
    const bool none = (ys.inside.empty() && !ys.outside) || (xs.inside.empty() && !xs.outside);
    float best = none || ys.outside || xs.outside ? 0 : -FLT_MAX;
    for (const Sample& y : ys.inside)
        for (const Sample& x : xs.inside)
        {
            const float* top = plane + static_cast<size_t>(y.first) * width;
            const float* bottom = plane + static_cast<size_t>(y.second) * width;
            best = std::max({best, (1 - y.weight) * (1 - x.weight) * top[x.first],
                             (1 - y.weight) * x.weight * top[x.second],
                             y.weight * (1 - x.weight) * bottom[x.first],
                             y.weight * x.weight * bottom[x.second]});
        }
    return best;
}

/** The mode "max". Not the largest interpolated value: ONNX Runtime and ONNX's reference implementation take
the four neighbours of a sample apart, and this is what files are made for. */
void alignMax(const Mat& features, const Regions& regions, const RoiAlignParams& params, Mat& output)
{
    const int height = features.size[2], width = features.size[3];
    const int rows = output.size[2], columns = output.size[3];
    parallel_for_(Range(0, regions.boxes.rows), [&](const Range& range) {
        for (int r = range.start; r < range.end; r++)
        {
            const float* box = regions.boxes.ptr<float>(r);
            const std::vector<Samples> ys = samplesOf(box[1], box[3], rows, height, params);
            const std::vector<Samples> xs = samplesOf(box[0], box[2], columns, width, params);
            for (int c = 0; c < features.size[1]; c++)
            {
                const float* plane = features.ptr<float>(regions.batchIndices[r], c);
                float* out = output.ptr<float>(r, c);
                for (const Samples& y : ys)
                    for (const Samples& x : xs)
                        *out++ = largestOf(plane, width, y, x);
            }
        }
    });
}

class RoiAlignLayer : public OnnxLayer
{
public:
    explicit RoiAlignLayer(const dnn::LayerParams& attributes)
        : OnnxLayer(attributes, {"X", "rois", "batch_indices"}, 2),
          pooled(intAttribute(attributes, "output_width", 1), intAttribute(attributes, "output_height", 1))
    {
        checkRange(pooled.width, 1, 1024, "output_width");
        checkRange(pooled.height, 1, 1024, "output_height");
        params.spatialScale = floatAttribute(attributes, "spatial_scale", 1);
        params.samplingRatio = intAttribute(attributes, "sampling_ratio", 0);
        checkPositive(params.spatialScale, "spatial_scale");
        checkRange(params.samplingRatio, 0, 1000, "sampling_ratio");
        const std::string mode = textAttribute(attributes, "mode", "avg");
        if (mode != "avg" && mode != "max")
            CV_Error_(Error::StsBadArg,
                      ("the attribute 'mode' must be \"avg\" or \"max\", not \"%s\"", mode.c_str()));
        takesMax = mode == "max";
        // Before opset 16 there was no such attribute, and no shift by half a cell.
        const std::string moved =
            textAttribute(attributes, "coordinate_transformation_mode", "output_half_pixel");
        if (moved != "half_pixel" && moved != "output_half_pixel")
            CV_Error_(Error::StsBadArg, ("the attribute 'coordinate_transformation_mode' must be "
                                         "\"half_pixel\" or \"output_half_pixel\", not \"%s\"",
                                         moved.c_str()));
        params.aligned = moved == "half_pixel";
    }

protected:
    int positionOf(const Mat& constant, int first) const override
    {
        return positionOfRegions(constant, first);
    }

    std::vector<Shape> shapesFor(const std::vector<Shape>& arguments) const override
    {
        return {pooledShape(arguments[0], arguments[1], pooled)};
    }

    void compute(const std::vector<Argument>& arguments, std::vector<Mat>& results) const override
    {
        const Regions regions(arguments[1].value, arguments[2].value);
        if (!takesMax)
            roiAlign(arguments[0].value, regions.boxes, regions.batchIndices, pooled, results[0], params);
        else
        {
            checkRegions(arguments[0].value, regions);
            alignMax(arguments[0].value, regions, params, results[0]);
        }
        regions.clearPadding(results[0]);
    }

private:
    //! roiAlign() does this itself.
    void checkRegions(const Mat& features, const Regions& regions) const
    {
        floatArgument(features, "X");
        for (int r = 0; r < regions.boxes.rows; r++)
        {
            const float* b = regions.boxes.ptr<float>(r);
            for (int i = 0; i < 4; i++)
                if (!(std::abs(b[i] * params.spatialScale) <= 1e6f)) // true for NaN
                    CV_Error_(Error::StsOutOfRange,
                              ("row %d of rois is not finite, or too far out: %g, %g, %g, %g", r, b[0], b[1],
                               b[2], b[3]));
            if (regions.batchIndices[r] >= features.size[0])
                CV_Error_(Error::StsOutOfRange, ("batch_indices must be below %d, but has %d at %d",
                                                 features.size[0], regions.batchIndices[r], r));
        }
    }

    Size pooled;
    RoiAlignParams params;
    bool takesMax;
};

} // namespace

Ptr<dnn::Layer> makeRoiAlign(dnn::LayerParams& params)
{
    return makeLayer<RoiAlignLayer>(params);
}

} // namespace dnn_rpn
} // namespace cv
