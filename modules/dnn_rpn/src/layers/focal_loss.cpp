// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "layers.hpp"
#include "layer.hpp"

namespace cv {
namespace dnn_rpn {

namespace {

typedef double (*Loss)(InputArray, InputArray, OutputArray, double, double, double);

template<Loss loss>
class FocalLossLayer : public OnnxLayer
{
public:
    explicit FocalLossLayer(const dnn::LayerParams& attributes)
        : OnnxLayer(attributes, {"logits", "labels"}, 2), alpha(floatAttribute(attributes, "alpha", 0.25f)),
          gamma(floatAttribute(attributes, "gamma", 2)), normalizer(0)
    {
        if (attributes.has("normalizer") && attributes.get("normalizer").isString())
        {
            const std::string text = textAttribute(attributes, "normalizer", "");
            if (text != "positives")
                CV_Error_(Error::StsBadArg,
                          ("the attribute 'normalizer' must be a number or \"positives\", not \"%s\"",
                           text.c_str()));
        }
        else if (attributes.has("normalizer"))
        {
            normalizer = floatAttribute(attributes, "normalizer", 1);
            checkNormalizer(normalizer);
        }
        checkNotNegative(gamma, "gamma");
    }

protected:
    int positionOf(const Mat&, int first) const override { return std::max(first, 1); }

    std::vector<Shape> shapesFor(const std::vector<Shape>& arguments) const override
    {
        const Shape &logits = arguments[0], &labels = arguments[1];
        const size_t total = totalOf(logits), rows = totalOf(labels);
        if (total != rows && total != rows * logits.back())
            CV_Error_(Error::StsUnmatchedSizes,
                      ("logits are %s, but labels %s", shapeText(logits).c_str(), shapeText(labels).c_str()));
        return {{1, 1}};
    }

    void compute(const std::vector<Argument>& arguments, std::vector<Mat>& results) const override
    {
        const Mat logits = floatArgument(arguments[0].value, "logits");
        const std::vector<int> labels = wholeNumbers(arguments[1].value, "labels");
        const Mat rows =
            asRows(logits, static_cast<int>(logits.total() / std::max<size_t>(labels.size(), 1)));
        const auto isPositive = [](int label) { return label > 0; };
        const auto positives = std::count_if(labels.begin(), labels.end(), isPositive);
        const double divisor = normalizer > 0 ? normalizer : std::max<double>(1, positives);
        *results[0].ptr<float>() = static_cast<float>(loss(rows, labels, noArray(), alpha, gamma, divisor));
    }

private:
    double alpha, gamma;
    double normalizer; // 0: the number of positives
};

} // namespace

Ptr<dnn::Layer> makeSigmoidFocalLoss(dnn::LayerParams& params)
{
    return makeLayer<FocalLossLayer<sigmoidFocalLoss>>(params);
}

Ptr<dnn::Layer> makeSoftmaxFocalLoss(dnn::LayerParams& params)
{
    return makeLayer<FocalLossLayer<softmaxFocalLoss>>(params);
}

} // namespace dnn_rpn
} // namespace cv
