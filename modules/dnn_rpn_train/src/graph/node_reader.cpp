// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "node_reader.hpp"

namespace cv {
namespace dnn_rpn_train {

NodeReader::~NodeReader() = default;

int64_t NodeReader::integer(const char* name, int64_t otherwise) const
{
    const int64_t* const value = node.find<int64_t>(name);
    return value ? *value : otherwise;
}

float NodeReader::real(const char* name, float otherwise) const
{
    const float* const value = node.find<float>(name);
    if (value && !std::isfinite(*value))
        refuse(format("'%s' is %g", name, *value));
    return value ? *value : otherwise;
}

std::string NodeReader::text(const char* name, const std::string& otherwise) const
{
    const std::string* const value = node.find<std::string>(name);
    return value ? *value : otherwise;
}

std::vector<int> NodeReader::integers(const char* name, size_t count, int otherwise, int lowest) const
{
    const std::vector<int64_t>* const values = node.find<std::vector<int64_t>>(name);
    if (!values)
        return std::vector<int>(count, otherwise);
    if (values->size() != count)
        refuse(format("'%s' has %zu numbers; only two dimensions are known", name, values->size()));
    for (int64_t v : *values)
        if (v < lowest || v > highestWindow)
            refuse(
                format("'%s' has %lld, not %d..%d", name, static_cast<long long>(v), lowest, highestWindow));
    return std::vector<int>(values->begin(), values->end());
}

int NodeReader::parameterOf(int input, const char* role, const Shape& shape, bool decay, bool trainable)
{
    std::vector<float> values(shape.total(), 0.f);
    if (hasInput(input))
        values = floats(input);
    if (values.size() != shape.total())
        refuse(format("'%s' should hold %zu numbers but holds %zu", node.inputs[input].c_str(), shape.total(),
                      values.size()));
    if (!std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); }))
        refuse("'" + node.inputs[input] + "' holds a number that is not finite");
    return addParameter(role, shape, values, decay, trainable);
}

} // namespace dnn_rpn_train
} // namespace cv
