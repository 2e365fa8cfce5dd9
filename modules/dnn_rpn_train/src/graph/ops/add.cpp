// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "arithmetic.hpp"
#include "../node_writer.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

Shape shape(const ShapeArgs& args)
{
    for (const Shape& s : args.inputs)
        if (s != args.inputs[0])
            args.refuse("shapes " + args.inputs[0].str() + " and " + s.str() + " differ");
    return args.inputs[0];
}

void read(NodeReader& reader, Node& node)
{
    if (!readArithmetic(reader, node))
        Operator::readInputs(reader, node);
}

//! ONNX adds two values; of more it makes a sum.
void write(const Node& node, NodeWriter& writer)
{
    if (node.inputs.size() > 2)
        writer.node.type = "Sum";
}

} // namespace

const Operator ops::Add{"Add", shape, Operator::sameChannels, Operator::sameGrid, read, write, "Sum"};

} // namespace dnn_rpn_train
} // namespace cv
