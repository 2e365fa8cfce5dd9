// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "scratch.hpp"
#include "../src/data/loader.hpp"
#include "opencv2/dnn_rpn.hpp"

namespace opencv_test {
namespace {

std::string object(const std::string& name, const std::string& corners, int difficult = 0)
{
    int v[4] = {};
    std::sscanf(corners.c_str(), "%d %d %d %d", v, v + 1, v + 2, v + 3);
    return cv::format("<object><name>%s</name><difficult>%d</difficult><bndbox><xmin>%d</xmin><ymin>%d</ymin>"
                      "<xmax>%d</xmax><ymax>%d</ymax></bndbox></object>",
                      name.c_str(), difficult, v[0], v[1], v[2], v[3]);
}

//! A data set of one picture of 40x30 with those objects.
void writeVoc(const Scratch& s, const std::string& objects, const std::string& list = "one\n")
{
    writeText(s / "Annotations/one.xml", "<annotation><filename>one.png</filename><size><width>40</width>"
                                         "<height>30</height></size>" +
                                             objects + "</annotation>");
    writeText(s / "ImageSets/Main/train.txt", list);
    std::filesystem::create_directories(s / "JPEGImages");
    imwrite(s / "JPEGImages/one.png", Mat(30, 40, CV_8UC3, Scalar(1, 2, 3)));
}

std::string readError(const Scratch& s, const std::vector<String>& classes = std::vector<String>())
{
    return errorOf([&] { Dataset::readVOC(s.path(), "train", classes); });
}

TEST(Dataset, readsObjectsAndClasses)
{
    const Scratch s;
    writeVoc(s, object("plum", "1 2 11 22") + object("apple", "5 6 7 8", 1));
    const Dataset set = Dataset::readVOC(s.path(), "train");
    ASSERT_EQ(1u, set.images.size());
    EXPECT_EQ((std::vector<String>{"apple", "plum"}), set.classes);
    const std::vector<Object>& o = set.images[0].objects;
    ASSERT_EQ(2u, o.size());
    EXPECT_EQ(Vec4f(1, 2, 11, 22), o[0].box);
    EXPECT_EQ(2, o[0].label);
    EXPECT_FALSE(o[0].ignored);
    EXPECT_EQ(1, o[1].label);
    EXPECT_TRUE(o[1].ignored);
    EXPECT_EQ(1, set.countObjects());
    EXPECT_EQ(Size(40, 30), set.images[0].size);
    EXPECT_TRUE(set.remarks.empty());
}

TEST(Dataset, keepsPicturesWithoutObjects)
{
    const Scratch s;
    writeVoc(s, "", "\n one  1 \n\n");
    const Dataset set = Dataset::readVOC(s.path(), "train");
    ASSERT_EQ(1u, set.images.size());
    EXPECT_TRUE(set.images[0].objects.empty());
}

TEST(Dataset, zeroAreaIsDroppedAndTold)
{
    const Scratch s;
    writeVoc(s, object("a", "5 5 5 9") + object("b", "1 1 4 4") + object("c", "50 1 60 9"));
    const Dataset set = Dataset::readVOC(s.path(), "train");
    ASSERT_EQ(1u, set.images[0].objects.size());
    ASSERT_EQ(3u, set.remarks.size()); // one dropped; one cut, and dropped because nothing was left
    EXPECT_TRUE(contains(set.remarks[0], "one.xml") && contains(set.remarks[0], "object 1"));
    EXPECT_TRUE(contains(set.remarks[2], "object 3"));
}

TEST(Dataset, boxesAreCutAtTheBorder)
{
    const Scratch s;
    writeVoc(s, object("a", "-3 2 45 31"));
    const Dataset set = Dataset::readVOC(s.path(), "train");
    EXPECT_EQ(Vec4f(0, 2, 40, 30), set.images[0].objects.at(0).box);
    EXPECT_EQ(1u, set.remarks.size());
}

TEST(Dataset, mistakesNameFileAndObject)
{
    const Scratch s;
    EXPECT_TRUE(contains(readError(s), "JPEGImages")) << readError(s);
    writeVoc(s, object("a", "1 1 9 9") + object("b", "9 1 2 8"));
    EXPECT_TRUE(contains(readError(s), "one.xml") && contains(readError(s), "object 2 (b)")) << readError(s);
    writeVoc(s, "<object><name>a</name></object>");
    EXPECT_TRUE(contains(readError(s), "bndbox"));
    writeVoc(s, "<object><bndbox/></object>");
    EXPECT_TRUE(contains(readError(s), "no name"));
    writeVoc(s, "<object><name>a</name><bndbox><xmin>left</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></"
                "bndbox></object>");
    EXPECT_TRUE(contains(readError(s), "<xmin> is 'left'")) << readError(s);
    writeVoc(s, object("a", "1 1 9 9"));
    EXPECT_TRUE(contains(readError(s, {"b"}), "'a'"));
    writeVoc(s, object("a", "1 1 9 9"), "one\ntwo\n");
    EXPECT_TRUE(contains(readError(s), "two.xml"));
    writeText(s / "Annotations/two.xml", "<annotation></annotation>");
    EXPECT_TRUE(contains(readError(s), "two"));
    writeText(s / "Annotations/two.xml", "<annotation><obj");
    EXPECT_TRUE(contains(readError(s), "two.xml"));
    writeVoc(s, "", "\n");
    EXPECT_TRUE(contains(readError(s), "lists no pictures"));
    EXPECT_TRUE(contains(errorOf([&] { Dataset::readVOC(s.path(), "absent"); }), "train"));
}

TEST(Picture, corruptAndCutOffFilesAreNamed)
{
    const Scratch s;
    AnnotatedImage image;
    image.path = s / "p.jpg";
    EXPECT_TRUE(contains(errorOf([&] { readPicture(image); }), "p.jpg"));
    for (const char* bytes : {"", "no picture at all"})
    {
        writeText(image.path, bytes);
        EXPECT_TRUE(contains(errorOf([&] { readPicture(image); }), "p.jpg")) << bytes;
    }
    Mat picture(120, 160, CV_8UC3);
    RNG(1).fill(picture, RNG::UNIFORM, 0, 255);
    imwrite(image.path, picture);
    const std::string whole = readFile(image.path);
    EXPECT_EQ(picture.size(), readPicture(image).size());
    writeText(image.path, whole.substr(0, whole.size() / 2));
    EXPECT_TRUE(contains(errorOf([&] { readPicture(image); }), "cut off"));
}

TEST(Loader, everyPictureOnceAnEpochInAnOrderOfTheSeed)
{
    const Scratch s;
    const Dataset set = writeDiscs(s, 7, 2, Size(48, 32), 0);
    auto order = [&](int seed) {
        Loader loader(set, Size(24, 16), 2, seed);
        EXPECT_EQ(3, loader.batchesPerEpoch());
        std::vector<int> all;
        for (int i = 0; i < 6; i++)
        {
            const Batch b = loader.next();
            EXPECT_EQ(Shape(2, 3, 16, 24).str(), b.pictures.shape().str());
            all.insert(all.end(), b.indices.begin(), b.indices.end());
        }
        return all;
    };
    const std::vector<int> a = order(1), b = order(1), c = order(2);
    EXPECT_EQ(a, b);
    EXPECT_NE(a, c);
    for (int epoch = 0; epoch < 2; epoch++)
    {
        std::vector<int> seen(a.begin() + 6 * epoch, a.begin() + 6 * (epoch + 1));
        std::sort(seen.begin(), seen.end());
        EXPECT_EQ(seen.end(), std::unique(seen.begin(), seen.end()));
    }
}

TEST(Loader, withoutACacheItGivesTheSame)
{
    const Scratch s;
    const Dataset set = writeDiscs(s, 4, 2, Size(48, 32), 0);
    Loader kept(set, Size(24, 16), 4, 0), read(set, Size(24, 16), 4, 0, 0);
    for (int i = 0; i < 3; i++)
        EXPECT_EQ(0, cv::norm(kept.next().pictures.flat(), read.next().pictures.flat(), NORM_INF));
}

TEST(Loader, findsACorruptPictureAtOnce)
{
    const Scratch s;
    const Dataset set = writeDiscs(s, 5, 1, Size(48, 32), 0);
    writeText(set.images[4].path, "not any more");
    EXPECT_TRUE(contains(errorOf([&] { Loader(set, Size(24, 16), 2, 0); }), "discs_4.png"));
}

TEST(Sample, boxesFollowResizingAndFlipping)
{
    Mat picture(10, 20, CV_8UC3, Scalar(0, 0, 0));
    picture(Rect(2, 1, 4, 6)).setTo(Scalar(255, 255, 255));
    Object o;
    o.box = Vec4f(2, 1, 6, 7);
    const Sample large = resizeSample(picture, {o}, Size(40, 30));
    EXPECT_EQ(Vec4f(4, 3, 12, 21), large.objects[0].box);
    const Sample flipped = flipSample(large);
    EXPECT_EQ(Vec4f(28, 3, 36, 21), flipped.objects[0].box);
    EXPECT_EQ(255, flipped.picture.at<Vec3b>(12, 32)[0]);
    EXPECT_EQ(0, flipped.picture.at<Vec3b>(12, 8)[0]);
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

TEST(Picture, ofAnotherSizeThanAnnotatedIsRefused)
{
    const Scratch s;
    AnnotatedImage image;
    image.path = s / "p.png";
    imwrite(image.path, Mat(30, 40, CV_8UC3, Scalar(1, 2, 3)));
    image.size = Size(400, 300);
    EXPECT_TRUE(contains(errorOf([&] { readPicture(image); }), "400x300"));
    image.size = Size(); // silent
    EXPECT_EQ(Size(40, 30), readPicture(image).size());
}

TEST(Picture, aThumbnailsEndIsNotThePictures)
{
    const Scratch s;
    AnnotatedImage image;
    image.path = s / "p.jpg";
    Mat picture(60, 80, CV_8UC3);
    RNG(1).fill(picture, RNG::UNIFORM, 0, 255);
    imwrite(image.path, picture);
    const std::string whole = readFile(image.path);
    const std::string with =
        whole.substr(0, 2) + std::string("\xff\xe1\x00\x08pixx\xff\xd9", 10) + whole.substr(2);
    writeText(image.path, with);
    EXPECT_EQ(picture.size(), readPicture(image).size());
    writeText(image.path, with.substr(0, with.size() - 200));
    EXPECT_TRUE(contains(errorOf([&] { readPicture(image); }), "cut off"));
}

TEST(Sample, boxesBeyondThePictureAreCut)
{
    Object beyond, outside;
    beyond.box = Vec4f(-5, 2, 1e6f, 8);
    outside.box = Vec4f(30, 1, 40, 8);
    const Sample s = resizeSample(Mat(10, 20, CV_8UC3, Scalar()), {beyond, outside}, Size(40, 20));
    ASSERT_EQ(1u, s.objects.size());
    EXPECT_EQ(Vec4f(0, 4, 40, 16), s.objects[0].box);
}

TEST(Dataset, theListsNameFindsThePicture)
{
    const Scratch s;
    writeVoc(s, "");
    imwrite(s / "JPEGImages/other.png", Mat(5, 5, CV_8UC3, Scalar()));
    const std::string xml = readFile(s / "Annotations/one.xml");
    std::string stale = xml;
    stale.replace(stale.find("one.png"), 7, "other.png");
    writeText(s / "Annotations/one.xml", stale);
    EXPECT_TRUE(contains(Dataset::readVOC(s.path(), "train").images[0].path, "one.png"));
    std::filesystem::remove(s / "JPEGImages/one.png");
    EXPECT_TRUE(contains(Dataset::readVOC(s.path(), "train").images[0].path, "other.png"));
    writeVoc(s, "<object><name>a</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>50,7abc</xmax><ymax>2</"
                "ymax></bndbox></object>");
    EXPECT_TRUE(contains(readError(s), "50,7abc"));
}

} // namespace
} // namespace opencv_test
