// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "solver.hpp"

namespace cv {
namespace dnn_rpn_train {

Solver::Solver(const std::vector<Network*>& networks, double momentum_, double weightDecay_,
               const std::vector<float>& factors_)
    : parameters(networks.at(0)->graph().parameters), gradients(parameters.size(), nullptr),
      momentum(static_cast<float>(momentum_)), weightDecay(static_cast<float>(weightDecay_)),
      factors(factors_), v(parameters.size())
{
    if (factors.empty())
        factors.assign(v.size(), 1.f);
    CV_Assert(factors.size() == v.size());
    for (size_t p = 0; p < v.size(); p++)
    {
        if (!parameters[p].trainable)
            continue;
        int owners = 0;
        for (const Network* network : networks)
        {
            const Tensor& gradient = network->parameterGradient(static_cast<int>(p));
            if (gradient.empty())
                continue;
            gradients[p] = &gradient;
            owners++;
        }
        if (owners != 1)
            CV_Error_(Error::StsBadArg,
                      ("%d networks train the parameter '%s', not one", owners, parameters[p].name.c_str()));
        v[p].create(parameters[p].value.shape());
        v[p].setTo(0);
    }
}

double Solver::step(double rate, double clip)
{
    double square = 0;
    for (const Tensor* gradient : gradients)
        if (gradient)
            square += norm(gradient->flat(), NORM_L2SQR);
    const double length = std::sqrt(square);
    const float shrink = clip > 0 && length > clip ? static_cast<float>(clip / length) : 1.f;

    parallel_for_(Range(0, static_cast<int>(v.size())), [&](const Range& range) {
        for (int p = range.start; p < range.end; p++)
        {
            if (!gradients[p])
                continue;
            Parameter& parameter = parameters[p];
            const float decay = parameter.decay ? weightDecay : 0.f,
                        r = static_cast<float>(rate) * factors[p];
            const float* g = gradients[p]->data();
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
