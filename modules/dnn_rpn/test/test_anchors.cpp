// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "test_precomp.hpp"
#include "golden/golden_operators.hpp"

namespace opencv_test {
namespace {

TEST(DnnRpn_Anchors, shapesOfSizesAndRatios)
{
    const AnchorLevel level(16, {8, 16}, {0.25f, 1, 4});
    EXPECT_EQ(6, level.count());
    EXPECT_FLOAT_EQ(0.5f, level.offset);
    const std::vector<float> widths = {16, 8, 4, 32, 16, 8}, heights = {4, 8, 16, 8, 16, 32};
    expectClose(floats(widths, 1), floats(level.widths, 1), 1e-6);
    expectClose(floats(heights, 1), floats(level.heights, 1), 1e-6);
}

TEST(DnnRpn_Anchors, literalTwoCells)
{
    AnchorLevel level(8, {4}, {1});
    level.widths.push_back(2);
    level.heights.push_back(20);
    Mat anchors;
    generateAnchors(level, Size(2, 1), anchors);
    EXPECT_TRUE(sameBits(boxes({2, 2, 6, 6, 3, -6, 5, 14, 10, 2, 14, 6, 11, -6, 13, 14}), anchors));
    level.offset = 0;
    generateAnchors(level, Size(1, 2), anchors);
    EXPECT_TRUE(sameBits(boxes({-2, -2, 2, 2, -1, -10, 1, 10, -2, 6, 2, 10, -1, -2, 1, 18}), anchors));
}

TEST(DnnRpn_Anchors, likeTorchvision)
{
    // torchvision rounds the shapes, so they are taken from it.
    AnchorLevel fine(16, {1}, {1}, 0), coarse(24, {1}, {1}, 0);
    fine.widths = golden::gridWidths0;
    fine.heights = golden::gridHeights0;
    coarse.widths = golden::gridWidths1;
    coarse.heights = golden::gridHeights1;
    std::vector<int> counts;
    Mat anchors, expected = boxes(golden::gridAnchors);
    generateAnchors({fine}, {Size(4, 3)}, anchors, counts);
    EXPECT_TRUE(sameBits(expected.rowRange(0, anchors.rows), anchors));

    // Its strides may differ in x and y: 32 across, 24 down here. Ours is one number; compare a column.
    generateAnchors({fine, coarse}, {Size(4, 3), Size(1, 2)}, anchors, counts);
    ASSERT_EQ(2u, counts.size());
    EXPECT_EQ(4 * 3 * fine.count(), counts[0]);
    EXPECT_EQ(1 * 2 * coarse.count(), counts[1]);
    const int first = counts[0], perCell = coarse.count();
    for (int row = 0; row < 2; row++)
        EXPECT_TRUE(sameBits(expected.rowRange(first + 2 * row * perCell, first + (2 * row + 1) * perCell),
                             anchors.rowRange(first + row * perCell, first + (row + 1) * perCell)));
}

TEST(DnnRpn_Anchors, orderIsRowsColumnsShapes)
{
    const AnchorLevel level(4, {3, 5, 7}, {0.5f, 2});
    Mat anchors;
    generateAnchors(level, Size(5, 3), anchors);
    ASSERT_EQ(5 * 3 * 6, anchors.rows);
    for (int row = 0, k = 0; row < 3; row++)
        for (int column = 0; column < 5; column++)
            for (int a = 0; a < 6; a++, k++)
            {
                const float* b = anchors.ptr<float>(k);
                EXPECT_NEAR((column + 0.5) * 4, 0.5 * (b[0] + b[2]), 1e-5);
                EXPECT_NEAR((row + 0.5) * 4, 0.5 * (b[1] + b[3]), 1e-5);
                EXPECT_NEAR(level.widths[a], b[2] - b[0], 1e-5);
                EXPECT_NEAR(level.heights[a], b[3] - b[1], 1e-5);
            }
}

TEST(DnnRpn_Anchors, emptyMaps)
{
    const AnchorLevel level(8, {4}, {1});
    Mat anchors;
    generateAnchors(level, Size(0, 7), anchors);
    EXPECT_EQ(0, anchors.rows);
    EXPECT_EQ(4, anchors.cols);
    std::vector<int> counts;
    generateAnchors({level, level, level}, {Size(3, 0), Size(1, 1), Size(0, 0)}, anchors, counts);
    EXPECT_EQ(std::vector<int>({0, 1, 0}), counts);
    EXPECT_EQ(1, anchors.rows);
    generateAnchors(std::vector<AnchorLevel>(), std::vector<Size>(), anchors, counts);
    EXPECT_EQ(0, anchors.rows);
    EXPECT_TRUE(counts.empty());
}

TEST(DnnRpn_Anchors, wrongArguments)
{
    Mat anchors;
    std::vector<int> counts;
    AnchorLevel level(8, {4}, {1});
    EXPECT_ERROR("-3", AnchorLevel(-3, {4}, {1}));
    EXPECT_ERROR("-4", AnchorLevel(8, {1, -4}, {1}));
    EXPECT_ERROR("nan", AnchorLevel(8, {4}, {nan}));
    EXPECT_ERROR("-1 x 5", generateAnchors(level, Size(-1, 5), anchors));
    EXPECT_ERROR("100000 x 100000", generateAnchors(level, Size(100000, 100000), anchors));
    EXPECT_ERROR("1 levels, but 2", generateAnchors({level}, {Size(1, 1), Size(1, 1)}, anchors, counts));
    EXPECT_ERROR("at least one", generateAnchors(AnchorLevel(), Size(2, 2), anchors));
    level.heights.push_back(3);
    EXPECT_ERROR("1 and 2", generateAnchors(level, Size(2, 2), anchors));
}

TEST(DnnRpn_Anchors, fillAPartOfAWiderMatrix)
{
    Mat wide(4, 8, CV_32F, Scalar(-7)), part = wide.colRange(2, 6), apart;
    const AnchorLevel level(8, {4}, {1});
    generateAnchors(level, Size(2, 2), part);
    generateAnchors(level, Size(2, 2), apart);
    EXPECT_EQ(0, cv::norm(apart, wide.colRange(2, 6), NORM_INF));
    EXPECT_EQ(8, countNonZero(wide.colRange(0, 2) == -7));
    EXPECT_EQ(8, countNonZero(wide.colRange(6, 8) == -7));
}

static double slowShapeIoU(double w1, double h1, double w2, double h2)
{
    const double common = std::min(w1, w2) * std::min(h1, h2);
    return common / (w1 * h1 + w2 * h2 - common);
}

TEST(DnnRpn_Anchors, fitLiteral)
{
    // Two kinds of objects, wherever they lie: 10 x 20, and 39, 41 and 40 x 30.
    const Mat objects = boxes({0, 0, 10, 20, 50, 60, 60, 80, 0, 0, 39, 30, 7, 7, 48, 37, 0, 0, 40, 30});
    for (int seed : {0, 1, 2, 3, -1})
    {
        SCOPED_TRACE(seed);
        const AnchorFit fit = fitAnchors(objects, 2, 0.98, seed);
        EXPECT_EQ(std::vector<float>({10, 40}), fit.widths);
        EXPECT_EQ(std::vector<float>({20, 30}), fit.heights);
        EXPECT_NEAR((3 + 39. / 40 + 40. / 41) / 5, fit.meanIoU, 1e-12);
        EXPECT_EQ(0.6, fit.coverage);
    }
    const AnchorFit one = fitAnchors(objects.rowRange(0, 2), 1, 1);
    EXPECT_EQ(std::vector<float>({10}), one.widths);
    EXPECT_EQ(1, one.meanIoU);
    EXPECT_EQ(1, one.coverage) << "an IoU of 1 is at least 1";
}

TEST(DnnRpn_Anchors, fitFewerShapesThanAsked)
{
    const Mat objects = boxes({0, 0, 10, 20, 50, 60, 60, 80, 0, 0, 20, 10, 0, 0, 3, 4, 3, 3, 6, 7});
    for (int count : {3, 4, 100})
    {
        SCOPED_TRACE(count);
        const AnchorFit fit = fitAnchors(objects, count);
        EXPECT_EQ(std::vector<float>({3, 10, 20}), fit.widths) << "equal areas: the narrower first";
        EXPECT_EQ(std::vector<float>({4, 20, 10}), fit.heights);
        EXPECT_EQ(1, fit.meanIoU);
        EXPECT_EQ(1, fit.coverage);
    }
    const AnchorFit single = fitAnchors(objects.row(0), 5);
    EXPECT_EQ(std::vector<float>({10}), single.widths);
}

TEST(DnnRpn_Anchors, fitReachesWhatItSays)
{
    RNG rng(30);
    const Mat objects = randomBoxes(rng, 2000, 500, 4, 200);
    double lastIoU = 0;
    for (int count : {1, 3, 9, 20})
    {
        SCOPED_TRACE(count);
        const AnchorFit fit = fitAnchors(objects, count, 0.7, 5);
        ASSERT_EQ(static_cast<size_t>(count), fit.widths.size());
        ASSERT_EQ(static_cast<size_t>(count), fit.heights.size());
        double sum = 0, covered = 0;
        for (int i = 0; i < objects.rows; i++)
        {
            const float* b = objects.ptr<float>(i);
            double best = 0;
            for (int j = 0; j < count; j++)
                best = std::max(best, slowShapeIoU(b[2] - b[0], b[3] - b[1], fit.widths[j], fit.heights[j]));
            sum += best;
            covered += best >= 0.7;
        }
        EXPECT_NEAR(sum / objects.rows, fit.meanIoU, 1e-9);
        EXPECT_NEAR(covered / objects.rows, fit.coverage, 1e-9);
        for (int j = 1; j < count; j++)
            EXPECT_LE(fit.widths[j - 1] * fit.heights[j - 1], fit.widths[j] * fit.heights[j] * 1.000001f);
        EXPECT_GT(fit.meanIoU, lastIoU) << "more shapes fit better";
        lastIoU = fit.meanIoU;

        // Better than as many objects drawn at random.
        double random = 0;
        for (int i = 0; i < objects.rows; i++)
        {
            const float* b = objects.ptr<float>(i);
            double best = 0;
            for (int j = 0; j < count; j++)
            {
                const float* c = objects.ptr<float>(j);
                best = std::max(best, slowShapeIoU(b[2] - b[0], b[3] - b[1], c[2] - c[0], c[3] - c[1]));
            }
            random += best;
        }
        EXPECT_GT(fit.meanIoU, random / objects.rows);
    }
}

TEST(DnnRpn_Anchors, fitSameForSameSeed)
{
    RNG rng(31);
    const Mat objects = randomBoxes(rng, 3000, 500, 4, 200);
    const int threads = cv::getNumThreads();
    AnchorFit fits[3];
    for (int i = 0; i < 3; i++)
    {
        cv::setNumThreads(i + 1);
        fits[i] = fitAnchors(objects, 7, 0.5, 11);
    }
    cv::setNumThreads(threads);
    for (int i = 1; i < 3; i++)
    {
        EXPECT_EQ(fits[0].widths, fits[i].widths);
        EXPECT_EQ(fits[0].heights, fits[i].heights);
        EXPECT_EQ(fits[0].meanIoU, fits[i].meanIoU);
        EXPECT_EQ(fits[0].coverage, fits[i].coverage);
    }
}

TEST(DnnRpn_Anchors, fitWrongArguments)
{
    const Mat one = boxes({0, 0, 4, 4});
    EXPECT_ERROR("boxes must have at least one row", fitAnchors(Mat(), 3));
    EXPECT_ERROR("row 1 of boxes", fitAnchors(boxes({0, 0, 4, 4, 5, 5, 5, 9}), 1));
    EXPECT_ERROR("row 0 of boxes", fitAnchors(boxes({0, nan, 4, 4}), 1));
    EXPECT_ERROR("row 0 of boxes", fitAnchors(boxes({4, 4, 0, 0}), 1));
    EXPECT_ERROR("inf", fitAnchors(boxes({-3e38f, 0, 3e38f, 4}), 1));
    EXPECT_ERROR("count must be above 0 and finite, not 0", fitAnchors(one, 0));
    EXPECT_ERROR("not -2", fitAnchors(one, -2));
    EXPECT_ERROR("1.5", fitAnchors(one, 1, 1.5));
    EXPECT_ERROR("nan", fitAnchors(one, 1, nan));
    EXPECT_ERROR("2 x 3", fitAnchors(Mat::zeros(2, 3, CV_32F), 1));
}

} // namespace
} // namespace opencv_test
