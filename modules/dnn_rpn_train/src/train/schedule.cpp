// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "schedule.hpp"

namespace cv {
namespace dnn_rpn_train {

Schedule::Schedule(RateSchedule kind, double rate, int steps_, int warmup_)
    : cosine(kind == SCHEDULE_COSINE), highest(rate), steps(steps_), warmup(warmup_)
{}

double Schedule::rate(int step) const
{
    const double rise = warmup > 0 ? std::min(1., (step + 1.) / warmup) : 1.;
    const double done = static_cast<double>(step) / std::max(1, steps);
    const double fall = cosine ? 0.5 * (1 + std::cos(CV_PI * done)) : done < 0.7 ? 1. : 0.1;
    return highest * rise * fall;
}

} // namespace dnn_rpn_train
} // namespace cv
