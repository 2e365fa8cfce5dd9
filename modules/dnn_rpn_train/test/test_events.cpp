// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "scratch.hpp"
#include "../src/report/event_record.hpp"
#include "opencv2/dnn_rpn_train/events.hpp"

#include <cstring>
#include <ctime>
#include <map>

namespace opencv_test {
namespace {

//! Bit by bit, as the polynomial says.
uint32_t slowChecksum(const std::string& bytes)
{
    uint32_t crc = ~0u;
    for (const char byte : bytes)
        for (int bit = 0; bit < 8; bit++)
        {
            const uint32_t in = static_cast<unsigned char>(byte) >> bit & 1;
            crc = crc >> 1 ^ ((crc ^ in) & 1 ? 0x82f63b78u : 0);
        }
    return ~crc;
}

uint64_t number(const std::string& bytes, size_t at, int count)
{
    uint64_t value = 0;
    for (int i = count - 1; i >= 0; i--)
        value = value << 8 | static_cast<unsigned char>(bytes.at(at + static_cast<size_t>(i)));
    return value;
}

void expectChecksum(const std::string& of, const std::string& file, size_t at)
{
    const uint32_t masked = static_cast<uint32_t>(number(file, at, 4)) - 0xa282ead8u;
    EXPECT_EQ(slowChecksum(of), masked >> 17 | masked << 15);
}

//! The records of a file, their checksums checked.
std::vector<std::string> recordsOf(const std::string& path)
{
    const std::string file = readFile(path);
    std::vector<std::string> records;
    for (size_t at = 0; at < file.size();)
    {
        const size_t length = number(file, at, 8);
        expectChecksum(file.substr(at, 8), file, at + 8);
        records.push_back(file.substr(at + 12, length));
        EXPECT_EQ(length, records.back().size()) << "cut off";
        expectChecksum(records.back(), file, at + 12 + length);
        at += 16 + length;
    }
    return records;
}

uint64_t varint(const std::string& bytes, size_t& at)
{
    uint64_t value = 0;
    for (int shift = 0;; shift += 7)
    {
        const uint64_t byte = static_cast<unsigned char>(bytes.at(at++));
        value |= (byte & 127) << shift;
        if (byte < 128)
            return value;
    }
}

//! A message's fields: bytes of those with a length, the little-endian number of the others.
std::multimap<int, std::string> fieldsOf(const std::string& message)
{
    std::multimap<int, std::string> fields;
    for (size_t at = 0; at < message.size();)
    {
        const uint64_t tag = varint(message, at), type = tag & 7;
        if (type == 0)
        {
            fields.emplace(static_cast<int>(tag >> 3), std::to_string(varint(message, at)));
            continue;
        }
        EXPECT_TRUE(type == 1 || type == 2 || type == 5) << type;
        const size_t length = type == 1 ? 8 : type == 5 ? 4 : varint(message, at);
        fields.emplace(static_cast<int>(tag >> 3), message.substr(at, length));
        at += length;
        EXPECT_LE(at, message.size());
    }
    return fields;
}

struct Event
{
    explicit Event(const std::string& bytes)
    {
        const auto fields = fieldsOf(bytes);
        const auto first = [&](int field) {
            return fields.count(field) ? fields.find(field)->second : std::string();
        };
        std::memcpy(&seconds, first(1).data(), 8);
        step = std::atoi(first(2).c_str());
        version = first(3);
        starts = fields.count(7) && fieldsOf(first(7)).find(1)->second == "1";
        const auto values = fieldsOf(first(5));
        for (auto v = values.lower_bound(1); v != values.upper_bound(1); ++v)
        {
            const auto value = fieldsOf(v->second);
            float scalar = 0;
            std::memcpy(&scalar, value.find(2)->second.data(), 4);
            scalars[value.find(1)->second] = scalar;
        }
    }

    double seconds = 0;
    int step = 0;
    std::string version;
    bool starts = false;
    std::map<std::string, float> scalars;
};

std::vector<Event> eventsOf(const std::string& path)
{
    std::vector<Event> events;
    for (const std::string& record : recordsOf(path))
        events.emplace_back(record);
    return events;
}

TEST(EventLog, checksumIsCastagnolis)
{
    EXPECT_EQ(0xe3069283u, crc32c("123456789")) << "the value that catalogues of checksums give";
    EXPECT_EQ(0x8a9136aau, crc32c(std::string(32, '\0'))) << "RFC 3720, B.4";
    EXPECT_EQ(0u, crc32c(""));
}

TEST(EventLog, isReadBack)
{
    const Scratch scratch;
    EventLog log(scratch / "runs/one");
    StepStats stats;
    stats.step = 300;
    stats.epoch = 2;
    stats.loss = 1.5;
    stats.learningRate = 0.01;
    stats.positives = 7;
    stats.gradientNorm = std::numeric_limits<double>::infinity();
    log.add(stats);
    stats.step = 301;
    stats.evaluated = true;
    stats.validation.AP50 = 0.75;
    stats.validation.AR300 = -1;
    log.add(stats);
    log.addScalar("mine/n\xC3\xA4me", -2, 302);
    log.flush();
    EXPECT_TRUE(contains(log.path(), "/runs/one/events.out.tfevents.")) << log.path();

    const std::vector<Event> events = eventsOf(log.path());
    ASSERT_EQ(6u, events.size());
    EXPECT_EQ("brain.Event:2", events[0].version);
    EXPECT_TRUE(events[1].starts);
    EXPECT_EQ(1, events[1].step);
    EXPECT_NEAR(static_cast<double>(std::time(nullptr)), events[0].seconds, 60);
    EXPECT_EQ(300, events[2].step);
    EXPECT_EQ(1.5f, events[2].scalars.at("step/loss"));
    EXPECT_EQ(0.01f, events[2].scalars.at("step/lr"));
    EXPECT_EQ(7, events[2].scalars.at("step/positives"));
    EXPECT_EQ(2, events[2].scalars.at("step/epoch"));
    EXPECT_EQ(0u, events[2].scalars.count("step/gradient")) << "not a finite number";
    EXPECT_EQ(0u, events[2].scalars.count("step/loss_roi_cls")) << "there is no second stage";
    EXPECT_EQ(0u, events[2].scalars.count("validation/AP50"));
    EXPECT_EQ(301, events[4].step);
    EXPECT_EQ(0.75f, events[4].scalars.at("validation/AP50"));
    EXPECT_EQ(0u, events[4].scalars.count("validation/AR300"));
    EXPECT_EQ(-2, events[5].scalars.at("mine/n\xC3\xA4me"));
}

TEST(EventLog, resumedTrainingsWriteAnotherFile)
{
    const Scratch scratch;
    const EventLog first(scratch.path());
    const EventLog second(scratch.path(), 40);
    EXPECT_NE(first.path(), second.path());
    EXPECT_EQ(41, eventsOf(second.path()).at(1).step);
}

TEST(EventLog, namesAFileThatCannotBeWritten)
{
    const Scratch scratch;
    writeText(scratch / "file", "");
    EXPECT_TRUE(contains(errorOf([&] { EventLog(scratch / "file"); }), "file/events.out"));
}

} // namespace
} // namespace opencv_test
