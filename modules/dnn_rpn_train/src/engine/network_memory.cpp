// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "network.hpp"
#include "memory_plan.hpp"

namespace cv {
namespace dnn_rpn_train {

// Node i runs forward at time i, the caller works out the loss at time `count`, node i runs backward at time
// 2 count - i.

//! When values and gradients are needed, by the node that stores them.
struct Network::Lifetimes
{
    struct Life
    {
        int first = INT_MAX, last = -1;
        void at(int time)
        {
            first = std::min(first, time);
            last = std::max(last, time);
        }
    };

    explicit Lifetimes(size_t count) : values(count), gradients(count), bytes(count, 0) {}

    std::vector<Life> values, gradients;
    std::vector<size_t> bytes; //!< the most that a value in this place takes
};

//! Where everything lies in the arena: blocks of the plan, -1 for what has none.
struct Network::Blocks
{
    Blocks(size_t nodes, size_t parameters)
        : values(nodes, -1), gradients(nodes, -1), saved(nodes, -1), addends(parameters, -1)
    {}

    MemoryPlan plan;
    std::vector<int> values, gradients, saved; //!< by node
    std::vector<int> addends;                  //!< by parameter
    int scratch = -1;
};

void Network::placeMemory()
{
    const std::vector<int> writer = gradientWriters();
    Blocks blocks = planBlocks(lifetimes(), writer);
    const size_t total = blocks.plan.place();
    if (total > arenaBytes)
    {
        arena.reset();
        arenaBytes = 0;
        arena = engine->allocate(total);
        arenaBytes = total;
    }
    makeViews(blocks);
    fillArgs(blocks, writer);
}

Network::Lifetimes Network::lifetimes() const
{
    const int count = static_cast<int>(net.nodes.size()), end = 2 * count;
    Lifetimes life(count);
    for (int i = 0; i < count; i++)
    {
        const std::vector<int>& inputs = net.nodes[i].inputs;
        const bool backward = i > 0 && needsGradient[i];
        life.bytes[storage[i]] = std::max(life.bytes[storage[i]], layouts[i].bytes);
        life.values[storage[i]].at(i);
        for (int j : inputs)
            life.values[storage[j]].at(i);
        if (!backward)
            continue;
        if (kernels[i] && plans[i].readsOutput)
            life.values[storage[i]].at(backwardTime(i));
        if (kernels[i] && plans[i].readsInputs)
            for (int j : inputs)
                life.values[storage[j]].at(backwardTime(i));
        life.gradients[storage[i]].at(backwardTime(i));
        for (int j : inputs)
            if (passes(i, j))
                life.gradients[storage[j]].at(backwardTime(i));
    }
    for (int i : net.outputs)
    {
        life.values[storage[i]].at(end); // the caller may look at it until the next pass
        life.gradients[storage[i]].at(count);
    }
    if (needsGradient[0])
        life.gradients[0].at(end);
    return life;
}

std::vector<int> Network::gradientWriters() const
{
    // The last node that a parameter belongs to is the first to run backward.
    std::vector<int> writer(net.parameters.size(), -1);
    for (size_t i = 1; i < net.nodes.size(); i++)
        if (needsGradient[i])
            for (int p : net.nodes[i].parameters)
                writer[p] = static_cast<int>(i);
    return writer;
}

Network::Blocks Network::planBlocks(const Lifetimes& life, const std::vector<int>& writer) const
{
    const int count = static_cast<int>(net.nodes.size()), end = 2 * count;
    Blocks blocks(count, net.parameters.size());
    MemoryPlan& memory = blocks.plan;
    size_t scratch = 0;
    if (layouts[0].format)
        blocks.values[0] = memory.add(life.bytes[0], life.values[0].first, life.values[0].last);
    if (needsGradient[0])
        blocks.gradients[0] = memory.add(life.bytes[0], life.gradients[0].first, life.gradients[0].last);
    for (int i = 1; i < count; i++)
    {
        if (storage[i] == i)
        {
            blocks.values[i] = memory.add(life.bytes[i], life.values[i].first, life.values[i].last);
            if (needsGradient[i])
                blocks.gradients[i] =
                    memory.add(life.bytes[i], life.gradients[i].first, life.gradients[i].last);
        }
        blocks.saved[i] = memory.add(plans[i].saved, i, needsGradient[i] ? backwardTime(i) : i);
        scratch = std::max(scratch, plans[i].scratch);
        for (int p : net.nodes[i].parameters)
            if (net.parameters[p].trainable && needsGradient[i] && writer[p] != i && blocks.addends[p] < 0)
                blocks.addends[p] =
                    memory.add(net.parameters[p].value.shape().total() * sizeof(float), count, end);
    }
    blocks.scratch = memory.add(scratch, 0, end);
    return blocks;
}

void* Network::address(const Blocks& blocks, int block) const
{
    return static_cast<uchar*>(arena.get()) + blocks.plan.offset(block);
}

void Network::makeViews(const Blocks& blocks)
{
    const size_t count = net.nodes.size();
    values.assign(count, Tensor());
    gradients.assign(count, Tensor());
    hostValues.assign(count, Tensor());
    hostGradients.assign(count, Tensor());
    valueHere.assign(count, 1);
    gradientHere.assign(count, 1);
    addends.assign(net.parameters.size(), Tensor());
    if (layouts[0].format)
        values[0] = Tensor(layouts[0].shape, address(blocks, blocks.values[0]));
    if (needsGradient[0])
    {
        gradients[0] = Tensor(layouts[0].shape, address(blocks, blocks.gradients[0]));
        hostGradients[0] = gradients[0];
        if (layouts[0].format)
            hostGradients[0] = Tensor(layouts[0].shape);
    }
    for (size_t p = 0; p < addends.size(); p++)
        if (blocks.addends[p] >= 0)
            addends[p] = Tensor(net.parameters[p].value.shape(), address(blocks, blocks.addends[p]));
    for (size_t i = 1; i < count; i++)
    {
        values[i] = Tensor(layouts[i].shape, address(blocks, blocks.values[storage[i]]));
        if (needsGradient[i])
            gradients[i] = Tensor(layouts[i].shape, address(blocks, blocks.gradients[storage[i]]));
    }
    for (int i : net.outputs)
    {
        if (!layouts[i].format)
        {
            hostValues[i] = values[i];
            hostGradients[i] = gradients[i];
            continue;
        }
        hostValues[i].create(layouts[i].shape);
        if (needsGradient[i])
            hostGradients[i].create(layouts[i].shape);
    }
}

void Network::fillArgs(const Blocks& blocks, const std::vector<int>& writer)
{
    for (int i = 1; i < static_cast<int>(net.nodes.size()); i++)
    {
        const Node& n = net.nodes[i];
        KernelArgs& a = args[i];
        for (int j : n.inputs)
        {
            a.inputs.push_back(&values[j]);
            a.inputGradients.push_back(passes(i, j) ? &gradients[j] : nullptr);
        }
        for (int p : n.parameters)
        {
            a.parameters.push_back(&engineParameters.value(p));
            Tensor* gradient = &engineParameters.gradient(p);
            if (needsGradient[i] && writer[p] != i)
                gradient = &addends[p];
            a.parameterGradients.push_back(net.parameters[p].trainable ? gradient : nullptr);
        }
        a.output = &values[i];
        a.outputGradient = &gradients[i];
        a.saved = address(blocks, blocks.saved[i]);
        a.scratch = address(blocks, blocks.scratch);
    }
}

} // namespace dnn_rpn_train
} // namespace cv
