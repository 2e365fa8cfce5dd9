// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "../node_reader.hpp"
#include "../node_writer.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

Shape shape(const ShapeArgs& args)
{
    const Node& n = args.node;
    const Shape& in = args.inputs[0];
    const Shape out(in.n, n.channels.count(in.c), n.rows.count(in.h), n.columns.count(in.w));
    if (out.total() == 0)
        args.refuse("nothing is left of its input of " + in.str());
    return out;
}

int channels(const Graph&, const Node& node, const std::vector<int>& inputs)
{
    return node.channels.count(inputs[0]);
}

void grid(const Node& node, Grid& grid)
{
    const SliceRange &x = node.columns, &y = node.rows;
    // Where the last rows or columns begin depends on the image's size; and one of two slices that thin out
    // rows and columns makes no square cells: the other will have done so from the same input.
    if (x.begin < 0 || y.begin < 0 || x.step != y.step)
        grid.cells = false;
    else
    {
        grid.centre += static_cast<float>(grid.stride) * x.begin;
        grid.stride *= x.step;
    }
}

std::vector<int64_t> numbers(const NodeReader& reader, const char* attribute, int input)
{
    if (const std::vector<int64_t>* given = reader.node.find<std::vector<int64_t>>(attribute))
        return *given;
    return reader.hasInput(input) ? reader.wholeNumbers(input) : std::vector<int64_t>();
}

int asInt(int64_t value)
{
    return static_cast<int>(std::min<int64_t>(std::max<int64_t>(value, -INT_MAX), INT_MAX));
}

//! By attributes, or by inputs as since operator set 10.
void read(NodeReader& reader, Node& node)
{
    const std::vector<int64_t> begins = numbers(reader, "starts", 1), ends = numbers(reader, "ends", 2);
    std::vector<int64_t> axes = numbers(reader, "axes", 3), steps = numbers(reader, "steps", 4);
    if (axes.empty())
        for (size_t i = 0; i < begins.size(); i++)
            axes.push_back(static_cast<int64_t>(i));
    steps.resize(steps.empty() ? begins.size() : steps.size(), 1);
    if (begins.empty() || ends.size() != begins.size() || axes.size() != begins.size() ||
        steps.size() != begins.size())
        reader.refuse(format("%zu starts, %zu ends, %zu axes and %zu steps", begins.size(), ends.size(),
                             axes.size(), steps.size()));
    // Of two slices behind each other, as rows and columns are thinned out, one is made of the first one's
    // input.
    const Node& before = reader.graph().nodes[reader.value(0)];
    const bool joined = before.op == Op::Slice;
    node.inputs = {joined ? before.inputs[0] : reader.value(0)};
    if (joined)
    {
        node.channels = before.channels;
        node.rows = before.rows;
        node.columns = before.columns;
    }
    SliceRange* const ranges[] = {nullptr, &node.channels, &node.rows, &node.columns};
    for (size_t i = 0; i < begins.size(); i++)
    {
        const int64_t axis = axes[i] < 0 ? axes[i] + 4 : axes[i];
        if (axis < 1 || axis > 3 || steps[i] < 1 || steps[i] > NodeReader::highestWindow)
            reader.refuse(
                format("axis %lld in steps of %lld: only channels, rows and columns in steps of 1 and "
                       "more are known",
                       static_cast<long long>(axes[i]), static_cast<long long>(steps[i])));
        if (!ranges[axis]->all())
            reader.refuse("it slices what is a slice of the same axis already");
        *ranges[axis] = {asInt(begins[i]), asInt(ends[i]), static_cast<int>(steps[i])};
    }
}

void write(const Node& node, NodeWriter& writer)
{
    std::vector<int64_t> begins, ends, axes, steps;
    const SliceRange* const ranges[] = {&node.channels, &node.rows, &node.columns};
    for (int i = 0; i < 3; i++)
        if (!ranges[i]->all())
        {
            begins.push_back(ranges[i]->begin);
            ends.push_back(ranges[i]->end);
            axes.push_back(i + 1);
            steps.push_back(ranges[i]->step);
        }
    if (axes.empty())
    {
        writer.node.type = "Identity";
        return;
    }
    writer.addInput(".starts", begins);
    writer.addInput(".ends", ends);
    writer.addInput(".axes", axes);
    if (std::count(steps.begin(), steps.end(), 1) < static_cast<int>(steps.size()))
        writer.addInput(".steps", steps);
}

} // namespace

const Operator ops::Slice{"Slice", shape, channels, grid, read, write};

} // namespace dnn_rpn_train
} // namespace cv
