// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "loss_state.hpp"

namespace cv {
namespace dnn_rpn_train {

double AnchorCounts::prior() const
{
    return std::min(0.999, std::max(1e-6, positives / std::max(1., positives + negatives)));
}

double AnchorCounts::alpha() const
{
    const double positive = positives > 0 ? sampledPositives / positives : 1,
                 negative = negatives > 0 ? sampledNegatives / negatives : 1;
    return positive / std::max(1e-9, positive + negative);
}

double AnchorCounts::positivesAnImage() const
{
    return std::max(1e-6, positives / std::max(1., images));
}

String AnchorCounts::str() const
{
    const double n = std::max(1., images);
    return format("anchors an image: %.1f positive, %.0f negative, %.0f ignored; prior %.4g, alpha %.3g",
                  positives / n, negatives / n, ignored / n, prior(), alpha());
}

LossState::LossState(const AnchorHeadParams& params)
    : alpha(params.focalAlpha), positivesAnImage(params.normPositives)
{}

void LossState::take(const AnchorCounts& counts, const AnchorHeadParams& params)
{
    if (std::isnan(params.focalAlpha))
        alpha = counts.alpha();
    if (std::isnan(params.normPositives))
        positivesAnImage = counts.positivesAnImage();
}

double LossState::averagePositives(double positives, double momentum)
{
    average = average < 0 ? positives : momentum * average + (1 - momentum) * positives;
    return average;
}

double LossState::guide(double clsNow, double regNow, int steps)
{
    const double left = cls < 0 ? 0 : 1 - 1. / steps;
    cls = left * std::max(0., cls) + (1 - left) * clsNow;
    reg = left * reg + (1 - left) * regNow;
    return cls > 0 && std::isfinite(cls + reg) ? reg / cls : 1;
}

std::map<std::string, double> LossState::numbers() const
{
    std::map<std::string, double> all;
    if (average >= 0)
        all["average positives"] = average;
    if (cls >= 0)
    {
        all["average classification"] = cls;
        all["average regression"] = reg;
    }
    return all;
}

void LossState::read(const std::map<std::string, double>& all)
{
    const auto numberOr = [&](const char* name, double otherwise) {
        const auto at = all.find(name);
        return at == all.end() ? otherwise : at->second;
    };
    average = numberOr("average positives", -1);
    cls = numberOr("average classification", -1);
    reg = numberOr("average regression", 0);
}

} // namespace dnn_rpn_train
} // namespace cv
