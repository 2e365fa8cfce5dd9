// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "solver.hpp"

namespace cv {
namespace dnn_rpn_train {

Solver::Solver(Network& network_, double momentum_, double weightDecay_)
    : network(network_), momentum(static_cast<float>(momentum_)),
      weightDecay(static_cast<float>(weightDecay_)), velocities(network_.graph().parameters.size())
{
    for (size_t p = 0; p < velocities.size(); p++)
        if (network.graph().parameters[p].trainable)
        {
            velocities[p].create(network.graph().parameters[p].value.shape());
            velocities[p].setTo(0);
        }
}

double Solver::step(double rate, double clip)
{
    double square = 0;
    for (size_t p = 0; p < velocities.size(); p++)
        if (!velocities[p].empty())
            square += norm(network.parameterGradient(static_cast<int>(p)).flat(), NORM_L2SQR);
    const double length = std::sqrt(square);
    const float shrink = clip > 0 && length > clip ? static_cast<float>(clip / length) : 1.f;

    const float r = static_cast<float>(rate);
    parallel_for_(Range(0, static_cast<int>(velocities.size())), [&](const Range& range) {
        for (int p = range.start; p < range.end; p++)
        {
            if (velocities[p].empty())
                continue;
            Parameter& parameter = network.graph().parameters[p];
            const float decay = parameter.decay ? weightDecay : 0.f;
            const float* g = network.parameterGradient(p).data();
            float *w = parameter.value.data(), *v = velocities[p].data();
            for (size_t i = 0; i < parameter.value.shape().total(); i++)
            {
                v[i] = momentum * v[i] + shrink * g[i] + decay * w[i];
                w[i] -= r * v[i];
            }
        }
    });
    return length;
}

} // namespace dnn_rpn_train
} // namespace cv
