// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "import.hpp"
#include "composed.hpp"
#include "reshaping.hpp"
#include "opencv2/dnn_rpn/private/file.hpp"

#include <numeric>

namespace cv {
namespace dnn_rpn_train {

namespace {

std::string nameOf(const onnx::NodeProto& n)
{
    return n.name().empty() && n.output_size() ? n.output(0) : n.name();
}

OnnxNode onnxNode(const onnx::NodeProto& n)
{
    OnnxNode node;
    node.type = n.op_type();
    node.name = nameOf(n);
    node.inputs.assign(n.input().begin(), n.input().end());
    for (const onnx::AttributeProto& a : n.attribute())
        switch (a.type())
        {
        case onnx::AttributeProto::INT:
            node.integer(a.name().c_str(), a.i());
            break;
        case onnx::AttributeProto::FLOAT:
            node.real(a.name().c_str(), a.f());
            break;
        case onnx::AttributeProto::STRING:
            node.text(a.name().c_str(), a.s());
            break;
        case onnx::AttributeProto::INTS:
            node.integers(a.name().c_str(), {a.ints().begin(), a.ints().end()});
            break;
        case onnx::AttributeProto::FLOATS:
            node.reals(a.name().c_str(), {a.floats().begin(), a.floats().end()});
            break;
        default:
            break;
        }
    return node;
}

//! Whether a node works on each number alone, or on two in the same place.
bool isElementwise(const std::string& type)
{
    static const std::set<std::string> others{"Abs",      "Add", "Cast", "Div", "Dropout", "Gelu",
                                              "Identity", "Max", "Mish", "Mul", "Sub"};
    Op op;
    if (others.count(type))
        return true;
    if (!operatorNamed(type, op))
        return false;
    switch (op)
    {
        DNN_RPN_ELEMENTWISE_OPERATORS(DNN_RPN_CASE)
        return true;
    default:
        return false;
    }
}

class OnnxNodeReader : public NodeReader
{
public:
    //! @param name_ what the node's parameters are named after
    OnnxNodeReader(const OnnxNode& node_, const std::string& name_, Imported& imported)
        : NodeReader(node_), name(name_), all(imported)
    {}

    int value(int input) const override
    {
        if (input >= inputCount())
            refuse(format("it has %d inputs, not %d", inputCount(), input + 1));
        const std::string& wanted = node.inputs[input];
        const auto found = all.values.find(wanted);
        if (found == all.values.end())
            refuse(all.paddings.count(wanted)
                       ? "'" + wanted + "' is padded, which only convolutions and poolings can take"
                   : all.constants.has(wanted) ? "'" + wanted + "' is a constant, which it cannot take there"
                                               : "no node before it gives '" + wanted + "'");
        if (all.channelsLast.count(wanted) && !isElementwise(node.type))
            refuse("the channels of '" + wanted +
                   "' are its last axis, and only element-wise nodes are known there");
        return found->second;
    }
    const Padding* padding(int input) const override
    {
        const auto found = input < inputCount() ? all.paddings.find(node.inputs[input]) : all.paddings.end();
        return found == all.paddings.end() ? nullptr : &found->second;
    }
    bool isConstant(int input) const override
    {
        return hasInput(input) && all.constants.has(node.inputs[input]);
    }
    std::vector<int64_t> dims(int input) const override { return all.constants.dims(constant(input)); }
    std::vector<float> floats(int input) const override { return all.constants.floats(constant(input)); }
    std::vector<int64_t> wholeNumbers(int input) const override
    {
        return all.constants.wholeNumbers(constant(input));
    }

