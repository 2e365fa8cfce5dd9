// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_GRAPH_ONNX_NODE_HPP
#define OPENCV_DNN_RPN_TRAIN_GRAPH_ONNX_NODE_HPP

#include <string>
#include <variant>
#include <vector>

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn_train {

//! A node as an ONNX file has it, whatever the file's library calls its types.
struct OnnxNode
{
    struct Attribute
    {
        std::string name;
        std::variant<int64_t, float, std::string, std::vector<int64_t>, std::vector<float>> value;
    };

    std::string type, name;
    std::vector<std::string> inputs; //!< names of values; empty where an optional one is left out
    std::vector<Attribute> attributes;

    OnnxNode& integer(const char* attribute, int64_t value) { return put(attribute, value); }
    OnnxNode& real(const char* attribute, float value) { return put(attribute, value); }
    OnnxNode& text(const char* attribute, const std::string& value) { return put(attribute, value); }
    OnnxNode& integers(const char* attribute, const std::vector<int64_t>& value)
    {
        return put(attribute, value);
    }

    OnnxNode& reals(const char* attribute, const std::vector<float>& value) { return put(attribute, value); }

    //! The attribute's value; null if the node has none of that name and type.
    template<typename T>
    const T* find(const std::string& attribute) const
    {
        for (const Attribute& a : attributes)
            if (a.name == attribute)
                return std::get_if<T>(&a.value);
        return nullptr;
    }

private:
    template<typename T>
    OnnxNode& put(const char* attribute, const T& value)
    {
        attributes.push_back({attribute, value});
        return *this;
    }
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
