// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "import.hpp"
#include "opencv2/dnn_rpn/private/file.hpp"

#include <cstring>
#include <map>
#include <type_traits>
#include <set>

#include <onnx/onnx_pb.h>

namespace cv {
namespace dnn_rpn_train {

namespace {

class Importer
{
public:
    Importer(const std::string& path_, Graph& graph_) : path(path_), graph(graph_)
    {
        if (!model.ParseFromString(dnn_rpn::readFile(path)))
            CV_Error_(Error::StsParseError, ("'%s' is not an ONNX file, or it is cut off", path.c_str()));
        if (model.graph().node_size() == 0)
            CV_Error_(Error::StsParseError, ("'%s' holds no network", path.c_str()));
    }

    int run(int inputNode)
    {
        const onnx::GraphProto& file = model.graph();
        for (const onnx::TensorProto& t : file.initializer())
            constants[t.name()] = &t;
        std::vector<std::string> inputs;
        for (const onnx::ValueInfoProto& v : file.input())
            if (!constants.count(v.name()))
                inputs.push_back(v.name());
        if (inputs.size() != 1)
            CV_Error_(Error::StsParseError, ("'%s' has %d inputs; a feature extractor has one", path.c_str(),
                                             static_cast<int>(inputs.size())));
        if (file.output_size() == 0)
            CV_Error_(Error::StsParseError, ("'%s' has no output", path.c_str()));
        values[inputs[0]] = inputNode;
        const std::string& output = file.output(0).name();
        const std::set<std::string> needed = behind(output);
        for (const onnx::NodeProto& n : file.node())
            for (const std::string& o : n.output())
                if (needed.count(o))
                {
                    addNode(n);
                    break;
                }
        const auto found = values.find(output);
        if (found == values.end())
            CV_Error_(Error::StsParseError,
                      ("'%s': no node gives the output '%s'", path.c_str(), output.c_str()));
        return found->second;
    }

private:
    // Far beyond any feature extractor; keeps the sums of a shape within an int.
    static const int highestWindow = 1 << 12;

    [[noreturn]] void refuse(const onnx::NodeProto& n, const String& why) const
    {
        CV_Error_(Error::StsNotImplemented, ("'%s', node '%s' (%s): %s", path.c_str(), nameOf(n).c_str(),
                                             n.op_type().c_str(), why.c_str()));
    }

    //! The values that one value is made from, itself among them.
    std::set<std::string> behind(const std::string& value) const
    {
        std::set<std::string> found{value};
        const onnx::GraphProto& file = model.graph();
        for (int i = file.node_size() - 1; i >= 0; i--)
            for (const std::string& o : file.node(i).output())
                if (found.count(o))
                    found.insert(file.node(i).input().begin(), file.node(i).input().end());
        return found;
    }

    static std::string nameOf(const onnx::NodeProto& n)
    {
        return n.name().empty() && n.output_size() ? n.output(0) : n.name();
    }

    static const onnx::AttributeProto* attribute(const onnx::NodeProto& n, const char* name)
    {
        for (const onnx::AttributeProto& a : n.attribute())
            if (a.name() == name)
                return &a;
        return nullptr;
    }

    static int64_t integer(const onnx::NodeProto& n, const char* name, int64_t otherwise)
    {
        const onnx::AttributeProto* a = attribute(n, name);
        return a ? a->i() : otherwise;
    }

    std::vector<int> integers(const onnx::NodeProto& n, const char* name, size_t count, int otherwise,
                              int lowest) const
    {
        const onnx::AttributeProto* a = attribute(n, name);
        if (!a)
            return std::vector<int>(count, otherwise);
        if (static_cast<size_t>(a->ints_size()) != count)
            refuse(n, format("'%s' has %d numbers; only two dimensions are known", name, a->ints_size()));
        for (int64_t v : a->ints())
            if (v < lowest || v > highestWindow)
                refuse(n, format("'%s' has %lld, not %d..%d", name, static_cast<long long>(v), lowest,
                                 highestWindow));
        return std::vector<int>(a->ints().begin(), a->ints().end());
    }

