// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_TEST_DNN_RPN_ONNX_FILE_HPP
#define OPENCV_TEST_DNN_RPN_ONNX_FILE_HPP

#include <cstring>

#include "test_precomp.hpp"

namespace opencv_test {

/** Writes an ONNX file of one node, without the library. Every function gives bytes of protocol buffers'
wire format; the numbers are those of the fields in onnx.proto. */
class OnnxFile
{
public:
    OnnxFile(const std::string& type, const std::string& domain) : node(text(4, type) + text(3, "node"))
    {
        if (!domain.empty())
            node += text(7, domain);
    }

    OnnxFile& input(const std::string& name, const std::vector<int>& shape)
    {
        node += text(1, name);
        graph += text(11, valueInfo(name, shape));
        return *this;
    }

    //! A constant input of CV_32F or CV_32S.
    OnnxFile& constant(const std::string& name, const Mat& values, const std::vector<int>& shape)
    {
        node += text(1, name);
        std::string tensor;
        for (int size : shape)
            tensor += number(1, size);
        tensor += number(2, values.depth() == CV_32F ? 1 : 6) + text(8, name);
        tensor += text(9, std::string(values.ptr<char>(), values.total() * values.elemSize()));
        graph += text(5, tensor);
        return *this;
    }

    OnnxFile& output(const std::string& name, const std::vector<int>& shape)
    {
        node += text(2, name);
        graph += text(12, valueInfo(name, shape));
        return *this;
    }

    OnnxFile& attribute(const std::string& name, int value) { return attribute(name, number(3, value), 2); }
    OnnxFile& attribute(const std::string& name, float value) { return attribute(name, real(2, value), 1); }
    OnnxFile& attribute(const std::string& name, const char* value)
    {
        return attribute(name, text(4, value), 3);
    }
    OnnxFile& attribute(const std::string& name, const std::vector<int>& values)
    {
        std::string bytes;
        for (int value : values)
            bytes += number(8, value);
        return attribute(name, bytes, 7);
    }
    OnnxFile& attribute(const std::string& name, const std::vector<float>& values)
    {
        std::string bytes;
        for (float value : values)
            bytes += real(7, value);
        return attribute(name, bytes, 6);
    }

    std::vector<uchar> bytes() const
    {
        const std::string model = number(1, 6) + text(7, text(1, node) + text(2, "graph") + graph) +
                                  text(8, text(1, "") + number(2, 11)) +
                                  text(8, text(1, "opencv.dnn_rpn") + number(2, 1));
        return std::vector<uchar>(model.begin(), model.end());
    }

private:
    static std::string varint(uint64_t value)
    {
        std::string bytes;
        for (; value >= 128; value >>= 7)
            bytes += static_cast<char>(value | 128);
        return bytes + static_cast<char>(value);
    }

    static std::string number(int field, int value)
    {
        return varint(static_cast<uint64_t>(field) << 3) + varint(static_cast<uint64_t>(int64_t(value)));
    }

    static std::string real(int field, float value)
    {
        std::string bytes(sizeof value, '\0');
        std::memcpy(&bytes[0], &value, sizeof value);
        return varint(static_cast<uint64_t>(field) << 3 | 5) + bytes;
    }

    static std::string text(int field, const std::string& bytes)
    {
        return varint(static_cast<uint64_t>(field) << 3 | 2) + varint(bytes.size()) + bytes;
    }

    static std::string valueInfo(const std::string& name, const std::vector<int>& shape)
    {
        std::string dims;
        for (int size : shape)
            dims += text(1, number(1, size));
        return text(1, name) + text(2, text(1, number(1, 1) + text(2, dims)));
    }

    OnnxFile& attribute(const std::string& name, const std::string& value, int kind)
    {
        node += text(5, text(1, name) + value + number(20, kind));
        return *this;
    }

    std::string node, graph;
};

} // namespace opencv_test

#endif
