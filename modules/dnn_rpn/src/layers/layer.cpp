// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "layer.hpp"

namespace cv {
namespace dnn_rpn {

OnnxLayer::OnnxLayer(const dnn::LayerParams& params, const std::vector<std::string>& names, int required)
    : dnn::Layer(params), slots(names), requiredArguments(required),
      absent(intsAttribute(params, "absent_inputs")), constants(intsAttribute(params, "constant_inputs")),
      constantRanks(intsAttribute(params, "constant_ranks"))
{}

bool OnnxLayer::supportBackend(int backendId)
{
    return backendId == dnn::DNN_BACKEND_OPENCV;
}

bool OnnxLayer::isAbsent(int position) const
{
    return std::find(absent.begin(), absent.end(), position) != absent.end();
}

std::vector<int> OnnxLayer::constantPositions() const
{
    std::vector<int> positions = constants;
    if (constants.size() != blobs.size())
    {
        positions.clear();
        for (const Mat& constant : blobs)
        {
            int position = positionOf(constant, positions.empty() ? 0 : positions.back() + 1);
            while (isAbsent(position))
                ++position;
            positions.push_back(position);
        }
    }
    for (size_t i = 0; i < positions.size(); i++)
        if (positions[i] < 0 || positions[i] >= static_cast<int>(slots.size()) ||
            (i > 0 && positions[i] <= positions[i - 1]))
            CV_Error_(Error::StsBadArg, ("a constant input of %s is one too many, or of the wrong shape",
                                         shapeText(blobs[i]).c_str()));
    return positions;
}

Mat OnnxLayer::constantAt(int position) const
{
    const std::vector<int> positions = constantPositions();
    for (size_t i = 0; i < positions.size(); i++)
        if (positions[i] == position)
            return blobs[i];
    return Mat();
}

std::vector<Argument> OnnxLayer::arrange(const std::vector<Argument>& dynamic) const
{
    std::vector<Argument> arguments(slots.size());
    std::vector<bool> taken(slots.size());
    const std::vector<int> positions = constantPositions();
    for (size_t i = 0; i < positions.size(); i++)
    {
        const int rank = constantRanks.size() == positions.size() ? constantRanks[i] : -1;
        arguments[positions[i]] = {blobs[i], shapeOfConstant(blobs[i], rank)};
        taken[positions[i]] = true;
    }
    size_t next = 0;
    for (const Argument& argument : dynamic)
    {
        while (next < taken.size() && (taken[next] || isAbsent(static_cast<int>(next))))
            ++next;
        if (next == taken.size())
            CV_Error_(Error::StsBadArg, ("it takes at most %d inputs, not %d", static_cast<int>(slots.size()),
                                         static_cast<int>(dynamic.size() + positions.size())));
        arguments[next] = argument;
        taken[next] = true;
    }
    for (int i = 0; i < requiredArguments; i++)
        if (!taken[i])
            CV_Error_(Error::StsBadArg, ("its input '%s' is missing: there are %d", slots[i].c_str(),
                                         static_cast<int>(dynamic.size() + positions.size())));
    return arguments;
}

bool OnnxLayer::getMemoryShapes(const std::vector<NetShape>& inputShapes, const int,
                                std::vector<NetShape>& outputShapes,
                                std::vector<NetShape>& internalShapes) const
{
    namingLayer(name, type, [&] {
        dynamicShapes.clear();
        std::vector<Argument> dynamic;
        for (const NetShape& shape : inputShapes)
        {
            dynamicShapes.push_back(Shape(shape.begin(), shape.end()));
            dynamic.push_back({Mat(), dynamicShapes.back()});
        }
        std::vector<Shape> shapes;
        for (const Argument& argument : arrange(dynamic))
            shapes.push_back(argument.shape);
        outputShapes.clear();
        internalShapes.clear();
        for (const Shape& shape : shapesFor(shapes))
        {
            double total = 1;
            for (int size : shape)
                total *= size;
            if (total > INT_MAX)
                CV_Error_(Error::StsOutOfRange, ("an output would be %s", shapeText(shape).c_str()));
            outputShapes.push_back(NetShape(shape.data(), shape.data() + shape.size()));
        }
    });
    return false;
}

void OnnxLayer::forward(InputArrayOfArrays inputArrays, OutputArrayOfArrays outputArrays,
                        OutputArrayOfArrays internalArrays)
{
    if (!inputArrays.empty() && inputArrays.depth() == CV_16S) // half floats for OpenCL
    {
        forward_fallback(inputArrays, outputArrays, internalArrays);
        return;
    }
    namingLayer(name, type, [&] {
        std::vector<Mat> values, results;
        inputArrays.getMatVector(values);
        outputArrays.getMatVector(results);
        std::vector<Argument> dynamic;
        for (size_t i = 0; i < values.size(); i++)
        {
            const bool known = i < dynamicShapes.size() && totalOf(dynamicShapes[i]) == values[i].total();
            dynamic.push_back({values[i], known ? dynamicShapes[i] : shapeOfMat(values[i])});
        }
        compute(arrange(dynamic), results);
    });
}

#if CV_VERSION_MAJOR >= 5
void OnnxLayer::getTypes(const std::vector<dnn::MatType>&, const int requiredOutputs,
                         const int requiredInternals, std::vector<dnn::MatType>& outputTypes,
                         std::vector<dnn::MatType>& internalTypes) const
{
    outputTypes.assign(requiredOutputs, CV_32F);
    internalTypes.assign(requiredInternals, CV_32F);
}
#endif

namespace {

const dnn::DictValue& attribute(const dnn::LayerParams& params, const char* name)
{
    if (!params.has(name))
        CV_Error_(Error::StsObjectNotFound, ("the attribute '%s' is missing", name));
    return params.get(name);
}

//! DictValue itself makes 0 of a text that is no number.
void checkNumbers(const dnn::DictValue& value, const char* name, bool whole)
{
    if (!value.isInt() && (whole || !value.isReal()))
        CV_Error_(Error::StsBadArg,
                  ("the attribute '%s' must be %s", name, whole ? "a whole number or several" : "a number"));
}

void checkSingle(const dnn::DictValue& value, const char* name)
{
    if (value.size() != 1)
        CV_Error_(Error::StsBadArg, ("the attribute '%s' must be one value, not %d", name, value.size()));
}

} // namespace

int intAttribute(const dnn::LayerParams& params, const char* name)
{
    const dnn::DictValue& value = attribute(params, name);
    checkNumbers(value, name, true);
    checkSingle(value, name);
    return value.get<int>();
}

int intAttribute(const dnn::LayerParams& params, const char* name, int byDefault)
{
    return params.has(name) ? intAttribute(params, name) : byDefault;
}

float floatAttribute(const dnn::LayerParams& params, const char* name, float byDefault)
{
    if (!params.has(name))
        return byDefault;
    const dnn::DictValue& value = attribute(params, name);
    checkNumbers(value, name, false);
    checkSingle(value, name);
    return value.get<float>();
}

std::string textAttribute(const dnn::LayerParams& params, const char* name, const char* byDefault)
{
    if (!params.has(name))
        return byDefault;
    const dnn::DictValue& value = attribute(params, name);
    checkSingle(value, name);
    if (!value.isString())
        CV_Error_(Error::StsBadArg, ("the attribute '%s' must be a text", name));
    return value.get<String>();
}

std::vector<int> intsAttribute(const dnn::LayerParams& params, const char* name)
{
    std::vector<int> numbers;
    if (!params.has(name))
        return numbers;
    const dnn::DictValue& value = attribute(params, name);
    checkNumbers(value, name, true);
    for (int i = 0; i < value.size(); i++)
        numbers.push_back(value.get<int>(i));
    return numbers;
}

std::vector<float> floatsAttribute(const dnn::LayerParams& params, const char* name)
{
    std::vector<float> numbers;
    if (!params.has(name))
        return numbers;
    const dnn::DictValue& value = attribute(params, name);
    checkNumbers(value, name, false);
    for (int i = 0; i < value.size(); i++)
        numbers.push_back(value.get<float>(i));
    return numbers;
}

std::vector<int> wholeNumbers(const Mat& m, const char* name)
{
    std::vector<int> numbers(m.total());
    if (m.type() == CV_32SC1 && m.isContinuous())
    {
        std::copy_n(m.ptr<int>(), numbers.size(), numbers.begin());
        return numbers;
    }
    const Mat values = floatArgument(m, name);
    for (size_t i = 0; i < numbers.size(); i++)
    {
        const float value = values.ptr<float>()[i];
        if (!(std::abs(value) <= 1 << 24) || value != std::floor(value)) // floats count no further
            CV_Error_(Error::StsOutOfRange, ("%s must be whole numbers, but has %g", name, value));
        numbers[i] = static_cast<int>(value);
    }
    return numbers;
}

float singleNumber(const Mat& m, const char* name)
{
    if (m.total() != 1)
        CV_Error_(Error::StsBadArg, ("%s must be one number, not %s", name, shapeText(m).c_str()));
    return *numberArgument(m, name).ptr<float>();
}

Mat numberArgument(const Mat& m, const char* name)
{
    if (m.type() != CV_32SC1)
        return floatArgument(m, name);
    Mat numbers;
    m.convertTo(numbers, CV_32F);
    return numbers;
}

Mat floatArgument(const Mat& m, const char* name)
{
    if (m.type() != CV_32FC1)
        CV_Error_(Error::StsBadArg, ("%s must be CV_32F, not %s", name, shapeText(m).c_str()));
    return m.isContinuous() ? m : m.clone();
}

Mat asRows(const Mat& m, int columns)
{
    if (m.empty())
        return Mat(0, columns, m.type());
    const int shape[] = {static_cast<int>(m.total() / columns), columns};
    return m.reshape(1, 2, shape);
}

int axisOf(int axis, size_t dims)
{
    const int count = static_cast<int>(dims);
    if (axis < -count || axis >= count)
        CV_Error_(Error::StsOutOfRange,
                  ("the attribute 'axis' must be in %d..%d, not %d", -count, count - 1, axis));
    return axis < 0 ? axis + count : axis;
}

} // namespace dnn_rpn
} // namespace cv