    //! Of a constant: floats, or whole numbers of 64 bits.
    template<typename Number>
    std::vector<Number> numbers(const onnx::NodeProto& n, const std::string& name) const
    {
        constexpr bool whole = std::is_same<Number, int64_t>::value;
        const auto found = constants.find(name);
        if (found == constants.end())
            refuse(n, "'" + name + "' is not a constant in the file");
        const onnx::TensorProto& t = *found->second;
        int64_t total = 1;
        for (int64_t d : t.dims())
        {
            if (d < 1 || d > (1 << 28) || total * d > (1 << 28))
                refuse(n, format("'%s' has a dimension of %lld", name.c_str(), static_cast<long long>(d)));
            total *= d;
        }
        if (t.data_type() != (whole ? onnx::TensorProto::INT64 : onnx::TensorProto::FLOAT))
            refuse(n, format("'%s' has type %d; only %s are known here", name.c_str(), t.data_type(),
                             whole ? "64-bit integers (7)" : "32-bit floats (1)"));
        std::vector<Number> v;
        if (t.has_raw_data() && t.raw_data().size() == static_cast<size_t>(total) * sizeof(Number))
        {
            v.resize(static_cast<size_t>(total));
            std::memcpy(v.data(), t.raw_data().data(), t.raw_data().size());
        }
        else if constexpr (whole)
            v.assign(t.int64_data().begin(), t.int64_data().end());
        else
            v.assign(t.float_data().begin(), t.float_data().end());
        if (v.size() != static_cast<size_t>(total))
            refuse(n, format("'%s' should hold %lld numbers but holds %zu", name.c_str(),
                             static_cast<long long>(total), v.size()));
        return v;
    }

    std::vector<float> floats(const onnx::NodeProto& n, const std::string& name) const
    {
        return numbers<float>(n, name);
    }

    float real(const onnx::NodeProto& n, const char* name, float otherwise) const
    {
        const onnx::AttributeProto* a = attribute(n, name);
        if (a && !std::isfinite(a->f()))
            refuse(n, format("'%s' is %g", name, a->f()));
        return a ? a->f() : otherwise;
    }

    static std::string text(const onnx::NodeProto& n, const char* name, const std::string& otherwise)
    {
        const onnx::AttributeProto* a = attribute(n, name);
        return a ? a->s() : otherwise;
    }

    int value(const onnx::NodeProto& n, const std::string& name) const
    {
        if (paddings.count(name))
            refuse(n, "'" + name + "' is padded; only convolution and pooling take padding");
        const auto found = values.find(name);
        if (found == values.end())
            refuse(n, "no node before it gives '" + name + "'");
        return found->second;
    }

    /** A parameter of the graph from a constant of the file. It is named after the node: exporters store
    equal constants once, but here each node trains its own. */
    int parameter(const onnx::NodeProto& n, const std::string& name, const char* role, const Shape& shape,
                  bool decay)
    {
        const std::vector<float> data = floats(n, name);
        if (data.size() != shape.total())
            refuse(n, format("'%s' should hold %zu numbers but holds %zu", name.c_str(), shape.total(),
                             data.size()));
        const int index = graph.addParameter(prefix + n.output(0) + role, shape, decay);
        std::copy(data.begin(), data.end(), graph.parameters[index].value.data());
        return index;
    }

    void readWindow(const onnx::NodeProto& n, Node& node) const
    {
        const onnx::AttributeProto* pad = attribute(n, "auto_pad");
        if (pad && pad->s() != "NOTSET" && pad->s() != "VALID")
            refuse(n, "auto_pad " + pad->s() + " is not known; write the pads as numbers");
        const std::vector<int> k = integers(n, "kernel_shape", 2, 1, 1), st = integers(n, "strides", 2, 1, 1),
                               d = integers(n, "dilations", 2, 1, 1), p = integers(n, "pads", 4, 0, 0);
        node.kernel = Size(k[1], k[0]);
        node.stride = Size(st[1], st[0]);
        node.dilation = Size(d[1], d[0]);
        node.padTop = p[0];
        node.padLeft = p[1];
        node.padBottom = p[2];
        node.padRight = p[3];
    }

    //! What a Pad node adds around the rows and columns of a node's output.
    struct Padding
    {
        int node;
        int top, left, bottom, right;
        float value;
    };

