// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "test_precomp.hpp"
#include "golden/golden_operators.hpp"

namespace opencv_test {
namespace {

const std::vector<int> oneLevel;

//! What an operator gives for one image.
struct Found
{
    Mat boxes, scores, labels;
};

Found detectionsOf(const Mat& scores, const Mat& deltas, const Mat& anchors, const std::vector<int>& counts,
                   Size imageSize, const DetectionParams& params = DetectionParams())
{
    Found f;
    generateDetections(scores, deltas, anchors, counts, imageSize, f.boxes, f.scores, f.labels, params);
    return f;
}

TEST(DnnRpn_Detections, defaults)
{
    const DetectionParams params;
    EXPECT_EQ(1000, params.preNms);
    EXPECT_EQ(100, params.maxDetections);
    EXPECT_FLOAT_EQ(0.05f, params.scoreThreshold);
    EXPECT_FLOAT_EQ(0.5f, params.nmsThreshold);
    EXPECT_EQ(0, params.minSize);
    EXPECT_EQ(Scalar(1, 1, 1, 1), params.deltaWeights);
}

TEST(DnnRpn_Detections, literal)
{
    const Mat anchors = boxes({0, 0, 10, 10, 0, 0, 10, 10, 20, 20, 40, 30});
    const Mat deltas = floats({0, 0, 0, 0, 0.1f, 0, 0, 0, 0.5f, 0, 0, 0}, 4);
    // The first two overlap. The first is the better one of class 1, the second is the only one of class 2.
    const Mat scores = floats({0.9f, 0.01f, 0.8f, 0.7f, 0.05f, 0.3f}, 2);
    Found f = detectionsOf(scores, deltas, anchors, oneLevel, Size(45, 50));
    expectClose(boxes({0, 0, 10, 10, 1, 0, 11, 10, 30, 20, 45, 30}), f.boxes, 1e-6);
    EXPECT_TRUE(sameBits(floats({0.9f, 0.7f, 0.3f}, 1), f.scores));
    EXPECT_TRUE(sameBits(labels({1, 2, 2}), f.labels));
    // Suppression is over all levels.
    f = detectionsOf(scores, deltas, anchors, {1, 2}, Size(45, 50));
    EXPECT_TRUE(sameBits(labels({1, 2, 2}), f.labels));
    // preNms is for each level: the best pair of each.
    DetectionParams params;
    params.preNms = 1;
    f = detectionsOf(scores, deltas, anchors, {1, 1, 0, 1}, Size(45, 50), params);
    EXPECT_TRUE(sameBits(floats({0.9f, 0.3f}, 1), f.scores));
    params.preNms = 2; // both of class 1, and they overlap
    f = detectionsOf(scores, deltas, anchors, oneLevel, Size(45, 50), params);
    EXPECT_TRUE(sameBits(floats({0.9f}, 1), f.scores));
    params = DetectionParams();
    params.maxDetections = 2;
    params.nmsThreshold = 0.9f;
    f = detectionsOf(scores, deltas, anchors, oneLevel, Size(45, 50), params);
    EXPECT_TRUE(sameBits(floats({0.9f, 0.8f}, 1), f.scores));
    params.minSize = 12;
    f = detectionsOf(scores, deltas, anchors, oneLevel, Size(45, 50), params);
    EXPECT_EQ(0, f.boxes.rows); // 15 wide, but 10 high
    params.minSize = 0;
    params.scoreThreshold = 0.8f; // is not above itself
    f = detectionsOf(scores, deltas, anchors, oneLevel, Size(45, 50), params);
    EXPECT_TRUE(sameBits(floats({0.9f}, 1), f.scores));
}

TEST(DnnRpn_Detections, likeTorchvisionsRetinaNet)
{
    DetectionParams params;
    params.preNms = 70;
    params.maxDetections = 30;
    params.scoreThreshold = 0.3f;
    params.nmsThreshold = 0.4f;
    const Found f = detectionsOf(floats(golden::detectionScores, 3), floats(golden::detectionDeltas, 4),
                                 boxes(golden::detectionAnchors), {60, 25}, Size(100, 90), params);
    expectClose(boxes(golden::retinaBoxes), f.boxes, 1e-5);
    expectClose(floats(golden::retinaScores, 1), f.scores, 1e-6);
    EXPECT_TRUE(sameBits(labels(golden::retinaLabels), f.labels));
}

TEST(DnnRpn_Detections, likeTorchvisionsRoIHeads)
{
    DetectionParams params;
    params.preNms = 0;
    params.maxDetections = 30;
    params.scoreThreshold = 0.3f;
    params.nmsThreshold = 0.4f;
    params.minSize = 0.01f;
    params.deltaWeights = Scalar(10, 10, 5, 5);
    const Found f = detectionsOf(floats(golden::roiScores, 3), floats(golden::roiDeltas, 12),
                                 boxes(golden::detectionAnchors), oneLevel, Size(100, 90), params);
    expectClose(boxes(golden::roiBoxes), f.boxes, 1e-5);
    expectClose(floats(golden::roiScoresKept, 1), f.scores, 1e-6);
    EXPECT_TRUE(sameBits(labels(golden::roiLabels), f.labels));
}

//! All steps one after the other, through the public functions.
Found slowDetections(const Mat& scores, const Mat& deltas, const Mat& anchors, const std::vector<int>& counts,
                     Size imageSize, const DetectionParams& params)
{
    struct Pair
    {
        int anchor, label;
        float score;
    };
    Found all{Mat(0, 4, CV_32F), Mat(0, 1, CV_32F), Mat(0, 1, CV_32S)};
    int first = 0;
    for (int count : counts)
    {
        std::vector<Pair> pairs;
        for (int k = first; k < first + count; k++)
            for (int c = 0; c < scores.cols; c++)
                if (scores.at<float>(k, c) > params.scoreThreshold)
                    pairs.push_back({k, c + 1, scores.at<float>(k, c)});
        std::stable_sort(pairs.begin(), pairs.end(),
                         [](const Pair& p, const Pair& q) { return p.score > q.score; });
        if (params.preNms && pairs.size() > size_t(params.preNms))
            pairs.resize(params.preNms);
        for (const Pair& p : pairs)
        {
            const int column = deltas.cols == 4 ? 0 : 4 * (p.label - 1);
            Mat box;
            decodeBoxes(deltas(Rect(column, p.anchor, 4, 1)), anchors.row(p.anchor), box,
                        params.deltaWeights);
            clipBoxes(box, imageSize);
            std::vector<int> keep;
            largeBoxes(box, params.minSize, keep);
            if (keep.empty())
                continue;
            all.boxes.push_back(box);
            all.scores.push_back(p.score);
            all.labels.push_back(p.label);
        }
        first += count;
    }
    std::vector<int> keep;
    nmsPerClass(all.boxes, all.scores, all.labels, params.nmsThreshold, keep, params.maxDetections);
    Found f{Mat(0, 4, CV_32F), Mat(0, 1, CV_32F), Mat(0, 1, CV_32S)};
    for (int i : keep)
    {
        f.boxes.push_back(all.boxes.row(i));
        f.scores.push_back(all.scores.row(i));
        f.labels.push_back(all.labels.row(i));
    }
    return f;
}

TEST(DnnRpn_Detections, likeTheDefinition)
{
    RNG rng(23);
    const std::vector<std::vector<int>> layouts = {{1}, {5}, {0, 3}, {97, 31, 7}, {1001, 251, 63, 0, 16}};
    for (const std::vector<int>& counts : layouts)
        for (int classes : {1, 2, 21})
            for (int variant = 0; variant < 4; variant++)
            {
                int total = 0;
                for (int count : counts)
                    total += count;
                SCOPED_TRACE(format("%d anchors, %d classes, variant %d", total, classes, variant));
                const Mat anchors = randomBoxes(rng, total, 90, 5, 50);
                const Mat deltas = randomMatrix(rng, total, variant % 2 ? 4 * classes : 4, 0.5);
                Mat scores(total, classes, CV_32F);
                for (int k = 0; k < total; k++)
                    for (int c = 0; c < classes; c++) // with ties
                        scores.at<float>(k, c) =
                            (k + c) % 23 == 5 ? nan : static_cast<float>(rng.uniform(0, 40)) / 40;
                DetectionParams params;
                params.preNms = variant == 0 ? 0 : 60;
                params.maxDetections = variant == 1 ? 0 : 25;
                params.minSize = variant == 2 ? 20.f : 0.f;
                params.nmsThreshold = variant == 3 ? 0.3f : 0.7f;
                params.scoreThreshold = variant == 0 ? -inf : 0.2f;
                params.deltaWeights = variant == 3 ? Scalar(10, 10, 5, 5) : Scalar::all(1);
                const Found expected = slowDetections(scores, deltas, anchors, counts, Size(100, 90), params);
                const Found f = detectionsOf(scores, deltas, anchors, counts, Size(100, 90), params);
                EXPECT_TRUE(sameBits(expected.boxes, f.boxes));
                EXPECT_TRUE(sameBits(expected.scores, f.scores));
                EXPECT_TRUE(sameBits(expected.labels, f.labels));
            }
}

TEST(DnnRpn_Detections, equalScores)
{
    const Mat anchors = boxes({0, 0, 10, 10, 20, 20, 30, 30, 40, 40, 50, 50}),
              deltas = Mat::zeros(3, 4, CV_32F);
    const Found f = detectionsOf(Mat(3, 2, CV_32F, Scalar(0.5)), deltas, anchors, {1, 2}, Size(60, 60));
    EXPECT_TRUE(sameBits(labels({1, 2, 1, 2, 1, 2}), f.labels));
    EXPECT_EQ(0, f.boxes.at<float>(1, 0));
    EXPECT_EQ(20, f.boxes.at<float>(2, 0));
    EXPECT_EQ(40, f.boxes.at<float>(5, 0));
}

TEST(DnnRpn_Detections, withoutNumbers)
{
    const Mat anchors = boxes({0, 0, 10, 10, 20, 20, 30, 30, 40, 40, 50, 50});
    const Mat deltas = floats({0, 0, 0, 0, nan, 0, 0, 0, 0, 0, inf, 3e38f}, 4);
    const Mat scores = floats({nan, 0.25f, 0.75f, 0.75f, 0.5f, nan}, 2);
    Found f = detectionsOf(scores, deltas, anchors, oneLevel, Size(100, 100));
    EXPECT_TRUE(sameBits(boxes({0, 0, 100, 100, 0, 0, 10, 10}), f.boxes)); // the third grew up to the clamp
    EXPECT_TRUE(sameBits(floats({0.5f, 0.25f}, 1), f.scores));
    EXPECT_TRUE(sameBits(labels({1, 2}), f.labels));

    for (int classes : {1, 3})
    {
        f = detectionsOf(Mat(0, classes, CV_32F), Mat(0, 4, CV_32F), Mat(), {0, 0}, Size());
        EXPECT_EQ(Size(4, 0), f.boxes.size());
        EXPECT_EQ(Size(1, 0), f.scores.size());
        EXPECT_EQ(Size(1, 0), f.labels.size());
        EXPECT_EQ(CV_32S, f.labels.type());
    }
    f = detectionsOf(Mat(), Mat(), Mat(), oneLevel, Size(100, 100));
    EXPECT_EQ(Size(4, 0), f.boxes.size());
    f = detectionsOf(Mat::zeros(3, 2, CV_32F), deltas, anchors, oneLevel, Size(100, 100));
    EXPECT_EQ(Size(4, 0), f.boxes.size());
}

TEST(DnnRpn_Detections, classScores)
{
    Mat scores;
    const float l3 = std::log(3.f);
    classScores(floats({0, l3, -l3, 100, -100, 0}, 3), false, scores);
    expectClose(floats({0.5f, 0.75f, 0.25f, 1, 0, 0.5f}, 3), scores, 1e-6);
    classScores(floats({0, l3, 0, 5, 5 + l3, 5, -3e38f, 3e38f, 0, nan, 1, 2}, 3), true, scores);
    expectClose(floats({0.6f, 0.2f, 0.6f, 0.2f, 1, 0}, 2), scores.rowRange(0, 3), 1e-6);
    EXPECT_TRUE(std::isnan(scores.at<float>(3, 0)) && std::isnan(scores.at<float>(3, 1)));

    // Of many rows on several threads, with a softmax by its definition.
    RNG rng(3);
    const Mat logits = randomMatrix(rng, 3000, 6, 4);
    Mat expected(logits.rows, 5, CV_32F), own;
    for (int k = 0; k < logits.rows; k++)
    {
        double sum = 0;
        for (int c = 0; c < 6; c++)
            sum += std::exp(double(logits.at<float>(k, c)));
        for (int c = 0; c < 5; c++)
            expected.at<float>(k, c) = static_cast<float>(std::exp(double(logits.at<float>(k, c + 1))) / sum);
    }
    classScores(logits, true, scores);
    expectClose(expected, scores, 1e-6);
    objectness(logits.colRange(0, 2), expected);
    classScores(logits.colRange(0, 2), true, scores);
    expectClose(expected, scores, 1e-6);
    classScores(logits, false, scores);
    logits.copyTo(own);
    classScores(own, false, own); // in place
    EXPECT_TRUE(sameBits(scores, own));

    classScores(Mat(0, 4, CV_32F), true, scores);
    EXPECT_EQ(0, scores.rows);
    EXPECT_EQ(3, scores.cols);
    EXPECT_ERROR("at least 2 columns, not 1 x 1", classScores(floats({1}, 1), true, scores));
}

TEST(DnnRpn_Detections, wrongArguments)
{
    const Mat anchors = boxes({0, 0, 10, 10, 20, 20, 30, 30}), scores = floats({1, 2, 3, 4, 5, 6}, 3);
    const Size size(50, 50);
    const auto detect = [&](const DetectionParams& params) {
        detectionsOf(scores, anchors, anchors, oneLevel, size, params);
    };
    detect(DetectionParams());
    EXPECT_ERROR("not 1 and 2", detectionsOf(scores.row(0), anchors, anchors, oneLevel, size));
    EXPECT_ERROR("not 1 and 2", detectionsOf(scores, anchors.row(0), anchors, oneLevel, size));
    EXPECT_ERROR("4 columns, or 12 for 3 classes, not 8",
                 detectionsOf(scores, Mat::zeros(2, 8, CV_32F), anchors, oneLevel, size));
    EXPECT_ERROR("sum up to 3, but there are 2", detectionsOf(scores, anchors, anchors, {1, 2}, size));
    EXPECT_ERROR("-1", detectionsOf(scores, anchors, anchors, {3, -1}, size));
    EXPECT_ERROR("-5 x 50", detectionsOf(scores, anchors, anchors, oneLevel, Size(-5, 50)));
    DetectionParams params;
    params.preNms = -7;
    EXPECT_ERROR("preNms must be at least 0 and finite, not -7", detect(params));
    params = DetectionParams();
    params.maxDetections = -8;
    EXPECT_ERROR("maxDetections must be at least 0 and finite, not -8", detect(params));
    params = DetectionParams();
    params.nmsThreshold = 1.25f;
    EXPECT_ERROR("1.25", detect(params));
    params = DetectionParams();
    params.minSize = nan;
    EXPECT_ERROR("minSize", detect(params));
    params = DetectionParams();
    params.scoreThreshold = nan;
    EXPECT_ERROR("scoreThreshold", detect(params));
    params = DetectionParams();
    params.deltaWeights = Scalar(1, 1, 0, 1);
    EXPECT_ERROR("weights must be above 0", detect(params));
}

} // namespace
} // namespace opencv_test
