// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include <array>

#include "scratch.hpp"
#include "../src/data/augment.hpp"
#include "../src/data/colour.hpp"
#include "../src/data/geometry.hpp"

namespace opencv_test {
namespace {

const Scalar hues[] = {Scalar(0, 0, 255),   Scalar(0, 255, 255), Scalar(0, 255, 0),
                       Scalar(255, 255, 0), Scalar(255, 0, 0),   Scalar(255, 0, 255)};

//! A rectangle of the label's hue on dark grey, at a random place.
Sample drawRectangle(Size size, int label, RNG& rng, bool ignored = false)
{
    Sample s;
    s.image = Mat(size, CV_8UC3, Scalar::all(50));
    const int w = rng.uniform(std::max(1, size.width / 8), size.width / 2 + 1),
              h = rng.uniform(std::max(1, size.height / 8), size.height / 2 + 1);
    const Rect r(rng.uniform(0, size.width - w + 1), rng.uniform(0, size.height - h + 1), w, h);
    s.image(r).setTo(hues[label - 1]);
    Object o;
    o.box = Vec4f(Vec4i(r.x, r.y, r.br().x, r.br().y));
    o.label = label;
    o.ignored = ignored;
    s.objects = {o};
    return s;
}

//! Where the label's hue is seen, found by colour alone: at least half as far from grey as at its purest.
Rect findRectangle(const Mat& image, int label)
{
    Mat purity(image.size(), CV_8U, Scalar(0));
    for (int y = 0; y < image.rows; y++)
        for (int x = 0; x < image.cols; x++)
        {
            const Vec3i v = image.at<Vec3b>(y, x);
            const int low = std::min({v[0], v[1], v[2]}), high = std::max({v[0], v[1], v[2]});
            // Of the six hues the nearest: each channel is on the side of the middle that the hue has it on.
            bool same = true;
            for (int c = 0; c < 3; c++)
                same = same && (2 * v[c] > low + high) == (hues[label - 1][c] > 127);
            if (same)
                purity.at<uchar>(y, x) = static_cast<uchar>(high - low);
        }
    double purest = 0;
    minMaxLoc(purity, nullptr, &purest);
    Rect box;
    std::vector<Point> pure;
    if (purest >= 60)
        findNonZero(purity > purest / 2, pure);
    for (const Point& p : pure)
        box |= Rect(p, Size(1, 1));
    return box;
}

void expectValid(const Sample& s, Size size)
{
    ASSERT_EQ(size, s.image.size());
    ASSERT_EQ(CV_8UC3, s.image.type());
    for (const Object& o : s.objects)
    {
        EXPECT_TRUE(0 <= o.box[0] && o.box[0] < o.box[2] && o.box[2] <= size.width) << o.box;
        EXPECT_TRUE(0 <= o.box[1] && o.box[1] < o.box[3] && o.box[3] <= size.height) << o.box;
    }
}

AugmentParams with(double AugmentParams::*member, double value)
{
    AugmentParams p = AugmentParams::preset("none");
    p.*member = value;
    return p;
}

//! Every transform alone, and all together.
std::vector<AugmentParams> transforms()
{
    std::vector<AugmentParams> all;
    all.push_back(with(&AugmentParams::flip, 0.5));
    all.push_back(with(&AugmentParams::flipVertically, 0.5));
    all.push_back(with(&AugmentParams::turn, 1));
    all.push_back(with(&AugmentParams::mosaic, 1));
    all.push_back(with(&AugmentParams::brightness, 0.2));
    all.push_back(with(&AugmentParams::contrast, 0.4));
    all.push_back(with(&AugmentParams::saturation, 0.4));
    all.push_back(with(&AugmentParams::hue, 25));
    all.push_back(with(&AugmentParams::blur, 1));
    all.push_back(with(&AugmentParams::noise, 1));
    for (const Vec2d& range : {Vec2d(0.5, 1), Vec2d(1, 2), Vec2d(0.5, 2)})
    {
        AugmentParams p = with(&AugmentParams::zoom, 1);
        p.zoomRange = range;
        all.push_back(p);
    }
    all.push_back(AugmentParams::preset("light"));
    all.push_back(AugmentParams::preset("strong"));
    AugmentParams everything = AugmentParams::preset("strong");
    everything.flipVertically = everything.turn = 0.5;
    everything.blur = everything.noise = 0.5;
    all.push_back(everything);
    for (AugmentParams& p : all)
        p.noiseSigma = 2; // colours are still told apart
    return all;
}

TEST(Augment, boxesAreWhereTheRectanglesAre)
{
    RNG rng(4);
    const Size size(160, 120);
    int index = 0;
    for (const AugmentParams& p : transforms())
    {
        SCOPED_TRACE(cv::format("transform %d", index++));
        Vec4d sum;
        int count = 0;
        for (int trial = 0; trial < 150; trial++)
        {
            SCOPED_TRACE(cv::format("trial %d", trial));
            std::vector<Sample> sources;
            const int images = chance(rng, p.mosaic) ? 4 : 1;
            for (int i = 0; i < images; i++)
            {
                const Sample whole =
                    drawRectangle(Size(rng.uniform(100, 500), rng.uniform(100, 500)), i + 1, rng, i == 3);
                sources.push_back(prepareSample(whole.image, whole.objects, size, p));
            }
            const Sample s = augmentSample(sources, size, p, chance(rng, p.flip), rng);
            expectValid(s, size);
            std::array<int, 4> found{};
            for (const Object& o : s.objects)
            {
                ASSERT_TRUE(o.label >= 1 && o.label <= 4);
                found[o.label - 1]++;
                EXPECT_TRUE(o.label != 4 || o.ignored);
                if (o.box[2] - o.box[0] < 3 || o.box[3] - o.box[1] < 3)
                    continue; // too narrow to be found again
                const Rect r = findRectangle(s.image, o.label);
                const Vec4d seen(r.x, r.y, r.br().x, r.br().y), apart = seen - Vec4d(o.box);
                EXPECT_LT(cv::norm(apart, NORM_INF), 1.5) << o.box << " but seen " << r;
                sum += apart;
                count++;
            }
            for (int label = 1; label <= 4; label++)
            {
                EXPECT_LE(found[label - 1], 1);
                EXPECT_TRUE(found[label - 1] == 1 || findRectangle(s.image, label).empty()) << label;
            }
        }
        // No box is shifted or too large or too small throughout.
        ASSERT_GT(count, 100);
        for (int i = 0; i < 2; i++)
        {
            EXPECT_NEAR(0, (sum[i] + sum[i + 2]) / count, 0.12);
            EXPECT_NEAR(0, (sum[i] - sum[i + 2]) / count, 0.3);
        }
    }
}

TEST(Augment, somethingToLearnIsLeft)
{
    RNG rng(5);
    AugmentParams p = AugmentParams::preset("strong");
    p.zoomRange = Vec2d(0.1, 10);
    p.turn = 0.5;
    p.visible = 1;
    const Size size(96, 64);
    for (int trial = 0; trial < 500; trial++)
    {
        const Sample whole = drawRectangle(Size(rng.uniform(20, 300), rng.uniform(20, 300)), 1, rng);
        const Sample source = prepareSample(whole.image, whole.objects, size, p);
        const Sample s = augmentSample({source}, size, p, false, rng);
        ASSERT_EQ(1u, s.objects.size());
        EXPECT_FALSE(s.objects[0].ignored);
    }
}

TEST(Augment, oddImagesWork)
{
    RNG rng(6);
    Object o;
    for (const AugmentParams& p : transforms())
        for (const Size& image : {Size(1, 1), Size(3000, 2), Size(1, 777), Size(5, 3)})
            for (const Size& size : {Size(1, 1), Size(2, 1), Size(96, 64)})
                for (bool empty : {true, false})
                {
                    o.box = Vec4f(Vec4i(0, 0, image.width, image.height));
                    const std::vector<Object> objects(empty ? 0 : 1, o);
                    const Sample source =
                        prepareSample(Mat(image, CV_8UC3, Scalar(10, 200, 30)), objects, size, p);
                    expectValid(augmentSample({source}, size, p, true, rng), size);
                    expectValid(augmentSample({4, source}, size, p, false, rng), size);
                }
}

TEST(Augment, withoutMovesTheImageIsOnlyResized)
{
    RNG rng(7);
    const Sample whole = drawRectangle(Size(288, 192), 1, rng);
    const AugmentParams none = AugmentParams::preset("none");
    AugmentParams still = none; // goes the long way and must arrive at the same
    still.turn = 1e-12;
    const Size size(96, 64);
    const Sample expected = resizeSample(whole.image, whole.objects, size);
    for (const AugmentParams& p : {none, still})
    {
        const Sample s =
            augmentSample({prepareSample(whole.image, whole.objects, size, p)}, size, p, false, rng);
        EXPECT_EQ(0, cv::norm(expected.image, s.image, NORM_INF));
        EXPECT_LT(cv::norm(expected.objects[0].box, s.objects.at(0).box, NORM_INF), 1e-4);
    }
}

TEST(Augment, keepsNoMorePixelsThanItCanShow)
{
    AugmentParams p = AugmentParams::preset("strong"); // up to twice the input
    const Size size(320, 240);
    const auto kept = [&](Size image) {
        return prepareSample(Mat(image, CV_8UC3, Scalar()), {}, size, p).image.size();
    };
    EXPECT_EQ(Size(640, 480), kept(Size(640, 480)));
    EXPECT_EQ(Size(640, 480), kept(Size(4000, 3000)));
    EXPECT_EQ(Size(640, 1280), kept(Size(1000, 2000)));
    EXPECT_EQ(Size(100, 50), kept(Size(100, 50)));
    p = AugmentParams();
    EXPECT_EQ(size, kept(Size(4000, 3000)));
    EXPECT_EQ(size, kept(Size(100, 50)));
}

TEST(Augment, presetsAndMistakes)
{
    for (const char* name : {"none", "flip", "light", "strong"})
        EXPECT_NO_THROW(AugmentParams::preset(name).check());
    EXPECT_EQ(0, AugmentParams::preset("none").flip);
    EXPECT_EQ(AugmentParams().flip, AugmentParams::preset("flip").flip);
    EXPECT_TRUE(contains(errorOf([] { AugmentParams::preset("mild"); }), "mild"));
    const auto mistake = [](double AugmentParams::*member, double value) {
        return errorOf([&] { with(member, value).check(); });
    };
    EXPECT_TRUE(contains(mistake(&AugmentParams::flip, 1.5), "flip=1.5"));
    EXPECT_TRUE(contains(mistake(&AugmentParams::hue, -1), "hue=-1"));
    EXPECT_TRUE(contains(mistake(&AugmentParams::noiseSigma, NAN), "noise_sigma=nan"));
    AugmentParams p;
    p.zoomRange = Vec2d(2, 1);
    EXPECT_TRUE(contains(errorOf([&] { p.check(); }), "zoom=2,1 is not two numbers, the lower one first"));
}

TEST(Augment, chanceIsWhatItSays)
{
    RNG rng(8);
    for (double probability : {0., 0.1, 0.5, 0.9, 1.})
    {
        int hits = 0;
        for (int i = 0; i < 10000; i++)
            hits += chance(rng, probability);
        EXPECT_NEAR(probability, hits / 10000., probability > 0 && probability < 1 ? 0.02 : 0);
    }
}

//! A pixel is marked; its box must follow it.
TEST(Geometry, flipsAndTurnsFollowEveryPixel)
{
    const Size size(4, 3);
    for (int y = 0; y < size.height; y++)
        for (int x = 0; x < size.width; x++)
        {
            Sample s;
            s.image = Mat(size, CV_8UC3, Scalar(0, 0, 0));
            s.image.at<Vec3b>(y, x) = Vec3b(255, 255, 255);
            Object o;
            o.box = Vec4f(Vec4i(x, y, x + 1, y + 1));
            s.objects = {o};
            std::vector<Sample> results{flipSample(s, 0), flipSample(s, 1)};
            for (int quarters = 0; quarters < 4; quarters++)
                results.push_back(turnSample(s, quarters));
            for (const Sample& r : results)
            {
                const Vec4i b = r.objects.at(0).box;
                EXPECT_EQ(Vec3b(255, 255, 255), r.image.at<Vec3b>(b[1], b[0]));
                EXPECT_EQ(Vec4i(b[0], b[1], b[0] + 1, b[1] + 1), b);
            }
        }
    Sample corner;
    corner.image = Mat(size, CV_8UC3, Scalar(0, 0, 0));
    corner.image.at<Vec3b>(0, 0)[0] = 9;
    EXPECT_EQ(9, turnSample(corner, 1).image.at<Vec3b>(0, 2)[0]); // clockwise: to the right
    EXPECT_EQ(Size(3, 4), turnSample(corner, 1).image.size());
    EXPECT_EQ(9, turnSample(corner, 2).image.at<Vec3b>(2, 3)[0]);
    EXPECT_EQ(9, turnSample(corner, 3).image.at<Vec3b>(3, 0)[0]);
}

TEST(Geometry, viewsCutAndIgnoreWhatIsHardlySeen)
{
    Sample s;
    s.image = Mat(10, 20, CV_8UC3, Scalar(1, 2, 3));
    const auto add = [&](Vec4f box, bool ignored) {
        Object o;
        o.box = box;
        o.ignored = ignored;
        s.objects.push_back(o);
    };
    add(Vec4f(10, 2, 14, 6), false); // whole
    add(Vec4f(4, 2, 12, 6), false);  // half
    add(Vec4f(4, 2, 9, 6), false);   // a fifth
    add(Vec4f(0, 0, 8, 10), false);  // beside it
    add(Vec4f(8, 0, 18, 10), true);  // whole, but was ignored before
    Sample canvas = emptyCanvas(Size(40, 60));
    show(s, View{Rect(8, 0, 10, 10), Rect(20, 30, 20, 20)}, 0.5, canvas);
    ASSERT_EQ(4u, canvas.objects.size());
    EXPECT_EQ(Vec4f(24, 34, 32, 42), canvas.objects[0].box);
    EXPECT_FALSE(canvas.objects[0].ignored);
    EXPECT_EQ(Vec4f(20, 34, 28, 42), canvas.objects[1].box);
    EXPECT_FALSE(canvas.objects[1].ignored);
    EXPECT_EQ(Vec4f(20, 34, 22, 42), canvas.objects[2].box);
    EXPECT_TRUE(canvas.objects[2].ignored);
    EXPECT_EQ(Vec4f(20, 30, 40, 50), canvas.objects[3].box);
    EXPECT_TRUE(canvas.objects[3].ignored);
    EXPECT_EQ(Vec3b(1, 2, 3), canvas.image.at<Vec3b>(30, 20));
    EXPECT_EQ(Vec3b(104, 116, 124), canvas.image.at<Vec3b>(30, 19));
    EXPECT_EQ(Vec3b(104, 116, 124), canvas.image.at<Vec3b>(50, 20));
}

TEST(Geometry, turnedObjectsKeepTheirShape)
{
    Sample s;
    s.image = Mat(480, 640, CV_8UC3, Scalar());
    Object o;
    o.box = Vec4f(100, 100, 140, 140);
    s.objects = {o};
    RNG rng(9);
    const Sample turned = augmentSample({s}, Size(320, 240), with(&AugmentParams::turn, 1), false, rng);
    EXPECT_NEAR(20, turned.objects.at(0).box[2] - turned.objects[0].box[0], 0.1);
    EXPECT_NEAR(20, turned.objects[0].box[3] - turned.objects[0].box[1], 0.1);
}

Mat plain(const Vec3b& colour)
{
    return Mat(3, 5, CV_8UC3, Scalar(colour));
}

TEST(Colour, eachDoesWhatItSays)
{
    const Vec3b c(40, 90, 160);
    ColourChange change;
    change.brightness = 0.1;
    EXPECT_LE(cv::norm(changeColour(plain(c), change), plain(Vec3b(66, 116, 186)), NORM_INF), 1);
    change = ColourChange();
    change.saturation = 0;
    Mat grey, greyBGR;
    cvtColor(plain(c), grey, COLOR_BGR2GRAY);
    cvtColor(grey, greyBGR, COLOR_GRAY2BGR);
    EXPECT_LE(cv::norm(changeColour(plain(c), change), greyBGR, NORM_INF), 1);
    change = ColourChange();
    change.hue = 120; // the channels change places
    const Vec3b turned = changeColour(plain(c), change).at<Vec3b>(0, 0);
    EXPECT_LE(std::min(cv::norm(turned, Vec3b(160, 40, 90), NORM_INF),
                       cv::norm(turned, Vec3b(90, 160, 40), NORM_INF)),
              1);
    Mat two(1, 2, CV_8UC3);
    two.at<Vec3b>(0, 0) = Vec3b(80, 80, 80);
    two.at<Vec3b>(0, 1) = Vec3b(120, 120, 120);
    change = ColourChange();
    change.contrast = 2; // about the mean, 100
    const Mat apart = changeColour(two, change);
    EXPECT_NEAR(60, apart.at<Vec3b>(0, 0)[1], 1);
    EXPECT_NEAR(140, apart.at<Vec3b>(0, 1)[1], 1);
    EXPECT_LE(cv::norm(changeColour(plain(c), ColourChange()), plain(c), NORM_INF), 0);
}

TEST(Colour, greyStaysGreyUnderHueAndSaturation)
{
    ColourChange change;
    change.hue = 77;
    change.saturation = 1.7;
    EXPECT_LE(cv::norm(changeColour(plain(Vec3b(99, 99, 99)), change), plain(Vec3b(99, 99, 99)), NORM_INF),
              1);
}

TEST(Colour, blurAndNoiseKeepTheMean)
{
    Mat image(60, 80, CV_8UC3, Scalar(100, 120, 140));
    image(Rect(20, 20, 20, 20)).setTo(Scalar(180, 60, 90));
    RNG rng(10);
    const Mat blurred = blurImage(image, 1.5), noisy = addNoise(image, 8, rng);
    EXPECT_LT(cv::norm(mean(image) - mean(blurred), NORM_INF), 0.5);
    EXPECT_LT(cv::norm(mean(image) - mean(noisy), NORM_INF), 0.5);
    Scalar level, deviation;
    meanStdDev(noisy(Rect(45, 0, 35, 60)), level, deviation);
    EXPECT_NEAR(8, deviation[1], 0.8);
    EXPECT_EQ(Vec3b(180, 60, 90), blurred.at<Vec3b>(30, 30));
    EXPECT_NE(Vec3b(180, 60, 90), blurred.at<Vec3b>(20, 30));
    EXPECT_EQ(0, cv::norm(image, blurImage(image, 0), NORM_INF));
}

} // namespace
} // namespace opencv_test
