// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "test_precomp.hpp"
#include "golden/golden_operators.hpp"

namespace opencv_test {
namespace {

TEST(DnnRpn_Boxes, literalOverlaps)
{
    const Mat a = boxes({0, 0, 4, 4, 2, 2, 6, 4});
    const Mat b = boxes({0, 0, 4, 4, 0, 0, 2, 8, 4, 0, 8, 4, 3, 3, 1, 1});
    Mat overlaps, shares;
    boxIoU(a, b, overlaps);
    expectClose(floats({1, 8.f / 24, 0, 0, 4.f / 20, 0, 4.f / 20, 0}, 4), overlaps, 1e-7);
    boxIoF(a, b, shares);
    expectClose(floats({1, 0.5f, 0, 0, 0.5f, 0, 0.5f, 0}, 4), shares, 1e-7);
}

TEST(DnnRpn_Boxes, overlapsLikeTheDefinition)
{
    RNG rng(2);
    for (const Size size : {Size(1, 1), Size(1, 7), Size(13, 1), Size(5, 31), Size(67, 9)})
    {
        SCOPED_TRACE(format("%d x %d", size.height, size.width));
        const Mat a = randomBoxes(rng, size.height, 50, 1, 40), b = randomBoxes(rng, size.width, 50, 1, 40);
        Mat overlaps, shares;
        boxIoU(a, b, overlaps);
        boxIoF(a, b, shares);
        ASSERT_EQ(size, overlaps.size());
        ASSERT_EQ(size, shares.size());
        for (int i = 0; i < a.rows; i++)
            for (int j = 0; j < b.rows; j++)
            {
                const float *p = a.ptr<float>(i), *q = b.ptr<float>(j);
                EXPECT_NEAR(slowOverlap(p, q), overlaps.at<float>(i, j), 1e-6);
                const float common[4] = {std::max(p[0], q[0]), std::max(p[1], q[1]), std::min(p[2], q[2]),
                                         std::min(p[3], q[3])};
                const bool apart = common[2] <= common[0] || common[3] <= common[1];
                EXPECT_NEAR(apart ? 0 : slowOverlap(common, p), shares.at<float>(i, j), 1e-6);
            }
    }
}

TEST(DnnRpn_Boxes, overlapsWithoutNumbers)
{
    const Mat odd = boxes({nan, 0, 4, 4, 0, 0, inf, 4, 5, 5, 5, 9, 4, 4, 0, 0, -3e38f, -3e38f, 3e38f, 3e38f});
    Mat overlaps, shares;
    boxIoU(odd, odd, overlaps);
    boxIoF(odd, odd, shares);
    EXPECT_TRUE(checkRange(overlaps, true, nullptr, 0, 1.0001));
    EXPECT_TRUE(checkRange(shares, true, nullptr, 0, 1.0001));
    EXPECT_EQ(0, overlaps.at<float>(0, 0));
    EXPECT_EQ(0, overlaps.at<float>(3, 3));
}

TEST(DnnRpn_Boxes, emptySets)
{
    const Mat some = boxes({0, 0, 4, 4, 2, 2, 6, 4});
    Mat out;
    boxIoU(some, Mat(), out);
    EXPECT_EQ(Size(0, 2), out.size());
    boxIoF(Mat(0, 4, CV_32F), some, out);
    EXPECT_EQ(Size(2, 0), out.size());
    encodeBoxes(Mat(), noArray(), out);
    EXPECT_EQ(Size(4, 0), out.size());
    decodeBoxes(std::vector<Vec4f>(), Mat(), out);
    EXPECT_EQ(Size(4, 0), out.size());
    clipBoxes(out, Size(3, 3));
    std::vector<int> keep(3);
    largeBoxes(Mat(), 0, keep);
    EXPECT_TRUE(keep.empty());
}

TEST(DnnRpn_Boxes, formsOfArguments)
{
    const std::vector<Vec4f> list = {Vec4f(0, 0, 4, 4), Vec4f(2, 2, 6, 4)};
    Mat wide(2, 9, CV_32F, Scalar(-7)), part = wide.colRange(3, 7);
    boxes({0, 0, 4, 4, 2, 2, 6, 4}).copyTo(part);
    Mat expected, actual;
    boxIoU(boxes({0, 0, 4, 4, 2, 2, 6, 4}), list, expected);
    boxIoU(part, list, actual);
    EXPECT_TRUE(sameBits(expected, actual));

    clipBoxes(part, Size(5, 3)); // in place, between the other columns
    EXPECT_TRUE(sameBits(boxes({0, 0, 4, 3, 2, 2, 5, 3}), part.clone()));
    EXPECT_EQ(-7, wide.at<float>(1, 2));
    EXPECT_EQ(-7, wide.at<float>(1, 7));
    std::vector<Vec4f> vectors = list;
    clipBoxes(vectors, Size(5, 3));
    EXPECT_EQ(Vec4f(2, 2, 5, 3), vectors[1]);
}

TEST(DnnRpn_Boxes, literalCode)
{
    const Mat anchor = boxes({10, 20, 20, 40});
    Mat deltas, decoded;
    encodeBoxes(boxes({15, 15, 25, 55}), anchor, deltas, Scalar(2, 4, 1, 5));
    expectClose(floats({1, 1, 0, 5 * std::log(2.f)}, 4), deltas, 1e-6);
    decodeBoxes(deltas, anchor, decoded, Scalar(2, 4, 1, 5));
    expectClose(boxes({15, 15, 25, 55}), decoded, 1e-6);
    // In place, and with the clamp.
    Mat b = floats({0, 0, 100, -100}, 4);
    decodeBoxes(b, anchor, b, Scalar::all(1), std::log(3.));
    expectClose(boxes({0, 30, 30, 30}), b, 1e-6);
}

TEST(DnnRpn_Boxes, codeLikeTorchvision)
{
    using namespace golden;
    Mat out;
    encodeBoxes(boxes(coderBoxes), boxes(coderAnchors), out);
    expectClose(boxes(coderEncoded1), out, 1e-5);
    encodeBoxes(boxes(coderBoxes), boxes(coderAnchors), out, Scalar(10, 10, 5, 5));
    expectClose(boxes(coderEncoded10), out, 1e-5);
    decodeBoxes(boxes(coderDeltas), boxes(coderAnchors), out);
    expectClose(boxes(coderDecoded1), out, 1e-5);
    decodeBoxes(boxes(coderDeltas), boxes(coderAnchors), out, Scalar(10, 10, 5, 5));
    expectClose(boxes(coderDecoded10), out, 1e-5);
    boxIoU(boxes(iouA), boxes(iouB), out);
    expectClose(floats(golden::iou, out.cols), out, 1e-6);
}

TEST(DnnRpn_Boxes, decodeUndoesEncode)
{
    RNG rng(3);
    const Mat b = randomBoxes(rng, 97, 300, 2, 90), anchors = randomBoxes(rng, 97, 300, 2, 90);
    const Scalar weights(10, 7, 5, 0.5);
    Mat deltas, back;
    encodeBoxes(b, anchors, deltas, weights);
    decodeBoxes(deltas, anchors, back, weights);
    expectClose(b, back, 1e-4);
}

TEST(DnnRpn_Boxes, decodeBackwardIsTheDerivative)
{
    RNG rng(9);
    const Mat anchors = randomBoxes(rng, 20, 50, 5, 40);
    Mat deltas = randomMatrix(rng, 20, 4, 0.5), boxesGrad = randomMatrix(rng, 20, 4, 1), grad, decoded;
    for (const Scalar& weights : {Scalar::all(1), Scalar(10, 9, 5, 4)})
    {
        const double limit = 0.4;
        decodeBoxesBackward(deltas, anchors, boxesGrad, grad, weights, limit);
        auto loss = [&] {
            decodeBoxes(deltas, anchors, decoded, weights, limit);
            return decoded.dot(boxesGrad);
        };
        int limited = 0;
        for (int i = 0; i < deltas.rows; i++)
            for (int j = 0; j < 4; j++)
            {
                float& d = deltas.at<float>(i, j);
                const float kept = d;
                const bool beyond = j > 1 && d / weights[j] > limit;
                limited += beyond;
                if (!beyond && j > 1 && d / weights[j] > limit - 0.01)
                    continue; // the kink
                d = kept + 1e-2f;
                const double high = loss();
                d = kept - 1e-2f;
                const double low = loss();
                d = kept;
                EXPECT_NEAR((high - low) / 2e-2, grad.at<float>(i, j), 2e-2) << i << ", " << j;
                EXPECT_TRUE(!beyond || grad.at<float>(i, j) == 0);
            }
        EXPECT_TRUE(weights[0] > 1 || limited > 0);
    }
    // By hand: an anchor 10 wide and 20 high, twice as wide by its delta.
    decodeBoxesBackward(boxes({0, 0, std::log(2.f), 0}), boxes({0, 0, 10, 20}), boxes({1, 2, 4, 8}), grad);
    EXPECT_LT(cv::norm(grad, boxes({50, 200, 30, 60}), NORM_INF), 1e-4);
    decodeBoxesBackward(Mat(), Mat(), Mat(), grad);
    EXPECT_TRUE(grad.empty());
    const Mat one = boxes({0, 0, 1, 1});
    EXPECT_ERROR("boxesGrad", decodeBoxesBackward(one, one, Mat(), grad));
    EXPECT_ERROR("nan", decodeBoxesBackward(one, one, one, grad, Scalar::all(1), nan));
}

TEST(DnnRpn_Boxes, clipAndFilter)
{
    Mat b = boxes({-5, -6, 50, 60, 3, 4, 5, 6, 101, 3, 120, 9, nan, 0, 10, 10, inf, -inf, inf, inf});
    clipBoxes(b, Size(40, 30));
    EXPECT_TRUE(sameBits(boxes({0, 0, 40, 30, 3, 4, 5, 6, 40, 3, 40, 9}), b.rowRange(0, 3)));
    EXPECT_TRUE(std::isnan(b.at<float>(3, 0)));
    EXPECT_TRUE(sameBits(boxes({40, 0, 40, 30}), b.row(4)));
    std::vector<int> keep;
    largeBoxes(b, 0, keep);
    EXPECT_EQ(std::vector<int>({0, 1, 2, 4}), keep);
    largeBoxes(b, 2, keep);
    EXPECT_EQ(std::vector<int>({0, 1}), keep);
    largeBoxes(b, 2.5f, keep);
    EXPECT_EQ(std::vector<int>({0}), keep);
}

TEST(DnnRpn_Boxes, wrongArguments)
{
    const Mat one = boxes({0, 0, 4, 4}), flat = boxes({0, 0, 4, 4, 7, 5, 7, 9});
    Mat out, three = boxes({0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1});
    std::vector<int> keep;
    EXPECT_ERROR("2 x 3 CV_32FC1", boxIoU(Mat::zeros(2, 3, CV_32F), one, out));
    EXPECT_ERROR("CV_64FC1", boxIoF(one, Mat::zeros(2, 4, CV_64F), out));
    EXPECT_ERROR("1 and 3", encodeBoxes(one, three, out));
    EXPECT_ERROR("row 1 of boxes", encodeBoxes(flat, flat, out));
    EXPECT_ERROR("row 0 of anchors", encodeBoxes(one, boxes({nan, 0, 4, 4}), out));
    EXPECT_ERROR("-2", decodeBoxes(one, one, out, Scalar(1, 1, -2, 1)));
    EXPECT_ERROR("nan", decodeBoxes(one, one, out, Scalar::all(1), nan));
    EXPECT_ERROR("-1 x 7", clipBoxes(three, Size(-1, 7)));
    EXPECT_ERROR("-0.5", largeBoxes(one, -0.5f, keep));
}

TEST(DnnRpn_Boxes, overlapsMayReplaceAnInput)
{
    RNG rng(8);
    const Mat a = randomBoxes(rng, 4, 20, 5, 20), b = randomBoxes(rng, 4, 20, 5, 20);
    Mat apart, inPlace = a.clone();
    boxIoU(a, b, apart);
    boxIoU(inPlace, b, inPlace);
    EXPECT_EQ(0, cv::norm(apart, inPlace, NORM_INF));
    boxIoF(a, b, apart);
    inPlace = b.clone();
    boxIoF(a, inPlace, inPlace);
    EXPECT_EQ(0, cv::norm(apart, inPlace, NORM_INF));
}

TEST(DnnRpn_Boxes, infiniteCornersAreRefused)
{
    Mat deltas;
    EXPECT_ERROR("inf", encodeBoxes(boxes({0, 0, inf, 2}), boxes({0, 0, 2, 2}), deltas));
}

} // namespace
} // namespace opencv_test
