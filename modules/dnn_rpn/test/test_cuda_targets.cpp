// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "test_cuda.hpp"

namespace opencv_test {
namespace {

//! Anchors of a small map, side by side as they are in practice.
Mat gridAnchors(int rows, int columns)
{
    Mat anchors(rows * columns * 2, 4, CV_32F);
    for (int i = 0; i < anchors.rows; i++)
    {
        const float x = 8.f * (i / 2 % columns) + 4, y = 8.f * (i / 2 / columns) + 4, w = i % 2 ? 8.f : 16.f;
        anchors.row(i) = Mat(Matx14f(x - w, y - 8, x + w, y + 8)) + 0.f;
    }
    return anchors;
}

Mat noBoxes()
{
    return Mat(0, 4, CV_32F);
}

struct Image
{
    Mat objects, regions;
};

class DnnRpn_CudaTargets : public DnnRpn_Cuda
{
protected:
    //! All images in one call against the twin's call for each.
    void compare(const Mat& anchors, const std::vector<Image>& images, const MatchParams& params)
    {
        Mat objects, regions, objectStarts = labels({0}), regionStarts = labels({0});
        for (const Image& p : images)
        {
            append(objects, p.objects);
            append(regions, p.regions);
            objectStarts.push_back(objects.rows);
            regionStarts.push_back(regions.rows);
        }
        const int n = static_cast<int>(images.size()), k = anchors.rows;
        OnDevice a(anchors), o(objects), r(regions), os(objectStarts), rs(regionStarts), m(n, k, CV_32S);
        gpu::matchAnchors(a.floats(), k, n, {o.floats(), objects.rows, n > 1 ? os.ints() : nullptr},
                          {r.floats(), regions.rows, n > 1 ? rs.ints() : nullptr}, m.ints(), workspace,
                          nullptr, params);
        const Mat got = m.get();
        for (int i = 0; i < n; i++)
        {
            Mat expected;
            matchAnchors(anchors, images[i].objects, images[i].regions, expected, params);
            for (int j = 0; j < k; j++)
            {
                const int match = expected.at<int>(j);
                ASSERT_EQ(match < 0 ? match : match + objectStarts.at<int>(i), got.at<int>(i, j))
                    << "anchor " << j << " of image " << i;
            }
        }
    }

