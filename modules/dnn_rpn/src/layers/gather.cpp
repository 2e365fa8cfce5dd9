// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "layers.hpp"
#include "layer.hpp"

namespace cv {
namespace dnn_rpn {

namespace {

/** Gather with any indices, while the importer of OpenCV 4.6 takes a single constant only.

Negative indices count from the end where they are constant. Where they are computed they come from an
operator that had fewer rows to give than its output has, and what they fetch is zeros. */
class GatherLayer : public OnnxLayer
{
public:
    explicit GatherLayer(const dnn::LayerParams& attributes)
        : OnnxLayer(attributes, {"data", "indices"}, 2), axis(intAttribute(attributes, "axis", 0))
    {}

protected:
    int positionOf(const Mat& constant, int first) const override
    {
        return std::max(first, constant.type() == CV_32SC1 ? 1 : 0);
    }

    std::vector<Shape> shapesFor(const std::vector<Shape>& arguments) const override
    {
        const Shape &data = arguments[0], &indices = arguments[1];
        const int along = axisOf(axis, data.size());
        Shape shape(data.begin(), data.begin() + along);
        shape.insert(shape.end(), indices.begin(), indices.end());
        shape.insert(shape.end(), data.begin() + along + 1, data.end());
        return {shape.empty() ? Shape(1, 1) : shape};
    }

    void compute(const std::vector<Argument>& arguments, std::vector<Mat>& results) const override
    {
        const Mat data = numberArgument(arguments[0].value, "data");
        const std::vector<int> indices = wholeNumbers(arguments[1].value, "indices");
        const bool fromEnd = !constantAt(1).empty();
        const Shape& from = arguments[0].shape;
        const int along = axisOf(axis, from.size()), size = from[along];
        const size_t outer = totalOf(from, 0, along), inner = totalOf(from, along + 1, from.size());
        float* out = results[0].ptr<float>();
        for (size_t o = 0; o < outer; o++)
            for (int index : indices)
            {
                if (index >= size || index < -size)
                    CV_Error_(Error::StsOutOfRange,
                              ("indices must be in %d..%d, but has %d", -size, size - 1, index));
                const int at = index < 0 && fromEnd ? index + size : index;
                if (at < 0)
                    std::fill_n(out, inner, 0.f);
                else
                    std::copy_n(data.ptr<float>() + (o * size + at) * inner, inner, out);
                out += inner;
            }
    }

private:
    int axis;
};

} // namespace

Ptr<dnn::Layer> makeGather(dnn::LayerParams& params)
{
    return makeLayer<GatherLayer>(params);
}

} // namespace dnn_rpn
} // namespace cv
