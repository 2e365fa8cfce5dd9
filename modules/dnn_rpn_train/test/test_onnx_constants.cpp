// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "scratch.hpp"
#include "../src/onnx/import.hpp"
#include "../src/onnx/writer.hpp"

#include <cstring>
#include <filesystem>

namespace opencv_test {
namespace {

// What OnnxWriter never writes, as protobuf encodes it. Two messages behind each other are one: the second
// adds.

std::string varint(uint64_t value)
{
    std::string bytes;
    for (; value > 127; value >>= 7)
        bytes += static_cast<char>(value | 128);
    return bytes + static_cast<char>(value);
}
std::string field(int number, uint64_t value)
{
    return varint(number << 3) + varint(value);
}
std::string field(int number, const std::string& bytes)
{
    return varint(number << 3 | 2) + varint(bytes.size()) + bytes;
}
template<typename T>
std::string bytesOf(const std::vector<T>& numbers)
{
    return std::string(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(T));
}
std::string entry(const std::string& key, const std::string& value)
{
    return field(13, field(1, key) + field(2, value));
}

enum Type
{
    FLOAT = 1,
    FLOAT16 = 10,
    DOUBLE = 11,
    BFLOAT16 = 16
};
const int floatData = 4, int32Data = 5, rawData = 9, doubleData = 10, isExternal = 14;

const std::vector<float> numbers{0.5f, -1.25f, 3, 0.0625f, -96, 0};

//! A convolution of 1x1 from three channels to two whose weights are a tensor of these fields.
std::string convOf(Type type, const std::string& tensor)
{
    OnnxWriter writer;
    writer.addInput("in", {1, 3, 4, 5});
    writer.addNode("Conv", "out", {"in", "w"}).integers("kernel_shape", {1, 1});
    writer.addOutput("out", {1, 2, 4, 5});
    std::string dims;
    for (int d : {2, 3, 1, 1})
        dims += field(1, static_cast<uint64_t>(d));
    return writer.bytes() + field(7, field(5, dims + field(2, static_cast<uint64_t>(type)) +
                                                  field(8, std::string("w")) + tensor));
}

std::vector<float> weightsOf(const std::string& file)
{
    Graph g;
    importOnnx(file, g, g.addInput("in"));
    const Mat all = g.parameters.at(0).value.flat();
    return std::vector<float>(all.begin<float>(), all.end<float>());
}

TEST(OnnxConstants, floatsOfAnyWidthWhereverTheyStand)
{
    const Scratch scratch;
    const std::string path = scratch / "g.onnx";
    const std::vector<double> doubles(numbers.begin(), numbers.end());
    const std::vector<uint16_t> halves{0x3800, 0xbd00, 0x4200, 0x2c00, 0xd600, 0},
        bfloats{0x3f00, 0xbfa0, 0x4040, 0x3d80, 0xc2c0, 0};
    std::string packed;
    for (uint16_t half : halves)
        packed += varint(half);
    const std::vector<std::pair<Type, std::string>> files{
        {FLOAT, field(rawData, bytesOf(numbers))},   {FLOAT, field(floatData, bytesOf(numbers))},
        {DOUBLE, field(rawData, bytesOf(doubles))},  {DOUBLE, field(doubleData, bytesOf(doubles))},
        {FLOAT16, field(rawData, bytesOf(halves))},  {FLOAT16, field(int32Data, packed)},
        {BFLOAT16, field(rawData, bytesOf(bfloats))}};
    for (const auto& file : files)
    {
        writeFile(path, convOf(file.first, file.second));
        EXPECT_EQ(numbers, weightsOf(path)) << "type " << file.first;
    }
    const auto message = [&](Type type, const std::string& tensor) {
        writeFile(path, convOf(type, tensor));
        return errorOf([&] { weightsOf(path); });
    };
    EXPECT_TRUE(contains(message(static_cast<Type>(7), ""), "has type 7"));
    EXPECT_TRUE(contains(message(FLOAT, ""), "should hold 6 numbers but holds 0"));
    EXPECT_TRUE(
        contains(message(FLOAT, field(rawData, std::string("123"))), "should have 24 bytes but has 3"));
}

TEST(OnnxConstants, numbersInAnotherFile)
{
    const Scratch scratch;
    std::filesystem::create_directories(scratch / "models/data");
    const std::string path = scratch / "models/g.onnx", data = "0123" + bytesOf(numbers) + "4567";
    writeFile(scratch / "models/g.onnx.data", data);
    writeFile(scratch / "models/data/w", bytesOf(numbers));
    const auto read = [&](const std::string& entries) {
        writeFile(path, convOf(FLOAT, entries + field(isExternal, 1)));
        return weightsOf(path);
    };
    EXPECT_EQ(numbers, read(entry("location", "g.onnx.data") + entry("offset", "4") + entry("length", "24")));
    EXPECT_EQ(numbers, read(entry("location", "data/w")));
}

//! A file from elsewhere must not read what its user did not give it.
TEST(OnnxConstants, nothingOutsideTheFilesFolderIsRead)
{
    const Scratch scratch;
    std::filesystem::create_directories(scratch / "models");
    const std::string path = scratch / "models/g.onnx", secret = scratch / "secret",
                      inside = scratch / "models/w";
    for (const std::string& file : {secret, inside})
        writeFile(file, bytesOf(numbers));
    std::filesystem::create_symlink("../secret", scratch / "models/link");
    const auto message = [&](const std::string& entries) {
        writeFile(path, convOf(FLOAT, entries + field(isExternal, 1)));
        return errorOf([&] { weightsOf(path); });
    };
    ASSERT_EQ("", message(entry("location", "w")));
    EXPECT_TRUE(contains(message(entry("location", "../secret")), "outside the folder"));
    EXPECT_TRUE(contains(message(entry("location", "../models/w")), "outside the folder"));
    EXPECT_TRUE(contains(message(entry("location", "link")), "outside the folder"));
    EXPECT_TRUE(contains(message(entry("location", inside)), "no file beside it"));
    EXPECT_TRUE(contains(message(entry("location", ".")), "no file beside it"));
    EXPECT_TRUE(contains(message(entry("location", "absent")), "'absent'"));
    EXPECT_TRUE(contains(message(""), "no file beside it"));
    EXPECT_TRUE(contains(message(entry("location", "w") + entry("offset", "1")), "24 bytes"));
    EXPECT_TRUE(contains(message(entry("location", "w") + entry("length", "20")), "24 bytes"));
    EXPECT_TRUE(
        contains(message(entry("location", "w") + entry("offset", "18446744073709551615")), "24 bytes"));
    EXPECT_TRUE(contains(message(entry("location", "w") + entry("offset", "many")), "'many'"));
}

} // namespace
} // namespace opencv_test
