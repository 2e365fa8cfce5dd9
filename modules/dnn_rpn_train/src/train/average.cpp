// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "average.hpp"

namespace cv {
namespace dnn_rpn_train {

Average::Average(Graph& graph_, double decay_, const std::vector<Network*>& networks_)
    : graph(graph_), decay(decay_), networks(networks_),
      engine(networks.empty() ? Engine::create("eigen") : networks[0]->runsOn())
{
    CV_Assert(decay > 0 && decay < 1);
    download();
    const std::vector<char> changing = graph.changing();
    for (size_t p = 0; p < changing.size(); p++)
        averages.push_back(changing[p] ? graph.parameters[p].value.clone() : Tensor());
    for (Tensor& t : averages)
        to.push_back(t.empty() ? nullptr : &t);
    engineAverages = engine->deviceCopy(to);
    for (size_t p = 0; p < averages.size(); p++)
    {
        from.push_back(&graph.parameters[p].value);
        if (!engineAverages || !to[p])
            continue;
        to[p] = &(*engineAverages)[p];
        from[p] = nullptr;
        for (Network* network : networks)
            if (!network->parameters().value(static_cast<int>(p)).empty())
                from[p] = &network->parameters().value(static_cast<int>(p));
        CV_Assert(from[p]);
    }
}

void Average::update(int step)
{
    const float share = static_cast<float>(1 - std::min(decay, (1. + step) / (10. + step)));
    for (Network* network : networks)
        network->parameters().upload();
    if (engineAverages)
        engineAverages->upload();
    engine->updateAverages(to, from, share);
    if (engineAverages)
        engineAverages->markDeviceNewer();
}

void Average::exchange()
{
    download();
    // The elements, not the tensors: others share the graph's memory.
    for (size_t p = 0; p < averages.size(); p++)
        std::swap_ranges(averages[p].data(), averages[p].data() + averages[p].shape().total(),
                         graph.parameters[p].value.data());
}

std::vector<Tensor>& Average::values()
{
    download();
    return averages;
}

void Average::download()
{
    for (Network* network : networks)
        network->parameters().download();
    if (engineAverages)
        engineAverages->download();
}

} // namespace dnn_rpn_train
} // namespace cv
