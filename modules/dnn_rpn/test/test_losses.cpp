// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "test_precomp.hpp"
#include "golden/golden_operators.hpp"
#include "golden/golden_suppression.hpp"

namespace opencv_test {
namespace {

// The references work in double from the textbook's formulas, by log-sum-exp.

double slowSigmoidFocal(const Mat& x, const Mat& label, double alpha, double gamma, double normalizer)
{
    double sum = 0;
    for (int k = 0; k < x.rows; k++)
        for (int c = 0; c < x.cols && label.at<int>(k) >= 0; c++)
        {
            const bool hit = label.at<int>(k) == c + 1;
            const double z = hit ? x.at<double>(k, c) : -x.at<double>(k, c);
            const double logP = z > 0 ? -std::log1p(std::exp(-z)) : z - std::log1p(std::exp(z));
            const double q = 1 / (1 + std::exp(z));
            sum -= (alpha < 0 ? 1 : hit ? alpha : 1 - alpha) * std::pow(q, gamma) * logP;
        }
    return sum / normalizer;
}

double slowQualityFocal(const Mat& x, const Mat& label, const Mat& quality, double gamma, double normalizer)
{
    double sum = 0;
    for (int k = 0; k < x.rows; k++)
        for (int c = 0; c < x.cols && label.at<int>(k) >= 0; c++)
        {
            const double z = x.at<double>(k, c), p = 1 / (1 + std::exp(-z));
            const double y = label.at<int>(k) == c + 1 ? quality.at<float>(k) : 0;
            const double notP = z > 0 ? z + std::log1p(std::exp(-z)) : std::log1p(std::exp(z)); // -log(1 - p)
            sum += std::pow(std::abs(y - p), gamma) * (notP - y * z);
        }
    return sum / normalizer;
}

double slowSoftmaxFocal(const Mat& x, const Mat& label, double alpha, double gamma, double normalizer)
{
    double sum = 0;
    for (int k = 0; k < x.rows; k++)
    {
        const int t = label.at<int>(k);
        if (t < 0)
            continue;
        double others = 0; // relative to the target's logit
        for (int j = 0; j < x.cols; j++)
            others += j == t ? 0 : std::exp(x.at<double>(k, j) - x.at<double>(k, t));
        const double q = others / (1 + others);
        sum += (alpha < 0 ? 1 : t > 0 ? alpha : 1 - alpha) * std::pow(q, gamma) * std::log1p(others);
    }
    return sum / normalizer;
}

double slowSmoothL1(const Mat& x, const Mat& target, const Mat& label, double beta, double normalizer)
{
    double sum = 0;
    for (int k = 0; k < x.rows; k++)
        for (int j = 0; j < x.cols && label.at<int>(k) > 0; j++)
        {
            const double d = std::abs(x.at<double>(k, j) - target.at<float>(k, j));
            sum += d < beta ? d * d / (2 * beta) : d - beta / 2;
        }
    return sum / normalizer;
}

struct FocalCase
{
    double alpha, gamma;
};
const FocalCase focalCases[] = {{0.25, 2}, {-1, 1.5}, {0.6, 0.5}, {-1, 0}, {1, 3}, {0, 1}};

Mat wide(const Mat& m)
{
    Mat d;
    m.convertTo(d, CV_64F);
    return d;
}

TEST(DnnRpn_Losses, literals)
{
    Mat grad;
    // p = 1/2 on both sides: -a (1/2)^2 log(1/2), a = 1/4 and 3/4.
    const double half = 0.25 * std::log(2.), slope = 0.25 * (2 * 0.5 * std::log(0.5) - 0.5);
    EXPECT_NEAR(half, sigmoidFocalLoss(floats({0, 0}, 1), labels({1, 0}), grad), 1e-7);
    expectClose(floats({float(0.25 * slope), float(-0.75 * slope)}, 1), grad, 1e-6);
    EXPECT_NEAR(half / 4, softmaxFocalLoss(floats({3, 3, 5, 5}, 2), labels({1, 0}), grad, 0.25, 2, 4), 1e-7);
    expectClose(
        floats({float(-0.25 * slope), float(0.25 * slope), float(0.75 * slope), float(-0.75 * slope)}, 2),
        grad * 4, 1e-6);
    EXPECT_NEAR(2 * std::log(2.), sigmoidCrossEntropy(floats({0, 0}, 1), labels({1, 0}), grad), 1e-7);
    expectClose(floats({-0.5, 0.5}, 1), grad, 1e-7);
    EXPECT_NEAR(std::log(4.), softmaxCrossEntropy(floats({1, 1, 1, 1}, 4), labels({2}), grad), 1e-7);
    expectClose(floats({0.25, 0.25, -0.75, 0.25}, 4), grad, 1e-7);
    // |d| = 0.5 and 3 with beta 1, and a row that is background.
    EXPECT_NEAR(0.125 + 2.5,
                smoothL1Loss(floats({0.5, -3, 9, 9}, 2), Mat::zeros(2, 2, CV_32F), labels({1, 0}), grad, 1),
                1e-7);
    expectClose(floats({0.5, -1, 0, 0}, 2), grad, 1e-7);
    EXPECT_NEAR(0.5, smoothL1Loss(floats({0.5, 0}, 2), Mat::zeros(1, 2, CV_32F), labels({1}), grad, 0), 1e-7);
    expectClose(floats({1, 0}, 2), grad, 0);
}

TEST(DnnRpn_Losses, focalLikeTheDefinition)
{
    RNG rng(9);
    const int sizes[][2] = {{1, 1}, {7, 1}, {3, 5}, {129, 2}, {501, 20}, {9001, 3}};
    for (const int* s : sizes)
        for (const FocalCase& c : focalCases)
        {
            SCOPED_TRACE(format("%d x %d, alpha %g, gamma %g", s[0], s[1], c.alpha, c.gamma));
            const Mat x = randomMatrix(rng, s[0], s[1], 4), label = randomLabels(rng, s[0], -1, s[1]);
            double expected = slowSigmoidFocal(wide(x), label, c.alpha, c.gamma, 3.5);
            EXPECT_NEAR(expected, sigmoidFocalLoss(x, label, noArray(), c.alpha, c.gamma, 3.5),
                        1e-6 * std::max(1., expected));
            if (s[1] < 2)
                continue;
            const Mat label2 = randomLabels(rng, s[0], -1, s[1] - 1);
            expected = slowSoftmaxFocal(wide(x), label2, c.alpha, c.gamma, 3.5);
            EXPECT_NEAR(expected, softmaxFocalLoss(x, label2, noArray(), c.alpha, c.gamma, 3.5),
                        1e-6 * std::max(1., expected));
        }
}

TEST(DnnRpn_Losses, focalGradients)
{
    RNG rng(10);
    Mat x = randomMatrix(rng, 37, 3, 3);
    const Mat label = randomLabels(rng, 37, -1, 3), label2 = randomLabels(rng, 37, -1, 2);
    x.at<float>(0, 0) = 12; // far out on both sides
    x.at<float>(1, 1) = -12;
    for (const FocalCase& c : focalCases)
    {
        SCOPED_TRACE(format("alpha %g, gamma %g", c.alpha, c.gamma));
        checkGradient(
            x, [&](const Mat& at) { return slowSigmoidFocal(at, label, c.alpha, c.gamma, 2); },
            [&](const Mat& at, Mat& grad) { sigmoidFocalLoss(at, label, grad, c.alpha, c.gamma, 2); });
        checkGradient(
            x, [&](const Mat& at) { return slowSoftmaxFocal(at, label2, c.alpha, c.gamma, 2); },
            [&](const Mat& at, Mat& grad) { softmaxFocalLoss(at, label2, grad, c.alpha, c.gamma, 2); });
    }
    checkGradient(
        x, [&](const Mat& at) { return slowSigmoidFocal(at, label, -1, 0, 5); },
        [&](const Mat& at, Mat& grad) { sigmoidCrossEntropy(at, label, grad, 5); });
    checkGradient(
        x, [&](const Mat& at) { return slowSoftmaxFocal(at, label2, -1, 0, 5); },
        [&](const Mat& at, Mat& grad) { softmaxCrossEntropy(at, label2, grad, 5); });
}

TEST(DnnRpn_Losses, focalGradientsOfTwentyClasses)
{
    RNG rng(14);
    const Mat x = randomMatrix(rng, 23, 20, 3), x21 = randomMatrix(rng, 23, 21, 3);
    const Mat label = randomLabels(rng, 23, -1, 20);
    checkGradient(
        x, [&](const Mat& at) { return slowSigmoidFocal(at, label, 0.25, 2, 2); },
        [&](const Mat& at, Mat& grad) { sigmoidFocalLoss(at, label, grad, 0.25, 2, 2); });
    checkGradient(
        x21, [&](const Mat& at) { return slowSoftmaxFocal(at, label, 0.25, 2, 2); },
        [&](const Mat& at, Mat& grad) { softmaxFocalLoss(at, label, grad, 0.25, 2, 2); });
}

TEST(DnnRpn_Losses, smoothL1)
{
    RNG rng(11);
    for (double beta : {0., 1. / 9, 1., 3.})
        for (int rows : {1, 5, 64, 5001})
        {
            SCOPED_TRACE(format("beta %g, %d rows", beta, rows));
            const Mat x = randomMatrix(rng, rows, 4, 1), target = randomMatrix(rng, rows, 4, 1);
            const Mat label = randomLabels(rng, rows, -1, 2);
            const double expected = slowSmoothL1(wide(x), target, label, beta, 7);
            EXPECT_NEAR(expected, smoothL1Loss(x, target, label, noArray(), beta, 7),
                        1e-6 * std::max(1., expected));
            if (rows < 100) // with many rows some element lies on the kink
                checkGradient(
                    x, [&](const Mat& at) { return slowSmoothL1(at, target, label, beta, 7); },
                    [&](const Mat& at, Mat& grad) { smoothL1Loss(at, target, label, grad, beta, 7); });
        }
}

TEST(DnnRpn_Losses, likeTorch)
{
    const Mat label = labels(golden::focalLabels);
    const Mat x = floats(golden::sigmoidLogits, 3), x4 = floats(golden::softmaxLogits, 4);
    const std::vector<float>* numbers[4][4] = {
        {&golden::sigmoidLoss0, &golden::sigmoidGrad0, &golden::softmaxLoss0, &golden::softmaxGrad0},
        {&golden::sigmoidLoss1, &golden::sigmoidGrad1, &golden::softmaxLoss1, &golden::softmaxGrad1},
        {&golden::sigmoidLoss2, &golden::sigmoidGrad2, &golden::softmaxLoss2, &golden::softmaxGrad2},
        {&golden::sigmoidLoss3, &golden::sigmoidGrad3, &golden::softmaxLoss3, &golden::softmaxGrad3}};
    Mat grad;
    for (int i = 0; i < 4; i++)
    {
        SCOPED_TRACE(i);
        const FocalCase& c = focalCases[i];
        const float expected = numbers[i][0]->at(0), expected4 = numbers[i][2]->at(0);
        EXPECT_NEAR(expected, sigmoidFocalLoss(x, label, grad, c.alpha, c.gamma), 1e-6 * expected);
        expectClose(floats(*numbers[i][1], 3), grad, 1e-6);
        EXPECT_NEAR(expected4, softmaxFocalLoss(x4, label, grad, c.alpha, c.gamma), 1e-6 * expected4);
        expectClose(floats(*numbers[i][3], 4), grad, 1e-6);
    }
    const Mat d = floats(golden::smoothDeltas, 4), t = floats(golden::smoothTargets, 4);
    const Mat all(d.rows, 1, CV_32S, Scalar(1));
    EXPECT_NEAR(golden::smoothLoss0[0], smoothL1Loss(d, t, all, grad), 1e-5);
    expectClose(floats(golden::smoothGrad0, 4), grad, 1e-5);
    EXPECT_NEAR(golden::smoothLoss1[0], smoothL1Loss(d, t, all, grad, 1), 1e-5);
    expectClose(floats(golden::smoothGrad1, 4), grad, 1e-5);
}

TEST(DnnRpn_Losses, finiteFarOut)
{
    Mat grad;
    for (float far : {30.f, 100.f, 3e38f})
        for (const FocalCase& c : focalCases)
            for (int label = -1; label <= 1; label++)
            {
                SCOPED_TRACE(
                    format("logits of %g, alpha %g, gamma %g, label %d", far, c.alpha, c.gamma, label));
                const Mat x = floats({far, -far}, 1), x2 = floats({far, -far, -far, far, far, far}, 2);
                EXPECT_TRUE(
                    std::isfinite(sigmoidFocalLoss(x, labels({label, label}), grad, c.alpha, c.gamma)));
                EXPECT_TRUE(checkRange(grad));
                EXPECT_TRUE(std::isfinite(
                    softmaxFocalLoss(x2, labels({label, label, label}), grad, c.alpha, c.gamma)));
                EXPECT_TRUE(checkRange(grad));
            }
    // A confident mistake costs its logit, and its slope is the weight.
    EXPECT_NEAR(25, sigmoidFocalLoss(floats({-100}, 1), labels({1}), grad), 1e-4);
    EXPECT_NEAR(-0.25, grad.at<float>(0), 1e-6);
    EXPECT_NEAR(50, softmaxFocalLoss(floats({100, -100}, 2), labels({1}), grad), 1e-4);
    expectClose(floats({0.25, -0.25}, 2), grad, 1e-6);
}

TEST(DnnRpn_Losses, sureOfTheTarget)
{
    // Near p = 1 the loss is small but has all its digits: 1 - p must not be computed from p.
    Mat grad;
    const double q = std::exp(-20.) / (1 + std::exp(-20.));
    const double expected = -q * q * std::log1p(-q);
    EXPECT_NEAR(1, sigmoidFocalLoss(floats({20}, 1), labels({1}), grad, -1) / expected, 1e-5);
    EXPECT_NEAR(1, softmaxFocalLoss(floats({-10, 10}, 2), labels({1}), grad, -1) / expected, 1e-5);
    EXPECT_NEAR(1, grad.at<float>(1) / (-3 * q * q * q), 1e-5);
}

TEST(DnnRpn_Losses, nothingToLearn)
{
    Mat grad;
    const Mat x = floats({1, -2, 3, 4, 5, -6}, 2), ignored = labels({-1, -1, -1});
    EXPECT_EQ(0, sigmoidFocalLoss(x, ignored, grad));
    EXPECT_EQ(0, cv::countNonZero(grad));
    EXPECT_EQ(0, softmaxFocalLoss(x, ignored, grad));
    EXPECT_EQ(0, cv::countNonZero(grad));
    EXPECT_EQ(0, smoothL1Loss(x, x * 2, labels({0, -1, 0}), grad));
    EXPECT_EQ(0, cv::countNonZero(grad));
    EXPECT_EQ(Size(2, 3), grad.size());
    // Ignored and background rows may hold anything.
    Mat odd = floats({nan, inf, 0, 0}, 2);
    EXPECT_NEAR(2 * std::log(2.), sigmoidCrossEntropy(odd, labels({-1, 1}), grad), 1e-6);
    EXPECT_TRUE(checkRange(grad));
    EXPECT_NEAR(std::log(2.), softmaxCrossEntropy(odd, labels({-1, 1}), grad), 1e-6);
    EXPECT_TRUE(checkRange(grad));
    EXPECT_EQ(0, smoothL1Loss(odd, odd, labels({0, 1}), grad));
    EXPECT_TRUE(checkRange(grad));
    // No rows.
    EXPECT_EQ(0, sigmoidFocalLoss(Mat(0, 3, CV_32F), Mat(), grad));
    EXPECT_EQ(Size(3, 0), grad.size());
    EXPECT_EQ(0, softmaxFocalLoss(Mat(), Mat(), grad));
    EXPECT_EQ(0, smoothL1Loss(Mat(), Mat(), Mat(), grad));
}

TEST(DnnRpn_Losses, sameBitsForAnyThreads)
{
    RNG rng(12);
    const Mat x = randomMatrix(rng, 30001, 3, 3), label = randomLabels(rng, 30001, -1, 2);
    const int threads = cv::getNumThreads();
    Mat grad[2], grad2[2], grad3[2];
    double value[2], value2[2], value3[2];
    for (int i = 0; i < 2; i++)
    {
        cv::setNumThreads(i ? 4 : 1);
        value[i] = sigmoidFocalLoss(x, label, grad[i]);
        value2[i] = softmaxFocalLoss(x, label, grad2[i]);
        value3[i] = smoothL1Loss(x, x * 0.5, label, grad3[i]);
    }
    cv::setNumThreads(threads);
    EXPECT_EQ(value[0], value[1]);
    EXPECT_EQ(value2[0], value2[1]);
    EXPECT_EQ(value3[0], value3[1]);
    EXPECT_TRUE(sameBits(grad[0], grad[1]) && sameBits(grad2[0], grad2[1]) && sameBits(grad3[0], grad3[1]));
}

TEST(DnnRpn_Losses, gradientInPlaceAndOfAPart)
{
    RNG rng(13);
    const Mat x = randomMatrix(rng, 50, 3, 3), label = randomLabels(rng, 50, -1, 2);
    Mat grad, inPlace = x.clone(), table(50, 8, CV_32F, Scalar(7)), part = table.colRange(2, 5);
    sigmoidFocalLoss(x, label, grad);
    sigmoidFocalLoss(inPlace, label, inPlace);
    EXPECT_TRUE(sameBits(grad, inPlace));
    softmaxFocalLoss(x, label, grad);
    x.copyTo(inPlace);
    softmaxFocalLoss(inPlace, label, inPlace);
    EXPECT_TRUE(sameBits(grad, inPlace));
    x.copyTo(part);
    softmaxFocalLoss(part, label, part);
    EXPECT_TRUE(sameBits(grad, part));
    EXPECT_EQ(250, cv::countNonZero(table == 7));
}

TEST(DnnRpn_Losses, wrongArguments)
{
    const Mat x = floats({1, 2, 3, 4}, 2), label = labels({1, 0});
    Mat grad;
    EXPECT_ERROR("-1..2, but has 3 at 1", sigmoidFocalLoss(x, labels({1, 3}), grad));
    EXPECT_ERROR("-1..1, but has 2 at 0", softmaxFocalLoss(x, labels({2, 0}), grad));
    EXPECT_ERROR("has -2 at 0", softmaxFocalLoss(x, labels({-2, 0}), grad));
    EXPECT_ERROR("2 elements, not 3", sigmoidFocalLoss(x, labels({1, 0, 0}), grad));
    EXPECT_ERROR("CV_32FC1", sigmoidFocalLoss(x, Mat::zeros(2, 1, CV_32F), grad));
    EXPECT_ERROR("CV_64FC1", sigmoidFocalLoss(wide(x), label, grad));
    EXPECT_ERROR("2 x 1", softmaxFocalLoss(x.col(0), labels({0, 0}), grad));
    EXPECT_ERROR("1.5", sigmoidFocalLoss(x, label, grad, 1.5));
    EXPECT_ERROR("-0.5", softmaxFocalLoss(x, label, grad, 0.25, -0.5));
    EXPECT_ERROR("not 0", sigmoidCrossEntropy(x, label, grad, 0));
    EXPECT_ERROR("nan", softmaxCrossEntropy(x, label, grad, nan));
    EXPECT_ERROR("-0.1", smoothL1Loss(x, x, label, grad, -0.1));
    EXPECT_ERROR("2 and 1", smoothL1Loss(x, x.row(0), label, grad));
    EXPECT_ERROR("2 x 1 CV_32FC1", smoothL1Loss(x, x.col(0), label, grad));
}

TEST(DnnRpn_Losses, normalizersOutsideTheRangeOfFloatAreRefused)
{
    Mat grad;
    for (double normalizer : {0., -1., 1e-40, 1e300, static_cast<double>(nan)})
    {
        EXPECT_ERROR("normalizer", sigmoidFocalLoss(floats({1}, 1), labels({0}), grad, 0.25, 2, normalizer));
        EXPECT_ERROR("normalizer",
                     softmaxFocalLoss(floats({1, 2}, 2), labels({0}), grad, 0.25, 2, normalizer));
        EXPECT_ERROR("normalizer",
                     smoothL1Loss(floats({1}, 1), floats({0}, 1), labels({1}), grad, 1, normalizer));
    }
}

TEST(DnnRpn_Losses, vectorsAreColumns)
{
    Mat a, b;
    EXPECT_EQ(sigmoidCrossEntropy(floats({1, -2, 3}, 1), labels({0, 1, -1}), a),
              sigmoidCrossEntropy(std::vector<float>{1, -2, 3}, std::vector<int>{0, 1, -1}, b));
    EXPECT_EQ(0, cv::norm(a, b, NORM_INF));
    const std::vector<Vec4f> deltas{Vec4f(1, 2, 3, 4), Vec4f(0, 1, 0, 1)}, targets(2);
    EXPECT_EQ(smoothL1Loss(floats({1, 2, 3, 4, 0, 1, 0, 1}, 4), Mat::zeros(2, 4, CV_32F), labels({1, 1}), a),
              smoothL1Loss(deltas, targets, labels({1, 1}), b));
}

TEST(DnnRpn_Losses, smoothL1PassesNanOn)
{
    Mat grad;
    EXPECT_TRUE(std::isnan(smoothL1Loss(floats({nan}, 1), floats({0}, 1), labels({1}), grad)));
    EXPECT_TRUE(std::isnan(grad.at<float>(0)));
}

//! By the definition, with IoU and hull from the boxes' corners.
double slowGiou(const Mat& x, const Mat& target, const Mat& label, double normalizer)
{
    double sum = 0;
    for (int k = 0; k < x.rows; k++)
    {
        if (label.at<int>(k) <= 0)
            continue;
        const double* a = x.ptr<double>(k);
        const float* b = target.ptr<float>(k);
        const double areaOfA = (a[2] - a[0]) * (a[3] - a[1]);
        const double areaOfB = (double(b[2]) - b[0]) * (double(b[3]) - b[1]);
        const bool apart = a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1];
        const double common = apart ? 0
                                    : (std::min<double>(a[2], b[2]) - std::max<double>(a[0], b[0])) *
                                          (std::min<double>(a[3], b[3]) - std::max<double>(a[1], b[1]));
        const double hull = (std::max<double>(a[2], b[2]) - std::min<double>(a[0], b[0])) *
                            (std::max<double>(a[3], b[3]) - std::min<double>(a[1], b[1]));
        const double united = areaOfA + areaOfB - common;
        sum += 1 - (common / united - (hull - united) / hull);
    }
    return sum / normalizer;
}

TEST(DnnRpn_Losses, giouLiterals)
{
    Mat grad;
    const Mat target = boxes({0, 0, 4, 4});
    const double tolerance = 1e-6;
    EXPECT_NEAR(0, giouLoss(target, target, labels({1}), grad), tolerance);
    expectClose(boxes({0, 0, 0, 0}), grad, tolerance);
    // The target's right half: I = 8, U = H = 16.
    EXPECT_NEAR(0.5, giouLoss(boxes({2, 0, 4, 4}), target, labels({3}), grad), tolerance);
    EXPECT_NEAR(4. / 16, grad.at<float>(0), tolerance) << "moving the left edge right loses 4 of I";
    // Beside it with a gap of 4: U = 32, H = 48; moving left as a whole takes 4 from H.
    EXPECT_NEAR(1 + 16. / 48, giouLoss(boxes({8, 0, 12, 4}), target, labels({1}), grad, 1), tolerance);
    EXPECT_NEAR(4 * 32. / (48 * 48), grad.at<float>(0) + grad.at<float>(2), tolerance);
    EXPECT_NEAR((1 + 16. / 48) / 5, giouLoss(boxes({8, 0, 12, 4}), target, labels({1}), grad, 5), tolerance);
    EXPECT_NEAR(0, giouLoss(boxes({8, 0, 12, 4}), target, labels({0}), grad), 0);
    EXPECT_EQ(0, cv::countNonZero(grad));
}

TEST(DnnRpn_Losses, giouLikeTheDefinition)
{
    RNG rng(15);
    for (int rows : {1, 5, 64, 5001})
    {
        SCOPED_TRACE(rows);
        const Mat x = randomBoxes(rng, rows, 40, 2, 30), target = randomBoxes(rng, rows, 40, 2, 30);
        const Mat label = randomLabels(rng, rows, -1, 2);
        const double expected = slowGiou(wide(x), target, label, 7);
        EXPECT_NEAR(expected, giouLoss(x, target, label, noArray(), 7), 1e-6 * std::max(1., expected));
        if (rows < 100)
            checkGradient(
                x, [&](const Mat& at) { return slowGiou(at, target, label, 7); },
                [&](const Mat& at, Mat& grad) { giouLoss(at, target, label, grad, 7); });
    }
}

TEST(DnnRpn_Losses, giouRowsHaveWeights)
{
    RNG rng(16);
    const Mat x = randomBoxes(rng, 9, 40, 2, 30), target = randomBoxes(rng, 9, 40, 2, 30);
    const Mat label = randomLabels(rng, 9, -1, 2);
    Mat weights(9, 1, CV_32F), grad, rowGrad;
    rng.fill(weights, RNG::UNIFORM, 0, 2);
    double expected = 0;
    const double loss = giouLoss(x, target, label, grad, 3, weights);
    for (int k = 0; k < 9; k++)
    {
        const float weight = weights.at<float>(k);
        expected += weight * giouLoss(x.row(k), target.row(k), label.row(k), rowGrad, 3);
        expectClose(rowGrad * weight, grad.row(k), 1e-6);
    }
    EXPECT_NEAR(expected, loss, 1e-6);
    EXPECT_ERROR("9 elements, not 1", giouLoss(x, target, label, grad, 3, weights.row(0)));
}

TEST(DnnRpn_Losses, qualityFocalLikeTheDefinition)
{
    RNG rng(17);
    for (int columns : {1, 3, 20})
        for (double gamma : {0., 1., 2., 2.7})
            for (int rows : {1, 7, 4099})
            {
                SCOPED_TRACE(format("%d x %d, gamma %g", rows, columns, gamma));
                Mat x(rows, columns, CV_32F), quality(rows, 1, CV_32F), grad;
                rng.fill(x, RNG::NORMAL, 0, 3);
                rng.fill(quality, RNG::UNIFORM, 0, 1);
                const Mat label = randomLabels(rng, rows, -1, columns);
                const double expected = slowQualityFocal(wide(x), label, quality, gamma, 7);
                EXPECT_NEAR(expected, qualityFocalLoss(x, label, quality, grad, gamma, 7),
                            2e-6 * std::max(1., expected));
                if (rows < 100)
                    checkGradient(
                        x, [&](const Mat& at) { return slowQualityFocal(at, label, quality, gamma, 7); },
                        [&](const Mat& at, Mat& g) { qualityFocalLoss(at, label, quality, g, gamma, 7); });
                // Boxes that are all perfect leave the focal loss.
                Mat focalGrad;
                const Mat perfect(rows, 1, CV_32F, Scalar(1));
                EXPECT_NEAR(sigmoidFocalLoss(x, label, focalGrad, -1, gamma, 7),
                            qualityFocalLoss(x, label, perfect, grad, gamma, 7),
                            2e-6 * std::max(1., expected));
                expectClose(focalGrad, grad, 2e-6);
            }
}

TEST(DnnRpn_Losses, qualityFocalOfOddNumbers)
{
    Mat grad;
    for (float x : {-100.f, 100.f})
        for (float quality : {0.f, 0.3f, 1.f})
        {
            const double loss = qualityFocalLoss(floats({x}, 1), labels({1}), floats({quality}, 1), grad);
            EXPECT_TRUE(std::isfinite(loss) && std::isfinite(grad.at<float>(0))) << x << " " << quality;
        }
    // The quality of rows that have none does not matter; a classifier that says it has no loss to gain.
    qualityFocalLoss(floats({0, 0}, 1), labels({0, -1}), floats({nan, 7}, 1), grad);
    EXPECT_EQ(0, grad.at<float>(1));
    qualityFocalLoss(floats({0}, 1), labels({1}), floats({0.5f}, 1), grad);
    EXPECT_EQ(0, grad.at<float>(0));
    EXPECT_EQ(0, qualityFocalLoss(Mat(), Mat(), Mat(), grad));
    EXPECT_ERROR("quality must be in 0..1, but has 1.5 at 0",
                 qualityFocalLoss(floats({0}, 1), labels({1}), floats({1.5f}, 1), grad));
    EXPECT_ERROR("gamma must be 0 or at least 1, not 0.5",
                 qualityFocalLoss(floats({0}, 1), labels({1}), floats({1}, 1), grad, 0.5));
    EXPECT_ERROR("labels must be in -1..1, but has 2",
                 qualityFocalLoss(floats({0}, 1), labels({2}), floats({1}, 1), grad));
}

TEST(DnnRpn_Losses, giouLikeTorchvision)
{
    const Mat x = boxes(golden::giouBoxes), target = boxes(golden::giouTargets);
    const Mat all(x.rows, 1, CV_32S, Scalar(1));
    double sum = 0;
    Mat grad;
    for (int k = 0; k < x.rows; k++)
    {
        EXPECT_NEAR(golden::giouLosses[k], giouLoss(x.row(k), target.row(k), all.row(k), grad), 1e-6);
        sum += golden::giouLosses[k];
    }
    EXPECT_NEAR(sum, giouLoss(x, target, all, grad), 1e-5);
    expectClose(boxes(golden::giouGrad), grad, 1e-6);
}

TEST(DnnRpn_Losses, giouOfOddBoxes)
{
    const Mat odd =
        boxes({5,      5,      5,     5,     5, 5, 5,      9,      9,    9,    5,    5,    0, 0, 0, 0,
               -3e38f, -3e38f, 3e38f, 3e38f, 0, 0, 1e-40f, 1e-40f, 1e6f, 1e6f, 1e6f, 2e6f, 4, 4, 6, 6});
    Mat grad;
    for (int i = 0; i < odd.rows; i++)
        for (int j = 0; j < odd.rows; j++)
        {
            SCOPED_TRACE(format("%d against %d", i, j));
            const double loss = giouLoss(odd.row(i), odd.row(j), labels({1}), grad);
            EXPECT_TRUE(loss >= 0 && loss <= 2) << loss;
            EXPECT_TRUE(checkRange(grad));
        }
    // A point inside the target is told to open, one beside it to come near.
    giouLoss(boxes({5, 5, 5, 9}), boxes({0, 0, 10, 10}), labels({1}), grad);
    EXPECT_GT(grad.at<float>(0), 0);
    EXPECT_LT(grad.at<float>(2), 0);
    giouLoss(boxes({25, 5, 25, 5}), boxes({0, 0, 10, 10}), labels({1}), grad);
    EXPECT_GT(grad.at<float>(0) + grad.at<float>(2), 0);
    // What is no number shows, unless its row takes no part.
    EXPECT_TRUE(std::isnan(giouLoss(boxes({0, nan, 4, 4}), boxes({0, 0, 4, 4}), labels({1}), grad)));
    EXPECT_TRUE(std::isnan(giouLoss(boxes({0, 0, 4, 4}), boxes({0, 0, nan, 4}), labels({1}), grad)));
    EXPECT_EQ(0, giouLoss(boxes({0, nan, 4, 4}), boxes({0, nan, 4, 4}), labels({-1}), grad));
    EXPECT_EQ(0, cv::countNonZero(grad));
    EXPECT_EQ(0, giouLoss(Mat(), Mat(), Mat(), grad));
    EXPECT_EQ(Size(4, 0), grad.size());
}

TEST(DnnRpn_Losses, giouForAnyThreadsAndInPlace)
{
    RNG rng(16);
    const Mat x = randomBoxes(rng, 20001, 40, 2, 30), target = randomBoxes(rng, 20001, 40, 2, 30);
    const Mat label = randomLabels(rng, x.rows, -1, 1);
    const int threads = cv::getNumThreads();
    Mat grad[3], inPlace = x.clone();
    double value[3];
    for (int i = 0; i < 3; i++)
    {
        cv::setNumThreads(i + 1);
        value[i] = giouLoss(x, target, label, grad[i]);
    }
    cv::setNumThreads(threads);
    EXPECT_EQ(value[0], value[1]);
    EXPECT_EQ(value[0], value[2]);
    EXPECT_TRUE(sameBits(grad[0], grad[1]) && sameBits(grad[0], grad[2]));
    giouLoss(inPlace, target, label, inPlace);
    EXPECT_TRUE(sameBits(grad[0], inPlace));
}

TEST(DnnRpn_Losses, giouFillsAPartOfAWiderMatrix)
{
    RNG rng(17);
    const Mat x = randomBoxes(rng, 9, 40, 2, 30), target = randomBoxes(rng, 9, 40, 2, 30);
    const Mat label = randomLabels(rng, x.rows, 0, 1);
    Mat apart, wide_(9, 6, CV_32F, Scalar(-7)), part = wide_.colRange(1, 5);
    giouLoss(x, target, label, apart);
    giouLoss(x, target, label, part);
    EXPECT_EQ(0, cv::norm(apart, wide_.colRange(1, 5), NORM_INF));
    EXPECT_EQ(9, cv::countNonZero(wide_.col(0) == -7));
}

TEST(DnnRpn_Losses, giouWrongArguments)
{
    const Mat two = boxes({0, 0, 4, 4, 1, 1, 2, 2}), label = labels({1, 0});
    Mat grad;
    EXPECT_ERROR("2 and 1", giouLoss(two, two.row(0), label, grad));
    EXPECT_ERROR("2 elements, not 1", giouLoss(two, two, labels({1}), grad));
    EXPECT_ERROR("2 x 3 CV_32FC1", giouLoss(two.colRange(0, 3), two, label, grad));
    EXPECT_ERROR("CV_64FC1", giouLoss(wide(two), two, label, grad));
    EXPECT_ERROR("not 0", giouLoss(two, two, label, grad, 0));
}

//! The vectors beside the scalar forms, which is what OpenCV's switch for optimised code chooses.
template<typename Loss>
void compareForms(const Loss& loss)
{
    Mat scalarGrad, grad;
    const bool optimized = cv::useOptimized();
    cv::setUseOptimized(false);
    const double expected = loss(scalarGrad);
    cv::setUseOptimized(true);
    const double actual = loss(grad);
    const double withoutGradient = loss(noArray());
    cv::setUseOptimized(optimized);
    EXPECT_NEAR(expected, actual, 1e-6 * std::max(1., expected));
    EXPECT_EQ(actual, withoutGradient);
    expectClose(scalarGrad, grad, 1e-6);
    EXPECT_TRUE(checkRange(grad));
}

TEST(DnnRpn_Losses, vectorsLikeScalars)
{
    RNG rng(14);
    for (int rows : {1, 3, 7, 8, 15, 17, 4095, 4097})
        for (int columns : {1, 2, 3, 5, 80})
            for (const FocalCase& c : focalCases)
            {
                SCOPED_TRACE(format("%d x %d, alpha %g, gamma %g", rows, columns, c.alpha, c.gamma));
                const int count = columns == 80 ? std::min(rows, 129) : rows;
                const Mat x = randomMatrix(rng, count, columns, 6);
                const Mat label = randomLabels(rng, count, -1, columns);
                compareForms(
                    [&](OutputArray grad) { return sigmoidFocalLoss(x, label, grad, c.alpha, c.gamma, 2); });
                if (columns < 2)
                    continue;
                const Mat ofSoftmax = randomLabels(rng, count, -1, columns - 1);
                compareForms([&](OutputArray grad) {
                    return softmaxFocalLoss(x, ofSoftmax, grad, c.alpha, c.gamma, 2);
                });
            }
}

TEST(DnnRpn_Losses, vectorsFarOut)
{
    std::vector<float> far;
    std::vector<int> label;
    for (float x : {0.f, 1e-30f, 0.1f, 16.f, 17.5f, 30.f, 87.f, 87.5f, 88.5f, 100.f, 1e4f, 1e30f})
        for (int l = -1; l <= 1; l++)
        {
            far.insert(far.end(), {x, -x});
            label.insert(label.end(), {l, l});
        }
    const Mat x = floats(far, 1), opposite = x * -0.5;
    Mat x2, x4;
    hconcat(opposite, x, x2);
    hconcat(x2, -x2, x4);
    for (const FocalCase& c : focalCases)
        for (int k = 0; k < x.rows; k++) // one at a time: in a sum the largest would hide the others
        {
            SCOPED_TRACE(format("logit %g, label %d, gamma %g", far[k], label[k], c.gamma));
            compareForms([&](OutputArray grad) {
                return sigmoidFocalLoss(x.row(k), labels({label[k]}), grad, c.alpha, c.gamma);
            });
            compareForms([&](OutputArray grad) {
                return softmaxFocalLoss(x2.row(k), labels({label[k]}), grad, c.alpha, c.gamma);
            });
            for (int l = -1; l <= 3; l++)
                compareForms([&](OutputArray grad) {
                    return softmaxFocalLoss(x4.row(k), labels({l}), grad, c.alpha, c.gamma);
                });
        }
}

TEST(DnnRpn_Losses, nanOfARowThatCountsIsPassedOn)
{
    Mat grad;
    for (float bad : {nan, inf, -inf})
    {
        EXPECT_FALSE(std::isfinite(softmaxFocalLoss(floats({0, bad}, 2), labels({1}), grad)));
        EXPECT_TRUE(std::isnan(grad.at<float>(0)) && std::isnan(grad.at<float>(1)));
        // That a class is impossible is no reason not to know the others.
        EXPECT_EQ(bad == -inf, std::isfinite(softmaxFocalLoss(floats({0, bad, 1}, 3), labels({2}), grad)));
        EXPECT_EQ(0, softmaxFocalLoss(floats({0, bad, 1}, 3), labels({-1}), grad));
        EXPECT_EQ(3, cv::countNonZero(grad == 0));
    }
    EXPECT_TRUE(std::isnan(sigmoidFocalLoss(floats({nan}, 1), labels({0}), grad)));
    EXPECT_TRUE(std::isnan(grad.at<float>(0)));
    EXPECT_TRUE(std::isinf(sigmoidFocalLoss(floats({-inf}, 1), labels({1}), grad)));
}

TEST(DnnRpn_Losses, gradientOfAPartWithVectors)
{
    RNG rng(15);
    for (int columns : {2, 3})
        for (int form = 0; form < 3; form++)
        {
            SCOPED_TRACE(format("%d columns, form %d", columns, form));
            const Mat x = randomMatrix(rng, 50, columns, 3), label = randomLabels(rng, 50, -1, 1);
            Mat grad, table(50, 8, CV_32F, Scalar(7)), part = table.colRange(2, 2 + columns);
            const auto loss = [&](const Mat& at, OutputArray out) {
                return form == 0   ? sigmoidFocalLoss(at, label, out)
                       : form == 1 ? softmaxFocalLoss(at, label, out)
                                   : smoothL1Loss(at, x * 0.5, label, out);
            };
            const double expected = loss(x, grad);
            x.copyTo(part);
            EXPECT_EQ(expected, loss(part, part));
            EXPECT_TRUE(sameBits(grad, part));
            Mat inPlace = x.clone();
            EXPECT_EQ(expected, loss(inPlace, inPlace));
            EXPECT_TRUE(sameBits(grad, inPlace));
            EXPECT_EQ(50 * (8 - columns), cv::countNonZero(table == 7));
        }
}

} // namespace
} // namespace opencv_test