    const Graph& graph() const override { return all.graph; }
    int channels(int index) const override { return all.channels(index); }
    double enlargement(int input, int lengths) const override
    {
        const int x = value(input);
        const Numbers to =
            all.isArray(node.inputs[lengths]) ? all.array(node.inputs[lengths]).numbers : Numbers();
        if (to.size() != 4)
            return 0;
        double factors[2] = {};
        for (int axis : {2, 3})
        {
            const ShapeNumber& n = to[axis];
            const Shape own = all.shape(x);
            const int length = axis == 2 ? own.h : own.w;
            if (n.constant())
                factors[axis - 2] = length > 0 ? n.value / length : 0;
            else if (n.axis == axis && all.stride(n.node) > 0)
                factors[axis - 2] = n.value * all.stride(x) / all.stride(n.node);
        }
        return factors[0] == factors[1] ? factors[0] : 0;
    }
    int addNode(const Node& n) override { return all.graph.add(n); }
    int addParameter(const char* role, const Shape& shape, const std::vector<float>& numbers, bool decay,
                     bool trainable) override
    {
        // What is composed of several nodes may have several of a role.
        const int number = ++roles[role];
        const std::string suffix = number > 1 ? "." + std::to_string(number) : "";
        const int index = all.graph.addParameter(name + role + suffix, shape, decay);
        Parameter& p = all.graph.parameters[index];
        p.trainable = trainable;
        std::copy(numbers.begin(), numbers.end(), p.value.data());
        return index;
    }

    [[noreturn]] void refuse(const String& why) const override
    {
        CV_Error_(Error::StsNotImplemented, ("'%s', node '%s' (%s): %s", all.path.c_str(), node.name.c_str(),
                                             node.type.c_str(), why.c_str()));
    }

private:
    using Numbers = std::vector<ShapeNumber>;

    const std::string& constant(int input) const
    {
        if (!isConstant(input))
            refuse("'" + (input < inputCount() ? node.inputs[input] : format("input %d", input)) +
                   "' is not a constant in the file");
        return node.inputs[input];
    }

    const std::string name;
    Imported& all;
    std::map<std::string, int> roles; //!< how many parameters each has
};

//! Pads of rows and columns, which the window that looks at them takes over.
Padding readPad(const NodeReader& reader)
{
    const std::string mode = reader.text("mode", "constant");
    if (mode != "constant")
        reader.refuse("mode " + mode + " is not known; only constant is");
    std::vector<int64_t> pads;
    const float* const given = reader.node.find<float>("value");
    float value = given ? *given : 0.f;
    // Since operator set 11 they are inputs.
    if (const std::vector<int64_t>* attribute = reader.node.find<std::vector<int64_t>>("pads"))
        pads = *attribute;
    else if (reader.hasInput(1))
        pads = reader.wholeNumbers(1);
    if (reader.hasInput(2))
    {
        const std::vector<float> constant = reader.floats(2);
        if (constant.size() != 1)
            reader.refuse(format("it pads with %zu numbers, not one", constant.size()));
        value = constant[0];
    }
    if (reader.hasInput(3)) // since operator set 18: of these axes only
    {
        const std::vector<int64_t> axes = reader.wholeNumbers(3), some = pads;
        pads.assign(8, 0);
        for (size_t i = 0; i < axes.size(); i++)
        {
            const int64_t axis = axes[i] < 0 ? axes[i] + 4 : axes[i];
            if (some.size() != 2 * axes.size() || axis < 0 || axis > 3)
                reader.refuse("its axes do not fit its pads");
            pads[axis] = some[i];
            pads[axis + 4] = some[i + axes.size()];
        }
    }
    if (pads.size() != 8)
        reader.refuse("only pads of all four dimensions are known");
    for (int i : {0, 1, 4, 5})
        if (pads[i] != 0)
            reader.refuse("only rows and columns can be padded");
    for (int64_t pad : pads)
        if (pad < 0 || pad > NodeReader::highestWindow)
            reader.refuse(
                format("'pads' has %lld, not 0..%d", static_cast<long long>(pad), NodeReader::highestWindow));
    Padding p;
    p.node = reader.value(0);
    p.top = static_cast<int>(pads[2]);
    p.left = static_cast<int>(pads[3]);
    p.bottom = static_cast<int>(pads[6]);
    p.right = static_cast<int>(pads[7]);
    p.value = value;
    return p;
}

} // namespace

class Importer
{
public:
    Importer(OnnxImport& result_, Graph& graph) : result(result_), all(result_.file, graph)
    {
        if (!model.ParseFromString(dnn_rpn::readFile(all.path)))
            CV_Error_(Error::StsParseError, ("'%s' is not an ONNX file, or it is cut off", all.path.c_str()));
        if (model.graph().node_size() == 0)
            CV_Error_(Error::StsParseError, ("'%s' holds no network", all.path.c_str()));
        const int most = 10000; // the deepest that are published have three thousand
        if (model.graph().node_size() > most)
            CV_Error_(Error::StsOutOfRange, ("'%s' has %d nodes; more than %d are not read", all.path.c_str(),
                                             model.graph().node_size(), most));
    }

