// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "writer.hpp"

#include <onnx/onnx_pb.h>

namespace cv {
namespace dnn_rpn_train {

namespace {

onnx::AttributeProto* attribute(onnx::NodeProto& n, const char* name,
                                onnx::AttributeProto::AttributeType type)
{
    onnx::AttributeProto* a = n.add_attribute();
    a->set_name(name);
    a->set_type(type);
    return a;
}

void describe(onnx::ValueInfoProto* value, const std::string& name, const std::vector<int64_t>& dims,
              bool whole = false)
{
    value->set_name(name);
    onnx::TypeProto::Tensor* tensor = value->mutable_type()->mutable_tensor_type();
    tensor->set_elem_type(whole ? onnx::TensorProto::INT64 : onnx::TensorProto::FLOAT);
    for (size_t i = 0; i < dims.size(); i++)
        if (dims[i] >= 0)
            tensor->mutable_shape()->add_dim()->set_dim_value(dims[i]);
        else
            tensor->mutable_shape()->add_dim()->set_dim_param(name + "." + std::to_string(i));
}

} // namespace

OnnxWriter::OnnxWriter(int operatorSet_)
    : operatorSet(operatorSet_), model(std::make_unique<onnx::ModelProto>())
{
    CV_Assert(operatorSet == 10 || operatorSet == 16);
    model->set_ir_version(operatorSet == 10 ? 5 : 8); // the first after the operator set came out
    model->set_producer_name("opencv_dnn_rpn_train");
    onnx::OperatorSetIdProto* set = model->add_opset_import();
    set->set_domain("");
    set->set_version(operatorSet);
    model->mutable_graph()->set_name("detector");
}

OnnxWriter::~OnnxWriter() = default;

OnnxWriter::NodeRef& OnnxWriter::NodeRef::integer(const char* name, int64_t value)
{
    attribute(proto, name, onnx::AttributeProto::INT)->set_i(value);
    return *this;
}

OnnxWriter::NodeRef& OnnxWriter::NodeRef::real(const char* name, float value)
{
    attribute(proto, name, onnx::AttributeProto::FLOAT)->set_f(value);
    return *this;
}

OnnxWriter::NodeRef& OnnxWriter::NodeRef::text(const char* name, const std::string& value)
{
    attribute(proto, name, onnx::AttributeProto::STRING)->set_s(value);
    return *this;
}

OnnxWriter::NodeRef& OnnxWriter::NodeRef::integers(const char* name, const std::vector<int64_t>& values)
{
    onnx::AttributeProto* a = attribute(proto, name, onnx::AttributeProto::INTS);
    for (int64_t v : values)
        a->add_ints(v);
    return *this;
}

OnnxWriter::NodeRef& OnnxWriter::NodeRef::reals(const char* name, const std::vector<float>& values)
{
    onnx::AttributeProto* a = attribute(proto, name, onnx::AttributeProto::FLOATS);
    for (float v : values)
        a->add_floats(v);
    return *this;
}

OnnxWriter::NodeRef& OnnxWriter::NodeRef::output(const std::string& name)
{
    proto.set_output(0, name);
    return *this;
}

OnnxWriter::NodeRef& OnnxWriter::NodeRef::addOutput(const std::string& name)
{
    proto.add_output(name);
    return *this;
}

void OnnxWriter::addInput(const std::string& name, const std::vector<int64_t>& dims)
{
    describe(model->mutable_graph()->add_input(), name, dims);
}

void OnnxWriter::addOutput(const std::string& name, const std::vector<int64_t>& dims, bool whole)
{
    describe(model->mutable_graph()->add_output(), name, dims, whole);
}

OnnxWriter::NodeRef OnnxWriter::addNode(const std::string& type, const std::string& name,
                                        const std::vector<std::string>& inputs)
{
    onnx::NodeProto* n = model->mutable_graph()->add_node();
    n->set_op_type(type);
    n->set_name(name);
    for (const std::string& i : inputs)
        n->add_input(i);
    n->add_output(name);
    return NodeRef(*n);
}

void OnnxWriter::addConstant(const std::string& name, const std::vector<int64_t>& dims, const float* data)
{
    onnx::TensorProto* t = model->mutable_graph()->add_initializer();
    t->set_name(name);
    t->set_data_type(onnx::TensorProto::FLOAT);
    size_t total = 1;
    for (int64_t d : dims)
    {
        t->add_dims(d);
        total *= static_cast<size_t>(d);
    }
    t->set_raw_data(data, total * sizeof(float));
}

void OnnxWriter::addConstant(const std::string& name, const std::vector<int64_t>& values)
{
    onnx::TensorProto* t = model->mutable_graph()->add_initializer();
    t->set_name(name);
    t->set_data_type(onnx::TensorProto::INT64);
    t->add_dims(static_cast<int64_t>(values.size()));
    t->set_raw_data(values.data(), values.size() * sizeof(int64_t));
}

bool OnnxWriter::padsApart(const Node& n)
{
    // OpenCV 4.6 counts no padding, whatever count_include_pad says.
    return n.op == Op::AveragePool && n.countPadding &&
           std::max({n.padTop, n.padLeft, n.padBottom, n.padRight}) > 0;
}

std::string OnnxWriter::addPadding(const Node& n, const std::string& input)
{
    const std::string name = n.name + ".padded", amounts = n.name + ".pads";
    const std::vector<int64_t> pads{0, 0, n.padTop, n.padLeft, 0, 0, n.padBottom, n.padRight};
    if (operatorSet == 10)
        addNode("Pad", name, {input}).text("mode", "constant").integers("pads", pads).real("value", 0);
    else
    {
        addConstant(amounts, pads);
        addNode("Pad", name, {input, amounts}).text("mode", "constant");
    }
    return name;
}

void OnnxWriter::addWindow(const Node& n, NodeRef& node)
{
    node.integers("kernel_shape", {n.kernel.height, n.kernel.width})
        .integers("strides", {n.stride.height, n.stride.width});
    if (!padsApart(n))
        node.integers("pads", {n.padTop, n.padLeft, n.padBottom, n.padRight});
}

void OnnxWriter::addParameters(const Graph& graph)
{
    std::vector<char> written(graph.parameters.size(), 0);
    for (const Node& n : graph.nodes)
        for (int p : n.parameters)
        {
            if (written[p])
                continue;
            written[p] = 1;
            const Tensor& value = graph.parameters[p].value;
            const Shape& s = value.shape();
            // Weights of convolutions keep four dimensions, everything by channel has one.
            std::vector<int64_t> dims{s.n, s.c, s.h, s.w};
            if (s.n == 1 && s.h == 1 && s.w == 1 && !graph.parameters[p].decay)
                dims = {s.c};
            else if (n.op == Op::FullyConnected)
                dims = {s.n, static_cast<int64_t>(s.picture())};
            addConstant(graph.parameters[p].name, dims, value.data());
        }
}

void OnnxWriter::addGraph(const Graph& graph, const std::string& input)
{
    addParameters(graph);
    for (const Node& n : graph.nodes)
    {
        if (n.op == Op::Input)
            continue;
        std::vector<std::string> inputs;
        for (int i : n.inputs)
            inputs.push_back(i == 0 && !input.empty() ? input : graph.nodes[i].name);
        std::string type = opName(n.op);
        if (n.op == Op::FullyConnected)
        {
            addNode("Flatten", n.name + ".flat", inputs).integer("axis", 1);
            inputs = {n.name + ".flat"};
            type = "Gemm";
        }
        else if (n.op == Op::Resize)
        {
            const float scales[] = {1, 1, static_cast<float>(n.scale), static_cast<float>(n.scale)};
            addConstant(n.name + ".scales", {4}, scales);
            if (operatorSet > 10)
                inputs.push_back(""); // the region, which only some modes have
            inputs.push_back(n.name + ".scales");
        }
        else if (padsApart(n))
            inputs = {addPadding(n, inputs[0])};
        else if (n.op == Op::Clip && operatorSet > 10)
        {
            addConstant(n.name + ".min", {}, &n.lower);
            addConstant(n.name + ".max", {}, &n.upper);
            inputs.insert(inputs.end(), {n.name + ".min", n.name + ".max"});
        }
        for (int p : n.parameters)
            inputs.push_back(graph.parameters[p].name);
        NodeRef node = addNode(type, n.name, inputs);
        switch (n.op)
        {
        case Op::Conv:
            addWindow(n, node);
            node.integers("dilations", {n.dilation.height, n.dilation.width}).integer("group", n.group);
            break;
        case Op::MaxPool:
        case Op::AveragePool:
            addWindow(n, node);
            node.integer("ceil_mode", n.ceilMode);
            if (n.op == Op::AveragePool)
                node.integer("count_include_pad", n.countPadding);
            break;
        case Op::BatchNorm:
            node.real("epsilon", n.epsilon);
            break;
        case Op::Clip:
            if (operatorSet == 10)
                node.real("min", n.lower).real("max", n.upper);
            break;
        case Op::LeakyRelu:
            node.real("alpha", n.alpha);
            break;
        case Op::HardSigmoid:
            node.real("alpha", n.alpha).real("beta", n.beta);
            break;
        case Op::Concat:
            node.integer("axis", 1);
            break;
        case Op::FullyConnected:
            node.integer("transB", 1);
            break;
        case Op::Resize:
            node.text("mode", "nearest");
            if (operatorSet > 10) // what set 10 means by it
                node.text("coordinate_transformation_mode", "asymmetric").text("nearest_mode", "floor");
            break;
        case Op::Input:
        case Op::Relu:
        case Op::Sigmoid:
        case Op::Add:
        case Op::Mul:
        case Op::GlobalAveragePool:
            break;
        }
    }
}

std::string OnnxWriter::bytes() const
{
    return model->SerializeAsString();
}

} // namespace dnn_rpn_train
} // namespace cv
