// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "test_precomp.hpp"

namespace opencv_test {
namespace {

//! Algorithm 1 of the paper as it is written, with whole tables of distances and overlaps.
std::vector<int> slowAtss(const Mat& anchors, const std::vector<int>& counts, const Mat& objects,
                          const Mat& regions, const AtssParams& params)
{
    Mat overlaps, shares;
    boxIoU(anchors, objects, overlaps);
    boxIoF(anchors, regions, shares);
    auto centre = [](const Mat& all, int i, int axis) {
        return (double(all.at<float>(i, axis)) + all.at<float>(i, axis + 2)) / 2;
    };
    std::vector<std::vector<int>> candidatesOf(objects.rows), positivesOf(objects.rows);
    for (int g = 0; g < objects.rows; g++)
    {
        std::vector<int>& candidates = candidatesOf[g];
        int first = 0;
        for (int count : counts.empty() ? std::vector<int>{anchors.rows} : counts)
        {
            std::vector<std::pair<double, int>> level;
            for (int k = first; k < first + count; k++)
            {
                const double x = centre(anchors, k, 0) - centre(objects, g, 0),
                             y = centre(anchors, k, 1) - centre(objects, g, 1);
                if (std::isfinite(x * x + y * y))
                    level.emplace_back(x * x + y * y, k);
            }
            std::sort(level.begin(), level.end());
            for (int i = 0; i < std::min(params.candidates, static_cast<int>(level.size())); i++)
                candidates.push_back(level[i].second);
            first += count;
        }
        if (!(objects.at<float>(g, 2) > objects.at<float>(g, 0) &&
              objects.at<float>(g, 3) > objects.at<float>(g, 1)))
            candidates.clear();
        std::vector<double> values;
        for (int k : candidates)
            values.push_back(overlaps.at<float>(k, g));
        double mean = 0, variance = 0;
        for (double v : values)
            mean += v / values.size();
        for (double v : values)
            variance += (v - mean) * (v - mean) / std::max<size_t>(1, values.size() - 1);
        for (int k : candidates)
        {
            bool inside = true;
            for (int axis = 0; axis < 2; axis++)
                inside = inside && centre(anchors, k, axis) - objects.at<float>(g, axis) > 0.01 &&
                         objects.at<float>(g, axis + 2) - centre(anchors, k, axis) > 0.01;
            const double overlap = overlaps.at<float>(k, g);
            // Sums in another order: what equals the threshold must not depend on it.
            if (inside && overlap > 0 && overlap >= mean + std::sqrt(variance) - 1e-12)
                positivesOf[g].push_back(k);
        }
    }

    std::vector<int> matches(anchors.rows, MATCH_NEGATIVE);
    for (int g = 0; g < objects.rows; g++)
        for (int k : positivesOf[g])
            if (matches[k] < 0 || overlaps.at<float>(k, g) > overlaps.at<float>(k, matches[k]))
                matches[k] = g;
    const std::vector<int> regular = matches;
    for (int g = 0; params.lowQuality && g < objects.rows; g++)
    {
        if (std::count(regular.begin(), regular.end(), g) > 0)
            continue;
        std::sort(candidatesOf[g].begin(), candidatesOf[g].end());
        int best = -1;
        for (int k : candidatesOf[g])
            if (matches[k] < 0 && overlaps.at<float>(k, g) > (best < 0 ? 0 : overlaps.at<float>(best, g)))
                best = k;
        if (best >= 0)
            matches[best] = g;
    }
    for (int k = 0; k < anchors.rows; k++)
        for (int r = 0; r < regions.rows; r++)
            if (matches[k] == MATCH_NEGATIVE && shares.at<float>(k, r) >= params.ignoreIoF)
                matches[k] = MATCH_IGNORED;
    return matches;
}

std::vector<int> atss(const Mat& anchors, const std::vector<int>& counts, const Mat& objects,
                      const Mat& regions, const AtssParams& params = AtssParams())
{
    std::vector<int> matches;
    matchAnchorsAtss(anchors, counts, objects, regions, matches, params);
    return matches;
}

//! Squares of that side on a grid of cells of 8.
Mat grid(int columns, int rows, float side)
{
    Mat anchors;
    generateAnchors(AnchorLevel(8, {side}, {1.f}, 0.5f), Size(columns, rows), anchors);
    return anchors;
}

TEST(DnnRpn_Atss, literalMatches)
{
    // Centres at 4, 12, 20, 28; the object's is at 12. Of three candidates the IoUs are 8/24, 1 and 8/24:
    // mean 5/9, deviation 0.385, so that only the middle one is positive.
    AtssParams params;
    params.candidates = 3;
    const Mat anchors = grid(4, 1, 16), object = boxes({4, -4, 20, 12});
    EXPECT_EQ(std::vector<int>({-1, 0, -1, -1}), atss(anchors, {}, object, Mat(), params));
    // What lies in a region is ignored, unless it is positive.
    EXPECT_EQ(std::vector<int>({-2, 0, -2, -1}), atss(anchors, {}, object, boxes({-8, -8, 24, 24}), params));
    // Of one candidate the deviation is 0.
    params.candidates = 1;
    EXPECT_EQ(std::vector<int>({-1, -1, 0, -1}), atss(anchors, {}, boxes({14, 0, 28, 10}), Mat(), params));
}

TEST(DnnRpn_Atss, objectsOfAllSizesGetAboutAsMany)
{
    Mat anchors;
    generateAnchors(AnchorLevel(8, {16, 32, 64, 128}, {1.f}, 0.5f), Size(40, 32), anchors);
    const Mat objects = boxes({30, 30, 50, 50, 100, 100, 152, 152, 160, 20, 260, 120});
    AtssParams atssParams;
    atssParams.candidates = 4 * 9;
    MatchParams params;
    params.positiveIoU = 0.5f;
    params.negativeIoU = 0.4f;
    std::vector<int> byIoU;
    matchAnchors(anchors, objects, Mat(), byIoU, params);
    const std::vector<int> matches = atss(anchors, {}, objects, Mat(), atssParams);
    for (int g = 0; g < 3; g++)
    {
        const auto count = std::count(matches.begin(), matches.end(), g);
        EXPECT_GE(count, 3) << g;
        EXPECT_LE(count, 12) << g;
    }
    EXPECT_GT(std::count(byIoU.begin(), byIoU.end(), 2), 5 * std::count(byIoU.begin(), byIoU.end(), 0));
    EXPECT_EQ(0, std::count(matches.begin(), matches.end(), static_cast<int>(MATCH_IGNORED)));
}

TEST(DnnRpn_Atss, lowQualityGivesEveryObjectAnAnchor)
{
    // No centre lies in the object, which is small and between the cells.
    AtssParams params;
    const Mat anchors = grid(4, 4, 16), object = boxes({14, 14, 18, 18});
    std::vector<int> matches = atss(anchors, {}, object, Mat(), params);
    EXPECT_EQ(1, std::count(matches.begin(), matches.end(), 0));
    EXPECT_EQ(0, matches[5]); // of four that overlap it alike, the first
    params.lowQuality = false;
    matches = atss(anchors, {}, object, Mat(), params);
    EXPECT_EQ(16, std::count(matches.begin(), matches.end(), static_cast<int>(MATCH_NEGATIVE)));

    // Two of them at one place do not take each other's.
    params.lowQuality = true;
    matches = atss(anchors, {}, boxes({14, 14, 18, 18, 14, 14, 18, 18}), Mat(), params);
    EXPECT_EQ(1, std::count(matches.begin(), matches.end(), 0));
    EXPECT_EQ(1, std::count(matches.begin(), matches.end(), 1));
}

TEST(DnnRpn_Atss, matchesLikeTheDefinition)
{
    RNG rng(5);
    for (int variant = 0; variant < 60; variant++)
    {
        const int objectCount = variant % 7, regionCount = variant % 3;
        std::vector<int> counts;
        Mat anchors(0, 4, CV_32F);
        for (int level = 0; level <= variant % 3; level++)
        {
            // Grids give equal distances and overlaps; random boxes neither.
            const Mat own = variant % 2 ? grid(1 + variant, 9 >> level, 16.f * (level + 1))
                                        : randomBoxes(rng, 5 * variant, 130, 5, 60);
            counts.push_back(own.rows);
            if (own.rows > 0)
                anchors.push_back(own);
        }
        if (counts.size() == 1 && variant % 4)
            counts.clear();
        Mat objects = randomBoxes(rng, objectCount, 100, 3, 80);
        if (objectCount > 3)
            objects.row(1).copyTo(objects.row(2));
        const Mat regions = randomBoxes(rng, regionCount, 100, 10, 90);
        for (int candidates : {1, 2, 9, 1000})
        {
            SCOPED_TRACE(format("variant %d, %d candidates", variant, candidates));
            AtssParams params;
            params.candidates = candidates;
            params.lowQuality = variant % 5 > 0;
            params.ignoreIoF = 0.3f;
            EXPECT_EQ(slowAtss(anchors, counts, objects, regions, params),
                      atss(anchors, counts, objects, regions, params));
        }
    }
}

TEST(DnnRpn_Atss, oddBoxesGetNothing)
{
    const Mat anchors = grid(4, 4, 16);
    for (const Mat& odd : {boxes({nan, 0, 9, 9}), boxes({9, 9, 3, 3}), boxes({3, 3, 3, 9}),
                           boxes({-inf, 0, inf, 9}), boxes({500, 500, 510, 510})})
    {
        std::vector<int> expected(16, MATCH_NEGATIVE);
        EXPECT_EQ(expected, atss(anchors, {}, odd, Mat()));
        Mat both = odd.clone();
        both.push_back(boxes({4, 4, 20, 20}));
        EXPECT_EQ(slowAtss(anchors, {}, both, Mat(), AtssParams()), atss(anchors, {}, both, Mat()));
    }
    Mat withNan = anchors.clone();
    withNan.at<float>(5, 0) = nan;
    withNan.at<float>(6, 2) = inf;
    const Mat object = boxes({4, 4, 20, 20});
    EXPECT_EQ(slowAtss(withNan, {}, object, Mat(), AtssParams()), atss(withNan, {}, object, Mat()));
}

TEST(DnnRpn_Atss, matchesOfNothing)
{
    EXPECT_TRUE(atss(Mat(), {}, boxes({0, 0, 3, 3}), Mat()).empty());
    EXPECT_TRUE(atss(Mat(), {0, 0}, Mat(), Mat()).empty());
    EXPECT_EQ(std::vector<int>({-1, -1}), atss(grid(2, 1, 8), {}, Mat(), Mat()));
    EXPECT_EQ(std::vector<int>({-2, -2}), atss(grid(2, 1, 8), {2, 0}, Mat(), boxes({0, 0, 99, 99})));
}

TEST(DnnRpn_Atss, wrongArgumentsAreNamed)
{
    const Mat two = grid(2, 1, 8);
    std::vector<int> out;
    AtssParams params;
    EXPECT_ERROR("sum up to 3", matchAnchorsAtss(two, {1, 2}, two, Mat(), out));
    params.candidates = 0;
    EXPECT_ERROR("candidates must be at least 1, not 0", matchAnchorsAtss(two, {}, two, Mat(), out, params));
    params = AtssParams();
    params.ignoreIoF = nan;
    EXPECT_ERROR("ignoreIoF", matchAnchorsAtss(two, {}, two, Mat(), out, params));
}

} // namespace
} // namespace opencv_test
