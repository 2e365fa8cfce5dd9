// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "test_precomp.hpp"

namespace opencv_test {
namespace {

struct Assignment
{
    std::vector<int> matches;
    std::vector<float> quality;
};

Assignment assign(const Mat& anchors, const Mat& predicted, const Mat& scores, const Mat& objects,
                  const Mat& classes, const Mat& regions, const TaskAlignedParams& params)
{
    Assignment a;
    matchAnchorsTaskAligned(anchors, predicted, scores, objects, classes, regions, a.matches, a.quality,
                            params);
    return a;
}

//! Section 3.2 of the paper as it is written, with whole tables.
Assignment slowAssignment(const Mat& anchors, const Mat& predicted, const Mat& scores, const Mat& objects,
                          const Mat& classes, const Mat& regions, const TaskAlignedParams& params)
{
    Mat overlaps, shares;
    boxIoU(predicted, objects, overlaps);
    boxIoF(anchors, regions, shares);
    const int count = anchors.rows;
    auto centre = [](const Mat& all, int i, int axis) {
        return (double(all.at<float>(i, axis)) + all.at<float>(i, axis + 2)) / 2;
    };
    auto alignment = [&](int k, int g) {
        const int column = classes.empty() ? 0 : classes.at<int>(g) - 1;
        return std::pow(double(scores.at<float>(k, column)), params.scorePower) *
               std::pow(double(overlaps.at<float>(k, g)), params.overlapPower);
    };
    std::vector<std::vector<int>> chosen(objects.rows);
    std::vector<int> nearest(objects.rows, -1);
    for (int g = 0; g < objects.rows; g++)
    {
        if (!(objects.at<float>(g, 2) > objects.at<float>(g, 0) &&
              objects.at<float>(g, 3) > objects.at<float>(g, 1)))
            continue;
        std::vector<std::pair<double, int>> ranked, near;
        for (int k = 0; k < count; k++)
        {
            bool inside = true;
            double distance = 0;
            for (int axis = 0; axis < 2; axis++)
            {
                const double c = centre(anchors, k, axis), d = c - centre(objects, g, axis);
                inside = inside && c > objects.at<float>(g, axis) && c < objects.at<float>(g, axis + 2);
                distance += d * d;
            }
            near.emplace_back(distance, k);
            if (inside && alignment(k, g) > 0)
                ranked.emplace_back(-alignment(k, g), k);
        }
        std::sort(ranked.begin(), ranked.end());
        for (size_t i = 0; i < ranked.size() && static_cast<int>(i) < params.candidates; i++)
            chosen[g].push_back(ranked[i].second);
        if (ranked.empty() && count > 0)
            nearest[g] = std::min_element(near.begin(), near.end())->second;
    }
    Assignment a{std::vector<int>(count, MATCH_NEGATIVE), std::vector<float>(count, 0.f)};
    for (int g = 0; g < objects.rows; g++)
        for (int k : chosen[g])
            if (a.matches[k] < 0 || overlaps.at<float>(k, g) > overlaps.at<float>(k, a.matches[k]))
                a.matches[k] = g;
    for (int g = 0; g < objects.rows; g++)
        if (nearest[g] >= 0 && a.matches[nearest[g]] < 0)
            a.matches[nearest[g]] = g;
    for (int g = 0; g < objects.rows; g++)
    {
        double highest = 0, best = 0;
        for (int k = 0; k < count; k++)
            if (a.matches[k] == g)
            {
                highest = std::max(highest, nearest[g] < 0 ? alignment(k, g) : 0.);
                best = std::max(best, double(overlaps.at<float>(k, g)));
            }
        for (int k = 0; k < count; k++)
            if (a.matches[k] == g)
                a.quality[k] = float(best * (highest > 0 ? alignment(k, g) / highest : 1));
    }
    for (int k = 0; k < count; k++)
        for (int r = 0; r < regions.rows; r++)
            if (a.matches[k] == MATCH_NEGATIVE && shares.at<float>(k, r) >= params.ignoreIoF)
                a.matches[k] = MATCH_IGNORED;
    return a;
}

//! Squares of that side on a grid of cells of 8.
Mat grid(int columns, int rows, float side)
{
    Mat anchors;
    generateAnchors(AnchorLevel(8, {side}, {1.f}, 0.5f), Size(columns, rows), anchors);
    return anchors;
}

TEST(DnnRpn_TaskAligned, literalMatches)
{
    // Centres at 4, 12, 20 and 28. The second finds the object exactly but hardly believes it, the third is
    // sure of a box that has half of it: t = 0.1 and 0.8 / 2^6.
    const Mat anchors = grid(4, 1, 16), object = boxes({0, 0, 32, 8});
    const Mat predicted = boxes({0, 0, 4, 8, 0, 0, 32, 8, 16, 0, 32, 8, 28, 0, 32, 8});
    const Mat scores = floats({0.5f, 0.1f, 0.8f, 0.f}, 1);
    TaskAlignedParams params;
    params.candidates = 2;
    Assignment a = assign(anchors, predicted, scores, object, Mat(), Mat(), params);
    EXPECT_EQ(std::vector<int>({-1, 0, 0, -1}), a.matches);
    EXPECT_NEAR(1, a.quality[1], 1e-6);
    EXPECT_NEAR(0.8 / 64 / 0.1, a.quality[2], 1e-6);
    params.overlapPower = 1; // then the sure one is the better: 0.4, and asked for the best IoU
    a = assign(anchors, predicted, scores, object, Mat(), boxes({-9, -9, 40, 40}), params);
    EXPECT_EQ(std::vector<int>({-2, 0, 0, -2}), a.matches);
    EXPECT_NEAR(0.1 / 0.4, a.quality[1], 1e-6);
    EXPECT_NEAR(1, a.quality[2], 1e-6);
}

TEST(DnnRpn_TaskAligned, anObjectThatNothingFindsGetsTheNearestAnchor)
{
    const Mat anchors = grid(4, 4, 16), nowhere = Mat(16, 4, CV_32F, Scalar(0)),
              scores(16, 1, CV_32F, Scalar(0.5));
    // Between the cells, and on one whose predictions miss it.
    const Mat objects = boxes({7, 7, 9, 9, 18, 18, 22, 22});
    const Assignment a = assign(anchors, nowhere, scores, objects, Mat(), Mat(), TaskAlignedParams());
    EXPECT_EQ(0, a.matches[0]); // of four that are as near, the first
    EXPECT_EQ(1, a.matches[10]);
    EXPECT_EQ(2, std::count_if(a.matches.begin(), a.matches.end(), [](int m) { return m >= 0; }));
    EXPECT_EQ(0, a.quality[0]);
}

TEST(DnnRpn_TaskAligned, matchesLikeTheDefinition)
{
    RNG rng(5);
    for (int variant = 0; variant < 60; variant++)
    {
        const int objectCount = variant % 7, regionCount = variant % 3, classCount = 1 + variant % 4;
        // Grids give equal distances; random boxes do not.
        const Mat anchors =
            variant % 2 ? grid(1 + variant, 5, 16.f) : randomBoxes(rng, 5 * variant, 130, 5, 60);
        Mat predicted = anchors.clone(), scores(anchors.rows, classCount, CV_32F),
            noise(predicted.size(), CV_32F);
        if (anchors.rows > 0)
        {
            rng.fill(scores, RNG::UNIFORM, 0, 1);
            rng.fill(noise, RNG::UNIFORM, -4, 4);
            predicted += noise;
        }
        Mat objects = randomBoxes(rng, objectCount, 100, 3, 80), classes(objectCount, 1, CV_32S);
        if (objectCount > 0)
            rng.fill(classes, RNG::UNIFORM, 1, classCount + 1);
        if (objectCount > 3)
            objects.row(1).copyTo(objects.row(2));
        const Mat regions = randomBoxes(rng, regionCount, 100, 10, 90);
        for (int candidates : {1, 2, 13, 1000})
        {
            SCOPED_TRACE(format("variant %d, %d candidates", variant, candidates));
            TaskAlignedParams params;
            params.candidates = candidates;
            params.scorePower = variant % 3 ? 1 : 0.5;
            params.overlapPower = variant % 5 ? 6 : 2;
            params.ignoreIoF = 0.3f;
            const Assignment expected = slowAssignment(anchors, predicted, scores, objects, classes, regions,
                                                       params),
                             a = assign(anchors, predicted, scores, objects, classes, regions, params);
            EXPECT_EQ(expected.matches, a.matches);
            ASSERT_EQ(expected.quality.size(), a.quality.size());
            for (size_t k = 0; k < a.quality.size(); k++)
                EXPECT_NEAR(expected.quality[k], a.quality[k], 1e-6);
        }
    }
}

TEST(DnnRpn_TaskAligned, oddNumbersMatchNothing)
{
    const Mat anchors = grid(4, 4, 16);
    Mat scores(16, 1, CV_32F, Scalar(0.5)), predicted = anchors.clone();
    for (const Mat& odd : {boxes({nan, 0, 9, 9}), boxes({9, 9, 3, 3}), boxes({3, 3, 3, 9})})
        EXPECT_EQ(std::vector<int>(16, MATCH_NEGATIVE),
                  assign(anchors, predicted, scores, odd, Mat(), Mat(), TaskAlignedParams()).matches);
    scores.at<float>(5) = nan;
    predicted.at<float>(6, 2) = nan;
    const Assignment a =
        assign(anchors, predicted, scores, boxes({0, 0, 32, 32}), Mat(), Mat(), TaskAlignedParams());
    EXPECT_EQ(MATCH_NEGATIVE, a.matches[5]);
    EXPECT_EQ(MATCH_NEGATIVE, a.matches[6]);
    EXPECT_EQ(13, std::count(a.matches.begin(), a.matches.end(), 0));
    const Assignment none =
        assign(Mat(), Mat(), Mat(), boxes({0, 0, 9, 9}), Mat(), Mat(), TaskAlignedParams());
    EXPECT_TRUE(none.matches.empty() && none.quality.empty());
}

TEST(DnnRpn_TaskAligned, errors)
{
    const Mat anchors = grid(2, 1, 16), object = boxes({0, 0, 9, 9});
    const Mat scores(2, 3, CV_32F, Scalar(0.5));
    Mat matches, quality;
    TaskAlignedParams params;
    auto match = [&](const Mat& predicted, const Mat& s, const Mat& classes) {
        matchAnchorsTaskAligned(anchors, predicted, s, object, classes, Mat(), matches, quality, params);
    };
    EXPECT_ERROR("anchors", match(anchors.row(0), scores, Mat()));
    EXPECT_ERROR("scores", match(anchors, scores.row(0), Mat()));
    EXPECT_ERROR("classes must be in 1..3, but has 4 at 0", match(anchors, scores, labels({4})));
    EXPECT_ERROR("classes must be in 1..3, but has 0 at 0", match(anchors, scores, labels({0})));
    params.candidates = 0;
    EXPECT_ERROR("candidates must be at least 1, not 0", match(anchors, scores, Mat()));
    params.candidates = 1;
    params.scorePower = -1;
    EXPECT_ERROR("scorePower", match(anchors, scores, Mat()));
}

} // namespace
} // namespace opencv_test
