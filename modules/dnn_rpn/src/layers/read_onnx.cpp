// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include <map>
#include <set>
#include "opencv2/dnn.hpp"
#include "opencv2/dnn_rpn/private/file.hpp"
#include "opencv2/dnn_rpn/layers.hpp"
#include "wire.hpp"

namespace cv {
namespace dnn_rpn {

namespace {

// Field numbers of onnx.proto.
enum ModelField
{
    modelGraph = 7,
    modelOpset = 8
};
enum GraphField
{
    graphNode = 1,
    graphInitializer = 5
};
enum NodeField
{
    nodeInput = 1,
    nodeOutput = 2,
    nodeType = 4,
    nodeAttribute = 5,
    nodeDomain = 7
};
enum AttributeField
{
    attributeName = 1,
    attributeText = 4,
    attributeTensor = 5,
    attributeInts = 8,
    attributeKind = 20
};
enum TensorField
{
    tensorDims = 1,
    tensorInts = 7,
    tensorName = 8,
    tensorRaw = 9
};
enum OpsetField
{
    opsetDomain = 1,
    opsetVersion = 2
};

const int kindText = 3, kindInts = 7; // of AttributeProto

struct Node
{
    explicit Node(std::string_view message) : fields(wireFields(message))
    {
        for (const WireField& field : fields)
            switch (field.number)
            {
            case nodeInput:
                inputs.push_back(std::string(field.bytes));
                break;
            case nodeOutput:
                outputs.push_back(std::string(field.bytes));
                break;
            case nodeType:
                type = field.bytes;
                break;
            case nodeDomain:
                domain = field.bytes;
                break;
            case nodeAttribute:
                attributes.push_back(wireFields(field.bytes));
                break;
            }
    }

    bool hasAttribute(const std::string& name) const
    {
        for (const std::vector<WireField>& attribute : attributes)
            for (const WireField& field : attribute)
                if (field.number == attributeName && field.bytes == name)
                    return true;
        return false;
    }

    std::vector<WireField> fields;
    std::vector<std::string> inputs, outputs;
    std::string type, domain;
    std::vector<std::vector<WireField>> attributes;
};

//! All numbers of a repeated field, which may be packed into one text or not.
std::vector<uint64_t> numbersOf(const std::vector<WireField>& message, int number)
{
    std::vector<uint64_t> numbers;
    for (const WireField& field : message)
        if (field.number == number)
        {
            if (!field.hasBytes)
                numbers.push_back(field.value);
            else
                for (size_t at = 0; at < field.bytes.size();)
                    numbers.push_back(readVarint(field.bytes, at));
        }
    return numbers;
}

//! The numbers of a small tensor of 64-bit integers.
std::vector<int> valuesOf(const std::vector<WireField>& tensor)
{
    std::vector<int> integers;
    for (const uint64_t value : numbersOf(tensor, tensorInts))
        integers.push_back(static_cast<int>(static_cast<int64_t>(value)));
    for (const WireField& field : tensor)
        if (field.number == tensorRaw)
            for (size_t at = 0; at + 8 <= field.bytes.size(); at += 8)
            {
                uint32_t low = 0; // little-endian, and small
                for (int i = 3; i >= 0; i--)
                    low = low << 8 | static_cast<unsigned char>(field.bytes[at + i]);
                integers.push_back(static_cast<int>(low));
            }
    return integers;
}

//! What is known of the tensors so far, while one goes through the nodes of a graph in their order.
class Tensors
{
public:
    void addInitializer(const std::vector<WireField>& tensor)
    {
        for (const WireField& field : tensor)
            if (field.number == tensorName)
                constants[std::string(field.bytes)] = tensor;
    }

