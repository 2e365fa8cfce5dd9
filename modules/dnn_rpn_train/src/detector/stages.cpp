// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "stages.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

const int preprocessing = 1; //!< the node that addBackbone() puts before the feature extractor

} // namespace

Stages::Stages(const Graph& graph, int features)
    : stageOf(graph.parameters.size(), 0), isMember(graph.parameters.size(), 0)
{
    const std::vector<Grid> grids = gridsOf(graph, features + 1);
    std::vector<int> strideOf(features + 1, 0);
    for (int i = preprocessing + 1; i <= features; i++)
        if (!graph.nodes[i].parameters.empty())
            strides.push_back(strideOf[i] = grids[i].stride);
    std::sort(strides.begin(), strides.end());
    strides.erase(std::unique(strides.begin(), strides.end()), strides.end());
    firstNode.resize(strides.size());
    lastNode.resize(strides.size());
    for (int i = preprocessing + 1; i <= features; i++)
        if (strideOf[i] > 0)
        {
            const auto at = std::find(strides.begin(), strides.end(), strideOf[i]) - strides.begin();
            for (int p : graph.nodes[i].parameters)
            {
                // Weights that stages share are frozen with the first of them.
                if (stageOf[p] == 0)
                    stageOf[p] = static_cast<int>(at) + 1;
                isMember[p] = 1;
            }
            if (firstNode[at].empty())
                firstNode[at] = graph.nodes[i].name;
            lastNode[at] = graph.nodes[i].name;
        }
}

void Stages::freeze(Graph& graph, int frozen) const
{
    if (frozen < 0 || frozen > count())
        CV_Error_(Error::StsOutOfRange,
                  ("the first %d stages cannot be frozen: the backbone has %d", frozen, count()));
    for (size_t p = 0; p < stageOf.size(); p++)
        if (stageOf[p] > 0 && stageOf[p] <= frozen)
            graph.parameters[p].trainable = false;
    for (Node& n : graph.nodes)
        if (n.op == Op::BatchNorm && stageOf[n.parameters.at(0)] <= frozen)
            n.batchStatistics = false;
}

std::string Stages::describe(const Graph& graph, int frozen) const
{
    size_t all = 0, trained = 0;
    for (const Parameter& p : graph.parameters)
    {
        all += p.value.shape().total();
        trained += p.trainable ? p.value.shape().total() : 0;
    }
    std::string names;
    for (int s = 0; s < frozen; s++)
        names += format("%s %d (stride %d: %s .. %s)", s > 0 ? "," : " stages", s + 1, strides[s],
                        firstNode[s].c_str(), lastNode[s].c_str());
    std::string text = format("frozen:%s of the backbone's %d; trained: %zu of %zu thousand weights",
                              frozen > 0 ? names.c_str() : " no stage", count(), trained / 1000, all / 1000);
    int norms = 0, byTheBatch = 0;
    for (const Node& n : graph.nodes)
    {
        norms += n.op == Op::BatchNorm;
        byTheBatch += n.op == Op::BatchNorm && n.batchStatistics;
    }
    if (norms > 0)
        text += format("; batch normalisation by the batch: %d of %d", byTheBatch, norms);
    return text;
}

Graph backboneOf(const Graph& graph, int features)
{
    Graph g;
    g.nodes.assign(graph.nodes.begin(), graph.nodes.begin() + features + 1);
    g.parameters = graph.parameters;
    g.outputs = {features};
    return g;
}

Graph headOf(const Graph& graph, int features)
{
    Graph g;
    g.addInput(graph.nodes.at(features).name);
    for (size_t i = features + 1; i < graph.nodes.size(); i++)
    {
        Node node = graph.nodes[i];
        for (int& input : node.inputs)
        {
            if (input < features)
                CV_Error_(Error::StsBadArg, ("the head's node '%s' reads more than the features '%s'",
                                             node.name.c_str(), graph.nodes[features].name.c_str()));
            input -= features;
        }
        g.add(node);
    }
    g.parameters = graph.parameters;
    for (int output : graph.outputs)
        g.outputs.push_back(output - features);
    return g;
}

} // namespace dnn_rpn_train
} // namespace cv