    void run(int inputNode)
    {
        const onnx::GraphProto& file = model.graph();
        const char* const path = all.path.c_str();
        for (const onnx::TensorProto& t : file.initializer())
            all.constants.add(t.name(), t);
        std::vector<std::string> inputs;
        for (const onnx::ValueInfoProto& v : file.input())
            if (!all.constants.has(v.name()))
                inputs.push_back(v.name());
        if (inputs.size() != 1)
            CV_Error_(Error::StsParseError, ("'%s' has %d inputs; a feature extractor has one", path,
                                             static_cast<int>(inputs.size())));
        if (file.output_size() == 0)
            CV_Error_(Error::StsParseError, ("'%s' has no output", path));
        for (const onnx::ValueInfoProto& v : file.output())
            result.outputNames.push_back(v.name());
        for (const onnx::StringStringEntryProto& entry : model.metadata_props())
            result.properties[entry.key()] = entry.value();
        all.values[inputs[0]] = inputNode;
        for (const onnx::ValueInfoProto& v : file.input())
            if (v.name() == inputs[0])
            {
                all.image = shapeOf(v);
                if (isChannelsLast(v))
                    all.channelsLast.insert(v.name());
            }
        for (const onnx::NodeProto& n : file.node())
            addLayer(n);
        result.values.swap(all.values);
    }

private:
    //! Images x rows x columns x 3.
    static bool isChannelsLast(const onnx::ValueInfoProto& value)
    {
        const onnx::TensorShapeProto& dims = value.type().tensor_type().shape();
        return dims.dim_size() == 4 && dims.dim(1).dim_value() != 3 && dims.dim(3).dim_value() == 3;
    }
    //! Of four dimensions, if all are known and those of an image of three channels; the images are one.
    static Shape shapeOf(const onnx::ValueInfoProto& value)
    {
        const onnx::TensorShapeProto& dims = value.type().tensor_type().shape();
        const int channels = isChannelsLast(value) ? 3 : 1, rows = isChannelsLast(value) ? 1 : 2;
        if (dims.dim_size() != 4 || dims.dim(channels).dim_value() != 3)
            return Shape();
        const auto length = [&](int axis) { return dims.dim(axis).dim_value(); };
        for (int i : {rows, rows + 1})
            if (length(i) < 1 || length(i) > (1 << 14))
                return Shape();
        return Shape(static_cast<int>(std::max<int64_t>(1, std::min<int64_t>(length(0), 4096))), 3,
                     static_cast<int>(length(rows)), static_cast<int>(length(rows + 1)));
    }

    //! A node of the file with all that comes of it; nothing at all if it is not known.
    void addLayer(const onnx::NodeProto& n)
    {
        OnnxImport::Layer layer;
        layer.name = nameOf(n);
        layer.type = n.op_type();
        layer.inputs.assign(n.input().begin(), n.input().end());
        layer.outputs.assign(n.output().begin(), n.output().end());
        const auto isUnknown = [&](const std::string& value) { return unknown.count(value) != 0; };
        layer.known = std::none_of(n.input().begin(), n.input().end(), isUnknown);
        const size_t nodes = all.graph.nodes.size(), parameters = all.graph.parameters.size();
        if (layer.known)
            try
            {
                addNode(n);
                layer.constant = n.output_size() && all.isArray(n.output(0));
            }
            catch (const cv::Exception& e)
            {
                all.cut(nodes, parameters);
                layer.known = false;
                layer.refusalCode = e.code;
                layer.refusal = e.err;
            }
        if (!layer.known)
            unknown.insert(n.output().begin(), n.output().end());
        result.all.push_back(layer);
    }

