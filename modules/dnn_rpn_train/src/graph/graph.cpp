// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "graph.hpp"

namespace cv {
namespace dnn_rpn_train {

int Graph::add(const Node& node)
{
    const int index = static_cast<int>(nodes.size());
    for (int input : node.inputs)
        if (input < 0 || input >= index)
            CV_Error_(Error::StsBadArg, ("node '%s' (%s) takes node %d, but only %d come before it",
                                         node.name.c_str(), opName(node.op), input, index));
    nodes.push_back(node);
    return index;
}

int Graph::addParameter(const std::string& name, const Shape& shape, bool decay)
{
    Parameter p;
    p.name = name;
    p.decay = decay;
    p.value.create(shape);
    p.value.setTo(0);
    parameters.push_back(p);
    return static_cast<int>(parameters.size()) - 1;
}

int Graph::addInput(const std::string& name)
{
    Node n;
    n.name = name;
    return add(n);
}

int Graph::addConv(const std::string& name, int input, int inputChannels, int outputChannels, int kernel,
                   int stride)
{
    Node n;
    n.name = name;
    n.op = Op::Conv;
    n.inputs = {input};
    n.kernel = Size(kernel, kernel);
    n.stride = Size(stride, stride);
    n.padTop = n.padLeft = n.padBottom = n.padRight = kernel / 2;
    n.parameters = {
        addParameter(name + ".weight", Shape(outputChannels, inputChannels, kernel, kernel), true),
        addParameter(name + ".bias", Shape(1, outputChannels, 1, 1), false)};
    return add(n);
}

int Graph::addBatchNorm(const std::string& name, int input, int channelCount)
{
    Node n;
    n.name = name;
    n.op = Op::BatchNorm;
    n.inputs = {input};
    for (const char* role : {".scale", ".bias", ".mean", ".variance"})
    {
        n.parameters.push_back(addParameter(name + role, Shape(1, channelCount, 1, 1), false));
        parameters.back().trainable = false;
    }
    for (int p : {0, 3})
        parameters[n.parameters[p]].value.setTo(1);
    return add(n);
}

int Graph::addRelu(const std::string& name, int input)
{
    Node n;
    n.name = name;
    n.op = Op::Relu;
    n.inputs = {input};
    return add(n);
}

int Graph::addFullyConnected(const std::string& name, int input, const Shape& inputShape, int outputCount)
{
    Node n;
    n.name = name;
    n.op = Op::FullyConnected;
    n.inputs = {input};
    n.parameters = {
        addParameter(name + ".weight", Shape(outputCount, inputShape.c, inputShape.h, inputShape.w), true),
        addParameter(name + ".bias", Shape(1, outputCount, 1, 1), false)};
    return add(n);
}

void Graph::trainBatchNorm(int count)
{
    for (int i = 0; i < count; i++)
        if (nodes[i].op == Op::BatchNorm)
        {
            nodes[i].batchStatistics = true;
            for (int p : {0, 1})
                parameters[nodes[i].parameters.at(p)].trainable = true;
        }
}

std::vector<char> Graph::changing() const
{
    std::vector<char> all(parameters.size(), 0);
    for (size_t p = 0; p < parameters.size(); p++)
        all[p] = parameters[p].trainable;
    for (const Node& n : nodes)
        if (n.op == Op::BatchNorm && n.batchStatistics)
            for (int p : {2, 3})
                all[n.parameters.at(p)] = 1;
    return all;
}

std::vector<int> Graph::allChannels() const
{
    std::vector<int> all(nodes.size());
    for (size_t i = 0; i < nodes.size(); i++)
    {
        std::vector<int> inputs;
        for (int j : nodes[i].inputs)
            inputs.push_back(all[j]);
        all[i] = operatorOf(nodes[i].op).channels(*this, nodes[i], inputs);
    }
    return all;
}

int Graph::channels(int node) const
{
    return allChannels().at(node);
}

std::vector<char> Graph::behind(const std::vector<int>& wanted) const
{
    std::vector<char> all(nodes.size(), 0);
    for (int node : wanted)
        all.at(node) = 1;
    for (int i = static_cast<int>(nodes.size()) - 1; i >= 0; i--)
        if (all[i])
            for (int input : nodes[i].inputs)
                all[input] = 1;
    return all;
}

void Graph::keepOnly(std::vector<int>& wanted)
{
    const std::vector<char> kept = behind(wanted);
    std::vector<int> newNode(nodes.size(), -1), newParameter(parameters.size(), -1);
    std::vector<char> used(parameters.size(), 0);
    for (size_t i = 0; i < nodes.size(); i++)
        if (kept[i])
            for (int p : nodes[i].parameters)
                used[p] = 1;
    std::vector<Parameter> fewer;
    for (size_t p = 0; p < parameters.size(); p++)
        if (used[p])
        {
            newParameter[p] = static_cast<int>(fewer.size());
            fewer.push_back(parameters[p]);
        }
    std::vector<Node> all;
    all.swap(nodes);
    parameters.swap(fewer);
    outputs.clear();
    for (size_t i = 0; i < all.size(); i++)
        if (kept[i])
        {
            Node& node = all[i];
            for (int& input : node.inputs)
                input = newNode[input];
            for (int& p : node.parameters)
                p = newParameter[p];
            newNode[i] = add(node);
        }
    for (int& node : wanted)
        node = newNode[node];
}

std::vector<Shape> Graph::shapes(const Shape& input) const
{
    std::vector<Shape> all(nodes.size());
    for (size_t i = 0; i < nodes.size(); i++)
    {
        const Node& n = nodes[i];
        ShapeArgs args{*this, n, {}, input};
        for (int j : n.inputs)
            args.inputs.push_back(all[j]);
        if (n.op == Op::Input)
            args.inputs.push_back(input);
        else if (n.inputs.empty())
            args.refuse("it has no input");
        all[i] = operatorOf(n.op).shape(args);
    }
    return all;
}

Graph frozen(const Graph& graph)
{
    Graph g = graph;
    for (Parameter& p : g.parameters)
        p.trainable = false;
    return g;
}

Grid nextGrid(const Graph& graph, int node, const std::vector<Grid>& grids)
{
    const Node& n = graph.nodes[node];
    if (n.op == Op::Input)
        return Grid();
    int first = n.inputs.at(0);
    for (int j : n.inputs)
        if (!grids[first].cells)
            first = j;
    Grid grid = grids[first];
    for (int j : n.inputs)
        if (grids[j].cells && grids[j].stride != grid.stride)
            CV_Error_(Error::StsBadArg, ("node '%s' joins branches of strides %d and %d", n.name.c_str(),
                                         grid.stride, grids[j].stride));
    operatorOf(n.op).grid(n, grid);
    return grid;
}

std::vector<Grid> gridsOf(const Graph& graph, int count)
{
    std::vector<Grid> grids(count);
    for (int i = 0; i < count; i++)
        grids[i] = nextGrid(graph, i, grids);
    return grids;
}

Grid gridOf(const Graph& graph, int node)
{
    return gridsOf(graph, node + 1)[node];
}

} // namespace dnn_rpn_train
} // namespace cv
