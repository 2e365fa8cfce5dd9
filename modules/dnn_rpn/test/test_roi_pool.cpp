// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include <cfloat>

#include "test_precomp.hpp"
#include "golden/golden_roi.hpp"

namespace opencv_test {
namespace {

typedef std::vector<int> Shape;

struct PoolCase
{
    Shape shape;
    int rois;
    Size pooled;
};
const PoolCase poolCases[] = {{{1, 1, 1, 1}, 3, Size(1, 1)},
                              {{2, 3, 1, 7}, 9, Size(2, 3)},
                              {{1, 33, 6, 1}, 5, Size(3, 1)},
                              {{3, 5, 9, 13}, 40, Size(7, 7)}};

//! Boxes in steps of an eighth of a pixel, so that rounding is exact in any precision.
Mat exactBoxes(RNG& rng, int count, const Shape& shape)
{
    Mat b(count, 4, CV_32F);
    for (int i = 0; i < count; i++)
        for (int j = 0; j < 4; j++)
        {
            const int size = 32 * shape[j % 2 ? 2 : 3]; // an eighth of a pixel at scale 1/4
            b.at<float>(i, j) = rng.uniform(-size / 2, (j < 2 ? 1 : 2) * size) / 8.f;
        }
    return b;
}

//! A cell belongs to a bin if the two overlap; in whole numbers, with lengths multiplied by the bins.
Mat slowPool(const Mat& features, const Shape& shape, const Mat& rois, const Mat& images, Size pooled,
             float scale, Mat& argmax)
{
    Mat out(0, 1, CV_32F);
    argmax = Mat(0, 1, CV_32S);
    for (int r = 0; r < rois.rows; r++)
        for (int c = 0; c < shape[1]; c++)
            for (int a = 0; a < pooled.height; a++)
                for (int b = 0; b < pooled.width; b++)
                {
                    int corner[4];
                    for (int j = 0; j < 4; j++)
                        corner[j] = static_cast<int>(std::round(double(rois.at<float>(r, j)) * scale));
                    const int width = std::max(corner[2] - corner[0] + 1, 1);
                    const int height = std::max(corner[3] - corner[1] + 1, 1);
                    int where = -1;
                    bool any = false;
                    for (int y = 0; y < shape[2]; y++)
                        for (int x = 0; x < shape[3]; x++)
                        {
                            const int top = (y - corner[1]) * pooled.height;
                            const int left = (x - corner[0]) * pooled.width;
                            const bool inside = top + pooled.height > a * height && top < (a + 1) * height &&
                                                left + pooled.width > b * width && left < (b + 1) * width;
                            if (!inside)
                                continue;
                            any = true;
                            const float* plane = features.ptr<float>(images.at<int>(r), c);
                            if (plane[y * shape[3] + x] > (where < 0 ? -FLT_MAX : plane[where]))
                                where = y * shape[3] + x;
                        }
                    const float* plane = features.ptr<float>(images.at<int>(r), c);
                    out.push_back(where >= 0 ? plane[where] : any ? -FLT_MAX : 0.f);
                    argmax.push_back(where);
                }
    return out;
}

TEST(DnnRpn_RoiPool, literals)
{
    const Mat features = tensor(floats({1, 5, 2, 0, 9, 3, 4, 9, -1, -2, -3, -4}, 4), {1, 1, 3, 4});
    Mat out, argmax;
    // Cells 0..3 x 0..2 in two by one bins; of equals the first.
    roiPool(features, boxes({0, 0, 3, 2}), noArray(), Size(2, 1), out, argmax);
    EXPECT_TRUE(sameBits(floats({9, 9}, 1), column(out)));
    EXPECT_TRUE(sameBits(labels({4, 7}), column(argmax)));
    // Three cells in two bins: the middle one is in both.
    roiPool(features, boxes({0, 0, 2, 0}), noArray(), Size(2, 1), out, argmax);
    EXPECT_TRUE(sameBits(labels({1, 1}), column(argmax)));
    // The right half lies outside.
    roiPool(features, boxes({2, 2, 5, 2}), noArray(), Size(2, 1), out, argmax);
    EXPECT_TRUE(sameBits(floats({-3, 0}, 1), column(out)));
    EXPECT_TRUE(sameBits(labels({10, -1}), column(argmax)));
    // Halves round away from zero: 0.5 * 5 is 3.
    roiPool(features, boxes({5, 0, 5, 0}), noArray(), Size(1, 1), out, argmax, 0.5f);
    EXPECT_EQ(3, argmax.at<int>(0));
    Mat grad;
    roiPoolBackward(tensor(floats({2, 3, 5}, 1), {3, 1, 1, 1}), tensor(labels({4, -1, 4}), {3, 1, 1, 1}),
                    noArray(), {1, 1, 3, 4}, grad);
    EXPECT_TRUE(sameBits(floats({0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0}, 1), column(grad)));
}

TEST(DnnRpn_RoiPool, likeTheDefinition)
{
    RNG rng(31);
    for (const PoolCase& c : poolCases)
    {
        SCOPED_TRACE(format("%d x %d x %d x %d", c.shape[0], c.shape[1], c.shape[2], c.shape[3]));
        const Mat features = randomTensor(rng, c.shape), rois = exactBoxes(rng, c.rois, c.shape);
        const Mat images = randomLabels(rng, c.rois, 0, c.shape[0] - 1);
        Mat out, argmax, slowArgmax;
        roiPool(features, rois, images, c.pooled, out, argmax, 0.25f);
        const Mat slow = slowPool(features, c.shape, rois, images, c.pooled, 0.25f, slowArgmax);
        ASSERT_EQ(4, out.dims);
        EXPECT_EQ(0, cv::norm(slow, column(out), NORM_INF));
        EXPECT_EQ(0, cv::norm(slowArgmax, column(argmax), NORM_INF));
    }
}

TEST(DnnRpn_RoiPool, gradients)
{
    RNG rng(32);
    for (const PoolCase& c : poolCases)
    {
        SCOPED_TRACE(format("%d x %d x %d x %d", c.shape[0], c.shape[1], c.shape[2], c.shape[3]));
        const Mat x = randomMatrix(rng, c.shape[0] * c.shape[1] * c.shape[2], c.shape[3], 1);
        const Mat rois = exactBoxes(rng, c.rois, c.shape);
        const Mat images = randomLabels(rng, c.rois, 0, c.shape[0] - 1);
        const Mat outGrad = randomTensor(rng, {c.rois, c.shape[1], c.pooled.height, c.pooled.width});
        Mat out, argmax, wide;
        roiPool(tensor(x, c.shape), rois, images, c.pooled, out, argmax, 0.25f);
        const int bins = c.pooled.area(), cells = c.shape[2] * c.shape[3];
        checkGradient(
            x,
            [&](const Mat& at) {
                // Which feature is the largest does not change in so small a step.
                double sum = 0;
                for (int i = 0; i < static_cast<int>(argmax.total()); i++)
                {
                    const int roi = i / bins / c.shape[1], channel = i / bins % c.shape[1];
                    const int plane = images.at<int>(roi) * c.shape[1] + channel;
                    if (argmax.ptr<int>()[i] >= 0)
                        sum +=
                            at.ptr<double>()[plane * cells + argmax.ptr<int>()[i]] * outGrad.ptr<float>()[i];
                }
                return sum;
            },
            [&](const Mat&, Mat& grad) {
                Mat whole = tensor(grad, c.shape);
                roiPoolBackward(outGrad, argmax, images, c.shape, whole);
            });
    }
}

TEST(DnnRpn_RoiPool, likeTorchvision)
{
    const Mat features = tensor(floats(golden::roiFeatures, 9), {2, 2, 7, 9});
    const Mat rois = boxes(golden::roiBoxes), images = labels(golden::roiImages);
    const Mat outGrad = tensor(floats(golden::roiOutputGrad, 2), {rois.rows, 2, 3, 2});
    Mat out, argmax, grad;
    roiPool(features, rois, images, Size(2, 3), out, argmax, 0.25f);
    EXPECT_TRUE(sameBits(floats(golden::roiPoolOutput, 1), column(out)));
    EXPECT_TRUE(sameBits(labels(golden::roiPoolArgmax), column(argmax)));
    roiPoolBackward(outGrad, argmax, images, {2, 2, 7, 9}, grad);
    expectClose(floats(golden::roiPoolGrad, 1), column(grad), 1e-6);
}

TEST(DnnRpn_RoiPool, sameBitsForAnyThreadsAndForParts)
{
    RNG rng(33);
    const Shape shape{2, 13, 9, 11};
    const Mat features = randomTensor(rng, shape), rois = exactBoxes(rng, 90, shape);
    const Mat images = randomLabels(rng, 90, 0, 1), outGrad = randomTensor(rng, {90, 13, 7, 7});
    const int threads = cv::getNumThreads();
    Mat out[4], argmax[4], grad[4];
    for (int i = 0; i < 4; i++)
    {
        cv::setNumThreads(i < 3 ? i + 1 : threads);
        const bool gaps = i == 3;
        if (gaps)
            grad[i] = withGaps(grad[0] * 0);
        roiPool(gaps ? withGaps(features) : features, rois, images, Size(7, 7), out[i], argmax[i], 0.25f);
        roiPoolBackward(gaps ? withGaps(outGrad) : outGrad, gaps ? withGaps(argmax[i]) : argmax[i], images,
                        shape, grad[i]);
    }
    cv::setNumThreads(threads);
    for (int i = 1; i < 4; i++)
    {
        EXPECT_TRUE(sameBits(column(out[0]), column(out[i])) &&
                    sameBits(column(argmax[0]), column(argmax[i])));
        EXPECT_TRUE(sameBits(column(grad[0]), column(grad[i])));
    }
}

TEST(DnnRpn_RoiPool, nothingToFind)
{
    Mat out, argmax, grad;
    const Shape shape{1, 2, 2, 2};
    const Mat none(4, shape.data(), CV_32F, Scalar(nan));
    roiPool(none, Mat(), noArray(), Size(3, 2), out, argmax);
    ASSERT_EQ(4, out.dims);
    EXPECT_EQ(0, out.size[0]);
    EXPECT_EQ(CV_32S, argmax.type());
    grad = Mat(4, shape.data(), CV_32F, Scalar(inf));
    roiPoolBackward(out, argmax, noArray(), shape, grad);
    EXPECT_EQ(0, cv::norm(column(grad), NORM_INF));
    // Nothing is larger than the start where all is NaN.
    roiPool(none, boxes({0, 0, 1, 1}), noArray(), Size(1, 1), out, argmax);
    EXPECT_EQ(-FLT_MAX, out.at<float>(0));
    EXPECT_EQ(-1, argmax.at<int>(0));
    roiPool(none, boxes({50, 50, 60, 60, -9, -9, -5, -5}), noArray(), Size(1, 1), out, argmax);
    EXPECT_EQ(0, cv::norm(column(out), NORM_INF));
}

TEST(DnnRpn_RoiPool, wrongArguments)
{
    RNG rng(34);
    const Shape shape{2, 3, 4, 5};
    const Mat features = randomTensor(rng, shape), box = boxes({0, 0, 2, 2});
    const Size two(2, 2);
    Mat out, argmax, grad;
    EXPECT_ERROR("CV_32SC1", roiPool(Mat::zeros(4, shape.data(), CV_32S), box, noArray(), two, out, argmax));
    EXPECT_ERROR("row 0 of boxes must be finite and within",
                 roiPool(features, boxes({0, nan, 1, 1}), noArray(), two, out, argmax));
    EXPECT_ERROR("but is 2 x -1", roiPool(features, box, noArray(), Size(2, -1), out, argmax));
    EXPECT_ERROR("has 2 at 0", roiPool(features, box, labels({2}), two, out, argmax));
    EXPECT_ERROR("spatialScale must be above 0 and finite, not -1",
                 roiPool(features, box, noArray(), two, out, argmax, -1));
    roiPool(features, box, noArray(), two, out, argmax);
    EXPECT_ERROR("not 2 x 3", roiPoolBackward(out, argmax, noArray(), {2, 3}, grad));
    EXPECT_ERROR("1 x 4 x rows", roiPoolBackward(out, argmax, noArray(), {2, 4, 4, 5}, grad));
    EXPECT_ERROR("argmax must have 4 dimensions of CV_32SC1",
                 roiPoolBackward(out, out, noArray(), shape, grad));
    EXPECT_ERROR("one shape",
                 roiPoolBackward(out, tensor(labels({0, 0, 0}), {1, 3, 1, 1}), noArray(), shape, grad));
    argmax.ptr<int>()[3] = 20;
    EXPECT_ERROR("-1..19, but has 20", roiPoolBackward(out, argmax, noArray(), shape, grad));
}

} // namespace
} // namespace opencv_test
