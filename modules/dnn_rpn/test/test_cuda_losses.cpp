// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "test_cuda.hpp"

namespace opencv_test {
namespace {

struct FocalCase
{
    double alpha, gamma;
};
const FocalCase focalCases[] = {{0.25, 2}, {-1, 1.5}, {-1, 0}, {1, 3}};

class DnnRpn_CudaLosses : public DnnRpn_Cuda
{
protected:
    typedef void (*OnGpu)(const float*, const int*, int, int, float*, double*, gpu::Workspace&, gpu::Stream,
                          double, double, const gpu::Normalizer&);
    typedef double (*OnCpu)(InputArray, InputArray, OutputArray, double, double, double);

    //! @param shift numbers before the first logit, which take its alignment away
    void compareFocal(OnGpu onGpu, OnCpu onCpu, const Mat& logits, const Mat& labels, const FocalCase& c,
                      int shift = 0)
    {
        SCOPED_TRACE(format("%d x %d, alpha %g, gamma %g, shift %d", logits.rows, logits.cols, c.alpha,
                            c.gamma, shift));
        Mat shifted(1, shift + static_cast<int>(logits.total()), CV_32F, Scalar(0));
        std::copy_n(logits.ptr<float>(), logits.total(), shifted.ptr<float>() + shift);
        OnDevice x(shifted), label(labels), grad(1, shifted.cols, CV_32F);
        onGpu(x.floats() + shift, label.ints(), logits.rows, logits.cols, grad.floats() + shift,
              value.doubles(), workspace, nullptr, c.alpha, c.gamma, 3.5);
        Mat expectedGrad;
        const double expected = onCpu(logits, labels, expectedGrad, c.alpha, c.gamma, 3.5);
        EXPECT_NEAR(expected, value.get().at<double>(0), 1e-6 * std::max(1., std::abs(expected)));
        Mat got = grad.get();
        if (logits.rows > 0)
            expectClose(expectedGrad, got.colRange(shift, got.cols).clone().reshape(1, logits.rows), 1e-6);

        // The same bits again, and in place.
        const Mat first = value.get();
        onGpu(x.floats() + shift, label.ints(), logits.rows, logits.cols, x.floats() + shift, value.doubles(),
              workspace, nullptr, c.alpha, c.gamma, 3.5);
        EXPECT_TRUE(sameBits(first, value.get()));
        EXPECT_TRUE(sameBits(got.colRange(shift, got.cols), x.get().colRange(shift, got.cols)));
    }