    void addPadding(const onnx::NodeProto& n)
    {
        if (text(n, "mode", "constant") != "constant")
            refuse(n, "mode " + text(n, "mode", "") + " is not known; only constant is");
        std::vector<int64_t> pads;
        const onnx::AttributeProto* given = attribute(n, "value");
        float value = given ? given->f() : 0.f;
        // Since operator set 11 they are inputs.
        if (const onnx::AttributeProto* a = attribute(n, "pads"))
            pads.assign(a->ints().begin(), a->ints().end());
        else if (n.input_size() > 1)
            pads = numbers<int64_t>(n, n.input(1));
        if (n.input_size() > 2 && !n.input(2).empty())
        {
            const std::vector<float> constant = floats(n, n.input(2));
            if (constant.size() != 1)
                refuse(n, format("it pads with %zu numbers, not one", constant.size()));
            value = constant[0];
        }
        if (pads.size() != 8 || (n.input_size() > 3 && !n.input(3).empty()))
            refuse(n, "only pads of all four dimensions are known");
        for (int i : {0, 1, 4, 5})
            if (pads[i] != 0)
                refuse(n, "only rows and columns can be padded");
        for (int64_t pad : pads)
            if (pad < 0 || pad > highestWindow)
                refuse(n, format("'pads' has %lld, not 0..%d", static_cast<long long>(pad), highestWindow));
        const int source = this->value(n, n.input(0));
        if (pads == std::vector<int64_t>(8, 0))
            values[n.output(0)] = source;
        else
            paddings[n.output(0)] = {source,
                                     static_cast<int>(pads[2]),
                                     static_cast<int>(pads[3]),
                                     static_cast<int>(pads[6]),
                                     static_cast<int>(pads[7]),
                                     value};
    }

    //! Whether all values of a node are 0 or more.
    bool noneBelowZero(int index) const
    {
        const Node& n = graph.nodes[index];
        return n.op == Op::Relu || n.op == Op::Sigmoid || n.op == Op::HardSigmoid ||
               (n.op == Op::Clip && n.lower >= 0);
    }

    //! Makes what a Pad node adds the padding of the window that looks at it.
    void takePadding(const onnx::NodeProto& n, Node& node, const Padding& p) const
    {
        // The highest is the same with zeros among numbers of 0 or more, and with the lowest number among
        // any.
        if (node.op == Op::MaxPool ? p.value > -FLT_MAX && (p.value != 0 || !noneBelowZero(p.node))
                                   : p.value != 0)
            refuse(n,
                   format("its input is padded with %g, which is not what its own padding means", p.value));
        if (node.op == Op::AveragePool)
        {
            if (!node.countPadding &&
                std::max({node.padTop, node.padLeft, node.padBottom, node.padRight}) > 0)
                refuse(n, "its input is padded, and it has padding of its own that does not count");
            node.countPadding = true;
        }
        node.padTop += p.top;
        node.padLeft += p.left;
        node.padBottom += p.bottom;
        node.padRight += p.right;
    }

    //! Nearest neighbours, by Resize or by Upsample, which it was called before operator set 10.
    void readResize(const onnx::NodeProto& n, Node& node) const
    {
        if (text(n, "mode", "nearest") != "nearest")
            refuse(n, "mode " + text(n, "mode", "") + " is not known; only nearest is");
        std::vector<float> scales;
        if (const onnx::AttributeProto* a = attribute(n, "scales"))
            scales.assign(a->floats().begin(), a->floats().end());
        // Operator set 11 put the region before the scales.
        const int at = n.input_size() > 2 ? 2 : 1;
        if (n.input_size() > at && !n.input(at).empty())
            scales = floats(n, n.input(at));
        if (scales.size() != 4 || scales[0] != 1 || scales[1] != 1 || scales[2] != scales[3] ||
            scales[2] < 1 || scales[2] > highestWindow || scales[2] != std::floor(scales[2]))
            refuse(n, "only constant scales 1, 1, S, S with a whole S are known");
        node.scale = static_cast<int>(scales[2]);
        // Wherever the centres of cells are said to lie, a cell must be nearest to the one that it is a part
        // of.
        const std::string centres = text(n, "coordinate_transformation_mode",
                                         at == 1 ? "asymmetric" : "half_pixel"),
                          rounding = text(n, "nearest_mode", at == 1 ? "floor" : "round_prefer_floor");
        const bool halves = centres == "half_pixel" || centres == "pytorch_half_pixel",
                   rounds = rounding == "round_prefer_floor" || rounding == "round_prefer_ceil";
        if (!(halves && rounds) &&
            !(rounding == "floor" && (centres == "asymmetric" || centres == "tf_half_pixel_for_nn")) &&
            !(rounding == "round_prefer_floor" && centres == "asymmetric" && node.scale <= 2))
            refuse(n, "centres '" + centres + "' rounded by '" + rounding +
                          "' do not repeat every cell as often as the others");
    }

