// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "precomp.hpp"
#include "model_file.hpp"
#include <cstring>
#include <filesystem>
#include <mutex>
#include <unordered_set>
#include "opencv2/dnn_rpn/private/file.hpp"

namespace cv {
namespace dnn_rpn {

namespace {

std::mutex limitsMutex;

ModelLimits& sharedLimits()
{
    static ModelLimits limits;
    return limits;
}

[[noreturn]] void refuse(const std::string& why)
{
    CV_Error(Error::StsParseError, why);
}

//! A message of protobuf, field by field.
class Wire
{
public:
    Wire(const char* begin, const char* end_) : at(begin), end(end_) {}

    int field = 0;
    uint64 number = 0; //!< of a field that holds one; its bits, if it is a float

    //! Goes on to the next field; false at the end.
    bool next()
    {
        if (at == end)
            return false;
        const uint64 key = varint();
        field = static_cast<int>(std::min<uint64>(key >> 3, INT_MAX));
        type = static_cast<int>(key & 7);
        from = at;
        switch (type)
        {
        case 0:
            number = varint();
            break;
        case 1:
            skip(8);
            break;
        case 2:
        {
            const uint64 length = varint();
            from = at;
            skip(length);
            break;
        }
        case 5:
            skip(4);
            break;
        default:
            refuse("it is no ONNX file, or damaged");
        }
        return true;
    }

    size_t size() const { return static_cast<size_t>(at - from); }
    Wire message() const
    {
        requireBytes();
        return Wire(from, at);
    }
    std::string text() const
    {
        requireBytes();
        return std::string(from, at);
    }
    bool isNumber() const { return type == 0; }
    bool isDone() const { return at == end; }

    uint64 varint()
    {
        uint64 value = 0;
        for (int shift = 0; shift < 64 && at < end; shift += 7)
        {
            const auto byte = static_cast<unsigned char>(*at++);
            value |= static_cast<uint64>(byte & 127) << shift;
            if (byte < 128)
                return value;
        }
        refuse("it is no ONNX file, or damaged");
    }

private:
    void requireBytes() const
    {
        if (type != 2)
            refuse("it is no ONNX file, or damaged");
    }

    void skip(uint64 count)
    {
        if (count > static_cast<uint64>(end - at))
            refuse("it is no ONNX file, or cut off");
        at += count;
    }

