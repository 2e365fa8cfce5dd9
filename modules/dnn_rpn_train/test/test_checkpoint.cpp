// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "scratch.hpp"
#include "../src/data/fingerprint.hpp"
#include "../src/train/checkpoint.hpp"
#include "opencv2/dnn_rpn/private/file.hpp"

namespace opencv_test {
namespace {

Checkpoint sample()
{
    Checkpoint c;
    c.settings = {{"lr", "0.01"}, {"", ""}, {"loss", "focal"}};
    c.data = {{"images", "3"}};
    c.numbers = {{"step", 17}, {"best", -1.5}};
    Tensor t(Shape(1, 2, 1, 3));
    for (int i = 0; i < 6; i++)
        t.data()[i] = static_cast<float>(i) / 3;
    c.tensors = {{"weights", t}, {"empty", Tensor()}};
    return c;
}

TEST(Checkpoint, comesBackAsItWas)
{
    const Scratch scratch;
    const Checkpoint c = sample();
    c.write(scratch / "c");
    const Checkpoint d = Checkpoint::read(scratch / "c");
    EXPECT_EQ(c.settings, d.settings);
    EXPECT_EQ(c.data, d.data);
    EXPECT_EQ(c.numbers, d.numbers);
    ASSERT_EQ(2u, d.tensors.size());
    Tensor t(Shape(1, 2, 1, 3));
    d.copyTo("weights", t);
    EXPECT_EQ(0, cv::norm(t.flat(), c.tensors.at("weights").flat(), NORM_INF));
    EXPECT_TRUE(d.tensors.at("empty").empty());
    EXPECT_EQ(17, d.number("step"));
    EXPECT_TRUE(contains(errorOf([&] { d.number("stop"); }), "stop"));
    Tensor other(Shape(1, 3, 1, 2));
    EXPECT_TRUE(contains(errorOf([&] { d.copyTo("weights", other); }), "1x3x1x2"));
}

TEST(Checkpoint, everyCutAndEveryChangedByteIsFound)
{
    const Scratch scratch;
    sample().write(scratch / "c");
    const std::string good = readFile(scratch / "c");
    for (size_t length = 0; length < good.size(); length++)
    {
        writeText(scratch / "cut", good.substr(0, length));
        const std::string message = errorOf([&] { Checkpoint::read(scratch / "cut"); });
        ASSERT_TRUE(contains(message, scratch / "cut")) << length << ": " << message;
    }
    for (size_t at = 0; at < good.size(); at++)
    {
        std::string changed = good;
        changed[at] = static_cast<char>(changed[at] ^ 0x10);
        writeText(scratch / "changed", changed);
        const std::string message = errorOf([&] { Checkpoint::read(scratch / "changed"); });
        ASSERT_TRUE(contains(message, scratch / "changed")) << at << ": " << message;
    }
    writeText(scratch / "longer", good + "x");
    EXPECT_TRUE(contains(errorOf([&] { Checkpoint::read(scratch / "longer"); }), "damaged"));
    EXPECT_TRUE(contains(errorOf([&] { Checkpoint::read(scratch / "none"); }), "none"));
    EXPECT_TRUE(contains(errorOf([&] { Checkpoint::read(scratch.path()); }), "folder"));
}

TEST(Checkpoint, aFileThatCannotBeWrittenLeavesTheLastOne)
{
    const Scratch scratch;
    sample().write(scratch / "c");
    const std::string good = readFile(scratch / "c");
    std::filesystem::create_directory(scratch / "c.part"); // in the way
    EXPECT_TRUE(contains(errorOf([&] { sample().write(scratch / "c"); }), scratch / "c"));
    EXPECT_TRUE(good == readFile(scratch / "c"));
}

TEST(Settings, everythingOfTheImagesCounts)
{
    const Scratch scratch;
    const Dataset set = writeDiscs(scratch, 3, 2, Size(48, 48), 1);
    auto message = [&](const std::function<void(Dataset&)>& change) {
        Dataset other = set;
        change(other);
        return errorOf(
            [&] { requireSame(fingerprint(set, "training"), fingerprint(other, "training"), "c"); });
    };
    EXPECT_EQ("", message([](Dataset&) {}));
    EXPECT_EQ("", message([](Dataset& d) { d.images[0].path = "/moved/discs_0.png"; }));
    EXPECT_TRUE(contains(message([](Dataset& d) { d.images.pop_back(); }), "training images was 3 and is 2"));
    EXPECT_TRUE(contains(message([](Dataset& d) { d.images[1].path = "/moved/discs.png"; }), "names"));
    EXPECT_TRUE(contains(message([](Dataset& d) { std::swap(d.images[0], d.images[1]); }), "names"));
    EXPECT_TRUE(contains(message([](Dataset& d) { d.images[2].objects[1].box[3]++; }), "boxes"));
    EXPECT_TRUE(contains(message([](Dataset& d) { d.images[2].objects[1].label++; }), "boxes"));
    EXPECT_TRUE(contains(message([](Dataset& d) { d.images[0].objects[0].ignored = true; }),
                         "objects was 6 and is 5"));
}

} // namespace
} // namespace opencv_test
