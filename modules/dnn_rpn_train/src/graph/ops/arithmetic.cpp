// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "arithmetic.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! An input as one number for each channel.
std::vector<float> byChannel(const NodeReader& reader, int input, int channels)
{
    const std::vector<float> numbers = reader.floats(input);
    std::vector<int64_t> dims = reader.dims(input);
    if (numbers.size() == 1)
        return std::vector<float>(channels, numbers[0]);
    if (dims.size() < 4)
        dims.insert(dims.begin(), 4 - dims.size(), 1);
    if (dims != std::vector<int64_t>{1, channels, 1, 1})
        reader.refuse(format("'%s' is neither one number nor one for each of %d channels",
                             reader.node.inputs[input].c_str(), channels));
    return numbers;
}

} // namespace

void becomeAffine(NodeReader& reader, Node& node, int x, const std::vector<float>& scale,
                  const std::vector<float>& shift)
{
    const int channels = static_cast<int>(scale.size());
    node.op = Op::Conv;
    node.group = channels;
    node.inputs = {x};
    node.parameters = {reader.addParameter(".scale", Shape(channels, 1, 1, 1), scale, true, false),
                       reader.addParameter(".shift", Shape(1, channels, 1, 1), shift, false, false)};
}

bool readArithmetic(NodeReader& reader, Node& node)
{
    if (reader.inputCount() != 2 || reader.isConstant(0) == reader.isConstant(1))
        return false;
    const int constant = reader.isConstant(1) ? 1 : 0, x = reader.value(1 - constant),
              channels = reader.channels(x);
    const std::vector<float> numbers = byChannel(reader, constant, channels);
    std::vector<float> scale(channels, 1.f), shift(channels, 0.f);
    const std::string& type = reader.node.type;
    if (type == "Div" && constant == 0)
        reader.refuse("a constant divided by what is computed is not known");
    for (int c = 0; c < channels; c++)
        if (type == "Add")
            shift[c] = numbers[c];
        else if (type == "Mul")
            scale[c] = numbers[c];
        else if (type == "Div")
            scale[c] = 1 / numbers[c];
        else if (constant == 1)
            shift[c] = -numbers[c];
        else
        {
            scale[c] = -1;
            shift[c] = numbers[c];
        }
    for (int c = 0; c < channels; c++)
        if (!std::isfinite(scale[c]) || !std::isfinite(shift[c]))
            reader.refuse(format("the number %g is not one to work with", numbers[c]));
    becomeAffine(reader, node, x, scale, shift);
    return true;
}

} // namespace dnn_rpn_train
} // namespace cv
