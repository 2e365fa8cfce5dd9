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

//! A sample's cells along one axis, and how much the second of them weighs; outside: no cells.
struct Sample
{
    Sample(float position, int cells) : inside(position >= -1 && position <= cells)
    {
        const float x = std::max(position, 0.f);
        first = std::min(static_cast<int>(inside ? x : 0), cells - 1);
        second = std::min(first + 1, cells - 1);
        weight = inside && second > first ? x - first : 0;
    }

    bool inside;
    int first, second;
    float weight;
};

//! The samples of all bins, bin by bin, as roiAlign() has them.
std::vector<Sample> samplesOf(float low, float high, int bins, int cells, const RoiAlignParams& params)
{
    const float shift = params.aligned ? 0.5f : 0.f;
    const float start = low * params.spatialScale - shift, end = high * params.spatialScale - shift;
    const float length = params.aligned ? end - start : std::max(end - start, 1.f);
    const float bin = length / bins;
    const int count = params.samplingRatio > 0 ? params.samplingRatio : cvCeil(bin);
    std::vector<Sample> samples;
    for (int b = 0; b < bins; ++b)
        for (int i = 0; i < count; ++i)
            samples.push_back(Sample(start + b * bin + (i + 0.5f) * bin / count, cells));
    return samples;
}

/** The largest of the samples' weighted neighbours in each bin. Not the largest interpolated value: ONNX Runtime
and the reference implementation of ONNX take the four neighbours apart, and files are made to fit them. */
void alignMax(const Mat& features, const Regions& regions, const RoiAlignParams& params, Mat& output)
{
    const int channels = features.size[1], height = features.size[2], width = features.size[3];
    const int rows = output.size[2], columns = output.size[3];
    parallel_for_(Range(0, regions.boxes.rows), [&](const Range& range) {
        for (int r = range.start; r < range.end; ++r)
        {
            const float* box = regions.boxes.ptr<float>(r);
            const std::vector<Sample> ys = samplesOf(box[1], box[3], rows, height, params);
            const std::vector<Sample> xs = samplesOf(box[0], box[2], columns, width, params);
            const size_t tall = ys.size() / rows, wide = xs.size() / columns;
            for (int c = 0; c < channels; ++c)
            {
                const float* plane = features.ptr<float>(regions.pictures[r], c);
                float* out = output.ptr<float>(r, c);
                for (int bin = 0; bin < rows * columns; ++bin)
                {
                    float best = tall * wide > 0 ? -FLT_MAX : 0;
                    for (size_t i = 0; i < tall * wide; ++i)
                    {
                        const Sample& y = ys[bin / columns * tall + i / wide];
                        const Sample& x = xs[bin % columns * wide + i % wide];
                        if (!y.inside || !x.inside)
                        {
                            best = std::max(best, 0.f);
                            continue;
                        }
                        const float* top = plane + static_cast<size_t>(y.first) * width;
                        const float* bottom = plane + static_cast<size_t>(y.second) * width;
                        best = std::max({best, (1 - y.weight) * (1 - x.weight) * top[x.first],
                                         (1 - y.weight) * x.weight * top[x.second],
                                         y.weight * (1 - x.weight) * bottom[x.first],
                                         y.weight * x.weight * bottom[x.second]});
                    }
                    out[bin] = best;
                }
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
        if (constant.dims == 4)
            return std::max(first, 0);
        return std::max(first, constant.type() == CV_32S ? 2 : 1);
    }

    std::vector<Shape> shapesFor(const std::vector<Shape>& arguments) const override
    {
        return {pooledShape(arguments[0], arguments[1], pooled)};
    }

    void compute(const std::vector<Argument>& arguments, std::vector<Mat>& results) const override
    {
        const Regions regions(arguments[1].value, arguments[2].value);
        if (!takesMax)
            roiAlign(arguments[0].value, regions.boxes, regions.pictures, pooled, results[0], params);
        else
        {
            // roiAlign() checks its arguments itself; the samples here are few enough for the same limits.
            checkRegions(arguments[0].value, regions);
            alignMax(arguments[0].value, regions, params, results[0]);
        }
        regions.clearPadding(results[0]);
    }

private:
    void checkRegions(const Mat& features, const Regions& regions) const
    {
        floatArgument(features, "X");
        for (int r = 0; r < regions.boxes.rows; ++r)
        {
            const float* b = regions.boxes.ptr<float>(r);
            for (int i = 0; i < 4; ++i)
                if (!(std::abs(b[i] * params.spatialScale) <= 1e6f)) // true for NaN
                    CV_Error_(Error::StsOutOfRange,
                              ("row %d of rois is not finite, or too far out: %g, %g, %g, %g", r, b[0], b[1],
                               b[2], b[3]));
            if (regions.pictures[r] >= features.size[0])
                CV_Error_(Error::StsOutOfRange, ("batch_indices must be below %d, but has %d at %d",
                                                 features.size[0], regions.pictures[r], r));
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
