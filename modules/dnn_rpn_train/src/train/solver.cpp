// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "solver.hpp"

namespace cv {
namespace dnn_rpn_train {

Solver::Solver(const std::vector<Network*>& networks_, double momentum_, double weightDecay,
               const std::vector<float>& factors, const std::vector<float>& decayFactors, Ranks& ranks_)
    : networks(networks_), engine(networks.at(0)->runsOn()), momentum(static_cast<float>(momentum_)),
      ranks(ranks_), v(networks.at(0)->graph().parameters.size())
{
    const std::vector<Parameter>& parameters = networks[0]->graph().parameters;
    CV_Assert(factors.empty() || factors.size() == v.size());
    CV_Assert(decayFactors.empty() || decayFactors.size() == v.size());
    std::vector<Network*> owner(v.size(), nullptr);
    std::vector<Tensor*> all(v.size(), nullptr);
    for (size_t p = 0; p < v.size(); p++)
    {
        if (!parameters[p].trainable)
            continue;
        int owners = 0;
        for (Network* network : networks)
        {
            if (network->parameterGradient(static_cast<int>(p)).empty())
                continue;
            owner[p] = network;
            owners++;
        }
        if (owners != 1)
            CV_Error_(Error::StsBadArg,
                      ("%d networks train the parameter '%s', not one", owners, parameters[p].name.c_str()));
        v[p].create(parameters[p].value.shape());
        v[p].setTo(0);
        all[p] = &v[p];
    }

    engineVelocities = engine->deviceCopy(all);
    std::vector<OptimizerSlot> slots;
    for (size_t p = 0; p < v.size(); p++)
    {
        if (!owner[p])
            continue;
        // What one engine has in memory of its own, another cannot change.
        CV_Assert(!engineVelocities || owner[p]->runsOn() == engine);
        const int index = static_cast<int>(p);
        OptimizerSlot slot;
        slot.value = &owner[p]->parameters().value(index);
        slot.gradient = &owner[p]->parameters().gradient(index);
        slot.velocity = engineVelocities ? &(*engineVelocities)[p] : &v[p];
        slot.decay = parameters[p].decay ? static_cast<float>(weightDecay) : 0.f;
        if (!decayFactors.empty())
            slot.decay *= decayFactors[p];
        slot.factor = factors.empty() ? 1.f : factors[p];
        slots.push_back(slot);
    }
    update = engine->sgdUpdate(slots);
}

double Solver::step(double rate, double maxGradientNorm)
{
    for (Network* network : networks)
        network->parameters().upload();
    if (engineVelocities)
        engineVelocities->upload();
    // The same bits on all ranks, though their processors may add up in other orders.
    double squares = ranks.first() ? update->gradientNormSquared() : 0;
    ranks.sum(&squares, 1);
    const double length = std::sqrt(squares);
    const float shrink =
        maxGradientNorm > 0 && length > maxGradientNorm ? static_cast<float>(maxGradientNorm / length) : 1.f;
    update->step(static_cast<float>(rate), momentum, shrink);
    for (Network* network : networks)
        network->parameters().stepped();
    if (engineVelocities)
        engineVelocities->markDeviceNewer();
    return length;
}

std::vector<Tensor>& Solver::velocities()
{
    if (engineVelocities)
        engineVelocities->download();
    return v;
}

} // namespace dnn_rpn_train
} // namespace cv