    void addConv(const onnx::NodeProto& n, Node& node)
    {
        readWindow(n, node);
        node.group = static_cast<int>(integer(n, "group", 1));
        const auto weight = n.input_size() > 1 ? constants.find(n.input(1)) : constants.end();
        if (weight == constants.end() || weight->second->dims_size() != 4)
            refuse(n, "its weights are no four-dimensional constant");
        floats(n, n.input(1)); // refuses dimensions that make no sense
        const auto& dims = weight->second->dims();
        const Shape shape(static_cast<int>(dims[0]), static_cast<int>(dims[1]), static_cast<int>(dims[2]),
                          static_cast<int>(dims[3]));
        if (attribute(n, "kernel_shape") && node.kernel != Size(shape.w, shape.h))
            refuse(n, format("kernel_shape %dx%d, but weights of %dx%d", node.kernel.height,
                             node.kernel.width, shape.h, shape.w));
        node.kernel = Size(shape.w, shape.h);
        if (node.group < 1 || shape.n % node.group)
            refuse(n, format("%d outputs in %d groups", shape.n, node.group));
        node.parameters.push_back(parameter(n, n.input(1), ".weight", shape, true));
        const Shape bias(1, shape.n, 1, 1);
        if (n.input_size() > 2 && !n.input(2).empty())
            node.parameters.push_back(parameter(n, n.input(2), ".bias", bias, false));
        else
            node.parameters.push_back(graph.addParameter(prefix + n.output(0) + ".bias", bias, false));
    }

    void addBatchNorm(const onnx::NodeProto& n, Node& node)
    {
        if (n.input_size() != 5)
            refuse(n, format("it has %d inputs, not 5", n.input_size()));
        const onnx::AttributeProto* epsilon = attribute(n, "epsilon");
        node.epsilon = epsilon ? epsilon->f() : 1e-5f;
        static const char* const roles[] = {"", ".scale", ".bias", ".mean", ".variance"};
        for (int j = 1; j < 5; j++)
        {
            const int channels = static_cast<int>(floats(n, n.input(j)).size());
            const int p = parameter(n, n.input(j), roles[j], Shape(1, channels, 1, 1), false);
            graph.parameters[p].trainable = false;
            node.parameters.push_back(p);
        }
    }

    void readClip(const onnx::NodeProto& n, Node& node) const
    {
        node.lower = -FLT_MAX;
        node.upper = FLT_MAX;
        if (const onnx::AttributeProto* a = attribute(n, "min"))
            node.lower = a->f();
        if (const onnx::AttributeProto* a = attribute(n, "max"))
            node.upper = a->f();
        // Since operator set 11 the bounds are inputs.
        for (int j = 1; j < n.input_size() && j < 3; j++)
            if (!n.input(j).empty())
                (j == 1 ? node.lower : node.upper) = floats(n, n.input(j))[0];
    }

