// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "annotated.hpp"

namespace opencv_test {
namespace {

//! A data set of one image of 100x100 with those labels.
Dataset readLabels(const Scratch& s, const std::string& labels)
{
    writeImage(s / "images/train/a.png", Size(100, 100));
    writeText(s / "labels/train/a.txt", labels);
    return Dataset::read(s.path(), "train");
}

std::string labelsError(const Scratch& s, const std::string& labels)
{
    return errorOf([&] { readLabels(s, labels); });
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
            writeImage(s / (images + "b.png"), Size(40, 30));
            writeImage(s / (images + "a.PNG"), Size(200, 100));
            writeImage(s / (images + "c.png"), Size(40, 30));
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
    writeImage(s / "images/train/a.png", Size(641, 479));
    writeText(s / "labels/train/a.txt", "0 0.333334 0.5 0.666669 1.000001\n");
    const Dataset set = Dataset::read(s.path(), "train");
    EXPECT_TRUE(set.remarks.empty()) << set.remarks[0];
    EXPECT_EQ(0, set.images[0].objects.at(0).box[0]);
    EXPECT_EQ(479, set.images[0].objects[0].box[3]);
    EXPECT_EQ((std::vector<String>{"0"}), set.classes); // there is no file of names
}

TEST(Yolo, linesMayBeWrittenInManyWays)
{
    const std::vector<std::pair<const char*, Vec4f>> lines{
        {"0 .5 .5 .2 .4", Vec4f(40, 30, 60, 70)},
        {"\xEF\xBB\xBF"
         "0\t0.5  0.5 0.2 0.4\r\n",
         Vec4f(40, 30, 60, 70)},
        {"0.0 0.5 0.5 2e-1 4e-1", Vec4f(40, 30, 60, 70)},
        {"0,0.5,0.5,0.2,0.4", Vec4f(40, 30, 60, 70)},
        {"# by hand\n0 .5 .5 .2 .4", Vec4f(40, 30, 60, 70)},
        {"cell .5 .5 .2 .4", Vec4f(40, 30, 60, 70)},
        {"0 .5 .5 .2 .4 0.93", Vec4f(40, 30, 60, 70)},               // and a score
        {"0 .5 .5 .2 .4 .5 .5 2 .4 .4 0", Vec4f(40, 30, 60, 70)},    // and keypoints
        {"0 .1 .2 .3 .2 .2 .6", Vec4f(10, 20, 30, 60)},              // polygon
        {"0 .1 .1 .4 .1 .4 .5 .1 .5", Vec4f(10, 10, 40, 50)},        // oriented box
        {"0 .1 .1 .4 .1 .4 .5 .1 .5 .9", Vec4f(10, 10, 40, 50)},     // and its score
        {"0 .1 .1 .4 .1 .4 .5 .1 .5 .2 .3", Vec4f(10, 10, 40, 50)}}; // five points
    for (const auto& line : lines)
    {
        const Scratch s;
        writeText(s / "classes.txt", "cell\n\nplate\n");
        const Dataset set = readLabels(s, line.first);
        ASSERT_EQ(1, set.countObjects()) << line.first;
        EXPECT_LT(cv::norm(line.second, set.images[0].objects[0].box, NORM_INF), 1e-4) << line.first;
        EXPECT_TRUE(set.remarks.empty()) << line.first;
        EXPECT_EQ((std::vector<String>{"cell", "plate"}), set.classes);
    }
}

TEST(Yolo, keypointsAreToldByTheirShape)
{
    const Scratch s;
    writeText(s / "data.yaml", "kpt_shape: [3, 2]\nnames: [cell]\n");
    EXPECT_EQ(Vec4f(40, 30, 60, 70),
              readLabels(s, "0 .5 .5 .2 .4 .1 .1 .2 .2 .3 .3").images[0].objects.at(0).box);
}

TEST(Yolo, oneMistakeIsLeftOutAndNamed)
{
    const std::vector<std::pair<const char*, const char*>> mistakes{
        {"0 .5 .5 .1", "is not a class and the four numbers"},
        {"0.5 0.5 0.2 0.3", "is not a class and the four numbers"},
        {"0 .5 .5 .1 .1 .1 .1 .1", "is not a class"},
        {"blob .5 .5 .1 .1", "the class is blob, not in 0..1"},
        {"-1 .5 .5 .1 .1", "the class is -1"},
        {"5 .5 .5 .1 .1", "the class is 5, not in 0..1"},
        {"0.5 .5 .5 .1 .1", "the class is 0.5"},
        {"0 .5 nan .1 .1", "is not a class"},
        {"0 .5 .5 -.1 .1", "-0.1 is no share"},
        {"0 50 50 10 10", "50 is no share of an image"},
        {"0 0,5 0,5 0,1 0,1", "is not a class"}};
    for (const auto& m : mistakes)
    {
        const Scratch s;
        writeText(s / "obj.names", "cell\nplate\n");
        const Dataset set = readLabels(s, std::string("0 .5 .5 .1 .1\n1 .5 .5 .1 .2\n") + m.first);
        EXPECT_EQ(2, set.countObjects());
        EXPECT_EQ(1, set.objectsLeftOut);
        ASSERT_EQ(1u, set.remarks.size()) << m.first;
        EXPECT_TRUE(contains(set.remarks[0], "a.txt', line 3") && contains(set.remarks[0], m.second))
            << set.remarks[0];
    }
    const Scratch s;
    const std::string giant = labelsError(s, std::string(5000000, '1') + " .5 .5 .1 .1");
    EXPECT_TRUE(giant != "" && giant.size() < 1000) << giant.substr(0, 1000);
}

TEST(Yolo, aLineThatIsThereTwiceCountsOnce)
{
    const Scratch s;
    const Dataset set = readLabels(s, "0 .5 .5 .1 .1\n0 .5 .5 .1 .1\n");
    EXPECT_EQ(1, set.countObjects());
    EXPECT_TRUE(contains(set.remarks.at(0), "line 2"));
}

TEST(Yolo, descriptionsMayBeWrittenInManyWays)
{
    struct Case
    {
        const char *file, *text, *labels;
        std::vector<String> classes;
        int label, remarks;
    };
    const std::vector<Case> cases{
        {"custom.yaml", "\xEF\xBB\xBFnames: [cell, plate]\n", "1", {"cell", "plate"}, 2, 0},
        {"data.yml", "names:\n\t0: cell\n\t1: plate\n", "1", {"cell", "plate"}, 2, 0},
        {"data.yaml", "names: {1: cell, 2: plate}\n", "2", {"cell", "plate"}, 2, 1},
        {"data.yaml", "names: {1: cell, 2: plate}\n", "0", {"cell", "plate"}, 1, 1},
        {"data.yaml", "names: {0: cell, 2: plate}\n", "2", {"cell", "1", "plate"}, 3, 0},
        {"data.yaml", "names: [cell, cell]\n", "1", {"cell"}, 1, 1},
        {"data.yaml", "nc: 1\nnames: [cell, plate]\n", "1", {"cell", "plate"}, 2, 1},
        {"data.yaml", "nc: 2\ntrain: images/train\n", "1", {"0", "1"}, 2, 1},
        {"data.yaml", "names: [no, yes, 3]\n", "2", {"no", "yes", "3"}, 3, 0},
        {"classes.txt", "\xEF\xBB\xBF cell\r\nplate \r\n", "1", {"cell", "plate"}, 2, 0}};
    for (const Case& c : cases)
    {
        const Scratch s;
        SCOPED_TRACE(c.text);
        writeText(s / c.file, c.text);
        const Dataset set = readLabels(s, c.labels + std::string(" .5 .5 .1 .1\n"));
        EXPECT_EQ(c.classes, set.classes);
        EXPECT_EQ(c.label, set.images[0].objects.at(0).label);
        EXPECT_EQ(static_cast<size_t>(c.remarks), set.remarks.size());
    }
    for (const char* wrong : {"names: [", "names: {a: b}\n"})
    {
        const Scratch s;
        writeText(s / "data.yaml", wrong);
        EXPECT_TRUE(contains(labelsError(s, "0 .5 .5 .1 .1\n"), "data.yaml")) << wrong;
    }
}

TEST(Yolo, subFoldersAndOtherCasesAreRead)
{
    const Scratch s;
    writeImage(s / "images/train/deep/b.png", Size(100, 100));
    writeText(s / "labels/train/deep/b.txt", "1 .5 .5 .1 .1\n");
    writeImage(s / "images/train/C.jpeg", Size(100, 100));
    writeText(s / "labels/train/c.TXT", "1 .5 .5 .1 .1\n");
    writeText(s / "images/train/._a.png", "a Macintosh's");
    writeText(s / "images/train/.DS_Store", "a Macintosh's");
    const Dataset set = readLabels(s, "0 .5 .5 .1 .1\n");
    EXPECT_EQ(3u, set.images.size());
    EXPECT_EQ(3, set.countObjects());
}

TEST(Yolo, labelsThatMatchNoImageAreAnError)
{
    const Scratch s;
    for (int i = 0; i < 4; i++)
    {
        writeImage(s / cv::format("images/train/p%d.png", i), Size(100, 100));
        writeText(s / cv::format("labels/train/img_p%d.txt", i), "0 .5 .5 .1 .1\n");
    }
    const std::string error = errorOf([&] { Dataset::read(s.path(), "train"); });
    EXPECT_TRUE(contains(error, "4 of 4 images have no file with labels") && contains(error, "p0.png"))
        << error;
    for (int i = 0; i < 3; i++)
        std::filesystem::rename(s / cv::format("labels/train/img_p%d.txt", i),
                                s / cv::format("labels/train/p%d.txt", i));
    const Dataset set = Dataset::read(s.path(), "train"); // one without is background
    EXPECT_EQ(4u, set.images.size());
    EXPECT_TRUE(contains(set.remarks.at(0), "img_p3.txt"));
}

TEST(Yolo, anImageThatIsNoneIsLeftOut)
{
    const Scratch s;
    writeText(s / "images/train/b.png", "no image");
    writeText(s / "labels/train/b.txt", "0 .5 .5 .1 .1\n");
    const Dataset set = readLabels(s, "0 .5 .5 .1 .1\n");
    EXPECT_EQ(1u, set.images.size());
    EXPECT_TRUE(contains(set.remarks.at(0), "b.png"));
}

TEST(Split, ofAnotherNameForTheSameIsRead)
{
    const Scratch s;
    readLabels(s, "0 .5 .5 .1 .1\n");
    writeImage(s / "images/val2017/b.png", Size(100, 100));
    writeText(s / "labels/val2017/b.txt", "0 .5 .5 .1 .1\n");
    const auto imageOf = [&](const char* split) {
        const Dataset set = Dataset::read(s.path(), split);
        EXPECT_EQ(1u, set.images.size());
        EXPECT_EQ(1u, set.remarks.size());
        return std::filesystem::path(set.images[0].path).filename().string();
    };
    EXPECT_EQ("a.png", imageOf("trainval"));
    EXPECT_EQ("b.png", imageOf("val"));
    EXPECT_EQ("b.png", imageOf("test"));
    EXPECT_EQ(2u, Dataset::read(s.path(), "").images.size());
    const std::string error = errorOf([&] { Dataset::read(s.path(), "summer"); });
    EXPECT_TRUE(contains(error, "no split 'summer'") &&
                contains(error, "the splits there are: train val2017"))
        << error;
    writeImage(s / "images/val2014/c.png", Size(100, 100));
    EXPECT_TRUE(contains(errorOf([&] { Dataset::read(s.path(), "val"); }),
                         "several that could be meant: val2014 val2017"));
}

TEST(Split, aFolderWithoutAnyGivesAll)
{
    const Scratch s;
    writeImage(s / "a.png", Size(100, 100));
    writeText(s / "a.txt", "0 .5 .5 .1 .1\n");
    const Dataset set = Dataset::read(s.path(), "trainval");
    EXPECT_TRUE(set.unsplit);
    EXPECT_TRUE(contains(set.remarks.at(0), "has no splits"));
    EXPECT_TRUE(Dataset::read(s.path(), "").remarks.empty());
}

TEST(Layout, isTold)
{
    const Scratch s;
    EXPECT_TRUE(contains(errorOf([&] { Dataset::read(s / "nowhere", "train"); }), "nowhere"));
    const std::string message = errorOf([&] { Dataset::read(s.path(), "train"); });
    for (const char* part : {"voc (", "coco (", "yolo (", "0 images and 0 other files"})
        EXPECT_TRUE(contains(message, part)) << message;
}

} // namespace
} // namespace opencv_test
