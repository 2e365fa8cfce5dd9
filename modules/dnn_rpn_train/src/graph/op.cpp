// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "graph.hpp"
#include "node_reader.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

#define DNN_RPN_ADDRESS(op) &ops::op,
const Operator* const operators[] = {DNN_RPN_OPERATORS(DNN_RPN_ADDRESS)};
#undef DNN_RPN_ADDRESS

} // namespace

const Operator& operatorOf(Op op)
{
    return *operators[static_cast<int>(op)];
}

bool operatorNamed(const std::string& name, Op& op)
{
    int i = 0;
    for (const Operator* o : operators)
    {
        if (o->read && (name == o->name || (o->alias && name == o->alias)))
        {
            op = static_cast<Op>(i);
            return true;
        }
        i++;
    }
    return false;
}

const Shape& ShapeArgs::parameter(size_t i) const
{
    return graph.parameters[node.parameters.at(i)].value.shape();
}

void ShapeArgs::refuse(const String& why) const
{
    CV_Error_(Error::StsBadSize, ("node '%s' (%s): %s, for an input image of %dx%d", node.name.c_str(),
                                  opName(node.op), why.c_str(), image.w, image.h));
}

Shape Operator::sameShape(const ShapeArgs& args)
{
    return args.inputs[0];
}

int Operator::sameChannels(const Graph&, const Node&, const std::vector<int>& inputs)
{
    return inputs[0];
}

void Operator::sameGrid(const Node&, Grid&) {}

void Operator::readInput(NodeReader& reader, Node& node)
{
    node.inputs = {reader.value(0)};
}

void Operator::readInputs(NodeReader& reader, Node& node)
{
    for (int j = 0; j < reader.inputCount(); j++)
        node.inputs.push_back(reader.value(j));
}

void Operator::writeNothing(const Node&, NodeWriter&) {}

} // namespace dnn_rpn_train
} // namespace cv