    static void append(Mat& all, const Mat& more)
    {
        if (all.empty())
            all = more.clone();
        else if (!more.empty())
            all.push_back(more);
    }
};

TEST_F(DnnRpn_CudaTargets, matchLikeTheTwin)
{
    RNG rng(1);
    MatchParams strict, loose, plain, zero;
    loose.positiveIoU = 0.4f;
    loose.negativeIoU = 0.2f;
    plain.lowQuality = false;
    zero.positiveIoU = zero.negativeIoU = zero.ignoreIoF = 0;
    const Mat anchors = gridAnchors(13, 17);
    for (const MatchParams& params : {strict, loose, plain, zero})
    {
        compare(anchors, {{randomBoxes(rng, 5, 120, 5, 50), noBoxes()}}, params);
        compare(anchors, {{randomBoxes(rng, 300, 120, 1, 30), randomBoxes(rng, 3, 100, 10, 60)}}, params);
        compare(anchors, {{noBoxes(), noBoxes()}}, params);
        compare(anchors, {{noBoxes(), randomBoxes(rng, 2, 100, 10, 60)}}, params);
        compare(anchors.rowRange(7, 8), {{randomBoxes(rng, 3, 20, 5, 50), noBoxes()}}, params);
        compare(noBoxes(), {{randomBoxes(rng, 3, 20, 5, 50), noBoxes()}}, params);
        compare(anchors,
                {{randomBoxes(rng, 4, 120, 5, 50), noBoxes()},
                 {noBoxes(), noBoxes()},
                 {randomBoxes(rng, 1, 120, 5, 50), randomBoxes(rng, 2, 100, 10, 60)}},
                params);
    }
}

TEST_F(DnnRpn_CudaTargets, matchOddBoxes)
{
    Mat anchors = gridAnchors(5, 5), objects = gridAnchors(2, 2);
    anchors.at<float>(3, 1) = nan;
    anchors.at<float>(4, 2) = inf;
    anchors.row(5) = Mat(Matx14f(9, 9, 3, 3)) + 0.f; // inside out
    objects.at<float>(1, 3) = nan;
    objects.row(2).setTo(0);
    objects.row(3) = objects.row(0) + 0.f; // a tie
    objects.at<float>(4, 2) = inf;
    for (bool lowQuality : {false, true})
    {
        MatchParams params;
        params.lowQuality = lowQuality;
        compare(anchors, {{objects, objects}}, params);
    }
}

TEST_F(DnnRpn_CudaTargets, sampleTheSameSubset)
{
    RNG rng(2);
    for (int k : {0, 1, 1023, 5000})
        for (int count : {0, 64, 256})
            for (float share : {0.f, 0.5f, 1.f})
                for (int seed : {7, -3})
                {
                    SCOPED_TRACE(format("%d of %d, share %g, seed %d", count, k, share, seed));
                    const int images = 2;
                    Mat matches = randomLabels(rng, images * k, -2, 9);
                    for (int i = 0; i < matches.rows; i++) // few positives, as in practice
                        if (matches.at<int>(i) >= 0 && i % 3)
                            matches.at<int>(i) = MATCH_NEGATIVE;
                    OnDevice m(matches);
                    gpu::sampleAnchors(m.ints(), k, images, count, share, seed, workspace, nullptr);
                    for (int i = 0; i < images && k > 0; i++)
                    {
                        Mat expected = matches.rowRange(i * k, (i + 1) * k).clone();
                        sampleAnchors(expected, count, share, seed + i);
                        ASSERT_TRUE(sameBits(expected, m.get().rowRange(i * k, (i + 1) * k)));
                    }
                }
}

TEST_F(DnnRpn_CudaTargets, encodeAndLabelLikeTheTwins)
{
    RNG rng(3);
    for (int k : {0, 1, 31, 700})
    {
        const int objectCount = 6, images = 2;
        const Mat anchors = randomBoxes(rng, k, 100, 1, 50),
                  objects = randomBoxes(rng, objectCount, 100, 1, 50);
        const Mat matches = randomLabels(rng, images * k, -2, objectCount - 1);
        const Mat classes = randomLabels(rng, objectCount, 1, 20);
        OnDevice a(anchors), o(objects), m(matches), c(classes);
        OnDevice deltas(images * k, 4, CV_32F), label(images * k, 1, CV_32S), positives(1, 1, CV_32S);
        const Scalar weights(10, 10, 5, 5);
        gpu::encodeTargets(a.floats(), k, images, {o.floats(), objectCount}, m.ints(), deltas.floats(),
                           nullptr, weights);
        for (int i = 0; i < images && k > 0; i++)
        {
            Mat expected;
            encodeTargets(anchors, objects, matches.rowRange(i * k, (i + 1) * k), expected, weights);
            expectClose(expected, deltas.get().rowRange(i * k, (i + 1) * k), 1e-6);
        }
        for (bool named : {false, true})
        {
            Mat expected;
            const int n = matchLabels(matches, named ? classes : Mat(), expected);
            gpu::matchLabels(m.ints(), images * k, named ? c.ints() : nullptr, objectCount, label.ints(),
                             positives.ints(), nullptr);
            EXPECT_EQ(n, positives.get().at<int>(0));
            EXPECT_TRUE(k == 0 || sameBits(expected, label.get()));
        }
    }
}

TEST_F(DnnRpn_CudaTargets, wrongContentsShow)
{
    const Mat anchors = boxes({0, 0, 8, 8, 0, 0, 8, 8, 8, 8, 8, 8, 0, 0, 8, 8, 0, 0, inf, 8});
    OnDevice a(anchors), o(boxes({0, 0, 4, 4})), m(labels({0, 1, 0, -3, 0})), deltas(5, 4, CV_32F);
    gpu::encodeTargets(a.floats(), 5, 1, {o.floats(), 1}, m.ints(), deltas.floats(), nullptr);
    const Mat got = deltas.get();
    EXPECT_TRUE(checkRange(got.row(0)));
    for (int k = 1; k < 5; k++)
        EXPECT_TRUE(std::isnan(got.at<float>(k, 0)) && std::isnan(got.at<float>(k, 3))) << k;

    OnDevice c(labels({0})), label(5, 1, CV_32S), positives(1, 1, CV_32S);
    gpu::matchLabels(m.ints(), 5, c.ints(), 1, label.ints(), positives.ints(), nullptr);
    EXPECT_EQ(0, positives.get().at<int>(0));
    EXPECT_EQ(5, countNonZero(label.get() == INT_MIN));
}

TEST_F(DnnRpn_CudaTargets, wrongArguments)
{
    MatchParams crossed;
    crossed.negativeIoU = 0.9f;
    EXPECT_ERROR("0.9 and 0.7",
                 gpu::matchAnchors(nullptr, 0, 1, {}, {}, nullptr, workspace, nullptr, crossed));
    EXPECT_ERROR("objects of 2 images",
                 gpu::matchAnchors(nullptr, 0, 2, {nullptr, 3}, {}, nullptr, workspace, nullptr));
    EXPECT_ERROR("positiveShare", gpu::sampleAnchors(nullptr, 0, 1, 5, 1.5f, 0, workspace, nullptr));
    EXPECT_ERROR("weights must be",
                 gpu::encodeTargets(nullptr, 0, 1, {}, nullptr, nullptr, nullptr, Scalar(1, 0, 1, 1)));
}

} // namespace
} // namespace opencv_test