    void addConstantOfShape(const onnx::NodeProto& n, const NodeReader& reader)
    {
        const std::string& output = n.output(0);
        ShapeNumber value;
        bool whole = false;
        if (n.attribute_size() == 1 && all.constants.add(output, n.attribute(0)))
        {
            const ShapeArray given = all.array(output);
            if (given.numbers.size() != 1)
                reader.refuse(format("its value is %zu numbers, not one", given.numbers.size()));
            value = given.numbers[0];
            whole = given.whole;
        }
        const int64_t most = 1 << 16;
        int64_t count = 1;
        const std::vector<int64_t> dims = reader.wholeNumbers(0);
        for (int64_t d : dims)
        {
            if (d < 1 || d > most || count * d > most)
                reader.refuse(
                    format("it gives more than %lld numbers, or none", static_cast<long long>(most)));
            count *= d;
        }
        all.constants.add(output, dims, std::vector<double>(static_cast<size_t>(count), value.value), whole);
    }

    //! What gives a value of the file without a node of the graph. False for other operators.
    bool addValue(const onnx::NodeProto& n, const NodeReader& reader)
    {
        const std::string &type = n.op_type(), &output = n.output(0);
        if (type == "Constant")
        {
            if (n.attribute_size() != 1 || !all.constants.add(output, n.attribute(0)))
                reader.refuse("only constants of numbers are known");
            return true;
        }
        if (type == "ConstantOfShape")
        {
            addConstantOfShape(n, reader);
            return true;
        }
        if (type == "Identity" || type == "Dropout")
        {
            if (reader.isConstant(0))
                all.constants.addName(output, n.input(0));
            else
                passOn(reader.node.inputs[0], output, reader.value(0));
            return true;
        }
        if (type == "Cast" && !reader.isConstant(0))
        {
            const int64_t to = reader.integer("to", 0), float32 = 1, float16 = 10, float64 = 11;
            if (to != float32 && to != float16 && to != float64)
                reader.refuse(format("a cast to type %lld is not known", static_cast<long long>(to)));
            passOn(reader.node.inputs[0], output, reader.value(0));
            return true;
        }
        if (type == "Split")
        {
            addSplit(n, reader);
            return true;
        }
        if (type != "Pad")
            return false;
        const Padding p = readPad(reader);
        if (std::max({p.top, p.left, p.bottom, p.right}) == 0)
            all.values[output] = p.node;
        else
            all.paddings[output] = p;
        return true;
    }

    //! Another name for a value.
    void passOn(const std::string& name, const std::string& output, int node)
    {
        all.values[output] = node;
        if (all.flat.count(name))
            all.flat.insert(output);
        if (all.channelsLast.count(name))
            all.channelsLast.insert(output);
    }

    //! A slice of channels for each output.
    void addSplit(const onnx::NodeProto& n, const NodeReader& reader)
    {
        const int64_t axis = reader.integer("axis", 0);
        if (axis != 1 && axis != -3)
            reader.refuse("only splitting of channels (axis 1) is known");
        Node node;
        node.op = Op::Slice;
        node.inputs = {reader.value(0)};
        const int64_t channels = all.channels(node.inputs[0]), parts = n.output_size();
        std::vector<int64_t> sizes(parts, (channels + parts - 1) / parts);
        if (const std::vector<int64_t>* given = reader.node.find<std::vector<int64_t>>("split"))
            sizes = *given;
        else if (reader.hasInput(1))
            sizes = reader.wholeNumbers(1);
        else
            sizes.back() = channels - sizes[0] * (parts - 1);
        if (static_cast<int64_t>(sizes.size()) != parts ||
            std::accumulate(sizes.begin(), sizes.end(), int64_t(0)) != channels ||
            *std::min_element(sizes.begin(), sizes.end()) < 1)
            reader.refuse(format("%lld channels do not split into its %lld outputs",
                                 static_cast<long long>(channels), static_cast<long long>(parts)));
        int begin = 0;
        for (int i = 0; i < n.output_size(); i++)
        {
            node.name = prefix + n.output(i);
            node.channels = {begin, begin + static_cast<int>(sizes[i]), 1};
            begin = node.channels.end;
            if (!n.output(i).empty())
                all.values[n.output(i)] = all.graph.add(node);
        }
    }

