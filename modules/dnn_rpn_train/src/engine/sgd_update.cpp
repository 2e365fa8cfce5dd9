// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "sgd_update.hpp"

#include <numeric>

namespace cv {
namespace dnn_rpn_train {

HostSgdUpdate::HostSgdUpdate(const std::vector<OptimizerSlot>& slots_) : slots(slots_)
{
    for (size_t p = 0; p < slots.size(); p++)
    {
        const int total = static_cast<int>(slots[p].velocity->shape().total()), most = 1 << 16;
        for (int begin = 0; begin < total; begin += most)
            pieces.push_back({p, Range(begin, std::min(begin + most, total))});
    }
}

double HostSgdUpdate::gradientNormSquared()
{
    // One sum a piece, and theirs in order: the same bits for any number of threads.
    std::vector<double> squares(pieces.size());
    parallel_for_(Range(0, static_cast<int>(pieces.size())), [&](const Range& range) {
        for (int i = range.start; i < range.end; i++)
            squares[i] =
                norm(slots[pieces[i].parameter].gradient->flat().colRange(pieces[i].elements), NORM_L2SQR);
    });
    return std::accumulate(squares.begin(), squares.end(), 0.);
}

void HostSgdUpdate::step(float rate, float momentum, float shrink)
{
    parallel_for_(Range(0, static_cast<int>(pieces.size())), [&](const Range& range) {
        for (int i = range.start; i < range.end; i++)
        {
            const OptimizerSlot& slot = slots[pieces[i].parameter];
            const float decay = slot.decay, r = rate * slot.factor;
            const float* g = slot.gradient->data();
            float *w = slot.value->data(), *velocity = slot.velocity->data();
            for (int e = pieces[i].elements.start; e < pieces[i].elements.end; e++)
            {
                velocity[e] = momentum * velocity[e] + shrink * g[e] + decay * w[e];
                w[e] -= r * velocity[e];
            }
        }
    });
}

} // namespace dnn_rpn_train
} // namespace cv
