// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "network.hpp"

namespace cv {
namespace dnn_rpn_train {

Network::Network(Graph& graph_, const Ptr<Engine>& engine_) : net(graph_), engine(engine_)
{
    CV_Assert(!net.nodes.empty() && net.nodes[0].op == Op::Input);
    const size_t count = net.nodes.size();

    std::vector<int> consumers(count, 0);
    for (const Node& n : net.nodes)
        for (int i : n.inputs)
            consumers[i]++;
    for (int i : net.outputs)
        consumers[i]++;

    // An operator whose backward pass reads only its output may overwrite its input, provided that
    // nobody else reads the input and its producer's backward pass does not need it.
    storage.resize(count);
    for (size_t i = 0; i < count; i++)
    {
        const Node& n = net.nodes[i];
        storage[i] = static_cast<int>(i);
        const bool overwrites = n.op == Op::Relu || n.op == Op::Clip || n.op == Op::BatchNorm;
        if (overwrites && consumers[n.inputs[0]] == 1)
        {
            const Op producer = net.nodes[n.inputs[0]].op;
            if (producer != Op::Input && producer != Op::Relu && producer != Op::Clip)
                storage[i] = storage[n.inputs[0]];
        }
    }

    needsGradient.assign(count, 0);
    for (size_t i = 0; i < count; i++)
    {
        for (int p : net.nodes[i].parameters)
            if (net.parameters[p].trainable)
                needsGradient[i] = 1;
        for (int j : net.nodes[i].inputs)
            if (needsGradient[j])
                needsGradient[i] = 1;
    }

    kernels.resize(count);
    for (size_t i = 1; i < count; i++)
        kernels[i] = engine->kernel(net, net.nodes[i]);
    values.resize(count);
    gradients.resize(count);
    parameterGradients.resize(net.parameters.size());
    for (size_t p = 0; p < net.parameters.size(); p++)
        if (net.parameters[p].trainable)
        {
            parameterGradients[p].create(net.parameters[p].value.shape());
            parameterGradients[p].setTo(0);
        }
}

Network::~Network() = default;

void Network::plan(const Shape& input)
{
    if (input == planned)
        return;
    planned = Shape(); // if there is not enough memory, the next call must not trust what is there
    const std::vector<Shape> shapes = net.shapes(input);
    for (size_t i = 0; i < shapes.size(); i++)
    {
        values[storage[i]].create(shapes[i]);
        values[i] = values[storage[i]];
    }
    for (size_t i = 0; i < shapes.size(); i++)
        if (needsGradient[i])
        {
            gradients[storage[i]].create(shapes[i]);
            gradients[i] = gradients[storage[i]];
        }
    planned = input;
}

void Network::forward(const Tensor& input)
{
    plan(input.shape());
    values[0] = input;
    for (size_t i = 1; i < net.nodes.size(); i++)
    {
        const Node& n = net.nodes[i];
        KernelArgs args;
        for (int j : n.inputs)
            args.inputs.push_back(&values[j]);
        for (int p : n.parameters)
            args.parameters.push_back(&net.parameters[p].value);
        args.output = &values[i];
        kernels[i]->forward(args);
    }
}

const Tensor& Network::value(int node) const
{
    return values.at(node);
}

Tensor& Network::gradient(int output)
{
    CV_Assert(std::find(net.outputs.begin(), net.outputs.end(), output) != net.outputs.end());
    CV_Assert(needsGradient[output]);
    return gradients[output];
}

void Network::backward()
{
    CV_Assert(planned.total() > 0);
    // The first of a node's consumers to run writes the gradient, the others add to it.
    std::vector<char> written(net.nodes.size(), 0);
    for (int i : net.outputs)
        written[storage[i]] = 1;

    for (int i = static_cast<int>(net.nodes.size()) - 1; i > 0; i--)
    {
        const Node& n = net.nodes[i];
        if (!needsGradient[i] || !written[storage[i]])
            continue;
        KernelArgs args;
        args.output = &values[i];
        args.outputGradient = &gradients[i];
        for (int j : n.inputs)
        {
            args.inputs.push_back(&values[j]);
            args.inputGradients.push_back(needsGradient[j] ? &gradients[j] : nullptr);
            const bool inPlace = storage[j] == storage[i];
            args.accumulate.push_back(written[storage[j]] && !inPlace);
            written[storage[j]] = 1;
        }
        for (int p : n.parameters)
        {
            args.parameters.push_back(&net.parameters[p].value);
            args.parameterGradients.push_back(net.parameters[p].trainable ? &parameterGradients[p] : nullptr);
        }
        kernels[i]->backward(args);
    }
}

const Tensor& Network::parameterGradient(int parameter) const
{
    return parameterGradients.at(parameter);
}

Tensor& Network::parameterGradient(int parameter)
{
    return parameterGradients.at(parameter);
}

} // namespace dnn_rpn_train
} // namespace cv
