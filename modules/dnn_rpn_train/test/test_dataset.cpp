// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "scratch.hpp"
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
