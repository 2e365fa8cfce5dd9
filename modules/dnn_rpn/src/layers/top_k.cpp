// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include <numeric>
#include "opencv2/core/utility.hpp"
#include "layers.hpp"
#include "layer.hpp"

namespace cv {
namespace dnn_rpn {

namespace {

class TopKLayer : public OnnxLayer
{
public:
    explicit TopKLayer(const dnn::LayerParams& attributes)
        : OnnxLayer(attributes, {"X", "K"}, 1), axis(intAttribute(attributes, "axis", -1)),
          largest(intAttribute(attributes, "largest", 1) != 0)
    {
        intAttribute(attributes, "sorted", 1); // they always are
        const Mat constant = constantAt(1);
        if (constant.empty())
            k = intAttribute(attributes, "k"); // opset 1
        else if (constant.total() != 1)
            CV_Error_(Error::StsBadArg, ("K must be one number, not %s", shapeText(constant).c_str()));
        else
            k = wholeNumbers(constant, "K")[0];
        if (k < 1)
            CV_Error_(Error::StsOutOfRange, ("K must be at least 1, not %d", k));
    }

protected:
    int positionOf(const Mat& constant, int first) const override
    {
        return std::max(first, constant.total() == 1 ? 1 : 0);
    }

    std::vector<Shape> shapesFor(const std::vector<Shape>& arguments) const override
    {
        Shape shape = arguments[0];
        int& size = shape.at(axisOf(axis, shape.size()));
        const int limit = 1 << 24; // of what a float can count
        if (size != 0 && (k > size || size > limit))
            CV_Error_(Error::StsOutOfRange, ("K is %d, but X is %s, of which axis %d must have %d..%d", k,
                                             shapeText(arguments[0]).c_str(), axis, k, limit));
        size = k;
        return {shape, shape};
    }

    void compute(const std::vector<Argument>& arguments, std::vector<Mat>& results) const override
    {
        const Mat x = floatArgument(arguments[0].value, "X");
        const Shape from = arguments[0].shape;
        const int along = axisOf(axis, from.size());
        const size_t outer = totalOf(from, 0, along), inner = totalOf(from, along + 1, from.size());
        const int size = from[along];
        parallel_for_(Range(0, static_cast<int>(outer * inner)), [&](const Range& range) {
            std::vector<int> order(size);
            for (int lane = range.start; lane < range.end; lane++)
            {
                const float* in = x.ptr<float>() + lane / inner * size * inner + lane % inner;
                const size_t out = lane / inner * k * inner + lane % inner;
                std::iota(order.begin(), order.end(), 0);
                std::partial_sort(order.begin(), order.begin() + k, order.end(), [&](int a, int b) {
                    const float u = in[a * inner], v = in[b * inner];
                    if (isAbove(u, v) || isAbove(v, u))
                        return isAbove(u, v) == largest;
                    return a < b;
                });
                for (int i = 0; i < k; i++)
                {
                    results[0].ptr<float>()[out + i * inner] = in[order[i] * inner];
                    results[1].ptr<float>()[out + i * inner] = static_cast<float>(order[i]);
                }
            }
        });
    }

private:
    //! NaN is above every number, as in PyTorch and NumPy.
    static bool isAbove(float a, float b) { return a > b || (std::isnan(a) && !std::isnan(b)); }

    int axis, k;
    bool largest;
};

} // namespace

Ptr<dnn::Layer> makeTopK(dnn::LayerParams& params)
{
    return makeLayer<TopKLayer>(params);
}

} // namespace dnn_rpn
} // namespace cv