    //! The outputs of a node, replaced by one of ours or not.
    void add(const Node& node, bool replaced)
    {
        for (const std::string& output : node.outputs)
        {
            if (node.type == "Constant")
                for (const std::vector<WireField>& attribute : node.attributes)
                    for (const WireField& field : attribute)
                        if (field.number == attributeTensor)
                            constants[output] = wireFields(field.bytes);
            const bool dynamic =
                std::any_of(node.inputs.begin(), node.inputs.end(),
                            [this](const std::string& name) { return !name.empty() && !isConstant(name); });
            if (!dynamic || node.type == "Shape")
                folded.insert(output);
            else if (node.type == "TopK" || node.type == "NonMaxSuppression" ||
                     (replaced && node.type == "Gather") ||
                     (isAmongBoxes(node) && node.type != "RoiAlign" && node.type != "MaxRoiPool"))
                boxes.insert(output);
        }
    }

    //! Whether the importer gives it to a layer as a constant.
    bool isConstant(const std::string& name) const { return constants.count(name) || folded.count(name); }

    //! Of a constant of the file, negative for others.
    int rankOf(const std::string& name) const
    {
        const auto found = constants.find(name);
        return found == constants.end() ? -1 : static_cast<int>(numbersOf(found->second, tensorDims).size());
    }

    //! The numbers of a constant of the file, none for others.
    std::vector<int> integersOf(const std::string& name) const
    {
        const auto found = constants.find(name);
        return found == constants.end() ? std::vector<int>() : valuesOf(found->second);
    }

    //! Whether it is a constant of the file with one element.
    bool isSingle(const std::string& name) const
    {
        const auto found = constants.find(name);
        if (found == constants.end())
            return false;
        const std::vector<uint64_t> dims = numbersOf(found->second, tensorDims);
        return std::all_of(dims.begin(), dims.end(), [](uint64_t d) { return d == 1; });
    }

