// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include <clocale>
#include <locale>
#include <set>

#include "annotated.hpp"
#include "../src/data/text.hpp"

namespace opencv_test {
namespace {

//! Images of noise, each third one twice, with one of three classes of 6, 3 and 1 of ten.
Dataset drawMixed(const Scratch& s, int count)
{
    Dataset set;
    set.classes = {"often", "seldom", "rare"};
    for (int i = 0; i < count; i++)
    {
        AnnotatedImage image;
        image.path = s / cv::format("%03d.png", i);
        Mat noise(64, 64, CV_8UC3);
        RNG rng(static_cast<uint64>(i - (i % 3 == 2)) + 1);
        rng.fill(noise, RNG::UNIFORM, 0, 256);
        resize(noise(Rect(0, 0, 9, 8)), noise, Size(72, 64), 0, 0, INTER_NEAREST);
        imwrite(image.path, noise);
        Object o;
        o.box = Vec4f(1, 1, 5, 5);
        o.label = i % 10 < 6 ? 1 : i % 10 < 9 ? 2 : 3;
        image.objects.push_back(o);
        set.images.push_back(image);
    }
    return set;
}

TEST(SplitDataset, sharesClassesAndKeepsLookAlikesTogether)
{
    const Scratch s;
    const Dataset all = drawMixed(s, 120);
    const std::vector<Dataset> parts = splitDataset(all, {4, 1}, 7);
    ASSERT_EQ(2u, parts.size());
    EXPECT_EQ(120u, parts[0].images.size() + parts[1].images.size());
    EXPECT_NEAR(24, static_cast<double>(parts[1].images.size()), 3);
    int counts[4] = {};
    std::set<std::string> there;
    for (const AnnotatedImage& image : parts[1].images)
    {
        counts[image.objects[0].label]++;
        there.insert(std::filesystem::path(image.path).stem().string());
    }
    EXPECT_NEAR(14.4, counts[1], 3);
    EXPECT_NEAR(7.2, counts[2], 2);
    EXPECT_NEAR(2.4, counts[3], 1.5);
    for (int i = 2; i < 120; i += 3) // the same image as the one before
        EXPECT_EQ(there.count(cv::format("%03d", i - 1)), there.count(cv::format("%03d", i))) << i;
}

TEST(SplitDataset, dependsOnTheSeedAlone)
{
    const Scratch s;
    const Dataset all = drawMixed(s, 60);
    const auto namesOf = [&](int seed) {
        std::string names;
        const std::vector<Dataset> parts = splitDataset(all, {0.8, 0.2}, seed);
        for (const AnnotatedImage& image : parts[1].images)
            names += image.path;
        return names;
    };
    EXPECT_EQ(namesOf(1), namesOf(1));
    EXPECT_NE(namesOf(1), namesOf(2));
}

TEST(SplitDataset, givesFolds)
{
    const Scratch s;
    const Dataset all = drawMixed(s, 60);
    std::set<std::string> seen;
    for (const Dataset& fold : splitDataset(all, {1, 1, 1, 1, 1}, 0))
    {
        EXPECT_NEAR(12, static_cast<double>(fold.images.size()), 2);
        EXPECT_EQ(all.classes, fold.classes);
        for (const AnnotatedImage& image : fold.images)
            EXPECT_TRUE(seen.insert(image.path).second);
    }
    EXPECT_EQ(60u, seen.size());
}

TEST(SplitDataset, refusesPartsThatWouldBeEmpty)
{
    const Scratch s;
    const Dataset all = drawMixed(s, 2);
    EXPECT_EQ("", errorOf([&] { splitDataset(all, {1, 1}, 0); }));
    EXPECT_TRUE(contains(errorOf([&] { splitDataset(all, {1, 1, 1}, 0); }), "would be empty"));
    EXPECT_TRUE(contains(errorOf([&] { splitDataset(all, {1, 0}, 0); }), "not above 0"));
    EXPECT_TRUE(contains(errorOf([&] { splitDataset(Dataset(), {1, 1}, 0); }), "no images"));
}

TEST(Text, invalidUtf8IsEscaped)
{
    EXPECT_EQ("caf\xC3\xA9 \xF0\x9F\x98\x80", escapeInvalidUtf8("caf\xC3\xA9 \xF0\x9F\x98\x80"));
    EXPECT_EQ("caf\\xE9", escapeInvalidUtf8("caf\xE9"));
    EXPECT_EQ("\\xC0\\x80", escapeInvalidUtf8("\xC0\x80"));          // overlong
    EXPECT_EQ("\\xED\\xA0\\x80", escapeInvalidUtf8("\xED\xA0\x80")); // half a pair
    EXPECT_EQ("\\xF4\\x90\\x80\\x80", escapeInvalidUtf8("\xF4\x90\x80\x80"));
    EXPECT_EQ("a\\xE2\\x82", escapeInvalidUtf8("a\xE2\x82")); // cut off
}

TEST(Text, namesAreCleaned)
{
    EXPECT_EQ("a b", cleanName(" a\t\n b\x01"));
    EXPECT_EQ("", cleanName("\r\n"));
}

TEST(Text, numbersAreTheSameInEachLocale)
{
    const TrueImage truth = trueImages()[0];
    const std::vector<std::string> texts{vocXml(truth, "a.png"), yoloLabels(truth), cocoJson({truth})};
    // A comma for decimals and points between thousands, whatever locales this machine has.
    struct German : std::numpunct<char>
    {
        char do_decimal_point() const override { return ','; }
        char do_thousands_sep() const override { return '.'; }
        std::string do_grouping() const override { return "\3"; }
    };
    const std::string before = std::setlocale(LC_ALL, nullptr);
    const std::locale classic = std::locale::global(std::locale(std::locale::classic(), new German));
    for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8"})
        std::setlocale(LC_ALL, name);
    double value = 0;
    EXPECT_TRUE(parseFinite(" 1234.5 ", value));
    EXPECT_EQ(1234.5, value);
    EXPECT_TRUE(parseFinite("+1e-2", value));
    EXPECT_EQ(0.01, value);
    for (const char* none : {"", "1,5", "1 2", "nan", "inf", "1e999", "0x10", "abc"})
        EXPECT_FALSE(parseFinite(none, value)) << none;
    const Scratch s;
    writeImage(s / "a.png", truth.size);
    for (const std::string& text : texts)
    {
        const bool xml = text[0] == '<', json = text[0] == '{';
        const std::string path = s / (xml ? "a.xml" : json ? "a.json" : "a.txt");
        writeText(path, text);
        EXPECT_EQ(Vec4f(10, 6, 30, 24), Dataset::read(s.path(), "").images.at(0).objects.at(0).box) << path;
        std::filesystem::remove(path);
    }
    std::locale::global(classic);
    std::setlocale(LC_ALL, before.c_str());
}

} // namespace
} // namespace opencv_test
