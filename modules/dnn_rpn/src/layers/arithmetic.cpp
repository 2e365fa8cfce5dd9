// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include <functional>
#include "layers.hpp"
#include "layer.hpp"

namespace cv {
namespace dnn_rpn {

namespace {

//! ONNX's rule: shapes meet at their ends, and a size of 1 is repeated.
Shape broadcastShape(const Shape& a, const Shape& b)
{
    Shape shape(std::max(a.size(), b.size()));
    for (size_t d = 1; d <= shape.size(); d++)
    {
        const int u = d <= a.size() ? a[a.size() - d] : 1, v = d <= b.size() ? b[b.size() - d] : 1;
        if (u != v && u != 1 && v != 1)
            CV_Error_(Error::StsUnmatchedSizes, ("its inputs do not fit together: %s and %s",
                                                 shapeText(a).c_str(), shapeText(b).c_str()));
        shape[shape.size() - d] = u == 1 ? v : u;
    }
    return shape;
}

//! Where an input's elements are for each of the output's, dimension by dimension; 0 for one that is
//! repeated.
std::vector<size_t> stepsOf(const Shape& input, const Shape& output)
{
    std::vector<size_t> steps(output.size());
    size_t step = 1;
    for (size_t d = 1; d <= input.size(); d++)
    {
        steps[output.size() - d] = input[input.size() - d] == 1 ? 0 : step;
        step *= input[input.size() - d];
    }
    return steps;
}

/** Addition and its kin between tensors of any shapes that ONNX lets meet. OpenCV 4.6 has them for two or
more dimensions, and not for all shapes; boxes are taken apart into single columns, which have one. */
template<typename Operation>
class ArithmeticLayer : public OnnxLayer
{
public:
    explicit ArithmeticLayer(const dnn::LayerParams& attributes) : OnnxLayer(attributes, {"A", "B"}, 2) {}

protected:
    int positionOf(const Mat&, int first) const override { return std::max(first, 1); }

    std::vector<Shape> shapesFor(const std::vector<Shape>& arguments) const override
    {
        return {broadcastShape(arguments[0], arguments[1])};
    }

    void compute(const std::vector<Argument>& arguments, std::vector<Mat>& results) const override
    {
        const Mat a = numberArgument(arguments[0].value, "A"), b = numberArgument(arguments[1].value, "B");
        const Shape shape = broadcastShape(arguments[0].shape, arguments[1].shape);
        const std::vector<size_t> stepsOfA = stepsOf(arguments[0].shape, shape);
        const std::vector<size_t> stepsOfB = stepsOf(arguments[1].shape, shape);
        float* out = results[0].ptr<float>();
        Shape at(shape.size());
        for (size_t i = 0; i < results[0].total(); i++)
        {
            size_t u = 0, v = 0;
            for (size_t d = 0; d < shape.size(); d++)
            {
                u += at[d] * stepsOfA[d];
                v += at[d] * stepsOfB[d];
            }
            out[i] = Operation()(a.ptr<float>()[u], b.ptr<float>()[v]);
            for (size_t d = shape.size(); d-- > 0 && ++at[d] == shape[d];)
                at[d] = 0;
        }
    }
};

} // namespace

Ptr<dnn::Layer> makeAdd(dnn::LayerParams& params)
{
    return makeLayer<ArithmeticLayer<std::plus<float>>>(params);
}

Ptr<dnn::Layer> makeSub(dnn::LayerParams& params)
{
    return makeLayer<ArithmeticLayer<std::minus<float>>>(params);
}

Ptr<dnn::Layer> makeMul(dnn::LayerParams& params)
{
    return makeLayer<ArithmeticLayer<std::multiplies<float>>>(params);
}

Ptr<dnn::Layer> makeDiv(dnn::LayerParams& params)
{
    return makeLayer<ArithmeticLayer<std::divides<float>>>(params);
}

} // namespace dnn_rpn
} // namespace cv
