// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "reshaping.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

using Numbers = std::vector<ShapeNumber>;

bool isAny(const std::string& type, std::initializer_list<const char*> types)
{
    return std::find(types.begin(), types.end(), type) != types.end();
}

class Reshaping
{
public:
    Reshaping(Imported& all_, NodeReader& reader_, const std::string& output_, const Node& node_)
        : all(all_), reader(reader_), output(output_), node(node_)
    {}

    bool run()
    {
        const std::string& type = reader.node.type;
        if (type == "Shape")
            return addShape();
        if (reader.inputCount() == 0 || type == "Identity")
            return false;
        if (ofArrays())
            return true;
        if (isAny(type, {"Flatten", "Squeeze", "Unsqueeze", "Reshape"}) && addRow())
            return true;
        if (type == "Reshape")
            return reshape();
        return type == "Transpose" && transpose();
    }

private:
    const std::string& first() const { return reader.node.inputs[0]; }
    bool isRow(const std::string& name) const { return all.flat.count(name) != 0; }

    bool addShape()
    {
        ShapeArray a;
        if (reader.isConstant(0))
            for (int64_t d : reader.dims(0))
                a.numbers.push_back({static_cast<double>(d), -1, 0});
        else
        {
            const int x = reader.value(0);
            a.numbers = {{1, x, 0}, {static_cast<double>(all.channels(x)), -1, 0}};
            if (!isRow(first()))
                a.numbers.insert(a.numbers.end(), {{1, x, 2}, {1, x, 3}});
        }
        const int64_t size = static_cast<int64_t>(a.numbers.size());
        const auto within = [&](int64_t i) {
            return std::min(std::max<int64_t>(i < 0 ? i + size : i, 0), size);
        };
        const int64_t begin = within(reader.integer("start", 0)), end = within(reader.integer("end", size));
        if (begin >= end)
            reader.refuse("nothing is left of its shape");
        a.numbers = Numbers(a.numbers.begin() + begin, a.numbers.begin() + end);
        a.dims = {end - begin};
        a.whole = true;
        all.addArray(output, a);
        return true;
    }

    bool ofArrays()
    {
        if (!worksOut(reader.node.type)) // whatever its constants are
            return false;
        std::vector<ShapeArray> arrays(reader.inputCount());
        std::vector<const ShapeArray*> inputs;
        for (int j = 0; j < reader.inputCount(); j++)
        {
            const std::string& name = reader.node.inputs[j];
            if (!name.empty() && !all.isArray(name))
                return false;
            inputs.push_back(name.empty() ? nullptr : &arrays[j]);
        }
        for (int j = 0; j < reader.inputCount(); j++)
            if (inputs[j])
                arrays[j] = all.array(reader.node.inputs[j]);
        ShapeArray a;
        if (!workOut(reader, inputs, a))
            return false;
        all.addArray(output, a);
        return true;
    }

    //! What it reshapes to; nothing if that is not known.
    Numbers target() const
    {
        if (const std::vector<int64_t>* given = reader.node.find<std::vector<int64_t>>("shape"))
        {
            Numbers numbers;
            for (int64_t d : *given)
                numbers.push_back({static_cast<double>(d), -1, 0});
            return numbers;
        }
        if (!reader.hasInput(1) || !all.isArray(reader.node.inputs[1]))
            return {};
        return all.array(reader.node.inputs[1]).numbers;
    }

    //! Whether a number says how long that axis of a node's output is. -1 stands for what is left.
    bool isLength(const ShapeNumber& n, int x, int axis) const
    {
        if (!n.constant())
            return n.value == 1 && n.axis == axis &&
                   (n.node == x || (all.stride(n.node) == all.stride(x) && all.stride(x) > 0));
        const Shape s = all.shape(x);
        const int lengths[] = {s.n, all.channels(x), s.h, s.w};
        return n.value == -1 || (lengths[axis] > 0 && n.value == lengths[axis]);
    }
    //! 0 stands for the axis in its place.
    bool isMap(const Numbers& to, int x) const
    {
        if (to.size() != 4)
            return false;
        for (int axis = 0; axis < 4; axis++)
            if (!(to[axis].constant() && to[axis].value == 0) && !isLength(to[axis], x, axis))
                return false;
        return true;
    }

