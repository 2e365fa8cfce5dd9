// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "wire.hpp"

namespace cv {
namespace dnn_rpn {

namespace {

[[noreturn]] void failWire()
{
    CV_Error(Error::StsParseError, "it is no ONNX file, or a damaged one");
}

std::string varint(uint64_t value)
{
    std::string bytes;
    for (; value >= 128; value >>= 7)
        bytes += static_cast<char>(value | 128);
    return bytes + static_cast<char>(value);
}

} // namespace

uint64_t readVarint(std::string_view message, size_t& at)
{
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7)
    {
        if (at >= message.size())
            failWire();
        const uint64_t byte = static_cast<unsigned char>(message[at++]);
        value |= (byte & 127) << shift;
        if (byte < 128)
            return value;
    }
    failWire();
}

std::vector<WireField> wireFields(std::string_view message)
{
    std::vector<WireField> fields;
    for (size_t at = 0; at < message.size();)
    {
        const size_t start = at;
        const uint64_t tag = readVarint(message, at);
        WireField field = {static_cast<int>(tag >> 3), false, 0, {}, {}};
        uint64_t length = 0;
        switch (tag & 7)
        {
        case 0:
            field.value = readVarint(message, at);
            break;
        case 1:
            length = 8;
            break;
        case 2:
            length = readVarint(message, at);
            field.hasBytes = true;
            break;
        case 5:
            length = 4;
            break;
        default:
            failWire();
        }
        if (length > message.size() - at)
            failWire();
        field.bytes = message.substr(at, length);
        at += length;
        field.whole = message.substr(start, at - start);
        fields.push_back(field);
    }
    return fields;
}

std::string wireBytes(int number, std::string_view bytes)
{
    return varint(static_cast<uint64_t>(number) << 3 | 2) + varint(bytes.size()) + std::string(bytes);
}

std::string wireNumber(int number, uint64_t value)
{
    return varint(static_cast<uint64_t>(number) << 3) + varint(value);
}

} // namespace dnn_rpn
} // namespace cv
