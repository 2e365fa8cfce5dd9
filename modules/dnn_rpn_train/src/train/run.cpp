// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "run.hpp"
#include "../params/hash.hpp"

namespace cv {
namespace dnn_rpn_train {

Run::Run(Graph& graph_, const std::vector<Network*>& networks_, const TrainParams& params,
         const std::vector<float>& factors, const std::vector<float>& decayFactors, Ranks& ranks)
    : graph(graph_), networks(networks_), changing(graph_.changing()),
      maxGradientNorm(params.maxGradientNorm), patience(params.patience),
      solver(std::make_unique<Solver>(networks, params.momentum, params.weightDecay, factors, decayFactors,
                                      ranks))
{
    if (ranks.count() > 1)
        sums = std::make_unique<GradientSums>(ranks, networks);
    if (params.ema > 0)
        average = std::make_unique<Average>(graph, params.ema, networks);
}

void Run::sumGradients()
{
    if (sums)
        sums->finish();
}

double Run::step(double rate)
{
    sumGradients();
    const double length = solver->step(rate, maxGradientNorm);
    steps++;
    if (average)
        average->update(steps);
    return length;
}

void Run::score(const std::function<double()>& rate, int epoch)
{
    // Back again whatever happens while they are scored.
    struct Averaged
    {
        explicit Averaged(Average* a) : average(a)
        {
            if (average)
                average->exchange();
        }
        ~Averaged()
        {
            if (average)
                average->exchange();
        }
        Average* const average;
    } averaged(average.get());
    const double reached = rate();
    if (reached > best)
    {
        bestWeights = weights();
        best = reached;
        epochOfBest = epoch;
        withoutBetter = 0;
    }
    else
        withoutBetter++;
}

void Run::finish()
{
    download();
    for (size_t p = 0; p < bestWeights.size(); p++)
        if (!bestWeights[p].empty())
            bestWeights[p].flat().copyTo(graph.parameters[p].value.flat());
    if (bestWeights.empty() && average)
        average->exchange();
}

std::string Run::hash() const
{
    download();
    Hash hash;
    for (size_t p = 0; p < changing.size(); p++)
        if (changing[p])
            hash.add(graph.parameters[p].value.data(),
                     graph.parameters[p].value.shape().total() * sizeof(float));
    return hash.text();
}

void Run::save(Checkpoint& checkpoint) const
{
    checkpoint.numbers = {{"steps", steps},
                          {"epoch of the best", epochOfBest},
                          {"best score", best},
                          {"scorings since the best", withoutBetter}};
    checkpoint.tensors = tensors();
}

void Run::load(const Checkpoint& checkpoint)
{
    steps = static_cast<int>(checkpoint.number("steps"));
    epochOfBest = static_cast<int>(checkpoint.number("epoch of the best"));
    best = checkpoint.number("best score");
    withoutBetter = static_cast<int>(checkpoint.number("scorings since the best"));
    if (epochOfBest > 0)
        bestWeights = weights();
    for (auto& t : tensors())
        checkpoint.copyTo(t.first, t.second);
}

//! What steps have changed comes to the graph.
void Run::download() const
{
    for (Network* network : networks)
        network->parameters().download();
}

//! A copy of what training changes, by parameter, empty where it does not.
std::vector<Tensor> Run::weights() const
{
    download();
    std::vector<Tensor> all;
    for (size_t p = 0; p < changing.size(); p++)
        all.push_back(changing[p] ? graph.parameters[p].value.clone() : Tensor());
    return all;
}

//! All that step() and score() change, by name. They share the memory.
std::map<std::string, Tensor> Run::tensors() const
{
    download();
    std::map<std::string, Tensor> all;
    for (size_t p = 0; p < graph.parameters.size(); p++)
        if (changing[p])
        {
            const std::string of = format(" %zu ", p) + graph.parameters[p].name;
            all["weights" + of] = graph.parameters[p].value;
            if (graph.parameters[p].trainable)
                all["momentum" + of] = solver->velocities()[p];
            if (average)
                all["average" + of] = average->values()[p];
            if (!bestWeights.empty())
                all["best" + of] = bestWeights[p];
        }
    return all;
}

} // namespace dnn_rpn_train
} // namespace cv
