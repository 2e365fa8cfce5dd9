// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "test_precomp.hpp"
#include "golden/golden_operators.hpp"
#include "golden/golden_suppression.hpp"

namespace opencv_test {
namespace {

TEST(DnnRpn_Nms, literal)
{
    // The second holds the first and the third as its halves, so it overlaps either by 1/2.
    const Mat b = boxes({0, 0, 4, 4, 0, 0, 4, 8, 0, 4, 4, 8, 20, 20, 24, 24});
    std::vector<int> keep;
    nms(b, std::vector<float>({4, 3, 2, 1}), 0.5f, keep);
    EXPECT_EQ(std::vector<int>({0, 1, 2, 3}), keep) << "0.5 does not exceed 0.5";
    nms(b, std::vector<float>({4, 3, 2, 1}), 0.4f, keep);
    EXPECT_EQ(std::vector<int>({0, 2, 3}), keep);
    nms(b, std::vector<float>({4, 5, 2, 1}), 0.4f, keep);
    EXPECT_EQ(std::vector<int>({1, 3}), keep);
    nms(b, std::vector<float>({4, 3, 2, 1}), 0.4f, keep, 2);
    EXPECT_EQ(std::vector<int>({0, 2}), keep);
    nms(b, std::vector<float>({7, 7, 7, 7}), 0, keep);
    EXPECT_EQ(std::vector<int>({0, 2, 3}), keep) << "equal scores: the lower index first";
    nms(b, std::vector<float>({nan, 3, -inf, inf}), 0.4f, keep);
    EXPECT_EQ(std::vector<int>({3, 1}), keep);
    nms(b, std::vector<float>({1, 2, 3, 4}), 1, keep);
    EXPECT_EQ(std::vector<int>({3, 2, 1, 0}), keep);
}

static std::vector<int> slowNms(const Mat& b, const Mat& scores, float threshold)
{
    std::vector<int> keep;
    std::vector<bool> gone(b.rows, false);
    for (;;)
    {
        int best = -1;
        for (int i = 0; i < b.rows; i++)
            if (!gone[i] && (best < 0 || scores.at<float>(i) > scores.at<float>(best)))
                best = i;
        if (best < 0)
            return keep;
        keep.push_back(best);
        gone[best] = true;
        for (int i = 0; i < b.rows; i++)
            gone[i] = gone[i] || slowOverlap(b.ptr<float>(i), b.ptr<float>(best)) > threshold;
    }
}

TEST(DnnRpn_Nms, likeTheDefinition)
{
    RNG rng(4);
    for (int count : {1, 2, 17, 200})
        for (float threshold : {0.f, 0.31f, 0.7f})
        {
            SCOPED_TRACE(format("%d boxes at %g", count, threshold));
            const Mat b = randomBoxes(rng, count, 60, 5, 40);
            Mat scores(count, 1, CV_32F);
            for (int i = 0; i < count; i++)
                scores.at<float>(i) = static_cast<float>(rng.uniform(0, 50)); // whole numbers: many are equal
            std::vector<int> keep;
            nms(b, scores, threshold, keep);
            EXPECT_EQ(slowNms(b, scores, threshold), keep);
        }
}

TEST(DnnRpn_Nms, likeTorchvision)
{
    std::vector<int> keep;
    nms(boxes(golden::nmsBoxes), golden::nmsScores, 0.5f, keep);
    EXPECT_EQ(golden::nmsKeep50, keep);
    nms(boxes(golden::nmsBoxes), golden::nmsScores, 0.7f, keep);
    EXPECT_EQ(golden::nmsKeep70, keep);
}

/** All pairs, one after the other, with the library's own IoU: to the bit what nms() must give, whatever
the boxes hold. */
static std::vector<int> plainNms(const Mat& b, const Mat& scores, const Mat& groups, float threshold)
{
    std::vector<int> order, keep;
    for (int i = 0; i < b.rows; i++)
        if (!std::isnan(scores.at<float>(i)))
            order.push_back(i);
    std::stable_sort(order.begin(), order.end(),
                     [&](int i, int j) { return scores.at<float>(i) > scores.at<float>(j); });
    Mat overlaps;
    boxIoU(b, b, overlaps);
    for (int i : order)
    {
        bool dropped = false;
        for (int k : keep)
            dropped =
                dropped || (groups.at<int>(i) == groups.at<int>(k) && overlaps.at<float>(k, i) > threshold);
        if (!dropped)
            keep.push_back(i);
    }
    return keep;
}

//! Boxes that lie in crowds, over many orders of size, with some that are no boxes at all.
static Mat oddBoxes(RNG& rng, int count)
{
    Mat b(count, 4, CV_32F);
    for (int i = 0; i < count; i++)
    {
        const double scale = std::pow(10., rng.uniform(-22, 19));
        const double kinds[] = {scale, 1, 1, 1, 100, 100};
        const double size = kinds[rng.uniform(0, 6)];
        for (int j = 0; j < 2; j++)
        {
            b.at<float>(i, j) = static_cast<float>(size * rng.uniform(-3., 3.));
            b.at<float>(i, j + 2) = static_cast<float>(b.at<float>(i, j) + size * rng.uniform(0.5, 4.));
        }
        if (i % 29 == 0)
        {
            const float strange[] = {nan, inf, -inf, 0, 3e38f};
            b.at<float>(i, rng.uniform(0, 4)) = strange[rng.uniform(0, 5)];
        }
        if (i > 0 && i % 7 == 0) // the same again, or almost
        {
            b.row(rng.uniform(0, i)).copyTo(b.row(i));
            b.at<float>(i, 2) *= i % 2 ? 1 : 1.0000001f;
        }
    }
    return b;
}

TEST(DnnRpn_Nms, likeAllPairsToTheBit)
{
    RNG rng(21);
    for (int count : {1, 3, 64, 65, 1000})
        for (float threshold : {0.f, 1e-6f, 0.05f, 0.3f, 0.5f, 0.7f, 0.95f, 0.9999999f, 1.f})
            for (int kind = 0; kind < 3; kind++)
            {
                SCOPED_TRACE(format("%d boxes of kind %d at %g", count, kind, threshold));
                const Mat b = kind == 0   ? oddBoxes(rng, count)
                              : kind == 1 ? randomBoxes(rng, count, 100, 5, 40)
                                          : randomBoxes(rng, count, 30, 1, 60);
                Mat scores = randomMatrix(rng, count, 1, 10);
                for (int i = 0; i < count; i++)
                    scores.at<float>(i) = i % 50 == 17 ? nan : std::round(scores.at<float>(i));
                const Mat one = Mat::zeros(count, 1, CV_32S), groups = randomLabels(rng, count, -2, 3);
                std::vector<int> keep, expected = plainNms(b, scores, one, threshold);
                nms(b, scores, threshold, keep);
                ASSERT_EQ(expected, keep);
                nmsPerClass(b, scores, one, threshold, keep);
                ASSERT_EQ(expected, keep);
                nms(b, scores, threshold, keep, 5);
                expected.resize(std::min<size_t>(5, expected.size()));
                ASSERT_EQ(expected, keep);

                expected = plainNms(b, scores, groups, threshold);
                nmsPerClass(b, scores, groups, threshold, keep);
                ASSERT_EQ(expected, keep);
                nmsPerClass(b, scores, groups, threshold, keep, 7);
                expected.resize(std::min<size_t>(7, expected.size()));
                ASSERT_EQ(expected, keep);
            }
}

TEST(DnnRpn_Nms, neighboursAcrossCells)
{
    // Centres as far apart as the threshold allows, at many places: an inner box at the right, left, lower
    // or upper edge of an outer one, or boxes of one size side by side. A huge box makes the length of the
    // longest no help.
    for (float far : {0.f, 1e4f, -1e4f})
        for (int side = 0; side < 4; side++)
            for (float length : {10.1f, 20.f})
                for (bool huge : {false, true})
                {
                    SCOPED_TRACE(format("at %g, side %d, length %g, huge %d", far, side, length, huge));
                    const int pairs = 300, axis = side % 2;
                    Mat b(2 * pairs + huge, 4, CV_32F, Scalar(0)), scores(b.rows, 1, CV_32F);
                    std::vector<int> keep, expected;
                    for (int i = 0; i < pairs; i++)
                    {
                        float *outer = b.ptr<float>(2 * i), *other = b.ptr<float>(2 * i + 1);
                        const float x = far + 41.3f * (i - pairs / 2);
                        const float shift = length == 20 ? 6.6f : 20 - length; // IoU just above 0.5
                        outer[axis] = x;
                        outer[axis + 2] = x + 20;
                        other[axis] =
                            length == 20 ? (side < 2 ? x + shift : x - shift) : (side < 2 ? x + shift : x);
                        other[axis + 2] = other[axis] + length;
                        outer[3 - axis] = other[3 - axis] = 20; // the other axis is the same for all
                        scores.at<float>(2 * i) = 1;
                        scores.at<float>(2 * i + 1) = 0;
                        expected.push_back(2 * i);
                    }
                    if (huge)
                    {
                        const float corners[] = {-1e6f, -1e6f, 1e6f, 1e6f};
                        std::copy(corners, corners + 4, b.ptr<float>(2 * pairs));
                        scores.at<float>(2 * pairs) = -1;
                        expected.push_back(2 * pairs);
                    }
                    nms(b, scores, 0.5f, keep);
                    EXPECT_EQ(expected, keep);
                }
}

TEST(DnnRpn_Nms, crowdsLikeTorchvision)
{
    using namespace golden;
    const std::vector<int>* numbers[3][2] = {{&crowdKeep30, &crowdKeepPerClass30},
                                             {&crowdKeep50, &crowdKeepPerClass50},
                                             {&crowdKeep70, &crowdKeepPerClass70}};
    const float thresholds[] = {0.3f, 0.5f, 0.7f};
    std::vector<int> keep;
    for (int i = 0; i < 3; i++)
    {
        SCOPED_TRACE(thresholds[i]);
        nms(boxes(crowdBoxes), crowdScores, thresholds[i], keep);
        EXPECT_EQ(*numbers[i][0], keep);
        nmsPerClass(boxes(crowdBoxes), crowdScores, crowdLabels, thresholds[i], keep);
        EXPECT_EQ(*numbers[i][1], keep);
    }
}

TEST(DnnRpn_Nms, perClassLiteral)
{
    const Mat same = boxes({0, 0, 4, 4, 0, 0, 4, 4, 0, 0, 4, 4, 0, 0, 4, 4, 0, 0, 4, 4});
    const std::vector<float> scores = {1, 5, 5, 4, nan};
    const std::vector<int> groups = {7, -3, 7, -3, 9};
    std::vector<int> keep;
    nmsPerClass(same, scores, groups, 0.5f, keep);
    EXPECT_EQ(std::vector<int>({1, 2}), keep);
    nmsPerClass(same, scores, groups, 0.5f, keep, 1);
    EXPECT_EQ(std::vector<int>({1}), keep);
    nmsPerClass(same, scores, groups, 1, keep);
    EXPECT_EQ(std::vector<int>({1, 2, 3, 0}), keep);
}

TEST(DnnRpn_Nms, perClassForAnyThreads)
{
    RNG rng(22);
    const Mat b = randomBoxes(rng, 3000, 200, 5, 40), scores = randomMatrix(rng, 3000, 1, 1);
    const Mat groups = randomLabels(rng, 3000, 0, 11);
    const int threads = cv::getNumThreads();
    std::vector<int> keep[3];
    for (int i = 0; i < 3; i++)
    {
        cv::setNumThreads(i + 1);
        nmsPerClass(b, scores, groups, 0.4f, keep[i]);
    }
    cv::setNumThreads(threads);
    EXPECT_EQ(keep[0], keep[1]);
    EXPECT_EQ(keep[0], keep[2]);
}

TEST(DnnRpn_Nms, softLiteral)
{
    // The second and the third overlap the first by 1/2 and by nothing.
    const Mat b = boxes({0, 0, 4, 8, 0, 0, 4, 4, 20, 20, 24, 24});
    const std::vector<float> scores = {0.5f, 0.75f, 0.4f};
    std::vector<int> keep;
    Mat values;
    softNmsLinear(b, scores, 0.5f, keep, values);
    EXPECT_EQ(std::vector<int>({1, 2, 0}), keep) << "0.5 is as much as 0.5: eq. 3 has >=";
    expectClose(floats({0.75f, 0.4f, 0.25f}, 1), values, 1e-6);
    softNmsLinear(b, scores, 0.51f, keep, values);
    EXPECT_EQ(std::vector<int>({1, 0, 2}), keep);
    expectClose(floats({0.75f, 0.5f, 0.4f}, 1), values, 0);
    softNmsGaussian(b, scores, 0.5f, keep, values);
    EXPECT_EQ(std::vector<int>({1, 2, 0}), keep);
    expectClose(floats({0.75f, 0.4f, 0.5f * std::exp(-0.5f)}, 1), values, 1e-6);
    softNmsGaussian(b, scores, 0.5f, keep, values, 0.31f);
    EXPECT_EQ(std::vector<int>({1, 2}), keep);
    softNmsGaussian(b, scores, 0.5f, keep, values, 0, 1);
    EXPECT_EQ(std::vector<int>({1}), keep);
    softNmsLinear(b, std::vector<float>({0.5f, nan, 0.5f}), 0.5f, keep, values);
    EXPECT_EQ(std::vector<int>({0, 2}), keep) << "equal scores: the lower index first";
}

//! As the paper's figure 2 has it, in double; the function gives the factor.
static void slowSoftNms(const Mat& b, const Mat& scores, double minScore,
                        const std::function<double(double)>& factor, std::vector<int>& keep, Mat& values)
{
    Mat left;
    scores.convertTo(left, CV_64F);
    keep.clear();
    std::vector<double> kept;
    for (;;)
    {
        int best = -1;
        for (int i = 0; i < b.rows; i++)
            if (left.at<double>(i) >= minScore && (best < 0 || left.at<double>(i) > left.at<double>(best)))
                best = i;
        if (best < 0)
            break;
        keep.push_back(best);
        kept.push_back(left.at<double>(best));
        left.at<double>(best) = -1;
        for (int i = 0; i < b.rows; i++)
            if (left.at<double>(i) >= 0)
                left.at<double>(i) *= factor(slowOverlap(b.ptr<float>(best), b.ptr<float>(i)));
    }
    values = Mat(kept, true);
}

TEST(DnnRpn_Nms, softLikeTheDefinition)
{
    RNG rng(23);
    for (int count : {1, 2, 33, 300})
        for (double parameter : {0.1, 0.3, 0.5, 0.9})
        {
            SCOPED_TRACE(format("%d boxes, %g", count, parameter));
            const Mat b = randomBoxes(rng, count, 60, 5, 40);
            Mat scores(count, 1, CV_32F), values, expectedValues;
            rng.fill(scores, RNG::UNIFORM, 0, 1);
            std::vector<int> keep, expected;
            slowSoftNms(
                b, scores, 0.01, [&](double iou) { return iou >= parameter ? 1 - iou : 1; }, expected,
                expectedValues);
            softNmsLinear(b, scores, static_cast<float>(parameter), keep, values, 0.01f);
            EXPECT_EQ(expected, keep);
            expectClose(expectedValues, values, 1e-5);
            slowSoftNms(
                b, scores, 0.01, [&](double iou) { return std::exp(-iou * iou / parameter); }, expected,
                expectedValues);
            softNmsGaussian(b, scores, static_cast<float>(parameter), keep, values, 0.01f);
            EXPECT_EQ(expected, keep);
            expectClose(expectedValues, values, 1e-5);
        }
}

TEST(DnnRpn_Nms, softWithoutNumbers)
{
    const Mat odd = boxes({nan, 0, 4, 4, 0, 0, inf, 4, 5, 5, 5, 9, 4, 4, 0, 0, 0, 0, 4, 4, 0, 0, 4, 4});
    std::vector<int> keep;
    Mat values;
    softNmsLinear(odd, std::vector<float>(6, 1.f), 0, keep, values);
    EXPECT_EQ(std::vector<int>({0, 1, 2, 3, 4}), keep) << "the same box again has score 0";
    softNmsGaussian(odd, std::vector<float>(6, 1.f), 1e-30f, keep, values, 0);
    EXPECT_EQ(std::vector<int>({0, 1, 2, 3, 4, 5}), keep);
    EXPECT_TRUE(checkRange(values, true, nullptr, 0, 1.0001));
}

TEST(DnnRpn_Nms, emptySets)
{
    std::vector<int> keep(2);
    Mat values;
    nms(Mat(), Mat(), 0.5f, keep);
    EXPECT_TRUE(keep.empty());
    keep.resize(2);
    nmsPerClass(Mat(), noArray(), std::vector<int>(), 0.5f, keep);
    EXPECT_TRUE(keep.empty());
    keep.resize(2);
    softNmsLinear(Mat(), Mat(), 0.5f, keep, values);
    EXPECT_TRUE(keep.empty());
    EXPECT_EQ(Size(1, 0), values.size());
    softNmsGaussian(boxes({0, 0, 1, 1}), std::vector<float>(1, 0.5f), 0.5f, keep, values, 0.6f);
    EXPECT_TRUE(keep.empty());
    nms(boxes({0, 0, 1, 1}), std::vector<float>(1, nan), 0.5f, keep);
    EXPECT_TRUE(keep.empty());
}

TEST(DnnRpn_Nms, wrongArguments)
{
    const Mat one = boxes({0, 0, 4, 4});
    const std::vector<float> score(1, 0.f), three(3, 0.f);
    const std::vector<int> label(1, 0), two(2, 0);
    std::vector<int> keep;
    Mat values;
    EXPECT_ERROR("1.5", nms(one, score, 1.5f, keep));
    EXPECT_ERROR("nan", nms(one, score, nan, keep));
    EXPECT_ERROR("-2", nms(one, score, 0.5f, keep, -2));
    EXPECT_ERROR("1 elements, not 3", nms(one, three, 0.5f, keep));
    EXPECT_ERROR("2 x 3", nms(Mat::zeros(2, 3, CV_32F), three, 0.5f, keep));
    EXPECT_ERROR("-0.5", nmsPerClass(one, score, label, -0.5f, keep));
    EXPECT_ERROR("-3", nmsPerClass(one, score, label, 0.5f, keep, -3));
    EXPECT_ERROR("labels must have 1 elements, not 2", nmsPerClass(one, score, two, 0.5f, keep));
    EXPECT_ERROR("1 elements, not 3", nmsPerClass(one, three, label, 0.5f, keep));
    EXPECT_ERROR("CV_32FC1", nmsPerClass(one, score, score, 0.5f, keep));
    EXPECT_ERROR("threshold must be in 0..1, not 2", softNmsLinear(one, score, 2, keep, values));
    EXPECT_ERROR("sigma must be above 0", softNmsGaussian(one, score, 0, keep, values));
    EXPECT_ERROR("sigma must be above 0", softNmsGaussian(one, score, nan, keep, values));
    EXPECT_ERROR("minScore", softNmsGaussian(one, score, 0.5f, keep, values, -1));
    EXPECT_ERROR("-4", softNmsLinear(one, score, 0.5f, keep, values, 0, -4));
    EXPECT_ERROR("has -2 at 0", softNmsLinear(one, std::vector<float>(1, -2.f), 0.5f, keep, values));
    EXPECT_ERROR("has inf at 0", softNmsGaussian(one, std::vector<float>(1, inf), 0.5f, keep, values));
    EXPECT_ERROR("1 elements, not 3", softNmsLinear(one, three, 0.5f, keep, values));
}

} // namespace
} // namespace opencv_test
