// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ONNX_FORMULA_HPP
#define OPENCV_DNN_RPN_TRAIN_ONNX_FORMULA_HPP

#include "writer.hpp"

namespace cv {
namespace dnn_rpn_train {

//! The name of a value in the file.
using Value = std::string;

//! Writes operators one behind the other; every value gets a name of its own.
class Formula
{
public:
    //! @param prefix of the values' names: one for each formula in a file
    explicit Formula(OnnxWriter& writer_, const std::string& prefix_ = "boxes")
        : writer(writer_), prefix(prefix_)
    {}

    OnnxWriter::NodeRef node(const std::string& type, const std::vector<Value>& inputs, Value& output)
    {
        output = next();
        return writer.addNode(type, output, inputs);
    }
    Value op(const std::string& type, const std::vector<Value>& inputs)
    {
        Value output;
        node(type, inputs, output);
        return output;
    }
    Value floats(const std::vector<int64_t>& dims, const std::vector<float>& values)
    {
        const Value name = next();
        writer.addConstant(name, dims, values.data());
        return name;
    }
    Value number(float value) { return floats({}, {value}); }
    Value whole(const std::vector<int64_t>& values)
    {
        const Value name = next();
        writer.addConstant(name, values);
        return name;
    }
    Value reshape(const Value& x, const std::vector<int64_t>& shape)
    {
        return op("Reshape", {x, whole(shape)});
    }
    Value slice(const Value& x, int first, int last, int axis)
    {
        return op("Slice", {x, whole({first}), whole({last}), whole({axis})});
    }
    Value concat(const std::vector<Value>& all, int axis)
    {
        if (all.size() == 1)
            return all[0];
        Value output;
        node("Concat", all, output).integer("axis", axis);
        return output;
    }
    Value gather(const Value& x, const Value& indices)
    {
        Value output;
        node("Gather", {x, indices}, output).integer("axis", 0);
        return output;
    }
    Value toFloat(const Value& x)
    {
        Value output;
        node("Cast", {x}, output).integer("to", 1);
        return output;
    }
    Value toWhole(const Value& x)
    {
        Value output;
        node("Cast", {x}, output).integer("to", 7);
        return output;
    }
    /** @brief The best of a list of numbers, falling, and where they were.

    OpenCV 5 cannot have the best 0 of a list: a number below all others is added, and the last of the best
    left out.
    @param x above -2 */
    Value top(const Value& x, int most, Value& indices)
    {
        Value count = op("Shape", {x}), best, where = next();
        if (most > 0)
            count = op("Min", {count, whole({most})});
        node("TopK", {concat({x, floats({1}, {-2})}, 0), op("Add", {count, whole({1})})}, best)
            .integer("axis", 0)
            .addOutput(where);
        indices = slice(where, 0, -1, 0);
        return slice(best, 0, -1, 0);
    }

private:
    Value next() { return prefix + "." + std::to_string(named++); }

    OnnxWriter& writer;
    const std::string prefix;
    int named = 0;
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
