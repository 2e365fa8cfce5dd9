// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "composed.hpp"
#include "../graph/ops/arithmetic.hpp"

#include <map>

namespace cv {
namespace dnn_rpn_train {

namespace {

//! x tanh(log(1 + exp(x)))
void readMish(NodeReader& reader, Node& node)
{
    const int x = reader.value(0);
    Node softplus, tanh;
    softplus.op = Op::Softplus;
    softplus.name = node.name + ".softplus";
    softplus.inputs = {x};
    tanh.op = Op::Tanh;
    tanh.name = node.name + ".tanh";
    tanh.inputs = {reader.addNode(softplus)};
    node.op = Op::Mul;
    node.inputs = {x, reader.addNode(tanh)};
}

void readSub(NodeReader& reader, Node& node)
{
    if (readArithmetic(reader, node))
        return;
    const int a = reader.value(0), b = reader.value(1), channels = reader.graph().channels(b);
    Node minus;
    minus.name = node.name + ".minus";
    becomeAffine(reader, minus, b, std::vector<float>(channels, -1.f), std::vector<float>(channels, 0.f));
    node.op = Op::Add;
    node.inputs = {a, reader.addNode(minus)};
}

void readDiv(NodeReader& reader, Node& node)
{
    if (!readArithmetic(reader, node))
        reader.refuse("only divisions by a constant are known");
}

} // namespace

ReadComposed composedNamed(const std::string& name)
{
    static const std::map<std::string, ReadComposed> all{
        {"Div", readDiv}, {"Mish", readMish}, {"Sub", readSub}};
    const auto found = all.find(name);
    return found == all.end() ? nullptr : found->second;
}

} // namespace dnn_rpn_train
} // namespace cv
