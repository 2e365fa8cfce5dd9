// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "scratch.hpp"
#include "../src/data/geometry.hpp"

namespace opencv_test {
namespace {

TEST(Sample, boxesFollowResizingAndFlipping)
{
    Mat image(10, 20, CV_8UC3, Scalar(0, 0, 0));
    image(Rect(2, 1, 4, 6)).setTo(Scalar(255, 255, 255));
    Object o;
    o.box = Vec4f(2, 1, 6, 7);
    const Sample large = resizeSample(image, {o}, Size(40, 30));
    EXPECT_EQ(Vec4f(4, 3, 12, 21), large.objects[0].box);
    const Sample flipped = flipSample(large);
    EXPECT_EQ(Vec4f(28, 3, 36, 21), flipped.objects[0].box);
    EXPECT_EQ(255, flipped.image.at<Vec3b>(12, 32)[0]);
    EXPECT_EQ(0, flipped.image.at<Vec3b>(12, 8)[0]);
}

TEST(Sample, stackIsBlobFromImages)
{
    Mat a(5, 7, CV_8UC3), b(5, 7, CV_8UC3);
    RNG rng(1);
    rng.fill(a, RNG::UNIFORM, 0, 255);
    rng.fill(b, RNG::UNIFORM, 0, 255);
    const Mat blob = dnn::blobFromImages(std::vector<Mat>{a, b});
    EXPECT_EQ(0, cv::norm(blob.reshape(1, 1), stack({a, b}).flat(), NORM_INF));
}

TEST(Sample, boxesBeyondTheImageAreCut)
{
    Object beyond, outside;
    beyond.box = Vec4f(-5, 2, 1e6f, 8);
    outside.box = Vec4f(30, 1, 40, 8);
    const Sample s = resizeSample(Mat(10, 20, CV_8UC3, Scalar()), {beyond, outside}, Size(40, 20));
    ASSERT_EQ(1u, s.objects.size());
    EXPECT_EQ(Vec4f(0, 4, 40, 16), s.objects[0].box);
}

TEST(Sample, roundingLeavesNoBoxOutside)
{
    Object o;
    for (int side = 1; side < 2000; side++)
    {
        o.box = Vec4f(0, 0, static_cast<float>(side), 1);
        const Sample s = resizeSample(Mat(1, side, CV_8UC3, Scalar()), {o}, Size(320, 1));
        ASSERT_LE(s.objects.at(0).box[2], 320) << side;
    }
}

} // namespace
} // namespace opencv_test
