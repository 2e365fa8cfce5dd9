// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// What became of objects, on boxes laid by hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "common/misses.hpp"

using namespace cv;

namespace {

struct Box
{
    Vec4f corners;
    int label = 1;
    float score = 0.9f;
};

struct Truth
{
    Vec4f corners;
    int label = 1;
    bool ignored = false;
};

const std::vector<String> names{"cat", "dog"};

//! Of an image of 400x400 in a network that sees 200x200, boxes from a score of 0.5.
void add(Misses& misses, const std::vector<Box>& found, const std::vector<Truth>& truth,
         std::vector<int> dropped = {})
{
    const int D = static_cast<int>(found.size()), G = static_cast<int>(truth.size());
    Mat boxes(D, 4, CV_32F), scores(D, 1, CV_32F), labels(D, 1, CV_32S);
    Mat objects(G, 4, CV_32F), objectLabels(G, 1, CV_32S), ignored(G, 1, CV_8U);
    std::vector<int> keep;
    for (int d = 0; d < D; d++)
    {
        *boxes.ptr<Vec4f>(d) = found[d].corners;
        scores.at<float>(d) = found[d].score;
        labels.at<int>(d) = found[d].label;
        if (std::find(dropped.begin(), dropped.end(), d) == dropped.end())
            keep.push_back(d);
    }
    for (int g = 0; g < G; g++)
    {
        *objects.ptr<Vec4f>(g) = truth[g].corners;
        objectLabels.at<int>(g) = truth[g].label;
        ignored.at<uchar>(g) = truth[g].ignored;
    }
    misses.add(boxes, scores, labels, keep, objects, objectLabels, ignored, Size(400, 400));
}

std::array<int, fateCount> fates(const std::vector<Box>& found, const std::vector<Truth>& truth,
                                 std::vector<int> dropped = {})
{
    Misses misses(names, Size(200, 200), 0.5f);
    add(misses, found, truth, dropped);
    return misses.groups()[0].counts;
}

std::array<int, fateCount> one(Fate fate)
{
    std::array<int, fateCount> counts{};
    counts[fate] = 1;
    return counts;
}

const Vec4f here(100, 100, 140, 140), aside(100, 100, 140, 170), corner(125, 125, 165, 165),
    far(300, 300, 340, 340);

} // namespace

TEST(Misses, eachReasonByItself)
{
    EXPECT_EQ(one(FATE_FOUND), fates({{aside}}, {{here}}));
    EXPECT_EQ(one(FATE_LOW_SCORE), fates({{here, 1, 0.4f}}, {{here}}));
    EXPECT_EQ(one(FATE_SUPPRESSED), fates({{here}}, {{here}}, {0}));
    EXPECT_EQ(one(FATE_OTHER_CLASS), fates({{here, 2}}, {{here}}));
    EXPECT_EQ(one(FATE_NOT_SEEN), fates({{corner, 2}}, {{here}}));
    EXPECT_EQ(one(FATE_NOT_SEEN), fates({{far}}, {{here}}));
    EXPECT_EQ(one(FATE_NOT_SEEN), fates({}, {{here}}));
    EXPECT_EQ(one(FATE_BADLY_PLACED), fates({{Vec4f(115, 115, 155, 155)}}, {{here}}));
}

TEST(Misses, theFirstReasonCounts)
{
    EXPECT_EQ(one(FATE_FOUND), fates({{here, 2}, {here}}, {{here}}));
    EXPECT_EQ(one(FATE_LOW_SCORE), fates({{here, 2}, {here, 1, 0.1f}}, {{here}}));
    EXPECT_EQ(one(FATE_OTHER_CLASS), fates({{here, 2}, {Vec4f(115, 115, 155, 155)}}, {{here}}));
}

TEST(Misses, aBoxFindsOneObject)
{
    // The second object has no box of its own: that of the first is used up.
    std::array<int, fateCount> expected{};
    expected[FATE_FOUND] = 1;
    expected[FATE_NOT_SEEN] = 1;
    EXPECT_EQ(expected, fates({{here}}, {{here}, {Vec4f(102, 102, 142, 142)}}));
}

TEST(Misses, ignoredObjectsDoNotCount)
{
    EXPECT_EQ((std::array<int, fateCount>{}), fates({}, {{here, 1, true}}));
    EXPECT_EQ(one(FATE_FOUND), fates({{here}}, {{here}, {far, 1, true}}));
}

TEST(Misses, objectsAreGroupedBySizeInTheInputAndSurroundings)
{
    Misses misses(names, Size(200, 200), 0.5f);
    // 20 pixels of the input; an overlap of 1/3; at the border and of the other class.
    add(misses, {{here}}, {{here}, {Vec4f(120, 100, 160, 140)}, {Vec4f(0, 300, 100, 400), 2}});
    std::map<String, std::vector<int>> groups;
    for (const MissGroup& group : misses.groups())
        groups[group.by + (":" + group.name)] = {group.counts[FATE_FOUND], group.objects()};
    const std::map<String, std::vector<int>> expected{{":all", {1, 3}},
                                                      {"size:16 to 32", {1, 2}},
                                                      {"size:32 to 64", {0, 1}},
                                                      {"neighbours:overlaps no other object", {0, 1}},
                                                      {"neighbours:IoU with another from 0.3", {1, 2}},
                                                      {"place:within the image", {1, 2}},
                                                      {"place:at its border", {0, 1}},
                                                      {"class:cat", {1, 2}},
                                                      {"class:dog", {0, 1}}};
    EXPECT_EQ(expected, groups);
}

TEST(Misses, adviceNamesWhatStandsOut)
{
    Misses misses(names, Size(200, 200), 0.5f);
    for (int i = 0; i < 20; i++)
        add(misses, {{here}, {far, 2, 0.3f}}, {{here}, {Vec4f(10, 10, 30, 30)}});
    const std::vector<String> advice = misses.advice();
    ASSERT_EQ(2u, advice.size());
    EXPECT_NE(String::npos,
              advice[0].find("Of 20 objects under 16 pixels of the input (200x200) 0 % are found, of the "
                             "others 100 %"));
    EXPECT_NE(String::npos, advice[0].find("--size"));
    EXPECT_NE(String::npos, advice[1].find("Of 20 missed objects 20 are not seen"));
}

TEST(Misses, noAdviceWhereNothingIsMissed)
{
    Misses misses(names, Size(200, 200), 0.5f);
    EXPECT_TRUE(misses.advice().empty());
    add(misses, {{here}}, {{here}});
    EXPECT_TRUE(misses.advice().empty());
    EXPECT_EQ(1, misses.groups()[0].objects());
}

TEST(Misses, falseBoxesByWhatTheyOverlap)
{
    Misses misses(names, Size(200, 200), 0.5f);
    const Vec4f shifted(115, 115, 155, 155), ignored(10, 10, 50, 50);
    add(misses, {{here}, {aside, 1, 0.8f}, {here, 2}, {shifted}, {far}, {far, 1, 0.3f}, {ignored}},
        {{here}, {ignored, 1, true}});
    add(misses, {{here}}, {});
    EXPECT_EQ((std::array<int, falseCount>{1, 1, 1, 2}), misses.falseBoxes());
}

TEST(Misses, adviceOnClassesThatAreTakenForEachOther)
{
    Misses misses(names, Size(200, 200), 0.5f);
    for (int i = 0; i < 20; i++)
        add(misses, {{here}, {here, 2, 0.8f}}, {{here}});
    ASSERT_EQ(1u, misses.advice().size());
    EXPECT_NE(String::npos, misses.advice()[0].find("Of 20 false boxes 20 are other class"));
}