    void compareBoth(const Mat& logits, RNG& rng, const FocalCase& c, int shift = 0)
    {
        compareFocal(gpu::sigmoidFocalLoss, sigmoidFocalLoss, logits,
                     randomLabels(rng, logits.rows, -1, logits.cols), c, shift);
        if (logits.cols > 1)
            compareFocal(gpu::softmaxFocalLoss, softmaxFocalLoss, logits,
                         randomLabels(rng, logits.rows, -1, logits.cols - 1), c, shift);
    }
};

TEST_F(DnnRpn_CudaLosses, focalLikeTheTwin)
{
    RNG rng(1);
    const int sizes[][2] = {{0, 3}, {1, 1},   {1, 2},    {7, 1},   {5, 2},
                            {3, 5}, {129, 2}, {101, 21}, {33, 91}, {3001, 3}};
    for (const int* s : sizes)
        for (const FocalCase& c : focalCases)
            compareBoth(s[0] == 0 ? Mat(0, s[1], CV_32F) : randomMatrix(rng, s[0], s[1], 4), rng, c);
    compareBoth(randomMatrix(rng, 77, 2, 4), rng, focalCases[0], 1);
    compareBoth(randomMatrix(rng, 77, 1, 4), rng, focalCases[0], 3);
}

TEST_F(DnnRpn_CudaLosses, focalFarOut)
{
    RNG rng(2);
    for (int columns : {1, 2, 5})
        for (const FocalCase& c : focalCases)
        {
            Mat x = randomMatrix(rng, 40, columns, 60);
            x.row(0).setTo(100);
            x.row(1).setTo(-100);
            x.at<float>(2, 0) = 100;
            x.at<float>(3, 0) = -100;
            compareBoth(x, rng, c);
        }
}

TEST_F(DnnRpn_CudaLosses, focalOfTheLargestNumbers)
{
    const float most = std::numeric_limits<float>::max();
    OnDevice x(floats({most, -most, -most, most, most, most}, 2)), label(labels({0, 0, 1})),
        grad(3, 2, CV_32F);
    gpu::softmaxFocalLoss(x.floats(), label.ints(), 3, 2, grad.floats(), value.doubles(), workspace, nullptr);
    EXPECT_TRUE(checkRange(value.get()));
    EXPECT_TRUE(checkRange(grad.get()));
    gpu::sigmoidFocalLoss(x.floats(), label.ints(), 3, 2, grad.floats(), value.doubles(), workspace, nullptr);
    EXPECT_TRUE(checkRange(value.get()));
    EXPECT_TRUE(checkRange(grad.get()));
}

TEST_F(DnnRpn_CudaLosses, smoothL1LikeTheTwin)
{
    RNG rng(4);
    const int sizes[][2] = {{0, 4}, {1, 4}, {301, 4}, {77, 5}, {1, 1}};
    for (const int* s : sizes)
        for (double beta : {1. / 9, 1., 0.})
            for (int shift : {0, 4, 1})
            {
                SCOPED_TRACE(format("%d x %d, beta %g, shift %d", s[0], s[1], beta, shift));
                const int count = s[0] * s[1];
                Mat all(1, count + 8, CV_32F), allTargets(1, count + 8, CV_32F);
                rng.fill(all, RNG::NORMAL, 0, 1);
                rng.fill(allTargets, RNG::NORMAL, 0, 0.3);
                const Mat label = randomLabels(rng, s[0], -1, 2);
                OnDevice x(all), t(allTargets), l(label), grad(1, count + 8, CV_32F);
                gpu::smoothL1Loss(x.floats() + shift, t.floats() + shift, l.ints(), s[0], s[1],
                                  grad.floats() + shift, value.doubles(), workspace, nullptr, beta, 2.5);
                Mat expected;
                const Range part(shift, shift + count);
                const double loss = s[0] == 0
                                        ? 0
                                        : smoothL1Loss(all.colRange(part).clone().reshape(1, s[0]),
                                                       allTargets.colRange(part).clone().reshape(1, s[0]),
                                                       label, expected, beta, 2.5);
                EXPECT_NEAR(loss, value.get().at<double>(0), 1e-6 * std::max(1., loss));
                if (s[0] > 0)
                    expectClose(expected, grad.get().colRange(part).clone().reshape(1, s[0]), 1e-6);
            }
}

TEST_F(DnnRpn_CudaLosses, smoothL1KeepsNaN)
{
    OnDevice x(floats({nan, 1, 0, 0}, 4)), t(Mat::zeros(1, 4, CV_32F)), one(labels({1})), none(labels({0}));
    OnDevice grad(1, 4, CV_32F);
    gpu::smoothL1Loss(x.floats(), t.floats(), one.ints(), 1, 4, grad.floats(), value.doubles(), workspace,
                      nullptr);
    EXPECT_TRUE(std::isnan(value.get().at<double>(0)));
    EXPECT_TRUE(std::isnan(grad.get().at<float>(0)));
    gpu::smoothL1Loss(x.floats(), t.floats(), none.ints(), 1, 4, grad.floats(), value.doubles(), workspace,
                      nullptr);
    EXPECT_EQ(0, value.get().at<double>(0));
    EXPECT_EQ(0, countNonZero(grad.get()));
}

TEST_F(DnnRpn_CudaLosses, allIgnored)
{
    OnDevice x(floats({1, 2, 3, 4, 5, 6}, 3)), label(labels({-1, -1})), grad(2, 3, CV_32F);
    gpu::sigmoidFocalLoss(x.floats(), label.ints(), 2, 3, grad.floats(), value.doubles(), workspace, nullptr);
    EXPECT_EQ(0, value.get().at<double>(0));
    EXPECT_EQ(0, countNonZero(grad.get()));
    gpu::softmaxFocalLoss(x.floats(), label.ints(), 2, 3, grad.floats(), value.doubles(), workspace, nullptr);
    EXPECT_EQ(0, value.get().at<double>(0));
    EXPECT_EQ(0, countNonZero(grad.get()));
}

TEST_F(DnnRpn_CudaLosses, wrongLabelsShow)
{
    for (int wrong : {-2, 4})
    {
        OnDevice x(floats({1, 2, 3, 4, 5, 6}, 3)), label(labels({0, wrong})), grad(2, 3, CV_32F);
        gpu::sigmoidFocalLoss(x.floats(), label.ints(), 2, 3, grad.floats(), value.doubles(), workspace,
                              nullptr);
        EXPECT_TRUE(std::isnan(value.get().at<double>(0)));
        gpu::softmaxFocalLoss(x.floats(), label.ints(), 2, 3, grad.floats(), value.doubles(), workspace,
                              nullptr);
        EXPECT_TRUE(std::isnan(value.get().at<double>(0)));
        gpu::softmaxFocalLoss(x.floats(), label.ints(), 2, 2, grad.floats(), value.doubles(), workspace,
                              nullptr);
        EXPECT_TRUE(std::isnan(value.get().at<double>(0)));
    }
}

TEST_F(DnnRpn_CudaLosses, crossEntropyAndCountsOnTheDevice)
{
    RNG rng(3);
    const Mat logits = randomMatrix(rng, 50, 3, 2), label = randomLabels(rng, 50, -1, 2);
    OnDevice x(logits), l(label), grad(50, 3, CV_32F), seven(labels({7})), none(labels({0}));
    Mat expected;
    double loss = sigmoidCrossEntropy(logits, label, expected, 14);
    gpu::sigmoidCrossEntropy(x.floats(), l.ints(), 50, 3, grad.floats(), value.doubles(), workspace, nullptr,
                             {2, seven.ints()});
    EXPECT_NEAR(loss, value.get().at<double>(0), 1e-6);
    expectClose(expected, grad.get(), 1e-6);
    loss = softmaxCrossEntropy(logits, label, expected, 2);
    gpu::softmaxCrossEntropy(x.floats(), l.ints(), 50, 3, nullptr, value.doubles(), workspace, nullptr,
                             {2, none.ints()});
    EXPECT_NEAR(loss, value.get().at<double>(0), 1e-6 * loss);
}

TEST_F(DnnRpn_CudaLosses, wrongArguments)
{
    float* none = nullptr;
    EXPECT_ERROR("alpha must be at most 1",
                 gpu::sigmoidFocalLoss(none, nullptr, 0, 1, none, nullptr, workspace, nullptr, 1.5));
    EXPECT_ERROR("gamma must be",
                 gpu::softmaxFocalLoss(none, nullptr, 0, 2, none, nullptr, workspace, nullptr, 0.5, -1));
    EXPECT_ERROR("normalizer must be",
                 gpu::sigmoidCrossEntropy(none, nullptr, 0, 1, none, nullptr, workspace, nullptr, 0));
    EXPECT_ERROR("not 3 x 1",
                 gpu::softmaxCrossEntropy(none, nullptr, 3, 1, none, nullptr, workspace, nullptr));
}

} // namespace
} // namespace opencv_test
