// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "test_cuda.hpp"

namespace opencv_test {
namespace {

class DnnRpn_CudaProposals : public DnnRpn_Cuda
{
protected:
    void compareNms(const Mat& boxes, const Mat& scores, float threshold, int maxCount)
    {
        SCOPED_TRACE(format("%d boxes, threshold %g, at most %d", boxes.rows, threshold, maxCount));
        std::vector<int> expected;
        nms(boxes, scores, threshold, expected, maxCount);
        OnDevice b(boxes), s(scores), keep(1, boxes.rows, CV_32S), count(1, 1, CV_32S);
        gpu::nms(b.floats(), s.floats(), boxes.rows, threshold, keep.ints(), count.ints(), workspace, nullptr,
                 maxCount);
        const int kept = count.get().at<int>(0);
        ASSERT_EQ(static_cast<int>(expected.size()), kept);
        const Mat got = keep.get();
        for (int i = 0; i < kept; i++)
            ASSERT_EQ(expected[i], got.at<int>(i)) << i;
    }

    //! @param scores, deltas a row of scores, and four rows of deltas, an image
    void compare(const Mat& scores, const Mat& deltas, const Mat& anchors, const std::vector<int>& levels,
                 Size size, const ProposalParams& params)
    {
        const int images = scores.rows, k = anchors.rows, room = gpu::proposalRoom(levels, params);
        OnDevice s(scores), d(deltas), a(anchors), counts(1, images, CV_32S);
        OnDevice boxes(images * room, 4, CV_32F), found(images * room, 1, CV_32F);
        gpu::generateProposals(s.floats(), d.floats(), a.floats(), levels, images, size, boxes.floats(),
                               found.floats(), counts.ints(), workspace, nullptr, params);
        const Mat allBoxes = boxes.get(), allScores = found.get(), allCounts = counts.get();
        for (int n = 0; n < images; n++)
        {
            Mat expectedBoxes, expectedScores;
            generateProposals(scores.row(n), deltas.rowRange(n * k, (n + 1) * k), anchors, levels, size,
                              expectedBoxes, expectedScores, params);
            const int count = allCounts.at<int>(n);
            ASSERT_EQ(expectedBoxes.rows, count) << "image " << n;
            if (count > 0)
            {
                expectClose(expectedScores, allScores.rowRange(n * room, n * room + count), 0);
                // A GPU's exp() may differ in the last bit of a double, hence of a float.
                expectClose(expectedBoxes, allBoxes.rowRange(n * room, n * room + count), 1e-6);
            }
            EXPECT_TRUE(count == room ||
                        countNonZero(allBoxes.rowRange(n * room + count, (n + 1) * room)) == 0);
        }
    }
};

TEST_F(DnnRpn_CudaProposals, nmsLikeTheTwin)
{
    RNG rng(1);
    for (int count : {0, 1, 2, 63, 64, 65, 300, 1000})
        for (float threshold : {0.f, 0.3f, 0.7f, 1.f})
            for (int maxCount : {0, 1, 70})
            {
                Mat scores(count, 1, CV_32F);
                for (int i = 0; i < count; i++)
                    scores.at<float>(i) = rng.uniform(0, 50) / 50.f - 0.5f; // with ties
                compareNms(randomBoxes(rng, count, 200, 1, 60), scores, threshold, maxCount);
            }
}

TEST_F(DnnRpn_CudaProposals, nmsOfSeveralChunks)
{
    RNG rng(2);
    const Mat boxes = randomBoxes(rng, 9000, 2000, 1, 80), scores = randomMatrix(rng, 9000, 1, 1);
    compareNms(boxes, scores, 0.3f, 0);
    compareNms(boxes, scores, 0.3f, 3000);
    compareNms(boxes, scores, 0.9f, 8500);
}

TEST_F(DnnRpn_CudaProposals, nmsOfOddBoxes)
{
    RNG rng(3);
    Mat boxes = randomBoxes(rng, 200, 60, 5, 60), scores = randomMatrix(rng, 200, 1, 1);
    for (int i = 0; i < 200; i += 7)
        boxes.at<float>(i, i % 4) = i % 3 == 0 ? nan : i % 3 == 1 ? inf : -inf;
    for (int i = 3; i < 200; i += 11)
        scores.at<float>(i) = i % 3 == 0 ? nan : i % 3 == 1 ? inf : -inf;
    boxes.row(50) = boxes.row(51) + 0.f;
    boxes.row(60).setTo(0);
    compareNms(boxes, scores, 0.5f, 0);
    compareNms(boxes, Mat(200, 1, CV_32F, Scalar(nan)), 0.5f, 0);
    scores.setTo(0);
    scores.rowRange(100, 200).setTo(-0.f);
    compareNms(boxes, scores, 0.f, 0);
}

TEST_F(DnnRpn_CudaProposals, likeTheTwin)
{
    RNG rng(4);
    const std::vector<std::vector<int>> allLevels = {{1}, {700}, {1500, 300, 0, 77}, {5000, 1}};
    for (const std::vector<int>& levels : allLevels)
        for (int images : {1, 3})
            for (int variant = 0; variant < 4; variant++)
            {
                int k = 0;
                for (int count : levels)
                    k += count;
                SCOPED_TRACE(format("%d anchors, %d images, variant %d", k, images, variant));
                ProposalParams params;
                params.preNms = variant == 0 ? 1000 : variant == 1 ? 100 : variant == 2 ? 0 : 1;
                params.postNms = variant == 1 ? 20 : variant == 2 ? 0 : 300;
                params.minSize = variant == 1 ? 12.f : 0.f;
                if (variant == 1)
                    params.scoreThreshold = -0.5f;
                Mat scores = randomMatrix(rng, images, k, 1), deltas = randomMatrix(rng, images * k, 4, 0.3);
                for (int i = 0; i < k; i++) // ties
                    scores.at<float>(0, i) = cvRound(scores.at<float>(0, i) * 20) / 20.f;
                for (int i = 0; i < images * k; i += 13)
                    deltas.at<float>(i, i % 4) = i % 2 ? nan : inf;
                for (int i = 5; i < k; i += 17)
                    scores.at<float>(images - 1, i) = nan;
                compare(scores, deltas, randomBoxes(rng, k, 200, 4, 60), levels, Size(210, 190), params);
            }
}

TEST_F(DnnRpn_CudaProposals, nothingToPropose)
{
    OnDevice counts(labels({7, 7}));
    gpu::generateProposals(nullptr, nullptr, nullptr, {0, 0}, 2, Size(10, 10), nullptr, nullptr,
                           counts.ints(), workspace, nullptr);
    EXPECT_EQ(0, countNonZero(counts.get()));
    RNG rng(5);
    ProposalParams params;
    params.scoreThreshold = 1e9f;
    compare(randomMatrix(rng, 2, 50, 1), randomMatrix(rng, 100, 4, 1), randomBoxes(rng, 50, 100, 4, 60), {50},
            Size(100, 100), params);
    compare(Mat(2, 50, CV_32F, Scalar(nan)), randomMatrix(rng, 100, 4, 1), randomBoxes(rng, 50, 100, 4, 60),
            {20, 30}, Size(100, 100), ProposalParams());
}

TEST_F(DnnRpn_CudaProposals, nothingIsAllocatedInSteadyState)
{
    RNG rng(6);
    const Mat scores = randomMatrix(rng, 1, 600, 1), deltas = randomMatrix(rng, 600, 4, 0.3);
    const Mat anchors = randomBoxes(rng, 600, 200, 4, 60);
    compare(scores, deltas, anchors, {500, 100}, Size(200, 200), ProposalParams());
    compare(scores, deltas, anchors, {500, 100}, Size(200, 200), ProposalParams());
    const size_t bytes = workspace.bytes();
    compare(scores, deltas, anchors, {500, 100}, Size(200, 200), ProposalParams());
    EXPECT_EQ(bytes, workspace.bytes());
}

TEST_F(DnnRpn_CudaProposals, wrongArguments)
{
    EXPECT_ERROR("threshold must be",
                 gpu::nms(nullptr, nullptr, 0, 1.5f, nullptr, nullptr, workspace, nullptr));
    EXPECT_ERROR("count must not be negative",
                 gpu::nms(nullptr, nullptr, -1, 0.5f, nullptr, nullptr, workspace, nullptr));
    EXPECT_ERROR("1..32 levels", gpu::proposalRoom({}));
    EXPECT_ERROR("levelCounts must not be negative", gpu::proposalRoom({3, -1}));
}

} // namespace
} // namespace opencv_test
