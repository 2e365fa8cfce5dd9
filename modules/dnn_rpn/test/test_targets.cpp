// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "test_precomp.hpp"
#include "golden/golden_operators.hpp"

namespace opencv_test {
namespace {

//! The rule of matchAnchors() with the whole table of overlaps at hand.
std::vector<int> slowMatch(const Mat& anchors, const Mat& objects, const Mat& regions,
                           const MatchParams& params)
{
    Mat overlaps, shares;
    boxIoU(anchors, objects, overlaps);
    boxIoF(anchors, regions, shares);
    std::vector<double> most(objects.rows);
    for (int g = 0; g < objects.rows; g++)
        cv::minMaxLoc(overlaps.col(g), nullptr, &most[g]);

    std::vector<int> matches;
    for (int k = 0; k < anchors.rows; k++)
    {
        int best = 0;
        for (int g = 1; g < objects.rows; g++)
            if (overlaps.at<float>(k, g) > overlaps.at<float>(k, best))
                best = g;
        const float highest = objects.rows ? overlaps.at<float>(k, best) : -1;
        int match = highest >= params.positiveIoU   ? best
                    : highest >= params.negativeIoU ? MATCH_IGNORED
                                                    : MATCH_NEGATIVE;
        for (int r = 0; r < regions.rows; r++)
            if (match == MATCH_NEGATIVE && shares.at<float>(k, r) >= params.ignoreIoF)
                match = MATCH_IGNORED;
        for (int g = 0; params.lowQuality && g < objects.rows; g++)
            if (most[g] > 0 && overlaps.at<float>(k, g) == most[g])
                match = best;
        matches.push_back(match);
    }
    return matches;
}

std::vector<int> match(const Mat& anchors, const Mat& objects, const Mat& regions,
                       const MatchParams& params = MatchParams())
{
    std::vector<int> matches;
    matchAnchors(anchors, objects, regions, matches, params);
    return matches;
}

TEST(DnnRpn_Targets, literalMatches)
{
    // Overlaps with the object 0 0 10 10: 1, 0.8, 0.5, 0.2, 0.
    const Mat anchors = boxes({0, 0, 10, 10, 0, 0, 10, 8, 0, 0, 5, 10, 0, 0, 2, 10, 50, 50, 60, 60});
    const Mat object = boxes({0, 0, 10, 10});
    EXPECT_EQ(std::vector<int>({0, 0, -2, -1, -1}), match(anchors, object, Mat()));
    // The region holds the fourth anchor and the first four fifths of the third, which stays ignored.
    EXPECT_EQ(std::vector<int>({0, 0, -2, -2, -1}), match(anchors, object, boxes({0, 0, 4, 10})));
    // Without objects a region decides alone: shares 0.4, 0.4, 0.8, 1, 0.
    EXPECT_EQ(std::vector<int>({-1, -1, -2, -2, -1}), match(anchors, Mat(), boxes({0, 0, 4, 10})));
    EXPECT_EQ(std::vector<int>({-1, -1, -1, -1, -1}), match(anchors, Mat(), Mat()));
}

TEST(DnnRpn_Targets, thresholdsBelongToTheUpperSide)
{
    const Mat anchors = boxes({0, 0, 10, 10}), half = boxes({0, 0, 5, 10}); // IoU and IoF are 0.5
    MatchParams params;
    params.lowQuality = false;
    params.positiveIoU = 0.5f;
    EXPECT_EQ(std::vector<int>({0}), match(anchors, half, Mat(), params));
    params.positiveIoU = 0.7f;
    params.negativeIoU = 0.5f;
    EXPECT_EQ(std::vector<int>({-2}), match(anchors, half, Mat(), params));
    params.negativeIoU = 0.51f;
    EXPECT_EQ(std::vector<int>({-1}), match(anchors, half, Mat(), params));
    EXPECT_EQ(std::vector<int>({-2}), match(anchors, half, half, params));
    params.ignoreIoF = 0.51f;
    EXPECT_EQ(std::vector<int>({-1}), match(anchors, half, half, params));
}

TEST(DnnRpn_Targets, lowQuality)
{
    // Object 0 is covered best by the first two alike, 1/4; both overlap object 1 more, or not.
    const Mat anchors = boxes({0, 0, 10, 10, 10, 0, 20, 10, 100, 100, 104, 104});
    const Mat objects = boxes({5, 0, 15, 5, 100, 100, 150, 150, 500, 500, 600, 600});
    MatchParams params;
    EXPECT_EQ(std::vector<int>({0, 0, 1}), match(anchors, objects, Mat(), params));
    params.lowQuality = false;
    EXPECT_EQ(std::vector<int>({-1, -1, -1}), match(anchors, objects, Mat(), params));
    // An anchor that is the best there is for one object but overlaps another more goes to the other.
    params.lowQuality = true;
    EXPECT_EQ(std::vector<int>({1}), match(boxes({0, 0, 10, 10}), boxes({8, 8, 18, 18, 0, 0, 10, 9}), Mat()));
    // Low quality beats an ignore region: positives stay.
    EXPECT_EQ(std::vector<int>({0, 0, 1}), match(anchors, objects, boxes({0, 0, 200, 200}), params));
}

TEST(DnnRpn_Targets, equalOverlapsTakeTheLowerIndex)
{
    EXPECT_EQ(std::vector<int>({0}), match(boxes({0, 0, 8, 8}), boxes({0, 0, 8, 8, 0, 0, 8, 8}), Mat()));
    EXPECT_EQ(std::vector<int>({0}), match(boxes({4, 0, 12, 8}), boxes({0, 0, 8, 8, 8, 0, 16, 8}), Mat()));
}

TEST(DnnRpn_Targets, matchesLikeTorchvision)
{
    const Mat anchors = boxes(golden::matchAnchors), objects = boxes(golden::matchObjects);
    MatchParams params;
    EXPECT_EQ(golden::matchLow, match(anchors, objects, Mat(), params));
    params.lowQuality = false;
    EXPECT_EQ(golden::matchPlain, match(anchors, objects, Mat(), params));
    params.lowQuality = true;
    params.positiveIoU = 0.5f;
    params.negativeIoU = 0.4f;
    EXPECT_EQ(golden::matchHalf, match(anchors, objects, Mat(), params));
}

TEST(DnnRpn_Targets, matchesLikeTheDefinition)
{
    RNG rng(5);
    const int sizes[][3] = {{1, 1, 1}, {1, 5, 0}, {7, 0, 2}, {63, 1, 1}, {501, 13, 3}, {20011, 9, 2}};
    for (const int* s : sizes)
    {
        const Mat objects = randomBoxes(rng, s[1], 100, 5, 60), regions = randomBoxes(rng, s[2], 100, 10, 90);
        Mat anchors = randomBoxes(rng, s[0], 130, 5, 60);
        // Whole numbers give equal overlaps, within one object and across blocks of threads.
        for (int i = 0; i < anchors.rows; i += 2)
            for (int j = 0; j < 4; j++)
                anchors.at<float>(i, j) = std::floor(anchors.at<float>(i, j) / 8) * 8 + 4 * (j > 1);
        for (int variant = 0; variant < 3; variant++)
        {
            SCOPED_TRACE(format("%d anchors, %d objects, %d regions, variant %d", s[0], s[1], s[2], variant));
            MatchParams params;
            params.lowQuality = variant != 1;
            if (variant == 2)
            {
                params.positiveIoU = 0.5f;
                params.negativeIoU = 0.f;
                params.ignoreIoF = 0.9f;
            }
            EXPECT_EQ(slowMatch(anchors, objects, regions, params), match(anchors, objects, regions, params));
        }
    }
}

TEST(DnnRpn_Targets, matchesOfOddBoxesInBlocksOfAnySize)
{
    // NaN, infinite, inverted, empty and huge boxes on both sides, at counts around those of vectors and
    // blocks.
    const float odd[][4] = {{nan, 10, 60, 60},    {10, nan, 60, 60},      {10, 10, nan, 60},
                            {10, 10, 60, nan},    {-inf, -inf, inf, inf}, {0, 0, inf, 50},
                            {60, 10, 10, 60},     {30, 30, 30, 60},       {-3e38f, -3e38f, 3e38f, 3e38f},
                            {0, 0, 2e19f, 2e19f}, {0, 0, 1e-30f, 1e-30f}, {0, 0, 1e-20f, 1e-20f}};
    RNG rng(15);
    for (int count : {1, 3, 7, 8, 15, 17, 63, 64, 65, 129, 4095, 4097, 8193})
        for (int objectCount : {1, 5, 40})
        {
            SCOPED_TRACE(format("%d anchors, %d objects", count, objectCount));
            Mat anchors = randomBoxes(rng, count, 100, 5, 60);
            Mat objects = randomBoxes(rng, objectCount, 100, 5, 60);
            for (const float* box : odd)
            {
                Mat(1, 4, CV_32F, const_cast<float*>(box)).copyTo(anchors.row(rng.uniform(0, count)));
                if (objectCount > 5)
                    Mat(1, 4, CV_32F, const_cast<float*>(box))
                        .copyTo(objects.row(rng.uniform(0, objectCount)));
            }
            anchors.row(0).copyTo(objects.row(0)); // an IoU of 1, perhaps, and one object twice
            objects.row(0).copyTo(objects.row(objectCount - 1));
            const Mat regions = randomBoxes(rng, 2, 100, 20, 60);
            for (bool lowQuality : {false, true})
            {
                MatchParams params;
                params.lowQuality = lowQuality;
                EXPECT_EQ(slowMatch(anchors, objects, regions, params),
                          match(anchors, objects, regions, params));
            }
        }
}

TEST(DnnRpn_Targets, matchesDoNotDependOnThreads)
{
    RNG rng(6);
    const Mat anchors = randomBoxes(rng, 50000, 400, 5, 100), objects = randomBoxes(rng, 7, 400, 5, 100);
    const int threads = cv::getNumThreads();
    cv::setNumThreads(1);
    const std::vector<int> one = match(anchors, objects, Mat());
    cv::setNumThreads(4);
    EXPECT_EQ(one, match(anchors, objects, Mat()));
    cv::setNumThreads(threads);
}

TEST(DnnRpn_Targets, matchesOfNothing)
{
    EXPECT_TRUE(match(Mat(), boxes({0, 0, 3, 3}), Mat()).empty());
    EXPECT_TRUE(match(Mat(), Mat(), Mat()).empty());
    // Boxes without numbers or area overlap nothing.
    EXPECT_EQ(std::vector<int>({-1, -1}),
              match(boxes({nan, 0, 3, 3, 0, 0, 0, 3}), boxes({0, 0, 3, 3}), Mat()));
    EXPECT_EQ(std::vector<int>({-1}), match(boxes({0, 0, 3, 3}), boxes({2, 2, 1, 1}), Mat()));
}

TEST(DnnRpn_Targets, sampleCounts)
{
    const int cases[][5] = {
        // positives, negatives, count, kept positives, kept negatives; share 0.5
        {10, 100, 16, 8, 8}, {3, 100, 16, 3, 13}, {100, 4, 16, 8, 4}, {0, 9, 4, 0, 4},
        {9, 0, 4, 2, 0},     {2, 3, 256, 2, 3},   {5, 5, 0, 0, 0},
    };
    for (const int* c : cases)
    {
        SCOPED_TRACE(format("%d positives, %d negatives, count %d", c[0], c[1], c[2]));
        std::vector<int> before(11, MATCH_IGNORED);
        before.insert(before.end(), c[0], 3);
        before.insert(before.end(), c[1], MATCH_NEGATIVE);
        std::vector<int> after = before;
        sampleAnchors(after, c[2], 0.5f, 7);
        int positives = 0, negatives = 0;
        for (size_t k = 0; k < after.size(); k++)
        {
            EXPECT_TRUE(after[k] == before[k] || after[k] == MATCH_IGNORED);
            positives += after[k] >= 0;
            negatives += after[k] == MATCH_NEGATIVE;
        }
        EXPECT_EQ(c[3], positives);
        EXPECT_EQ(c[4], negatives);
    }
}

TEST(DnnRpn_Targets, sampleIsReproducible)
{
    std::vector<int> a(1000, 0), b, c;
    std::fill(a.begin() + 300, a.end(), static_cast<int>(MATCH_NEGATIVE));
    b = c = a;
    sampleAnchors(a, 100, 0.3f, 12345);
    sampleAnchors(b, 100, 0.3f, 12345);
    sampleAnchors(c, 100, 0.3f, -12345);
    EXPECT_EQ(a, b);
    EXPECT_NE(a, c);

    // The same on every machine: Mersenne Twister and shuffle, worked out by another program.
    std::vector<int> few(12, 0), kept;
    sampleAnchors(few, 4, 1, 1);
    for (int k = 0; k < 12; k++)
        if (few[k] == 0)
            kept.push_back(k);
    EXPECT_EQ(std::vector<int>({1, 4, 6, 8}), kept);
}

TEST(DnnRpn_Targets, sampleIsFair)
{
    // 2 of 5: each of the 10 subsets about as often. 5000 draws: 500 +- 21 expected.
    std::vector<int> seen(32, 0);
    for (int seed = 0; seed < 5000; seed++)
    {
        std::vector<int> matches(5, MATCH_NEGATIVE);
        sampleAnchors(matches, 2, 0.5f, seed);
        int subset = 0;
        for (int k = 0; k < 5; k++)
            subset |= (matches[k] == MATCH_NEGATIVE) << k;
        ++seen[subset];
    }
    int subsets = 0;
    for (int times : seen)
    {
        subsets += times > 0;
        EXPECT_TRUE(times == 0 || std::abs(times - 500) < 110) << times;
    }
    EXPECT_EQ(10, subsets);
}

TEST(DnnRpn_Targets, sampleInPlaceOfAColumn)
{
    Mat table(6, 3, CV_32S, Scalar(9));
    table.col(1).setTo(MATCH_NEGATIVE);
    Mat column = table.col(1);
    sampleAnchors(column, 2, 0.5f, 3);
    EXPECT_EQ(2, cv::countNonZero(table.col(1) == static_cast<int>(MATCH_NEGATIVE)));
    EXPECT_EQ(12, cv::countNonZero(table == 9));
    Mat empty;
    sampleAnchors(empty, 5, 0.5f, 3);
    EXPECT_TRUE(empty.empty());
}

TEST(DnnRpn_Targets, encodedTargets)
{
    RNG rng(8);
    const Mat anchors = randomBoxes(rng, 33, 90, 4, 40), objects = randomBoxes(rng, 5, 90, 4, 40);
    const Mat matches = randomLabels(rng, 33, -2, 4);
    Mat deltas, one;
    encodeTargets(anchors, objects, matches, deltas, Scalar(10, 10, 5, 5));
    ASSERT_EQ(Size(4, 33), deltas.size());
    for (int k = 0; k < 33; k++)
    {
        const int m = matches.at<int>(k);
        one = Mat::zeros(1, 4, CV_32F);
        if (m >= 0)
            encodeBoxes(objects.row(m), anchors.row(k), one, Scalar(10, 10, 5, 5));
        EXPECT_TRUE(sameBits(one, deltas.row(k))) << "row " << k;
    }
    // An anchor or object without area matters only where it is used.
    encodeTargets(boxes({3, 3, 3, 3}), boxes({5, 5, 5, 5}), labels({-1}), deltas);
    EXPECT_EQ(0, cv::countNonZero(deltas));
    encodeTargets(Mat(), objects, Mat(), deltas);
    EXPECT_EQ(Size(4, 0), deltas.size());
}

TEST(DnnRpn_Targets, labelsOfMatches)
{
    std::vector<int> out;
    EXPECT_EQ(3, matchLabels(labels({0, -1, 2, -2, 1}), noArray(), out));
    EXPECT_EQ(std::vector<int>({1, 0, 1, -1, 1}), out);
    EXPECT_EQ(3, matchLabels(labels({0, -1, 2, -2, 1}), std::vector<int>({4, 1, 9}), out));
    EXPECT_EQ(std::vector<int>({4, 0, 9, -1, 1}), out);
    EXPECT_EQ(0, matchLabels(Mat(), noArray(), out));
    EXPECT_TRUE(out.empty());
}

TEST(DnnRpn_Targets, wrongArguments)
{
    const Mat one = boxes({0, 0, 4, 4});
    Mat out, marks = labels({0, -1});
    MatchParams params;
    params.positiveIoU = 0.2f;
    EXPECT_ERROR("0.3 and 0.2", matchAnchors(one, one, Mat(), out, params));
    params.positiveIoU = nan;
    EXPECT_ERROR("nan", matchAnchors(one, one, Mat(), out, params));
    params = MatchParams();
    params.ignoreIoF = 1.5f;
    EXPECT_ERROR("1.5", matchAnchors(one, one, Mat(), out, params));
    EXPECT_ERROR("1 x 5", matchAnchors(Mat::zeros(1, 5, CV_32F), one, Mat(), out));
    EXPECT_ERROR("-5", sampleAnchors(marks, -5, 0.5f, 0));
    EXPECT_ERROR("1.25", sampleAnchors(marks, 5, 1.25f, 0));
    Mat bad = labels({0, -3});
    EXPECT_ERROR("-3 at 1", sampleAnchors(bad, 5, 0.5f, 0));
    EXPECT_ERROR("7 at 0", encodeTargets(one, one, labels({7}), out));
    EXPECT_ERROR("row 0 of objects", encodeTargets(one, boxes({2, 2, 2, 3}), labels({0}), out));
    EXPECT_ERROR("1 elements, not 2", encodeTargets(one, one, marks, out));
    EXPECT_ERROR("2 at 0", matchLabels(labels({2}), labels({1, 1}), out));
    EXPECT_ERROR("0 at 1", matchLabels(labels({0}), labels({1, 0}), out));
    EXPECT_ERROR("CV_32FC1", matchLabels(Mat::zeros(3, 1, CV_32F), noArray(), out));
}

TEST(DnnRpn_Targets, sampleWithoutALimitKeepsEverything)
{
    Mat matches = labels({0, MATCH_NEGATIVE, MATCH_IGNORED, 2, MATCH_NEGATIVE});
    const Mat before = matches.clone();
    sampleAnchors(matches, INT_MAX, 1, 0);
    EXPECT_EQ(0, cv::norm(before, matches, NORM_INF));
}

} // namespace
} // namespace opencv_test