    void addNode(const onnx::NodeProto& n)
    {
        const std::string& type = n.op_type();
        if (n.output_size() == 0)
            refuse(n, "it has no output");
        if (type == "Constant")
        {
            const onnx::AttributeProto* a = attribute(n, "value");
            if (!a)
                refuse(n, "only tensor constants are known");
            constants[n.output(0)] = &a->t();
            return;
        }
        if (n.input_size() == 0)
            refuse(n, "it has no input");
        const auto constant = constants.find(n.input(0));
        if (type == "Identity" && constant != constants.end())
        {
            constants[n.output(0)] = constant->second;
            return;
        }
        if (type == "Identity" || type == "Dropout")
        {
            values[n.output(0)] = value(n, n.input(0));
            return;
        }
        if (type == "Pad")
        {
            addPadding(n);
            return;
        }
        Node node;
        // Outputs are unique in the file, which node names need not be; the prefix keeps them apart from the
        // head.
        node.name = prefix + n.output(0);
        const bool several = type == "Add" || type == "Mul" || type == "Concat",
                   window = type == "Conv" || type == "MaxPool" || type == "AveragePool";
        const auto padding = window ? paddings.find(n.input(0)) : paddings.end();
        if (padding != paddings.end())
            node.inputs.push_back(padding->second.node);
        else
            for (int j = 0; j < (several ? n.input_size() : 1); j++)
                node.inputs.push_back(value(n, n.input(j)));

        if (type == "Conv")
        {
            node.op = Op::Conv;
            addConv(n, node);
            if (padding != paddings.end())
                takePadding(n, node, padding->second);
        }
        else if (type == "BatchNormalization")
        {
            node.op = Op::BatchNorm;
            addBatchNorm(n, node);
        }
        else if (type == "Relu")
            node.op = Op::Relu;
        else if (type == "Clip")
        {
            node.op = Op::Clip;
            readClip(n, node);
        }
        else if (type == "LeakyRelu")
        {
            node.op = Op::LeakyRelu;
            node.alpha = real(n, "alpha", 0.01f);
            if (node.alpha < 0)
                refuse(n, format("alpha %g is below 0", node.alpha));
        }
        else if (type == "Sigmoid")
            node.op = Op::Sigmoid;
        else if (type == "HardSigmoid")
        {
            node.op = Op::HardSigmoid;
            node.alpha = real(n, "alpha", 0.2f);
            node.beta = real(n, "beta", 0.5f);
        }
        else if (type == "HardSwish")
        {
            // x hardSigmoid(x), as an operator set that does not know it can say it, too.
            Node gate = node;
            gate.name += ".gate";
            gate.op = Op::HardSigmoid;
            gate.alpha = 1.f / 6;
            gate.beta = 0.5f;
            node.op = Op::Mul;
            node.inputs.push_back(graph.add(gate));
        }
        else if (type == "Add")
            node.op = Op::Add;
        else if (type == "Mul")
        {
            node.op = Op::Mul;
            if (n.input_size() != 2)
                refuse(n, format("it has %d inputs, not 2", n.input_size()));
        }
        else if (type == "GlobalAveragePool")
            node.op = Op::GlobalAveragePool;
        else if (type == "Resize" || type == "Upsample")
        {
            node.op = Op::Resize;
            readResize(n, node);
        }
        else if (type == "Concat")
        {
            node.op = Op::Concat;
            if (integer(n, "axis", 1) != 1)
                refuse(n, "only stacking of channels (axis 1) is known");
        }
        else if (type == "MaxPool" || type == "AveragePool")
        {
            node.op = type == "MaxPool" ? Op::MaxPool : Op::AveragePool;
            if (!attribute(n, "kernel_shape"))
                refuse(n, "it has no kernel_shape");
            readWindow(n, node);
            node.countPadding = integer(n, "count_include_pad", 0) != 0;
            if (padding != paddings.end())
                takePadding(n, node, padding->second);
            // A window must touch the picture.
            if (std::max(node.padTop, node.padBottom) >= node.kernel.height ||
                std::max(node.padLeft, node.padRight) >= node.kernel.width)
                refuse(n, "its padding is as large as its kernel");
            if (node.dilation != Size(1, 1))
                refuse(n, "pooling with dilation is not known");
            node.ceilMode = integer(n, "ceil_mode", 0) != 0;
        }
        else
            refuse(n, "this operator is not known to the trainer");
        values[n.output(0)] = graph.add(node);
    }

    const std::string path, prefix = "backbone.";
    Graph& graph;
    onnx::ModelProto model;
    std::map<std::string, const onnx::TensorProto*> constants;
    std::map<std::string, int> values; //!< nodes by the names of their outputs
    std::map<std::string, Padding> paddings;
};

} // namespace

int importOnnx(const std::string& path, Graph& graph, int input)
{
    return Importer(path, graph).run(input);
}

} // namespace dnn_rpn_train
} // namespace cv
