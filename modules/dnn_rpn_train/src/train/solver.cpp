// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "solver.hpp"

namespace cv {
namespace dnn_rpn_train {

Solver::Solver(Network& network_, double momentum_, double weightDecay_, const std::vector<float>& factors_)
    : network(network_), momentum(static_cast<float>(momentum_)),
      weightDecay(static_cast<float>(weightDecay_)), factors(factors_), v(network_.graph().parameters.size())
{
    if (factors.empty())
        factors.assign(v.size(), 1.f);
    CV_Assert(factors.size() == v.size());
    for (size_t p = 0; p < v.size(); p++)
        if (network.graph().parameters[p].trainable)
        {
            v[p].create(network.graph().parameters[p].value.shape());
            v[p].setTo(0);
        }
}

double Solver::step(double rate, double clip)
{
    double square = 0;
    for (size_t p = 0; p < v.size(); p++)
        if (!v[p].empty())
            square += norm(network.parameterGradient(static_cast<int>(p)).flat(), NORM_L2SQR);
    const double length = std::sqrt(square);
    const float shrink = clip > 0 && length > clip ? static_cast<float>(clip / length) : 1.f;

    parallel_for_(Range(0, static_cast<int>(v.size())), [&](const Range& range) {
        for (int p = range.start; p < range.end; p++)
        {
            if (v[p].empty())
                continue;
            Parameter& parameter = network.graph().parameters[p];
            const float decay = parameter.decay ? weightDecay : 0.f,
                        r = static_cast<float>(rate) * factors[p];
            const float* g = network.parameterGradient(p).data();
            float *w = parameter.value.data(), *velocity = v[p].data();
            for (size_t i = 0; i < parameter.value.shape().total(); i++)
            {
                velocity[i] = momentum * velocity[i] + shrink * g[i] + decay * w[i];
                w[i] -= r * velocity[i];
            }
        }
    });
    return length;
}

} // namespace dnn_rpn_train
} // namespace cv
