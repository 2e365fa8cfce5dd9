// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "network.hpp"
#include "processors.hpp"

namespace cv {
namespace dnn_rpn_train {

Network::Network(Graph& graph_, const Ptr<Engine>& engine_, bool inputGradient, Ranks& ranks_)
    : net(graph_), engine(engine_), ranks(ranks_), engineParameters(graph_, engine_)
{
    CV_Assert(!net.nodes.empty() && net.nodes[0].op == Op::Input);
    const size_t count = net.nodes.size();

    consumers.assign(count, 0);
    for (const Node& n : net.nodes)
        for (int i : n.inputs)
            consumers[i]++;
    for (int i : net.outputs)
        consumers[i]++;

    needsGradient.assign(count, 0);
    needsGradient[0] = inputGradient;
    for (size_t i = 0; i < count; i++)
    {
        for (int p : net.nodes[i].parameters)
            if (net.parameters[p].trainable)
                needsGradient[i] = 1;
        for (int j : net.nodes[i].inputs)
            if (needsGradient[j])
                needsGradient[i] = 1;
    }
    // No gradient comes to what no output depends on.
    std::vector<char> used(count, 0);
    for (int i : net.outputs)
        used[i] = 1;
    for (size_t i = count; i-- > 0;)
    {
        needsGradient[i] = needsGradient[i] && used[i];
        for (int j : net.nodes[i].inputs)
            used[j] |= used[i] && !net.nodes[i].stopsGradient;
    }

    finals.resize(count);
    std::vector<char> listed(net.parameters.size(), 0);
    for (size_t i = 0; i < count; i++)
        for (int p : net.nodes[i].parameters)
            if (needsGradient[i] && net.parameters[p].trainable && !listed[p])
            {
                finals[i].push_back(p);
                listed[p] = 1;
            }

    kernels.resize(count);
    for (size_t i = 1; i < count; i++)
    {
        const Node& n = net.nodes[i];
        const bool activation = n.op == Op::Relu || n.op == Op::Clip;
        if (activation && consumers[n.inputs[0]] == 1 && kernels[n.inputs[0]] &&
            kernels[n.inputs[0]]->absorb(n))
            continue;
        kernels[i] = engine->kernel(net, n);
    }
}

Network::~Network() = default;

bool Network::isOutput(int node) const
{
    return std::find(net.outputs.begin(), net.outputs.end(), node) != net.outputs.end();
}

bool Network::passes(int node, int input) const
{
    return needsGradient[node] && needsGradient[input] && !net.nodes[node].stopsGradient;
}

void Network::plan(const Shape& input)
{
    engine->useThreads();
    // Engines cut the work into pieces for the number of threads that they find when they plan.
    if (input == planned && plannedThreads == trainingThreads())
        return;
    planned = Shape(); // if there is not enough memory, the next call must not trust what is there
    planKernels(net.shapes(input));
    placeMemory();
    planned = input;
    plannedThreads = trainingThreads();
}

void Network::planKernels(const std::vector<Shape>& shapes)
{
    const int count = static_cast<int>(net.nodes.size());
    layouts.assign(count, Layout());
    plans.assign(count, KernelPlan());
    storage.resize(count);
    args.assign(count, KernelArgs());

    layouts[0] = engine->inputLayout(shapes[0]);
    storage[0] = 0;

    // The first of a node's consumers to run backward writes the gradient, the others add to it.
    std::vector<char> written(count, 0);
    for (int i : net.outputs)
        written[i] = 1;
    for (int i = count - 1; i > 0; i--)
        for (int j : net.nodes[i].inputs)
        {
            args[i].accumulate.push_back(written[j]);
            if (passes(i, j))
                written[j] = 1;
        }

    for (int i = 1; i < count; i++)
    {
        const Node& n = net.nodes[i];
        storage[i] = i;
        if (!kernels[i]) // absorbed
        {
            storage[i] = storage[n.inputs[0]];
            layouts[i] = layouts[n.inputs[0]];
            continue;
        }
        KernelTask task;
        task.ranks = &ranks;
        task.output = shapes[i];
        task.accumulate = args[i].accumulate;
        for (int j : n.inputs)
        {
            task.inputs.push_back(layouts[j]);
            task.inputGradients.push_back(passes(i, j));
        }
        for (int p : n.parameters)
            task.parameterGradients.push_back(net.parameters[p].trainable);
        plans[i] = kernels[i]->plan(task);
        layouts[i] = plans[i].output;

        const int source = n.inputs[0];
        // The absorbed activation's kernel stands in the node before it.
        const int producer = kernels[source] || source == 0 ? source : net.nodes[source].inputs[0];
        if (plans[i].inPlace && source != 0 && consumers[source] == 1 && !plans[producer].readsOutput)
            storage[i] = storage[source];
    }
}

void Network::forward(const Tensor& input, bool training)
{
    plan(input.shape());
    hostValues[0] = input;
    if (layouts[0].format)
        engine->write(layouts[0], input, values[0]);
    else
        values[0] = input;
    engineParameters.upload();
    for (size_t i = 1; i < net.nodes.size(); i++)
        if (kernels[i])
        {
            args[i].training = training;
            kernels[i]->forward(args[i]);
        }
    if (training)
        engineParameters.averagesFollowed();
    const bool later = engine->anchorOperators() != nullptr;
    for (int i : net.outputs)
        if (layouts[i].format && i > 0)
        {
            valueHere[i] = !later;
            if (!later)
                engine->read(layouts[i], values[i], hostValues[i]);
        }
}

//! The first time that the host asks for it.
void Network::bring(int output, const Tensor& from, Tensor& to, char& here) const
{
    const std::lock_guard<std::mutex> lock(bringing);
    if (!here)
        engine->read(layouts[output], from, to);
    here = 1;
}

const Tensor& Network::value(int node) const
{
    CV_Assert(node == 0 || isOutput(node));
    bring(node, values.at(node), hostValues.at(node), valueHere.at(node));
    return hostValues[node];
}

Tensor& Network::gradient(int output)
{
    CV_Assert(isOutput(output));
    CV_Assert(needsGradient[output]);
    bring(output, gradients.at(output), hostGradients.at(output), gradientHere.at(output));
    return hostGradients[output];
}

const Tensor& Network::engineValue(int output) const
{
    CV_Assert(isOutput(output));
    return values.at(output);
}

Tensor& Network::engineGradient(int output)
{
    CV_Assert(isOutput(output));
    CV_Assert(needsGradient[output]);
    gradientHere.at(output) = layouts.at(output).format == nullptr;
    return gradients[output];
}

void Network::backward()
{
    CV_Assert(planned.total() > 0);
    engine->useThreads();
    for (int i : net.outputs)
        if (layouts[i].format && needsGradient[i] && gradientHere[i])
            engine->write(layouts[i], hostGradients[i], gradients[i]);
    for (int i = static_cast<int>(net.nodes.size()) - 1; i > 0; i--)
        if (kernels[i] && needsGradient[i])
        {
            kernels[i]->backward(args[i]);
            for (size_t k = 0; k < net.nodes[i].parameters.size(); k++)
            {
                const int p = net.nodes[i].parameters[k];
                if (args[i].parameterGradients[k] == &addends[p])
                    engine->add(addends[p], engineParameters.gradient(p));
            }
            if (layerIsDone)
                layerIsDone(finals[i]);
        }
    if (needsGradient[0] && layouts[0].format)
        engine->read(layouts[0], gradients[0], hostGradients[0]);
    engineParameters.gradientsWritten();
}

void Network::clearGradients()
{
    engineParameters.clearGradients();
}

const Tensor& Network::inputGradient() const
{
    CV_Assert(needsGradient[0]);
    return hostGradients.at(0);
}

const Tensor& Network::parameterGradient(int parameter) const
{
    return engineParameters.hostGradient(parameter);
}

Tensor& Network::parameterGradient(int parameter)
{
    return engineParameters.hostGradient(parameter);
}

size_t Network::memory() const
{
    size_t bytes = arenaBytes + engineParameters.gradientBytes();
    for (int i : net.outputs)
        if (!layouts.empty() && layouts[i].format)
            bytes += (hostValues[i].shape().total() + hostGradients[i].shape().total()) * sizeof(float);
    return bytes;
}

} // namespace dnn_rpn_train
} // namespace cv
