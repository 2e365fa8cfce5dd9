// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// What TensorBoard's files are made of, without TensorFlow. The messages' fields are those of TensorFlow's
// event.proto and summary.proto, which so few numbers do not need to be compiled for.
#include "../precomp.hpp"
#include "event_record.hpp"

#include <array>
#include <cstring>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

namespace cv {
namespace dnn_rpn_train {

namespace {

using google::protobuf::io::CodedOutputStream;
using google::protobuf::io::StringOutputStream;

// Of tensorflow.Event ..
const int wallTime = 1, eventStep = 2, fileVersion = 3, eventSummary = 5, sessionLog = 7;
// .. SessionLog, Summary and Summary.Value.
const int sessionStatus = 1, sessionStart = 1, summaryValue = 1, valueTag = 1, valueNumber = 2;

//! A message of protocol buffers, field by field.
class Message
{
public:
    Message& number(int field, double value)
    {
        uint64_t bits = 0;
        std::memcpy(&bits, &value, sizeof(bits));
        return write(field, 1, [bits](CodedOutputStream& out) { out.WriteLittleEndian64(bits); });
    }
    Message& number(int field, float value)
    {
        uint32_t bits = 0;
        std::memcpy(&bits, &value, sizeof(bits));
        return write(field, 5, [bits](CodedOutputStream& out) { out.WriteLittleEndian32(bits); });
    }
    Message& whole(int field, int64_t value)
    {
        return write(field, 0,
                     [value](CodedOutputStream& out) { out.WriteVarint64(static_cast<uint64_t>(value)); });
    }
    Message& bytes(int field, const std::string& value)
    {
        return write(field, 2, [&value](CodedOutputStream& out) {
            out.WriteVarint32(static_cast<uint32_t>(value.size()));
            out.WriteString(value);
        });
    }
    const std::string& text() const { return encoded; }

private:
    template<typename Value>
    Message& write(int field, int wireType, const Value& value)
    {
        StringOutputStream stream(&encoded); // appends
        CodedOutputStream out(&stream);
        out.WriteVarint32(static_cast<uint32_t>(field << 3 | wireType));
        value(out);
        return *this;
    }

    std::string encoded;
};

Message event(double seconds, int64_t step)
{
    return Message().number(wallTime, seconds).whole(eventStep, step);
}

std::string littleEndian(uint64_t value, int bytes)
{
    std::string text;
    for (int i = 0; i < bytes; i++)
        text += static_cast<char>(value >> (8 * i) & 255);
    return text;
}

//! Files of checksums as content would otherwise have a checksum that is always the same.
std::string maskedChecksum(const std::string& bytes)
{
    const uint32_t crc = crc32c(bytes);
    return littleEndian(((crc >> 15) | (crc << 17)) + 0xa282ead8u, 4);
}

std::array<uint32_t, 256> checksumTable()
{
    std::array<uint32_t, 256> table{};
    for (uint32_t i = 0; i < 256; i++)
    {
        table[i] = i;
        for (int bit = 0; bit < 8; bit++)
            table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0x82f63b78u : 0);
    }
    return table;
}

} // namespace

uint32_t crc32c(const std::string& bytes)
{
    static const std::array<uint32_t, 256> table = checksumTable();
    uint32_t crc = ~0u;
    for (const char byte : bytes)
        crc = crc >> 8 ^ table[(crc ^ static_cast<unsigned char>(byte)) & 255];
    return ~crc;
}

std::string tfRecord(const std::string& bytes)
{
    const std::string length = littleEndian(bytes.size(), 8);
    return length + maskedChecksum(length) + bytes + maskedChecksum(bytes);
}

std::string versionEvent(double seconds)
{
    return Message().number(wallTime, seconds).bytes(fileVersion, "brain.Event:2").text();
}

std::string sessionStartEvent(double seconds, int64_t step)
{
    const Message session = Message().whole(sessionStatus, sessionStart);
    return event(seconds, step).bytes(sessionLog, session.text()).text();
}

std::string scalarsEvent(double seconds, int64_t step, const Scalars& scalars)
{
    Message summary;
    for (const auto& scalar : scalars)
        summary.bytes(summaryValue,
                      Message().bytes(valueTag, scalar.first).number(valueNumber, scalar.second).text());
    return event(seconds, step).bytes(eventSummary, summary.text()).text();
}

} // namespace dnn_rpn_train
} // namespace cv
