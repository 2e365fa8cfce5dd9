// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "head_loss.hpp"

namespace cv {
namespace dnn_rpn_train {

void HeadLoss::addOthers(const BatchPart& part)
{
    double sums[] = {cls, reg, static_cast<double>(positives)};
    part.ranks->sum(sums, 3);
    cls = sums[0];
    reg = sums[1];
    positives = static_cast<int>(sums[2]);
    if (std::isfinite(total()))
        return;
    const int own = worst < 0 ? INT_MAX : part.first + worst;
    worst = INT_MAX;
    for (const std::string& other : part.ranks->gather(std::to_string(own)))
        worst = std::min(worst, std::stoi(other));
    if (worst == INT_MAX)
        worst = -1; // each is finite, their sum is not
}

} // namespace dnn_rpn_train
} // namespace cv