    const char *at, *end, *from = nullptr;
    int type = 0;
};

using Names = std::unordered_set<std::string>;

//! The fields of ONNX's messages that are looked at (onnx.proto).
enum ModelField
{
    ModelGraph = 7
};
enum GraphField
{
    GraphNode = 1,
    GraphInitializer = 5,
    GraphInput = 11,
    GraphOutput = 12
};
enum NodeField
{
    NodeInput = 1,
    NodeOutput = 2,
    NodeName = 3,
    NodeType = 4,
    NodeAttribute = 5
};
enum AttributeField
{
    AttributeTensor = 5,
    AttributeGraph = 6,
    AttributeTensors = 10,
    AttributeGraphs = 11
};
enum TensorField
{
    TensorDims = 1,
    TensorType = 2,
    TensorFloats = 4,
    TensorInt32s = 5,
    TensorTexts = 6,
    TensorInt64s = 7,
    TensorName = 8,
    TensorRaw = 9,
    TensorDoubles = 10,
    TensorUint64s = 11,
    TensorExternal = 13
};

//! Numbers of a repeated field, in one piece or one by one.
template<typename Use>
void forEachNumber(const Wire& wire, const Use& use)
{
    if (wire.isNumber())
        return use(wire.number);
    for (Wire packed = wire.message(); !packed.isDone();)
        use(packed.varint());
}

//! @return its name
std::string checkTensor(Wire wire, const ModelLimits& limits)
{
    // Bytes of an element, by onnx.TensorProto.DataType; 0: none of a fixed size.
    const int sizes[] = {0, 4, 1, 1, 2, 2, 4, 8, 0, 1, 2, 8, 4, 8, 8, 16, 2};
    std::string name;
    double count = 1;
    size_t type = 0, raw = 0, listed = 0;
    bool isRaw = false, isExternal = false;
    while (wire.next())
        switch (wire.field)
        {
        case TensorDims:
            forEachNumber(wire, [&](uint64 dim) {
                if (static_cast<int64>(dim) < 0)
                    refuse("a constant has a negative size");
                count *= static_cast<double>(dim);
            });
            break;
        case TensorType:
            type = static_cast<size_t>(wire.number);
            break;
        case TensorFloats:
            listed += wire.size() / 4;
            break;
        case TensorDoubles:
            listed += wire.size() / 8;
            break;
        case TensorInt32s:
        case TensorInt64s:
        case TensorUint64s:
            forEachNumber(wire, [&](uint64) { listed++; });
            break;
        case TensorName:
            name = wire.text();
            break;
        case TensorRaw:
            raw = wire.message().isDone() ? 0 : wire.size();
            isRaw = true;
            break;
        case TensorExternal:
            isExternal = true;
            break;
        default:
            break;
        }
    if (isExternal)
        refuse("the numbers of '" + name + "' lie in another file, which is not read");
    if (!(count <= limits.tensorElements))
        refuse(format("the constant '%s' has %.0f elements, more than ModelLimits::tensorElements (%.0f)",
                      name.c_str(), count, limits.tensorElements));
    const int size = type < sizeof(sizes) / sizeof(sizes[0]) ? sizes[type] : 0;
    const bool fits = isRaw ? size > 0 && static_cast<double>(raw) == count * size
                            : size == 0 || static_cast<double>(listed) == count;
    if (!fits)
        refuse(format("the constant '%s' does not hold the %.0f elements of its shape", name.c_str(), count));
    return name;
}

std::string nameOfValue(Wire wire)
{
    std::string name;
    while (wire.next())
        if (wire.field == 1)
            name = wire.text();
    return name;
}

void checkGraph(Wire graph, Names known, const ModelLimits& limits, int& nodes, int depth);

void checkAttribute(Wire wire, const Names& known, const ModelLimits& limits, int& nodes, int depth)
{
    while (wire.next())
        if (wire.field == AttributeTensor || wire.field == AttributeTensors)
            checkTensor(wire.message(), limits);
        else if (wire.field == AttributeGraph || wire.field == AttributeGraphs)
            checkGraph(wire.message(), known, limits, nodes, depth + 1);
}

//! Adds what it gives to `known`.
void checkNode(Wire wire, Names& known, const ModelLimits& limits, int& nodes, int depth)
{
    std::string name, type;
    std::vector<std::string> inputs, outputs;
    std::vector<Wire> attributes;
    while (wire.next())
        switch (wire.field)
        {
        case NodeInput:
            inputs.push_back(wire.text());
            break;
        case NodeOutput:
            outputs.push_back(wire.text());
            break;
        case NodeName:
            name = wire.text();
            break;
        case NodeType:
            type = wire.text();
            break;
        case NodeAttribute:
            attributes.push_back(wire.message());
            break;
        default:
            break;
        }
    if (type.empty() || outputs.empty())
        refuse("the node '" + name + "' has no " + (type.empty() ? "operator" : "output"));
    if (++nodes > limits.nodes)
        refuse(format("there are more nodes than ModelLimits::nodes (%d)", limits.nodes));
    for (const std::string& input : inputs)
        if (!input.empty() && known.count(input) == 0)
            refuse("the node '" + name + "' (" + type + ") takes '" + input +
                   "', which no node before it gives");
    for (const Wire& attribute : attributes)
        checkAttribute(attribute, known, limits, nodes, depth);
    for (const std::string& output : outputs)
        if (!output.empty() && !known.insert(output).second)
            refuse("the value '" + output + "' is given twice");
}

void checkGraph(Wire graph, Names known, const ModelLimits& limits, int& nodes, int depth)
{
    if (depth > 4)
        refuse("graphs within graphs are more than 4 deep");
    std::vector<Wire> nodesHere;
    std::vector<std::string> outputs;
    while (graph.next())
        if (graph.field == GraphNode)
            nodesHere.push_back(graph.message());
        else if (graph.field == GraphInitializer)
            known.insert(checkTensor(graph.message(), limits));
        else if (graph.field == GraphInput)
            known.insert(nameOfValue(graph.message()));
        else if (graph.field == GraphOutput)
            outputs.push_back(nameOfValue(graph.message()));
    if (nodesHere.empty() && depth == 0)
        refuse("there is no node in it");
    for (const Wire& node : nodesHere)
        checkNode(node, known, limits, nodes, depth);
    for (const std::string& output : outputs)
        if (known.count(output) == 0)
            refuse("no node gives the output '" + output + "'");
}

void checkModel(const std::string& bytes, const ModelLimits& limits)
{
    int graphs = 0, nodes = 0;
    for (Wire model(bytes.data(), bytes.data() + bytes.size()); model.next();)
        if (model.field == ModelGraph)
        {
            graphs++;
            checkGraph(model.message(), Names(), limits, nodes, 0);
        }
    if (graphs != 1)
        refuse("it is no ONNX file: there is no graph in it");
}

void checkSize(const std::string& path, double most, const char* limit)
{
    std::error_code error;
    const auto size = static_cast<double>(std::filesystem::file_size(path, error));
    if (!error && !(size <= most))
        refuse(format("it has %.0f bytes, more than ModelLimits::%s (%.0f)", size, limit, most));
}

} // namespace

ModelLimits::ModelLimits()
    : fileBytes(1 << 30), nodes(20000), tensorElements(1 << 28), descriptionBytes(1 << 24),
      descriptionDepth(16)
{}

ModelLimits modelLimits()
{
    const std::lock_guard<std::mutex> lock(limitsMutex);
    return sharedLimits();
}

void setModelLimits(const ModelLimits& limits)
{
    const std::lock_guard<std::mutex> lock(limitsMutex);
    sharedLimits() = limits;
}

void checkOnnx(const std::string& path, const ModelLimits& limits)
{
    try
    {
        checkSize(path, limits.fileBytes, "fileBytes");
        checkModel(readFile(path), limits);
    }
    catch (const cv::Exception& e)
    {
        CV_Error_(e.code, ("the model '%s': %s", path.c_str(), e.err.c_str()));
    }
}

namespace {

//! Counts how deep the lists and maps of a YAML file lie within each other, character by character.
class YamlDepth
{
public:
    void add(char c)
    {
        if (c == '\n')
        {
            lineBegins = true;
            indent = dashes = 0;
            quote = escaped = before = 0;
            return;
        }
        if (lineBegins && (c == ' ' || c == '-'))
        {
            indent++;
            dashes += c == '-';
            return;
        }
        if (lineBegins)
        {
            lineBegins = false;
            while (!indents.empty() && indents.back() >= indent)
                indents.pop_back();
            indents.push_back(indent);
        }
        if (quote)
            addQuoted(c);
        else if ((c == '"' || c == '\'') && (before == 0 || std::strchr(":,[{", before)))
            quote = c; // elsewhere it is a character like others
        else
            brackets += (c == '[' || c == '{') - (c == ']' || c == '}');
        if (c != ' ')
            before = c;
        most = std::max(most, brackets + dashes + static_cast<int>(indents.size()) - 1);
    }

    int deepest() const { return most; }

private:
    void addQuoted(char c)
    {
        if (escaped)
            escaped = 0;
        else if (c == '\\' && quote == '"')
            escaped = c;
        else if (c == quote)
            quote = 0;
    }

    std::vector<int> indents; // of the lines that the present one lies within
    bool lineBegins = true;
    int indent = 0, dashes = 0, brackets = 0, most = 0;
    char quote = 0, escaped = 0, before = 0;
};

} // namespace

void checkYaml(const std::string& path, const ModelLimits& limits)
{
    checkSize(path, limits.descriptionBytes, "descriptionBytes");
    const std::string text = readFile(path);
    if (text.compare(0, 1, "<") == 0 || text.compare(0, 1, "{") == 0)
        refuse("it is no YAML");
    YamlDepth depth;
    for (char c : text)
        depth.add(c);
    if (depth.deepest() > limits.descriptionDepth)
        refuse(format("lists within lists are %d deep, more than ModelLimits::descriptionDepth (%d)",
                      depth.deepest(), limits.descriptionDepth));
}

} // namespace dnn_rpn
} // namespace cv
