// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "solver.hpp"

#include <numeric>

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
        const int total = static_cast<int>(v[p].shape().total()), most = 1 << 16;
        for (int begin = 0; begin < total; begin += most)
            pieces.push_back({static_cast<int>(p), Range(begin, std::min(begin + most, total))});
    }
}

double Solver::step(double rate, double clip)
{
    // One sum a piece, and theirs in order: the same bits for any number of threads.
    const Range all(0, static_cast<int>(pieces.size()));
    std::vector<double> squares(pieces.size());
    parallel_for_(all, [&](const Range& range) {
        for (int i = range.start; i < range.end; i++)
            squares[i] =
                norm(gradients[pieces[i].parameter]->flat().colRange(pieces[i].elements), NORM_L2SQR);
    });
    const double length = std::sqrt(std::accumulate(squares.begin(), squares.end(), 0.));
    const float shrink = clip > 0 && length > clip ? static_cast<float>(clip / length) : 1.f;

    parallel_for_(all, [&](const Range& range) {
        for (int i = range.start; i < range.end; i++)
        {
            const int p = pieces[i].parameter;
            const float decay = parameters[p].decay ? weightDecay : 0.f,
                        r = static_cast<float>(rate) * factors[p];
            const float* g = gradients[p]->data();
            float *w = parameters[p].value.data(), *velocity = v[p].data();
            for (int e = pieces[i].elements.start; e < pieces[i].elements.end; e++)
            {
                velocity[e] = momentum * velocity[e] + shrink * g[e] + decay * w[e];
                w[e] -= r * velocity[e];
            }
        }
    });
    return length;
}

} // namespace dnn_rpn_train
} // namespace cv
