// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "writer.hpp"
#include "../graph/node_writer.hpp"

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

//! For each type of an attribute's value.
struct AttributeWriter
{
    OnnxWriter::NodeRef& node;
    const char* name;

    void operator()(int64_t value) const { node.integer(name, value); }
    void operator()(float value) const { node.real(name, value); }
    void operator()(const std::string& value) const { node.text(name, value); }
    void operator()(const std::vector<int64_t>& values) const { node.integers(name, values); }
    void operator()(const std::vector<float>& values) const { node.reals(name, values); }
};

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
                dims = {s.n, static_cast<int64_t>(s.image())};
            addConstant(graph.parameters[p].name, dims, value.data());
        }
}

void OnnxWriter::add(const OnnxNode& node)
{
    NodeRef ref = addNode(node.type, node.name, node.inputs);
    for (const OnnxNode::Attribute& a : node.attributes)
        std::visit(AttributeWriter{ref, a.name.c_str()}, a.value);
}

void OnnxWriter::addGraph(const Graph& graph, const std::string& input)
{
    addParameters(graph);
    for (const Node& n : graph.nodes)
    {
        if (n.op == Op::Input)
            continue;
        NodeWriter writer;
        writer.operatorSet = operatorSet;
        writer.node.type = opName(n.op);
        writer.node.name = n.name;
        for (int i : n.inputs)
            writer.node.inputs.push_back(i == 0 && !input.empty() ? input : graph.nodes[i].name);
        for (int p : n.parameters)
            writer.node.inputs.push_back(graph.parameters[p].name);
        operatorOf(n.op).write(n, writer);
        for (const NodeWriter::Constant& c : writer.constants)
            if (c.wholeNumbers.empty())
                addConstant(c.name, c.dims, c.floats.data());
            else
                addConstant(c.name, c.wholeNumbers);
        for (const OnnxNode& before : writer.before)
            add(before);
        add(writer.node);
    }
}

std::string OnnxWriter::bytes() const
{
    return model->SerializeAsString();
}

} // namespace dnn_rpn_train
} // namespace cv
