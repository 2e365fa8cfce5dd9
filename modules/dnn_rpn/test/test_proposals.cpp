// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "test_precomp.hpp"
#include "golden/golden_operators.hpp"

namespace opencv_test {
namespace {

const std::vector<int> oneLevel;

TEST(DnnRpn_Proposals, defaults)
{
    const ProposalParams params;
    EXPECT_EQ(1000, params.preNms);
    EXPECT_EQ(300, params.postNms);
    EXPECT_FLOAT_EQ(0.7f, params.nmsThreshold);
    EXPECT_EQ(0, params.minSize);
    EXPECT_EQ(-inf, params.scoreThreshold);
}

TEST(DnnRpn_Proposals, literal)
{
    const Mat anchors = boxes({0, 0, 10, 10, 0, 0, 10, 10, 20, 20, 40, 30, 90, 90, 99, 99});
    const Mat deltas = floats({0, 0, 0, 0, 0.1f, 0, 0, 0, 0.5f, 0, 0, 0, 0, 0, 0, 0}, 4);
    const Mat scores = floats({1, 3, 2, 9}, 1);
    Mat b, s;
    // The second moves by a pixel and wins over the first; the third moves by ten and is clipped at
    // 45; the last lies outside, and what clipping leaves of it has no size.
    ProposalParams params;
    params.minSize = 1;
    generateProposals(scores, deltas, anchors, oneLevel, Size(45, 50), b, s, params);
    expectClose(boxes({1, 0, 11, 10, 30, 20, 45, 30}), b, 1e-6);
    EXPECT_TRUE(sameBits(floats({3, 2}, 1), s));
    // No suppression across levels.
    generateProposals(scores, deltas, anchors, {1, 2, 0, 1}, Size(45, 50), b, s, params);
    expectClose(boxes({1, 0, 11, 10, 30, 20, 45, 30, 0, 0, 10, 10}), b, 1e-6);
    // Before suppression the two best, and the best of them all lies outside.
    params.preNms = 2;
    generateProposals(scores, deltas, anchors, oneLevel, Size(45, 50), b, s, params);
    expectClose(boxes({1, 0, 11, 10}), b, 1e-6);
    // A size of 0 is a size, unless one asks for more.
    params.minSize = 0;
    generateProposals(scores, deltas, anchors, oneLevel, Size(45, 50), b, s, params);
    expectClose(boxes({45, 50, 45, 50, 1, 0, 11, 10}), b, 1e-6);
    params = ProposalParams();
    params.postNms = 1;
    params.minSize = 1;
    generateProposals(scores, deltas, anchors, {1, 3}, Size(45, 50), b, s, params);
    expectClose(boxes({1, 0, 11, 10}), b, 1e-6);
    params = ProposalParams();
    params.scoreThreshold = 3;
    generateProposals(scores, deltas, anchors, oneLevel, Size(100, 100), b, s, params);
    EXPECT_TRUE(sameBits(floats({9, 3}, 1), s));
}

TEST(DnnRpn_Proposals, likeTorchvision)
{
    const Mat logits = floats(golden::proposalLogits, 1);
    Mat scores, b, s;
    objectness(logits, scores);
    ProposalParams params;
    params.preNms = 60;
    params.postNms = 25;
    params.nmsThreshold = 0.6f;
    params.minSize = 8;
    params.scoreThreshold = 0.2f;
    generateProposals(scores, floats(golden::proposalDeltas, 4), boxes(golden::proposalAnchors), {100, 40},
                      Size(100, 90), b, s, params);
    expectClose(boxes(golden::proposalBoxes), b, 1e-5);
    expectClose(floats(golden::proposalScores, 1), s, 1e-6);
}

//! All steps one after the other, through the public functions.
void slowProposals(const Mat& scores, const Mat& deltas, const Mat& anchors, const std::vector<int>& counts,
                   Size imageSize, const ProposalParams& params, Mat& b, Mat& s)
{
    std::vector<Vec4f> allBoxes;
    std::vector<float> allScores;
    int first = 0;
    for (int count : counts)
    {
        std::vector<int> order;
        for (int k = first; k < first + count; k++)
            if (!std::isnan(scores.at<float>(k)) && scores.at<float>(k) >= params.scoreThreshold)
                order.push_back(k);
        std::stable_sort(order.begin(), order.end(),
                         [&](int p, int q) { return scores.at<float>(p) > scores.at<float>(q); });
        if (params.preNms && order.size() > size_t(params.preNms))
            order.resize(params.preNms);
        Mat levelBoxes(0, 4, CV_32F), levelScores(0, 1, CV_32F);
        for (int k : order)
        {
            Mat one;
            decodeBoxes(deltas.row(k), anchors.row(k), one);
            clipBoxes(one, imageSize);
            std::vector<int> keep;
            largeBoxes(one, params.minSize, keep);
            if (keep.empty())
                continue;
            levelBoxes.push_back(one);
            levelScores.push_back(scores.at<float>(k));
        }
        std::vector<int> keep;
        nms(levelBoxes, levelScores, params.nmsThreshold, keep);
        for (int i : keep)
        {
            allBoxes.push_back(*levelBoxes.ptr<Vec4f>(i));
            allScores.push_back(levelScores.at<float>(i));
        }
        first += count;
    }
    std::vector<int> order(allScores.size());
    for (size_t i = 0; i < order.size(); i++)
        order[i] = static_cast<int>(i);
    std::stable_sort(order.begin(), order.end(), [&](int p, int q) { return allScores[p] > allScores[q]; });
    if (params.postNms && order.size() > size_t(params.postNms))
        order.resize(params.postNms);
    b.create(static_cast<int>(order.size()), 4, CV_32F);
    s.create(static_cast<int>(order.size()), 1, CV_32F);
    for (size_t i = 0; i < order.size(); i++)
    {
        *b.ptr<Vec4f>(static_cast<int>(i)) = allBoxes[order[i]];
        s.at<float>(static_cast<int>(i)) = allScores[order[i]];
    }
}

TEST(DnnRpn_Proposals, likeTheDefinition)
{
    RNG rng(14);
    const std::vector<std::vector<int>> layouts = {{1}, {5}, {0, 3}, {97, 31, 7}, {1001, 251, 63, 0, 16}};
    for (const std::vector<int>& counts : layouts)
        for (int variant = 0; variant < 4; variant++)
        {
            int total = 0;
            for (int count : counts)
                total += count;
            SCOPED_TRACE(format("%d anchors, variant %d", total, variant));
            const Mat anchors = randomBoxes(rng, total, 90, 5, 50), deltas = randomMatrix(rng, total, 4, 0.5);
            Mat scores(total, 1, CV_32F);
            for (int k = 0; k < total; k++)
                scores.at<float>(k) = k % 23 == 5 ? nan : static_cast<float>(rng.uniform(-40, 40)); // ties
            ProposalParams params;
            params.preNms = variant == 0 ? 0 : 60;
            params.postNms = variant == 1 ? 0 : 25;
            params.minSize = variant == 2 ? 20.f : 0.f;
            params.nmsThreshold = variant == 3 ? 0.3f : 0.7f;
            Mat expectedBoxes, expectedScores, b, s;
            slowProposals(scores, deltas, anchors, counts, Size(100, 90), params, expectedBoxes,
                          expectedScores);
            generateProposals(scores, deltas, anchors, counts, Size(100, 90), b, s, params);
            EXPECT_TRUE(sameBits(expectedBoxes, b));
            EXPECT_TRUE(sameBits(expectedScores, s));
        }
}

TEST(DnnRpn_Proposals, withoutNumbers)
{
    const Mat anchors = boxes({0, 0, 10, 10, 20, 20, 30, 30, 40, 40, 50, 50, 60, 60, 70, 70});
    const Mat deltas = floats({0, 0, 0, 0, nan, 0, 0, 0, 0, 0, inf, 3e38f, 0, 0, 0, 0}, 4);
    Mat b, s;
    generateProposals(floats({nan, 2, 1, -inf}, 1), deltas, anchors, oneLevel, Size(100, 100), b, s);
    EXPECT_TRUE(sameBits(boxes({0, 0, 100, 100, 60, 60, 70, 70}), b)); // the third grew up to the clamp
    EXPECT_TRUE(sameBits(floats({1, -inf}, 1), s));
    generateProposals(floats({nan, nan, nan, nan}, 1), deltas, anchors, oneLevel, Size(100, 100), b, s);
    EXPECT_EQ(Size(4, 0), b.size());
    EXPECT_EQ(Size(1, 0), s.size());
    generateProposals(Mat(), Mat(), Mat(), oneLevel, Size(100, 100), b, s);
    EXPECT_EQ(Size(4, 0), b.size());
    generateProposals(Mat(), Mat(), Mat(), {0, 0}, Size(), b, s);
    EXPECT_EQ(Size(4, 0), b.size());
}

TEST(DnnRpn_Proposals, objectness)
{
    Mat scores;
    objectness(floats({0, std::log(3.f), -std::log(3.f), 100, -100}, 1), scores);
    expectClose(floats({0.5, 0.75, 0.25, 1, 0}, 1), scores, 1e-6);
    EXPECT_GT(scores.at<float>(4), 0);
    objectness(floats({7, 7, 1, 1 + std::log(3.f), 100, -100, -3e38f, 3e38f}, 2), scores);
    expectClose(floats({0.5, 0.75, 0, 1}, 1), scores, 1e-6);
    objectness(floats({nan, 1}, 1), scores);
    EXPECT_TRUE(std::isnan(scores.at<float>(0)));
    objectness(Mat(0, 2, CV_32F), scores);
    EXPECT_EQ(Size(1, 0), scores.size());
}

TEST(DnnRpn_Proposals, wrongArguments)
{
    const Mat anchors = boxes({0, 0, 10, 10, 20, 20, 30, 30}), scores = floats({1, 2}, 1);
    const Size size(50, 50);
    Mat b, s;
    const auto generate = [&](const ProposalParams& params) {
        generateProposals(scores, anchors, anchors, oneLevel, size, b, s, params);
    };
    EXPECT_ERROR("2 elements, not 1",
                 generateProposals(scores.row(0), anchors, anchors, oneLevel, size, b, s));
    EXPECT_ERROR("1 and 2", generateProposals(scores, anchors.row(0), anchors, oneLevel, size, b, s));
    EXPECT_ERROR("sum up to 3, but there are 2",
                 generateProposals(scores, anchors, anchors, {1, 2}, size, b, s));
    EXPECT_ERROR("-1", generateProposals(scores, anchors, anchors, {3, -1}, size, b, s));
    EXPECT_ERROR("-5 x 50", generateProposals(scores, anchors, anchors, oneLevel, Size(-5, 50), b, s));
    ProposalParams params;
    params.preNms = -7;
    EXPECT_ERROR("preNms must be at least 0 and finite, not -7", generate(params));
    params = ProposalParams();
    params.postNms = -8;
    EXPECT_ERROR("-8", generate(params));
    params = ProposalParams();
    params.nmsThreshold = 1.25f;
    EXPECT_ERROR("1.25", generate(params));
    params = ProposalParams();
    params.minSize = nan;
    EXPECT_ERROR("minSize", generate(params));
    params = ProposalParams();
    params.scoreThreshold = nan;
    EXPECT_ERROR("scoreThreshold", generate(params));
    EXPECT_ERROR("1 x 3", objectness(Mat::zeros(1, 3, CV_32F), s));
}

} // namespace
} // namespace opencv_test
