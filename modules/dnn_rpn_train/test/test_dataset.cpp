// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "annotated.hpp"
#include <iostream>
#include "opencv2/dnn_rpn/private/file.hpp"
#include "../src/data/reading.hpp"

namespace opencv_test {
namespace {

//! A data set of one image of 40x30 with those objects.
void writeVoc(const Scratch& s, const std::string& objects, const std::string& list = "one\n")
{
    writeText(s / "Annotations/one.xml", "<annotation><filename>one.png</filename><size><width>40</width>"
                                         "<height>30</height></size>" +
                                             objects + "</annotation>");
    writeText(s / "ImageSets/Main/train.txt", list);
    writeImage(s / "JPEGImages/one.png", Size(40, 30));
}

const std::string good = vocObject("a", "1 1 9 9");

std::string readError(const Scratch& s, const std::vector<String>& classes = std::vector<String>())
{
    return errorOf([&] { Dataset::read(s.path(), "train", classes); });
}

std::string strictError(const Scratch& s)
{
    DatasetParams params;
    params.strict = true;
    return errorOf([&] { Dataset::read(s.path(), "train", params); });
}

//! Writes the data set with a second image that is fine, and reads it.
Dataset readBesideGood(const Scratch& s, const std::string& objects)
{
    writeVoc(s, objects, "one\ntwo\n");
    writeText(s / "Annotations/two.xml", "<annotation>" + good + good + good + good + "</annotation>");
    writeImage(s / "JPEGImages/two.png", Size(40, 30));
    return Dataset::read(s.path(), "train");
}

TEST(Dataset, readsObjectsAndClasses)
{
    const Scratch s;
    writeVoc(s, vocObject(" ripe\n  plum\t", "1 2 11 22") +
                    vocObject("apple", "5 6 7 8", "<difficult>1</difficult>") +
                    vocObject("apple", "5 6 7 8", "<part><name>leaf</name></part><difficult>no</difficult>"));
    const Dataset set = Dataset::read(s.path(), "train");
    ASSERT_EQ(1u, set.images.size());
    EXPECT_EQ((std::vector<String>{"apple", "ripe plum"}), set.classes);
    const std::vector<Object>& o = set.images[0].objects;
    ASSERT_EQ(3u, o.size());
    EXPECT_EQ(Vec4f(1, 2, 11, 22), o[0].box);
    EXPECT_EQ(2, o[0].label);
    EXPECT_FALSE(o[0].ignored);
    EXPECT_EQ(1, o[1].label);
    EXPECT_TRUE(o[1].ignored);
    EXPECT_FALSE(o[2].ignored);
    EXPECT_EQ(2, set.countObjects());
    EXPECT_EQ(Size(40, 30), set.images[0].size);
    EXPECT_TRUE(set.remarks.empty());
    EXPECT_EQ("voc", set.format);
}

TEST(Dataset, keepsImagesWithoutObjects)
{
    const Scratch s;
    const Dataset set = readBesideGood(s, "");
    ASSERT_EQ(2u, set.images.size());
    EXPECT_TRUE(set.images[0].objects.empty());
    EXPECT_EQ(Size(40, 30), set.images[1].size); // as the file says, for the annotation is silent
}

TEST(Dataset, withoutObjectsIsNone)
{
    const Scratch s;
    writeVoc(s, "", "\n one  1 \n\n");
    EXPECT_TRUE(contains(readError(s), "1 images without one object")) << readError(s);
    writeVoc(s, vocObject("a", "1 1 9 9", "<difficult>1</difficult>"));
    EXPECT_TRUE(contains(readError(s), "not to be ignored")) << readError(s);
}

TEST(Dataset, zeroAreaIsDroppedAndTold)
{
    const Scratch s;
    writeVoc(s, vocObject("a", "5 5 5 9") + vocObject("b", "1 1 4 4") + vocObject("c", "50 1 60 9"));
    const Dataset set = Dataset::read(s.path(), "train");
    ASSERT_EQ(1u, set.images[0].objects.size());
    ASSERT_EQ(3u, set.remarks.size()); // one cut; it and another one dropped because nothing was left
    EXPECT_TRUE(contains(set.remarks[0], "object 3") && contains(set.remarks[0], "cut"));
    EXPECT_TRUE(contains(set.remarks[1], "one.xml") && contains(set.remarks[1], "object 1"));
    EXPECT_TRUE(contains(set.remarks[2], "object 3"));
}

TEST(Dataset, boxesAreCutAtTheBorder)
{
    const Scratch s;
    for (const char* size : {"<size><width>40</width><height>30</height></size>", ""})
    {
        writeVoc(s, "");
        writeText(s / "Annotations/one.xml",
                  "<annotation>" + std::string(size) + vocObject("a", "-3 2 45 31") + "</annotation>");
        const Dataset set = Dataset::read(s.path(), "train");
        EXPECT_EQ(Vec4f(0, 2, 40, 30), set.images[0].objects.at(0).box);
        EXPECT_EQ(1u, set.remarks.size());
    }
}

TEST(Dataset, manyRemarksAreCounted)
{
    const Scratch s;
    std::string objects = good;
    for (int i = 0; i < 20; i++)
        objects += vocObject("a", "-3 2 45 31");
    writeVoc(s, objects);
    const Dataset set = Dataset::read(s.path(), "train");
    ASSERT_EQ(6u, set.remarks.size());
    EXPECT_EQ("15 more boxes were cut to their images", set.remarks[5]);
}

TEST(Dataset, oneMistakeIsLeftOutAndNamed)
{
    const Scratch s;
    const std::vector<std::pair<std::string, std::string>> mistakes{
        {vocObject("b", "9 1 2 8"), "one.xml', object 2 (b): the box [9 1 2 8] has its corners exchanged"},
        {"<object><name>b</name></object>", "one.xml', object 2 (b) has no bndbox"},
        {vocObject(" ", "1 1 2 2"), "object 2 (?) has no name"},
        {vocObject(std::string(5000, 'x'), "1 1 2 2"), "longer than 256 letters"},
        {"<object><name>b</name><bndbox><xmin>left</xmin></bndbox></object>", "<xmin> is 'left'"},
        {"<object><name>b</name><bndbox><xmin>1</xmin><ymin>63,75</ymin></bndbox></object>",
         "<ymin> is '63,75'"}};
    for (const auto& m : mistakes)
    {
        const Dataset set = readBesideGood(s, good + m.first);
        EXPECT_EQ(5, set.countObjects());
        EXPECT_EQ(1, set.objectsLeftOut);
        ASSERT_EQ(1u, set.remarks.size());
        EXPECT_TRUE(contains(set.remarks[0], m.second)) << set.remarks[0];
        EXPECT_TRUE(contains(strictError(s), m.second)) << strictError(s);
    }
    const Dataset set = readBesideGood(s, "<object/>"); // it would teach that there is nothing
    EXPECT_EQ(1u, set.images.size());
    EXPECT_EQ(1, set.imagesLeftOut);
}

TEST(Dataset, anImageThatCannotBeUsedIsLeftOutAndNamed)
{
    const Scratch s;
    const auto leftOut = [&] {
        const Dataset set = Dataset::read(s.path(), "train");
        EXPECT_EQ(2u, set.images.size());
        EXPECT_EQ(1, set.imagesLeftOut);
        EXPECT_NE("", strictError(s));
        return set.remarks.at(0);
    };
    readBesideGood(s, good);
    writeText(s / "ImageSets/Main/train.txt", "one\ntwo\nthree\n");
    EXPECT_TRUE(contains(leftOut(), "train.txt' lists 'three', but there is no three.xml"));
    writeText(s / "Annotations/three.xml", "<annotation>" + good + "</annotation>");
    EXPECT_TRUE(contains(leftOut(), "three.xml': no image 'three'"));
    writeText(s / "JPEGImages/three.png", "no image");
    EXPECT_TRUE(contains(leftOut(), "three.png' is no image that OpenCV can decode"));
    writeText(s / "JPEGImages/three.png", "GIF89a");
    EXPECT_TRUE(contains(leftOut(), "is a GIF"));
    writeImage(s / "JPEGImages/three.png", Size(20, 10));
    writeText(s / "Annotations/three.xml",
              "<annotation><size><width>40</width><height>30</height></size>" + good + "</annotation>");
    EXPECT_TRUE(contains(leftOut(), "is 20x10, but its annotation says 40x30"));
    writeText(s / "Annotations/three.xml", "<annotation><obj");
    EXPECT_TRUE(contains(leftOut(), "cannot read"));
    writeText(s / "Annotations/three.xml", "<html/>");
    EXPECT_TRUE(contains(leftOut(), "has no <annotation>")) << leftOut();
    std::filesystem::remove(s / "Annotations/two.xml");
    EXPECT_TRUE(contains(readError(s), "2 of 3 images cannot be used, the first")) << readError(s);
}

TEST(Dataset, mostObjectsMustBeUsable)
{
    const Scratch s;
    writeVoc(s, good + "<object><name>b</name></object><object><name>b</name></object>");
    EXPECT_TRUE(contains(readError(s), "2 of 3 objects cannot be used, the first")) << readError(s);
}

TEST(Dataset, mistakesNameFileAndSplit)
{
    const Scratch s;
    EXPECT_TRUE(contains(readError(s), "is no data set")) << readError(s);
    writeVoc(s, good);
    EXPECT_TRUE(contains(readError(s, {"b"}), "'a', which is not among the 1 classes"));
    EXPECT_TRUE(contains(errorOf([&] { Dataset::read(s.path(), "absent"); }), "'absent'"));
    EXPECT_TRUE(contains(errorOf([&] { Dataset::read(s.path(), "absent"); }), "there are: train"));
    EXPECT_TRUE(
        contains(errorOf([&] { Dataset::read(s / std::string(400, 'x'), "train"); }), "is no folder"));
    writeVoc(s, good, "\n");
    EXPECT_TRUE(contains(readError(s), "train.txt' lists no images"));
}

TEST(Voc, listsMayBeWrittenInManyWays)
{
    for (const char* list :
         {"\xEF\xBB\xBFmy pic\r\nb.v2\r\n", "my pic.png\nb.v2.png\n", "\"my pic\"\n\"b.v2\"\n",
          "JPEGImages/my pic.jpg\n/home/me/b.v2.PNG\n", "my pic  1\nb.v2 -1\n", "my pic\rb.v2"})
    {
        const Scratch s;
        for (const char* name : {"my pic", "b.v2"})
        {
            writeImage(s / ("JPEGImages/" + std::string(name) + ".png"), Size(40, 30));
            writeText(s / ("Annotations/" + std::string(name) + ".xml"),
                      "<annotation>" + good + "</annotation>");
        }
        writeText(s / "ImageSets/Main/train.txt", list);
        const Dataset set = Dataset::read(s.path(), "train");
        EXPECT_EQ(2u, set.images.size()) << list;
        EXPECT_TRUE(set.remarks.empty()) << list;
    }
}

TEST(Voc, objectsMayBeDrawnInManyWays)
{
    const Scratch s;
    const auto boxOf = [&](const std::string& objects) {
        writeVoc(s, objects);
        return Dataset::read(s.path(), "train").images[0].objects.at(0).box;
    };
    const std::string named = "<object><name>a</name>", end = "</object>";
    EXPECT_EQ(Vec4f(1, 1, 9, 9), boxOf("<objects>" + good + "</objects>"));
    EXPECT_EQ(Vec4f(1, 2, 9, 8), boxOf(named +
                                       "<polygon><x1>1</x1><y1>8</y1><x2>9</x2><y2>2</y2><x3>4</x3><y3>3</y3>"
                                       "</polygon>" +
                                       end));
    EXPECT_EQ(Vec4f(1, 2, 9, 8),
              boxOf(named + "<polygon><pt><x>1</x><y>8</y></pt><pt><x>9</x><y>2</y></pt></polygon>" + end));
    const Vec4f turned = boxOf(named +
                               "<robndbox><cx>20</cx><cy>15</cy><w>10</w><h>4</h><angle>1.570796</angle>"
                               "</robndbox>" +
                               end);
    EXPECT_LT(cv::norm(turned, Vec4f(18, 10, 22, 20), NORM_INF), 1e-4);
}

TEST(Voc, encodingsAreConverted)
{
    const Scratch s;
    const auto classOf = [&](const std::string& declaration, const std::string& name) {
        writeVoc(s, "");
        writeText(s / "Annotations/one.xml",
                  declaration + "<annotation>" + vocObject(name, "1 1 9 9") + "</annotation>");
        return Dataset::read(s.path(), "train").classes.at(0);
    };
    const auto declared = [](const char* encoding) {
        return cv::format("<?xml version=\"1.0\" encoding=\"%s\"?>", encoding);
    };
    EXPECT_EQ("caf\xC3\xA9", classOf("", "caf\xC3\xA9"));
    EXPECT_EQ("caf\xC3\xA9", classOf("\xEF\xBB\xBF" + declared("UTF-8"), "caf\xC3\xA9"));
    EXPECT_EQ("caf\xC3\xA9", classOf(declared("ISO-8859-1"), "caf\xE9"));
    EXPECT_EQ("\xE2\x82\xAC", classOf(declared("Windows-1252"), "\x80"));
    EXPECT_EQ("\xE7\x8C\xAB", classOf(declared("GBK"), "\xC3\xA8"));
    EXPECT_EQ("\xE7\x8C\xAB", classOf(declared("Shift_JIS"), "\x94\x4C"));
    EXPECT_EQ("caf\\xE9", classOf("", "caf\xE9"));
    std::string wide("\xFF\xFE", 2);
    for (char c : declared("UTF-16") + "<annotation>" + vocObject("pear", "1 1 9 9") + "</annotation>")
        (wide += c) += '\0';
    writeText(s / "Annotations/one.xml", wide);
    EXPECT_EQ("pear", Dataset::read(s.path(), "train").classes.at(0));
    writeText(s / "Annotations/one.xml", declared("klingon") + "<annotation>" + good + "</annotation>");
    EXPECT_TRUE(contains(readError(s), "'klingon' is not known")) << readError(s);
}

//! An OpenCV may have been built without some formats; which, the log says.
bool canWrite(const std::string& name)
{
    const bool can = haveImageWriter(name);
    if (!can)
        std::cout << "NOT TESTED: this OpenCV writes no " << name << std::endl;
    return can;
}

TEST(Voc, imagesAreFoundWhateverTheirExtension)
{
    for (const char* name : {"one.Jpg", "one.BMP", "one.webp", "one.tiff", "ONE.jpe"})
    {
        if (!canWrite(name))
            continue;
        const Scratch s;
        writeVoc(s, good);
        std::filesystem::remove(s / "JPEGImages/one.png");
        std::vector<uchar> bytes;
        const std::string extension = std::filesystem::path(name).extension().string();
        imencode(extension, Mat(30, 40, CV_8UC3, Scalar(1, 2, 3)), bytes);
        writeText(s / ("JPEGImages/" + std::string(name)), std::string(bytes.begin(), bytes.end()));
        EXPECT_TRUE(contains(Dataset::read(s.path(), "train").images.at(0).path, name));
    }
}

TEST(Voc, theStatedFileDecidesBetweenTwo)
{
    const Scratch s;
    writeVoc(s, good);
    imwrite(s / "JPEGImages/one.jpg", Mat(30, 40, CV_8UC3, Scalar()));
    EXPECT_TRUE(contains(Dataset::read(s.path(), "train").images.at(0).path, "one.png"));
}

TEST(Image, corruptAndCutOffFilesAreNamed)
{
    const Scratch s;
    AnnotatedImage image;
    image.path = s / "p.jpg";
    EXPECT_TRUE(contains(errorOf([&] { readImage(image); }), "p.jpg"));
    for (const char* bytes : {"", "no image at all"})
    {
        writeText(image.path, bytes);
        EXPECT_TRUE(contains(errorOf([&] { readImage(image); }), "p.jpg")) << bytes;
    }
    Mat pixels(120, 160, CV_8UC3);
    RNG(1).fill(pixels, RNG::UNIFORM, 0, 255);
    imwrite(image.path, pixels);
    const std::string whole = readFile(image.path);
    EXPECT_EQ(pixels.size(), readImage(image).size());
    writeText(image.path, whole.substr(0, whole.size() / 2));
    EXPECT_TRUE(contains(errorOf([&] { readImage(image); }), "cut off"));
}

TEST(Image, ofAnotherSizeThanAnnotatedIsRefused)
{
    const Scratch s;
    AnnotatedImage image;
    image.path = s / "p.png";
    imwrite(image.path, Mat(30, 40, CV_8UC3, Scalar(1, 2, 3)));
    image.size = Size(400, 300);
    EXPECT_TRUE(contains(errorOf([&] { readImage(image); }), "400x300"));
    image.size = Size(); // silent
    EXPECT_EQ(Size(40, 30), readImage(image).size());
}

TEST(Image, aThumbnailsEndIsNotTheImages)
{
    const Scratch s;
    AnnotatedImage image;
    image.path = s / "p.jpg";
    Mat pixels(60, 80, CV_8UC3);
    RNG(1).fill(pixels, RNG::UNIFORM, 0, 255);
    imwrite(image.path, pixels);
    const std::string whole = readFile(image.path);
    const std::string with =
        whole.substr(0, 2) + std::string("\xff\xe1\x00\x08pixx\xff\xd9", 10) + whole.substr(2);
    writeText(image.path, with);
    EXPECT_EQ(pixels.size(), readImage(image).size());
    writeText(image.path, with.substr(0, with.size() - 200));
    EXPECT_TRUE(contains(errorOf([&] { readImage(image); }), "cut off"));
}

TEST(Voc, theListsNameFindsTheImage)
{
    const Scratch s;
    writeVoc(s, good);
    writeImage(s / "JPEGImages/other.png", Size(5, 5));
    std::string stale = readFile(s / "Annotations/one.xml");
    stale.replace(stale.find("one.png"), 7, "C:\\pics\\other.png");
    writeText(s / "Annotations/one.xml", stale);
    EXPECT_TRUE(contains(Dataset::read(s.path(), "train").images[0].path, "one.png"));
    std::filesystem::rename(s / "JPEGImages/one.png", s / "JPEGImages/other.png");
    EXPECT_TRUE(contains(Dataset::read(s.path(), "train").images[0].path, "other.png"));
}

TEST(ImageSize, isAsDecoded)
{
    const Scratch s;
    const Mat image(30, 40, CV_8UC3, Scalar(1, 2, 3));
    for (const char* name : {"a.jpg", "a.png", "a.bmp", "a.webp", "a.tif"})
    {
        if (!canWrite(name))
            continue;
        imwrite(s / name, image);
        EXPECT_EQ(image.size(), imageSize(s / name).turned) << name;
        EXPECT_EQ(image.size(), imageSize(s / name).stored) << name;
    }
    const std::string jpeg = readFile(s / "a.jpg");
    for (int orientation : {1, 3, 6, 8}) // little and big endian
    {
        const std::string value(1, static_cast<char>(orientation)), zero(1, '\0');
        const std::string little = std::string("II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0", 18) + value +
                                   std::string(7, '\0'),
                          big = std::string("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", 19) + value +
                                std::string(6, '\0');
        for (const std::string& exif : {little, big})
        {
            const std::string segment = std::string("Exif\0\0", 6) + exif;
            writeText(s / "e.jpg", jpeg.substr(0, 2) + std::string("\xFF\xE1\0", 3) +
                                       static_cast<char>(segment.size() + 2) + segment + jpeg.substr(2));
            AnnotatedImage annotated;
            annotated.path = s / "e.jpg";
            EXPECT_EQ(readImage(annotated).size(), imageSize(s / "e.jpg").turned) << orientation;
            EXPECT_EQ(image.size(), imageSize(s / "e.jpg").stored) << orientation;
            EXPECT_EQ(orientation > 4 ? Size(30, 40) : Size(40, 30), imageSize(s / "e.jpg").turned);
        }
    }
    for (size_t length : {size_t(0), size_t(2), size_t(10), size_t(40), jpeg.size() / 2})
    {
        writeText(s / "cut.jpg", jpeg.substr(0, length));
        EXPECT_EQ(Size(), imageSize(s / "cut.jpg").turned) << length;
    }
    EXPECT_EQ(Size(), imageSize(s / "none.jpg").turned);
}

} // namespace
} // namespace opencv_test
