// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "../node_reader.hpp"
#include "../node_writer.hpp"

#include <numeric>

namespace cv {
namespace dnn_rpn_train {

namespace {

Shape shape(const ShapeArgs& args)
{
    Shape out = args.inputs[0];
    out.c = 0;
    for (const Shape& s : args.inputs)
    {
        if (s.n != out.n || s.h != out.h || s.w != out.w)
            args.refuse("shapes " + args.inputs[0].str() + " and " + s.str() + " do not stack");
        if (s.c > INT_MAX - out.c)
            args.refuse("its inputs have too many channels");
        out.c += s.c;
    }
    return out;
}

int channels(const Graph&, const Node&, const std::vector<int>& inputs)
{
    // Concatenations of concatenations, each of one with itself, reach any number.
    const int64_t sum = std::accumulate(inputs.begin(), inputs.end(), int64_t(0));
    return static_cast<int>(std::min<int64_t>(sum, INT_MAX));
}

void read(NodeReader& reader, Node& node)
{
    Operator::readInputs(reader, node);
    const int64_t axis = reader.integer("axis", 1);
    if (axis != 1 && axis != -3)
        reader.refuse("only stacking of channels (axis 1) is known");
}

void write(const Node&, NodeWriter& writer)
{
    writer.node.integer("axis", 1);
}

} // namespace

const Operator ops::Concat{"Concat", shape, channels, Operator::sameGrid, read, write};

} // namespace dnn_rpn_train
} // namespace cv