    //! Numbers of the whole image have no rows and columns to lose.
    bool addRow()
    {
        const auto found = all.values.find(first());
        if (found == all.values.end() || all.hasCells(found->second))
            return false;
        const std::string& type = reader.node.type;
        bool row = isRow(first());
        if (type == "Reshape")
        {
            const Numbers to = target();
            if (to.size() != 2 && to.size() != 4)
                return false;
            const bool channels = to[1].constant() && (to[1].value == all.channels(found->second) ||
                                                       to[1].value == 0 || to[1].value == -1);
            if (!channels || (to.size() == 4 && (to[2].value != 1 || to[3].value != 1)))
                return false;
            row = to.size() == 2;
        }
        else if (type == "Flatten")
        {
            if (reader.integer("axis", 1) != 1)
                return false;
            row = true;
        }
        else if (row == (type == "Squeeze"))
            return false;
        else
            row = !row;
        all.values[output] = found->second;
        if (row)
            all.flat.insert(output);
        return true;
    }

    bool reshape()
    {
        const Numbers to = target();
        const auto grouped = all.grouped.find(first());
        if (grouped != all.grouped.end())
        {
            const GroupedChannels g = grouped->second;
            if (!isMap(to, g.node))
                return false;
            all.values[output] = g.exchanged ? shuffle(g) : g.node;
            return true;
        }
        const auto found = all.values.find(first());
        if (found == all.values.end() || isRow(first()))
            return false;
        const int x = found->second;
        if (isMap(to, x))
        {
            all.values[output] = x;
            return true;
        }
        if (to.size() != 5 || !isLength(to[3], x, 2) || !isLength(to[4], x, 3) || !to[1].constant() ||
            !to[2].constant())
            return false;
        const int channels = all.channels(x),
                  groups = cvRound(to[1].value > 0 ? to[1].value : channels / std::max(1., to[2].value));
        if (groups < 1 || channels % groups || (to[2].value > 0 && groups * to[2].value != channels))
            return false;
        all.grouped[output] = {x, groups, false};
        return true;
    }

    bool transpose()
    {
        const auto grouped = all.grouped.find(first());
        const std::vector<int64_t>* const perm = reader.node.find<std::vector<int64_t>>("perm");
        if (!perm)
            return false;
        if (grouped == all.grouped.end())
            return moveChannels(*perm);
        if (*perm != std::vector<int64_t>{0, 2, 1, 3, 4})
            return false;
        GroupedChannels g = grouped->second;
        if (g.exchanged)
            return false;
        g.exchanged = true;
        all.grouped[output] = g;
        return true;
    }

    //! Channels last, as TensorFlow has them, and back.
    bool moveChannels(const std::vector<int64_t>& perm)
    {
        const auto found = all.values.find(first());
        if (found == all.values.end() || isRow(first()))
            return false;
        const bool last = all.channelsLast.count(first()) != 0;
        if (perm != (last ? std::vector<int64_t>{0, 3, 1, 2} : std::vector<int64_t>{0, 2, 3, 1}))
            return false;
        all.values[output] = found->second;
        if (!last)
            all.channelsLast.insert(output);
        return true;
    }

    //! A convolution of 1x1 that passes every channel on, at another place. It is not trained.
    int shuffle(const GroupedChannels& g)
    {
        const int channels = all.channels(g.node), rest = channels / g.groups, most = 4096;
        if (channels > most)
            reader.refuse(format("%d channels are too many to be shuffled", channels));
        std::vector<float> weights(static_cast<size_t>(channels) * channels, 0.f);
        for (int to = 0; to < channels; to++)
            weights[static_cast<size_t>(to) * channels + to % g.groups * rest + to / g.groups] = 1;
        Node shuffled = node;
        shuffled.op = Op::Conv;
        shuffled.inputs = {g.node};
        shuffled.parameters = {
            reader.addParameter(".shuffle", Shape(channels, channels, 1, 1), weights, false, false),
            reader.addParameter(".shuffle.bias", Shape(1, channels, 1, 1), std::vector<float>(channels, 0.f),
                                false, false)};
        return reader.addNode(shuffled);
    }

    Imported& all;
    NodeReader& reader;
    const std::string& output;
    const Node& node;
};

} // namespace

bool addReshaping(Imported& all, NodeReader& reader, const std::string& output, const Node& node)
{
    return Reshaping(all, reader, output, node).run();
}

} // namespace dnn_rpn_train
} // namespace cv
