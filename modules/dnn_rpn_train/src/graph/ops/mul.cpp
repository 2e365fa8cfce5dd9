// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "arithmetic.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

Shape shape(const ShapeArgs& args)
{
    if (args.inputs.size() != 2)
        args.refuse(format("%zu inputs, not two", args.inputs.size()));
    const Shape &a = args.inputs[0], &b = args.inputs[1];
    const Shape &few = b.plane() < a.plane() ? b : a, &out = b.plane() < a.plane() ? a : b;
    if (few != out && few != Shape(out.n, out.c, 1, 1))
        args.refuse("shapes " + a.str() + " and " + b.str() + " do not multiply");
    return out;
}

//! x times a gate of x is one operator.
void joinGate(const NodeReader& reader, Node& node)
{
    for (int j : {0, 1})
    {
        const Node& gate = reader.graph().nodes[node.inputs[j]];
        if ((gate.op != Op::Sigmoid && gate.op != Op::HardSigmoid) || gate.inputs[0] != node.inputs[1 - j])
            continue;
        node.op = gate.op == Op::Sigmoid ? Op::Swish : Op::HardSwish;
        node.alpha = gate.alpha;
        node.beta = gate.beta;
        node.inputs = {node.inputs[1 - j]};
        return;
    }
}

void read(NodeReader& reader, Node& node)
{
    if (reader.inputCount() != 2)
        reader.refuse(format("it has %d inputs, not 2", reader.inputCount()));
    if (readArithmetic(reader, node))
        return;
    Operator::readInputs(reader, node);
    joinGate(reader, node);
}

} // namespace

const Operator ops::Mul{"Mul", shape, Operator::sameChannels, Operator::sameGrid, read};

} // namespace dnn_rpn_train
} // namespace cv