    /** Whether the node works with boxes and the like that were chosen before: lists with one dimension, and
    rows that may be padding. */
    bool isAmongBoxes(const Node& node) const
    {
        return std::any_of(node.inputs.begin(), node.inputs.end(),
                           [this](const std::string& name) { return boxes.count(name) != 0; });
    }

private:
    std::map<std::string, std::vector<WireField>> constants; // of the file
    std::set<std::string> folded; // what the importer makes of constants and shapes
    std::set<std::string> boxes;
};

//! Whether a layer here must take the place of what OpenCV has, or has not.
bool isOurs(const Node& node, const Tensors& tensors)
{
    static const std::set<std::string> always = {"NonMaxSuppression", "RoiAlign", "MaxRoiPool", "TopK"};
    static const std::set<std::string> arithmetic = {"Add", "Sub", "Mul", "Div"};
    if (!node.domain.empty() && node.domain != "ai.onnx")
        return false;
    if (always.count(node.type))
        return true;
    if (arithmetic.count(node.type))
        return tensors.isAmongBoxes(node);
    if (node.type == "Clip")
        return node.inputs.size() > 1;
    if (node.type != "Gather" || node.inputs.size() != 2)
        return false;
    const std::string &data = node.inputs[0], &indices = node.inputs[1];
    if (tensors.isConstant(data) && tensors.isConstant(indices))
        return false;
    return tensors.isAmongBoxes(node) || !tensors.isSingle(indices);
}

std::string intsAttribute(const std::string& name, const std::vector<int>& values)
{
    std::string bytes = wireBytes(attributeName, name);
    for (int value : values)
        bytes += wireNumber(attributeInts, static_cast<uint64_t>(static_cast<int64_t>(value)));
    return wireBytes(nodeAttribute, bytes + wireNumber(attributeKind, kindInts));
}

std::string textAttribute(const std::string& name, const std::string& value)
{
    return wireBytes(nodeAttribute, wireBytes(attributeName, name) + wireBytes(attributeText, value) +
                                        wireNumber(attributeKind, kindText));
}

//! Squeeze as it was before opset 13, where the importer of OpenCV 4.6 takes it: the axes are an attribute.
std::string squeezeOf(const Node& node, const Tensors& tensors)
{
    std::string bytes;
    for (const WireField& field : node.fields)
        if (field.number != nodeInput)
            bytes += field.whole;
    return bytes + wireBytes(nodeInput, node.inputs[0]) +
           intsAttribute("axes", tensors.integersOf(node.inputs[1]));
}

//! A node of ours in the place of one of ONNX.
std::string rewritten(const Node& node, const Tensors& tensors, uint64_t opset)
{
    std::string bytes;
    for (const WireField& field : node.fields)
    {
        if (field.number == nodeType)
            bytes += wireBytes(nodeType, "opencv.dnn_rpn." + node.type);
        // An input that is left out has no name, and the importer looks for one.
        else if (field.number != nodeInput || !field.bytes.empty())
            bytes += field.whole;
    }

    std::vector<int> absent, constants, ranks;
    for (size_t i = 0; i < node.inputs.size(); i++)
    {
        const std::string& name = node.inputs[i];
        if (name.empty())
            absent.push_back(static_cast<int>(i));
        else if (tensors.isConstant(name))
        {
            constants.push_back(static_cast<int>(i));
            ranks.push_back(tensors.rankOf(name));
        }
    }
    if (!absent.empty())
        bytes += intsAttribute("absent_inputs", absent);
    if (!constants.empty())
        bytes += intsAttribute("constant_inputs", constants) + intsAttribute("constant_ranks", ranks);
    const std::string moved = "coordinate_transformation_mode";
    if (node.type == "RoiAlign" && opset >= 16 && !node.hasAttribute(moved))
        bytes += textAttribute(moved, "half_pixel");
    return bytes;
}

uint64_t opsetOf(const std::vector<WireField>& model)
{
    uint64_t opset = 0;
    for (const WireField& field : model)
    {
        if (field.number != modelOpset)
            continue;
        std::string domain;
        uint64_t version = 0;
        for (const WireField& part : wireFields(field.bytes))
        {
            if (part.number == opsetDomain)
                domain = part.bytes;
            if (part.number == opsetVersion)
                version = part.value;
        }
        if (domain.empty() || domain == "ai.onnx")
            opset = version;
    }
    return opset;
}

std::string rewritten(const std::string& bytes)
{
    const std::vector<WireField> model = wireFields(bytes);
    const uint64_t opset = opsetOf(model);
    std::string result;
    for (const WireField& field : model)
    {
        if (field.number != modelGraph)
        {
            result += field.whole;
            continue;
        }
        const std::vector<WireField> graph = wireFields(field.bytes);
        Tensors tensors;
        for (const WireField& part : graph)
            if (part.number == graphInitializer)
                tensors.addInitializer(wireFields(part.bytes));
        std::string parts;
        for (const WireField& part : graph)
        {
            if (part.number != graphNode)
            {
                parts += part.whole;
                continue;
            }
            const Node node(part.bytes);
            const bool ours = isOurs(node, tensors);
            if (ours)
                parts += wireBytes(graphNode, rewritten(node, tensors, opset));
            else if (node.type == "Squeeze" && node.inputs.size() == 2)
                parts += wireBytes(graphNode, squeezeOf(node, tensors));
            else
                parts += part.whole;
            tensors.add(node, ours);
        }
        result += wireBytes(modelGraph, parts);
    }
    return result;
}

dnn::Net readBytes(const std::string& bytes)
{
    registerLayers();
#if CV_VERSION_MAJOR < 5
    const std::string model = rewritten(bytes);
#else
    const std::string& model = bytes; // has all these operators, with shapes that depend on the data
#endif
    return dnn::readNetFromONNX(model.data(), model.size());
}

} // namespace

dnn::Net readOnnx(const String& path)
{
    const std::string bytes = readFile(path);
    try
    {
        return readBytes(bytes);
    }
    catch (const cv::Exception& e)
    {
        CV_Error_(e.code, ("'%s': %s", path.c_str(), e.err.c_str()));
    }
}

dnn::Net readOnnx(const std::vector<uchar>& bytes)
{
    return readBytes(std::string(bytes.begin(), bytes.end()));
}

} // namespace dnn_rpn
} // namespace cv