    void addNode(const onnx::NodeProto& n)
    {
        const OnnxNode file = onnxNode(n);
        // Outputs are unique in the file, which node names need not be.
        Node node;
        node.name = prefix + (n.output_size() ? n.output(0) : std::string());
        OnnxNodeReader reader(file, node.name, all);
        if (n.output_size() == 0)
            reader.refuse("it has no output");
        if (!n.domain().empty() && n.domain() != "ai.onnx")
            reader.refuse("operators of '" + n.domain() + "' are not known to the trainer");
        if (addReshaping(all, reader, n.output(0), node) || addValue(n, reader))
            return;
        if (const ReadComposed composed = composedNamed(file.type))
            composed(reader, node);
        else if (operatorNamed(file.type, node.op))
            operatorOf(node.op).read(reader, node);
        else
            reader.refuse("this operator is not known to the trainer");
        const bool row = isRow(reader, node), last = areChannelsLast(reader);
        all.values[n.output(0)] = all.graph.add(node);
        if (row)
            all.flat.insert(n.output(0));
        if (last)
            all.channelsLast.insert(n.output(0));
    }

    //! Whether a node gives images x channels in the file. What cannot take such an input is refused.
    bool isRow(const NodeReader& reader, const Node& node) const
    {
        const std::string& type = reader.node.type;
        int rows = 0, maps = 0;
        for (const std::string& input : reader.node.inputs)
            if (all.values.count(input))
                (all.flat.count(input) ? rows : maps)++;
        const bool product = type == "Gemm";
        if (product ? rows != 1 : rows > 0 && (maps > 0 || !isOfNumbers(node.op)))
            reader.refuse(product ? "only the mean of a map is known as its input"
                                  : "its input has no rows and columns");
        return rows > 0 || (type == "ReduceMean" && reader.integer("keepdims", 1) == 0);
    }
    //! Whether a node's inputs, and so its output, have their channels last.
    bool areChannelsLast(const NodeReader& reader) const
    {
        int last = 0, first = 0;
        for (const std::string& input : reader.node.inputs)
            if (all.values.count(input))
                (all.channelsLast.count(input) ? last : first)++;
        if (last > 0 && first > 0)
            reader.refuse("of some of its inputs the channels are the last axis, of others not");
        return last > 0;
    }
    static bool isOfNumbers(Op op)
    {
        switch (op)
        {
            DNN_RPN_ELEMENTWISE_OPERATORS(DNN_RPN_CASE)
        case Op::Add:
        case Op::Mul:
            return true;
        default:
            return false;
        }
    }

    const std::string prefix = "backbone."; //!< keeps names apart from the head's
    OnnxImport& result;
    Imported all;
    onnx::ModelProto model;
    std::set<std::string> unknown; //!< values that nodes which are not known would give
};

OnnxImport::OnnxImport(const std::string& path, Graph& graph, int input) : file(path)
{
    Importer(*this, graph).run(input);
}

int OnnxImport::node(const std::string& value) const
{
    const auto found = values.find(value);
    return found == values.end() ? -1 : found->second;
}

std::string OnnxImport::valueNamed(const std::string& name) const
{
    if (values.count(name))
        return name;
    for (const Layer& layer : all)
        if (std::find(layer.outputs.begin(), layer.outputs.end(), name) != layer.outputs.end())
            return name;
    for (const Layer& layer : all)
        if (layer.name == name && !layer.outputs.empty())
            return layer.outputs[0];
    return "";
}

std::set<std::string> OnnxImport::behind(const std::vector<std::string>& wanted) const
{
    std::set<std::string> found(wanted.begin(), wanted.end());
    for (auto layer = all.rbegin(); layer != all.rend(); ++layer)
        for (const std::string& o : layer->outputs)
            if (found.count(o))
                found.insert(layer->inputs.begin(), layer->inputs.end());
    return found;
}

int OnnxImport::require(const std::string& value) const
{
    const int found = node(value);
    if (found >= 0)
        return found;
    const std::set<std::string> needed = behind({value});
    for (const Layer& layer : all)
        if (!layer.refusal.empty() && std::any_of(layer.outputs.begin(), layer.outputs.end(),
                                                  [&](const std::string& o) { return needed.count(o) != 0; }))
            CV_Error_(layer.refusalCode, ("%s", layer.refusal.c_str()));
    CV_Error_(Error::StsParseError, ("'%s': no node gives '%s'", file.c_str(), value.c_str()));
}

int importOnnx(const std::string& path, Graph& graph, int input)
{
    const OnnxImport imported(path, graph, input);
    std::vector<int> output{imported.require(imported.outputs()[0])};
    graph.keepOnly(output);
    return output[0];
}

} // namespace dnn_rpn_train
} // namespace cv
