// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "graph.hpp"

namespace cv {
namespace dnn_rpn_train {

const char* opName(Op op)
{
    switch (op)
    {
    case Op::Input:
        return "Input";
    case Op::Conv:
        return "Conv";
    case Op::BatchNorm:
        return "BatchNormalization";
    case Op::Relu:
        return "Relu";
    case Op::Clip:
        return "Clip";
    case Op::LeakyRelu:
        return "LeakyRelu";
    case Op::Sigmoid:
        return "Sigmoid";
    case Op::HardSigmoid:
        return "HardSigmoid";
    case Op::Add:
        return "Add";
    case Op::Mul:
        return "Mul";
    case Op::Concat:
        return "Concat";
    case Op::MaxPool:
        return "MaxPool";
    case Op::AveragePool:
        return "AveragePool";
    case Op::GlobalAveragePool:
        return "GlobalAveragePool";
    case Op::FullyConnected:
        return "FullyConnected";
    case Op::Resize:
        return "Resize";
    }
    return "?";
}

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

int Graph::channels(int node) const
{
    const Node& n = nodes.at(node);
    if (n.op == Op::Input)
        return 3;
    if (n.op == Op::Conv || n.op == Op::FullyConnected)
        return parameters[n.parameters.at(0)].value.shape().n;
    if (n.op != Op::Concat)
        return channels(n.inputs.at(0));
    int sum = 0;
    for (int i : n.inputs)
        sum += channels(i);
    return sum;
}

namespace {

//! How many windows fit along one side.
int windows(int size, int kernel, int stride, int dilation, int padBefore, int padAfter, bool ceilMode)
{
    const int room = size + padBefore + padAfter - (dilation * (kernel - 1) + 1);
    if (room < 0)
        return 0;
    int count = room / stride + 1;
    // A partial window counts only if it begins inside the picture or the padding before it.
    if (ceilMode && room % stride != 0 && count * stride < size + padBefore)
        count++;
    return count;
}

} // namespace

std::vector<Shape> Graph::shapes(const Shape& input) const
{
    std::vector<Shape> all(nodes.size());
    for (size_t i = 0; i < nodes.size(); i++)
    {
        const Node& n = nodes[i];
        auto refuse = [&](const String& why) {
            CV_Error_(Error::StsBadSize, ("node '%s' (%s): %s, for an input picture of %dx%d", n.name.c_str(),
                                          opName(n.op), why.c_str(), input.w, input.h));
        };
        const Shape in = n.op == Op::Input ? input : all[n.inputs.at(0)];
        Shape& out = all[i];
        out = in;
        switch (n.op)
        {
        case Op::Input:
        case Op::Relu:
        case Op::Clip:
        case Op::LeakyRelu:
        case Op::Sigmoid:
        case Op::HardSigmoid:
            break;
        case Op::BatchNorm:
            for (int p : n.parameters)
                if (parameters[p].value.shape().c != in.c)
                    refuse(format("'%s' has %d channels, the input %d", parameters[p].name.c_str(),
                                  parameters[p].value.shape().c, in.c));
            break;
        case Op::Add:
            for (int j : n.inputs)
                if (all[j] != in)
                    refuse("shapes " + in.str() + " and " + all[j].str() + " differ");
            break;
        case Op::Mul:
        {
            if (n.inputs.size() != 2)
                refuse(format("%d inputs, not two", static_cast<int>(n.inputs.size())));
            const Shape second = all[n.inputs[1]], &few = second.plane() < in.plane() ? second : in;
            out = second.plane() < in.plane() ? in : second;
            if (few != out && few != Shape(out.n, out.c, 1, 1))
                refuse("shapes " + in.str() + " and " + second.str() + " do not multiply");
            break;
        }
        case Op::GlobalAveragePool:
            out.h = out.w = 1;
            break;
        case Op::Concat:
            out.c = 0;
            for (int j : n.inputs)
            {
                if (all[j].n != in.n || all[j].h != in.h || all[j].w != in.w)
                    refuse("shapes " + in.str() + " and " + all[j].str() + " do not stack");
                out.c += all[j].c;
            }
            break;
        case Op::Conv:
        case Op::MaxPool:
        case Op::AveragePool:
            out.h = windows(in.h, n.kernel.height, n.stride.height, n.dilation.height, n.padTop, n.padBottom,
                            n.ceilMode);
            out.w = windows(in.w, n.kernel.width, n.stride.width, n.dilation.width, n.padLeft, n.padRight,
                            n.ceilMode);
            if (out.h <= 0 || out.w <= 0)
                refuse("nothing is left of its input of " + in.str());
            if (n.op == Op::Conv)
            {
                const Shape& weight = parameters[n.parameters.at(0)].value.shape();
                if (weight.c * n.group != in.c)
                    refuse(format("weights for %d channels, input with %d", weight.c * n.group, in.c));
                out.c = weight.n;
            }
            break;
        case Op::FullyConnected:
        {
            const Shape& weight = parameters[n.parameters.at(0)].value.shape();
            if (weight.c != in.c || weight.h != in.h || weight.w != in.w)
                refuse(format("weights for %dx%dx%d, input of %dx%dx%d", weight.c, weight.h, weight.w, in.c,
                              in.h, in.w));
            out = Shape(in.n, weight.n, 1, 1);
            break;
        }
        case Op::Resize:
            // No picture that fits into memory has longer sides; a product of ints would overflow.
            if (n.scale < 1 || std::max(in.h, in.w) > INT_MAX / n.scale)
                refuse(format("its input of %dx%d cannot be enlarged by %d", in.w, in.h, n.scale));
            out.h *= n.scale;
            out.w *= n.scale;
            break;
        }
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

Grid gridOf(const Graph& graph, int node)
{
    std::vector<Grid> grids(node + 1);
    for (int i = 0; i <= node; i++)
    {
        const Node& n = graph.nodes[i];
        if (n.op == Op::Input)
            continue;
        int first = n.inputs.at(0);
        for (int j : n.inputs)
            if (!grids[first].cells)
                first = j;
        Grid g = grids[first];
        for (int j : n.inputs)
            if (grids[j].cells && grids[j].stride != g.stride)
                CV_Error_(Error::StsBadArg, ("node '%s' joins branches of strides %d and %d", n.name.c_str(),
                                             g.stride, grids[j].stride));
        if (n.op == Op::FullyConnected)
            CV_Error_(Error::StsBadArg, ("node '%s' is fully connected and has no cells", n.name.c_str()));
        if (n.op == Op::GlobalAveragePool)
            g.cells = false;
        if (n.op == Op::Resize)
        {
            if (n.scale < 1 || g.stride % n.scale)
                CV_Error_(Error::StsBadArg,
                          ("node '%s' splits cells of %d pixels into %d", n.name.c_str(), g.stride, n.scale));
            const int whole = g.stride;
            g.stride /= n.scale;
            g.centre += 0.5f * (g.stride - whole);
            grids[i] = g;
            continue;
        }
        if (n.stride.width != n.stride.height)
            CV_Error_(Error::StsNotImplemented,
                      ("node '%s' has stride %dx%d: only equal strides give square cells", n.name.c_str(),
                       n.stride.width, n.stride.height));
        g.centre += g.stride * (0.5f * n.dilation.width * (n.kernel.width - 1) - n.padLeft);
        // No cell of a picture that fits into memory is larger; a product of ints would overflow.
        if (g.stride > (1 << 14) / n.stride.width)
            CV_Error_(Error::StsOutOfRange, ("node '%s': a stride of %d x %d pixels is too large",
                                             n.name.c_str(), g.stride, n.stride.width));
        g.stride *= n.stride.width;
        grids[i] = g;
    }
    return grids[node];
}

} // namespace dnn_rpn_train
} // namespace cv
