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

int addRelu(NodeReader& reader, const std::string& name, int input)
{
    Node n;
    n.name = name;
    n.op = Op::Relu;
    n.inputs = {input};
    return reader.addNode(n);
}

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
    const int a = reader.value(0), b = reader.value(1), channels = reader.channels(b);
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

//! |x| = relu(x) + relu(-x)
void readAbs(NodeReader& reader, Node& node)
{
    const int x = reader.value(0);
    Node negative;
    negative.name = node.name + ".minus";
    becomeAffine(reader, negative, x, std::vector<float>(reader.channels(x), -1.f),
                 std::vector<float>(reader.channels(x), 0.f));
    node.op = Op::Add;
    node.inputs = {addRelu(reader, node.name + ".positive", x),
                   addRelu(reader, node.name + ".negative", reader.addNode(negative))};
}

//! slope x + (1 - slope) relu(x), with a slope for each channel.
void readPRelu(NodeReader& reader, Node& node)
{
    const int x = reader.value(0), channels = reader.channels(x);
    std::vector<float> slopes = reader.floats(1);
    if (slopes.size() == 1)
        slopes.assign(channels, slopes[0]);
    if (static_cast<int>(slopes.size()) != channels)
        reader.refuse(format("it has %zu slopes for %d channels", slopes.size(), channels));
    const std::vector<float> zeros(channels, 0.f);
    std::vector<float> rest;
    for (float slope : slopes)
        rest.push_back(1 - slope);
    Node sloped, positive;
    sloped.name = node.name + ".sloped";
    becomeAffine(reader, sloped, x, slopes, zeros);
    positive.name = node.name + ".rest";
    becomeAffine(reader, positive, addRelu(reader, node.name + ".positive", x), rest, zeros);
    node.op = Op::Add;
    node.inputs = {reader.addNode(sloped), reader.addNode(positive)};
}

//! max(a, b) = a + relu(b - a)
void readMax(NodeReader& reader, Node& node)
{
    if (reader.inputCount() != 2)
        reader.refuse(format("it has %d inputs; only two are known", reader.inputCount()));
    const int a = reader.value(0), b = reader.value(1), channels = reader.channels(a);
    Node minus, difference;
    minus.name = node.name + ".minus";
    becomeAffine(reader, minus, a, std::vector<float>(channels, -1.f), std::vector<float>(channels, 0.f));
    difference.name = node.name + ".difference";
    difference.op = Op::Add;
    difference.inputs = {b, reader.addNode(minus)};
    node.op = Op::Add;
    node.inputs = {a, addRelu(reader, node.name + ".more", reader.addNode(difference))};
}

//! x / 2 (1 + erf(x / sqrt(2)))
void readGelu(NodeReader& reader, Node& node)
{
    if (reader.text("approximate", "none") != "none")
        reader.refuse("only without approximation it is known");
    const int x = reader.value(0), channels = reader.channels(x);
    const auto affine = [&](const char* role, int input, double scale, double shift) {
        Node n;
        n.name = node.name + role;
        becomeAffine(reader, n, input, std::vector<float>(channels, static_cast<float>(scale)),
                     std::vector<float>(channels, static_cast<float>(shift)));
        return reader.addNode(n);
    };
    Node erf;
    erf.name = node.name + ".erf";
    erf.op = Op::Erf;
    erf.inputs = {affine(".scaled", x, std::sqrt(0.5), 0)};
    node.op = Op::Mul;
    node.inputs = {x, affine(".gate", reader.addNode(erf), 0.5, 0.5)};
}

//! A product with a constant matrix, of numbers of the whole image: a convolution of one cell.
void readGemm(NodeReader& reader, Node& node)
{
    const int x = reader.value(0), inputs = reader.channels(x);
    if (!reader.isConstant(1) || reader.dims(1).size() != 2 || reader.integer("transA", 0) != 0 ||
        reader.real("alpha", 1) != 1 || reader.real("beta", 1) != 1)
        reader.refuse("only products with a constant matrix are known");
    const std::vector<int64_t> dims = reader.dims(1);
    const bool transposed = reader.integer("transB", 0) != 0;
    const int outputs = static_cast<int>(dims[transposed ? 0 : 1]);
    if (dims[transposed ? 1 : 0] != inputs)
        reader.refuse(format("its matrix takes %lld numbers, not %d",
                             static_cast<long long>(dims[transposed ? 1 : 0]), inputs));
    std::vector<float> weights = reader.floats(1);
    if (!transposed)
    {
        const std::vector<float> rows = weights;
        for (int i = 0; i < inputs; i++)
            for (int o = 0; o < outputs; o++)
                weights[static_cast<size_t>(o) * inputs + i] = rows[static_cast<size_t>(i) * outputs + o];
    }
    node.op = Op::Conv;
    node.inputs = {x};
    node.parameters = {reader.addParameter(".weight", Shape(outputs, inputs, 1, 1), weights, true, true),
                       reader.parameterOf(2, ".bias", Shape(1, outputs, 1, 1), false)};
}

} // namespace

ReadComposed composedNamed(const std::string& name)
{
    static const std::map<std::string, ReadComposed> all{
        {"Abs", readAbs}, {"Div", readDiv},   {"Gelu", readGelu},   {"Gemm", readGemm},
        {"Max", readMax}, {"Mish", readMish}, {"PRelu", readPRelu}, {"Sub", readSub}};
    const auto found = all.find(name);
    return found == all.end() ? nullptr : found->second;
}

} // namespace dnn_rpn_train
} // namespace cv
