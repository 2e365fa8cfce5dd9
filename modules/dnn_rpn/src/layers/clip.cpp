// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "layers.hpp"
#include "layer.hpp"

namespace cv {
namespace dnn_rpn {

namespace {

//! Clip as it is since opset 11: its bounds are inputs, while the importer of OpenCV 4.6 knows attributes
//! only.
class ClipLayer : public OnnxLayer
{
public:
    explicit ClipLayer(const dnn::LayerParams& attributes) : OnnxLayer(attributes, {"input", "min", "max"}, 1)
    {}

protected:
    int positionOf(const Mat& constant, int first) const override
    {
        return std::max(first, constant.total() == 1 ? 1 : 0);
    }

    std::vector<Shape> shapesFor(const std::vector<Shape>& arguments) const override
    {
        return {arguments[0]};
    }

    void compute(const std::vector<Argument>& arguments, std::vector<Mat>& results) const override
    {
        const Mat input = floatArgument(arguments[0].value, "input");
        const float low = bound(arguments[1].value, "min", -FLT_MAX),
                    high = bound(arguments[2].value, "max", FLT_MAX);
        // The order of the arguments of min and max keeps a NaN a NaN.
        std::transform(input.ptr<float>(), input.ptr<float>() + input.total(), results[0].ptr<float>(),
                       [=](float x) { return std::min(std::max(x, low), high); });
    }

private:
    static float bound(const Mat& m, const char* name, float byDefault)
    {
        return m.empty() ? byDefault : singleNumber(m, name);
    }
};

} // namespace

Ptr<dnn::Layer> makeClip(dnn::LayerParams& params)
{
    return makeLayer<ClipLayer>(params);
}

} // namespace dnn_rpn
} // namespace cv
