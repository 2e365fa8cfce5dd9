// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "scratch.hpp"

namespace opencv_test {
namespace {

void writePicture(const Scratch& s, const std::string& name, Size size = Size(40, 30))
{
    const std::string path = s / name;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    imwrite(path, Mat(size, CV_8UC3, Scalar(1, 2, 3)));
}

//! A COCO file of one picture of 40x30, two categories and those annotations.
std::string coco(const std::string& annotations, const std::string& images = R"(
    {"id": 900800474293, "file_name": "one.png", "width": 40, "height": 30, "license": null})")
{
    return R"({"info": {"year": 2020}, "categories": [{"id": 7, "name": "plum"}, {"id": 3, "name": "apple"}],
               "images": [)" +
           images + R"(], "annotations": [)" + annotations + "]}";
}

std::string annotation(const std::string& box, const std::string& more = "", int category = 7)
{
    return cv::format(R"({"id": 1, "image_id": 900800474293, "category_id": %d, "bbox": %s, "area": 1.5%s})",
                      category, box.c_str(), more.c_str());
}

std::string cocoError(const Scratch& s, const std::string& json)
{
    writeText(s / "annotations/instances_train.json", json);
    return errorOf([&] { Dataset::read(s.path(), "train"); });
}

TEST(Coco, readsObjectsAndCategories)
{
    const Scratch s;
    writePicture(s, "train/one.png");
    writePicture(s, "images/deep/two.png", Size(20, 10));
    writeText(s / "annotations/instances_train.json",
              coco(annotation("[1.5, 2, 10, 20]", R"(, "segmentation": [[1, 2, 3, 4]], "iscrowd": 0)") + "," +
                       annotation("[5, 6, 2, 2]",
                                  R"(, "segmentation": {"counts": "ab", "size": [3]}, "iscrowd": 1)", 3) +
                       "," + annotation("[30, 20, 20, 20]") + "," + annotation("[3, 3, 0, 5]"),
                   R"({"id": 900800474293, "file_name": "one.png", "width": 40, "height": 30},
                {"id": 2, "file_name": "deep/two.png", "width": 20, "height": 10})"));
    const Dataset set = Dataset::read(s.path(), "train");
    EXPECT_EQ((std::vector<String>{"apple", "plum"}), set.classes); // by id
    ASSERT_EQ(2u, set.images.size());
    EXPECT_EQ(Size(40, 30), set.images[0].size);
    EXPECT_EQ(Size(20, 10), readPicture(set.images[1]).size());
    EXPECT_TRUE(set.images[1].objects.empty());
    const std::vector<Object>& o = set.images[0].objects;
    ASSERT_EQ(3u, o.size());
    EXPECT_EQ(Vec4f(1.5f, 2, 11.5f, 22), o[0].box);
    EXPECT_EQ(2, o[0].label);
    EXPECT_FALSE(o[0].ignored);
    EXPECT_EQ(1, o[1].label);
    EXPECT_TRUE(o[1].ignored);
    EXPECT_EQ(Vec4f(30, 20, 40, 30), o[2].box);
    ASSERT_EQ(2u, set.remarks.size());
    EXPECT_TRUE(contains(set.remarks[0], "annotation 3 (plum") && contains(set.remarks[0], "cut"));
    EXPECT_TRUE(contains(set.remarks[1], "annotation 4") && contains(set.remarks[1], "no area"));
}

TEST(Coco, findsWhatExportersWrite)
{
    for (const char* layout :
         {"annotations/instances_val.json", "annotations/val.json", "val/_annotations.coco.json"})
    {
        const Scratch s;
        writePicture(s, "val/one.png");
        writeText(s / layout, coco(annotation("[1, 2, 3, 4]")));
        EXPECT_EQ(1, Dataset::read(s.path(), "val").countObjects()) << layout;
    }
}

TEST(Coco, mistakesNameFileAndEntry)
{
    const Scratch s;
    writeText(s / "annotations/other.json", "{}");
    EXPECT_TRUE(contains(errorOf([&] { Dataset::read(s.path(), "train"); }), "instances_train.json"));
    EXPECT_TRUE(contains(cocoError(s, coco(annotation("[1, 2, 3, 4]"))), "no picture 'one.png'"));
    writePicture(s, "one.png");
    EXPECT_EQ("", cocoError(s, coco(annotation("[1, 2, 3, 4]"))));
    EXPECT_TRUE(contains(cocoError(s, "{\"images\": ["), "instances_train.json' is no JSON"));
    EXPECT_TRUE(contains(cocoError(s, ""), "is no JSON"));
    EXPECT_TRUE(contains(cocoError(s, "[]"), "no list 'categories'"));
    EXPECT_TRUE(contains(cocoError(s, "{\"categories\": 3}"), "no list 'categories'"));
    EXPECT_TRUE(contains(cocoError(s, coco("", "")), "lists no pictures"));
    EXPECT_TRUE(contains(cocoError(s, coco("", R"({"id": 1, "file_name": "one.png", "width": 40})")),
                         "picture 1: 'height' is missing"));
    EXPECT_TRUE(contains(
        cocoError(s, coco("", R"({"id": 1, "file_name": "one.png", "width": 40, "height": 0})")), "40x0"));
    const std::string good = annotation("[1, 2, 3, 4]");
    for (const char* wrong : {"[1, 2, 3]", "\"1 2 3 4\"", "[1, 2, null, 4]", "[1, 2, -3, 4]"})
        EXPECT_TRUE(contains(cocoError(s, coco(good + "," + annotation(wrong))), "annotation 2 (plum in"))
            << wrong;
    EXPECT_TRUE(contains(cocoError(s, coco(annotation("[1, 2, 3, 4]", "", 5))), "no category"));
    EXPECT_TRUE(contains(cocoError(s, coco(R"({"image_id": 1, "category_id": 7, "bbox": [1, 2, 3, 4]})")),
                         "annotation 1: there is no picture"));
    const std::string one = R"({"id": 1, "file_name": "one.png", "width": 40, "height": 30})";
    EXPECT_TRUE(contains(cocoError(s, coco("", one + "," + one)), "picture 2: another one"));
    writeText(s / "annotations/instances_train.json", coco(good));
    EXPECT_TRUE(contains(errorOf([&] { Dataset::read(s.path(), "train", {"apple"}); }), "'plum'"));
}

TEST(Yolo, readsBoxesAndNames)
{
    const char* const names[] = {"names: [apple, \"ripe plum\"]\n",
                                 "nc: 2\nnames:\n  - apple\n  - ripe plum\n",
                                 "names:\n  0: apple\n  1: ripe plum # sweet\ntrain: images/train\n"};
    for (const char* yaml : names)
        for (bool splitFirst : {false, true})
        {
            const Scratch s;
            const std::string images = splitFirst ? "train/images/" : "images/train/",
                              labels = splitFirst ? "train/labels/" : "labels/train/";
            writePicture(s, images + "b.png");
            writePicture(s, images + "a.PNG", Size(200, 100));
            writePicture(s, images + "c.png");
            writeText(s / (labels + "a.txt"), "1 0.5 0.5 0.25 0.5\r\n\n0 1 1 0.5 0.5\n0 .1 .1 0 .1\n");
            writeText(s / (labels + "b.txt"), "");
            writeText(s / "data.yaml", yaml);
            const Dataset set = Dataset::read(s.path(), "train");
            EXPECT_EQ((std::vector<String>{"apple", "ripe plum"}), set.classes);
            ASSERT_EQ(3u, set.images.size());
            EXPECT_TRUE(contains(set.images[0].path, "a.PNG"));
            EXPECT_EQ(Size(200, 100), set.images[0].size);
            ASSERT_EQ(2u, set.images[0].objects.size());
            EXPECT_EQ(Vec4f(75, 25, 125, 75), set.images[0].objects[0].box);
            EXPECT_EQ(2, set.images[0].objects[0].label);
            EXPECT_EQ(Vec4f(150, 75, 200, 100), set.images[0].objects[1].box);
            ASSERT_EQ(2u, set.remarks.size());
            EXPECT_TRUE(contains(set.remarks[0], "a.txt', line 3") && contains(set.remarks[0], "cut"));
            EXPECT_TRUE(contains(set.remarks[1], "line 4") && contains(set.remarks[1], "no area"));
            EXPECT_TRUE(set.images[1].objects.empty() && set.images[2].objects.empty());
        }
}

TEST(Yolo, roundedSharesAtTheBorderAreNoRemark)
{
    const Scratch s;
    writePicture(s, "images/train/a.png", Size(641, 479));
    writeText(s / "labels/train/a.txt", "0 0.333334 0.5 0.666669 1.000001\n");
    const Dataset set = Dataset::read(s.path(), "train");
    EXPECT_TRUE(set.remarks.empty()) << set.remarks[0];
    EXPECT_EQ(0, set.images[0].objects.at(0).box[0]);
    EXPECT_EQ(479, set.images[0].objects[0].box[3]);
    EXPECT_EQ((std::vector<String>{"0"}), set.classes); // there is no file of names
}

TEST(Yolo, mistakesNameFileAndLine)
{
    const Scratch s;
    const auto error = [&](const std::string& labels) {
        writeText(s / "labels/train/a.txt", labels);
        return errorOf([&] { Dataset::read(s.path(), "train"); });
    };
    EXPECT_TRUE(contains(error("0 .5 .5 .1 .1\n"), "images/train"));
    std::filesystem::create_directories(s / "images/train");
    EXPECT_TRUE(contains(error("0 .5 .5 .1 .1\n"), "no pictures"));
    writePicture(s, "images/train/a.png");
    EXPECT_EQ("", error("0 .5 .5 .1 .1\n"));
    for (const char* wrong : {"0 .5 .5 .1", "0 .5 .5 .1 .1 .1 .1", "cell .5 .5 .1 .1", "0 .5 nan .1 .1",
                              "-1 .5 .5 .1 .1", "0 .5 .5 -.1 .1", "0 50 50 10 10"})
        EXPECT_TRUE(contains(error(std::string("0 .5 .5 .1 .1\n") + wrong), "a.txt', line 2")) << wrong;
    writeText(s / "classes.txt", "cell\n");
    EXPECT_TRUE(contains(error("1 .5 .5 .1 .1\n"), "the class is 1, not in 0..0"));
    writeText(s / "data.yaml", "names: {0: cell, 2: plate}\n");
    EXPECT_TRUE(contains(error("0 .5 .5 .1 .1\n"), "names has no 1"));
    for (const char* wrong : {"names: [", "path: here\n", "names: {a: b}\n"})
    {
        writeText(s / "data.yaml", wrong);
        EXPECT_TRUE(contains(error("0 .5 .5 .1 .1\n"), "data.yaml")) << wrong;
    }
    std::filesystem::remove(s / "data.yaml");
    writeText(s / "images/train/b.png", "no picture");
    EXPECT_TRUE(contains(error("0 .5 .5 .1 .1\n"), "b.png"));
}

TEST(Layout, isTold)
{
    const Scratch s;
    EXPECT_TRUE(contains(errorOf([&] { Dataset::read(s / "nowhere", "train"); }), "nowhere"));
    const std::string message = errorOf([&] { Dataset::read(s.path(), "train"); });
    for (const char* part : {"JPEGImages", "annotations", "labels"})
        EXPECT_TRUE(contains(message, part)) << message;
    std::filesystem::create_directories(s / "JPEGImages");
    EXPECT_TRUE(contains(errorOf([&] { Dataset::read(s.path(), "train"); }), "no folder 'Annotations'"));
}

} // namespace
} // namespace opencv_test
