// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// What the programs share: what is written must be read back, by our own readers, as a data set.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "opencv2/dnn_rpn_train/dataset.hpp"
#include "opencv2/imgcodecs.hpp"

#include "common/draw_found.hpp"
#include "common/found_writer.hpp"
#include "common/json.hpp"
#include "common/video.hpp"

using namespace cv;
using namespace cv::dnn_rpn_train;
namespace fs = std::filesystem;

namespace {

const std::vector<String> classes{"cat", "a \"dog\", <big> & old", "h\xC3\xBChner"};

std::string textOf(const std::string& path)
{
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

template<typename Call>
std::string errorOf(const Call& call)
{
    try
    {
        call();
    }
    catch (const cv::Exception& e)
    {
        return e.err;
    }
    return std::string();
}

//! Images with detections, in a folder that is gone afterwards.
class Written : public testing::TestWithParam<const char*>
{
protected:
    Written() : folder(cv::tempfile("_written"))
    {
        fs::create_directories(folder + "/images");
        cv::redirectError([](int, const char*, const char*, const char*, int, void*) { return 0; });
        add("one & two.png", {{Vec4f(3.25f, 4, 40.75f, 30.75f), 0.9f, 1, 4},
                              {Vec4f(50, 10, 99.75f, 79.5f), 0.8f, 2, 0},
                              {Vec4f(0, 0, 100, 80), 0.4f, 3, 5}});
        add("leer.v2.png", {});
        add("\xC3\xBC, 3.png", {{Vec4f(20.125f, 20, 60, 61), 0.5f, 3, 6}});
    }
    ~Written() override { fs::remove_all(folder); }

    void add(const std::string& name, const std::vector<FoundBox>& boxes)
    {
        Mat pixels(80, 100, CV_8UC3);
        RNG rng(images.size());
        rng.fill(pixels, RNG::UNIFORM, 0, 255);
        imwrite(folder + "/images/" + name, pixels);
        images.push_back({name, pixels, boxes});
    }

    std::string write(const String& name, bool tracked = false, const String& cocoIds = String())
    {
        FoundOutput output;
        output.classes = classes;
        output.tracked = tracked;
        output.cocoIds = cocoIds;
        const FoundFormat format = formatsOption("--write", name).back();
        output.folder = folder + "/" + format.folder;
        const std::unique_ptr<FoundWriter> writer = format.make(output);
        for (const FoundImage& image : images)
            writer->add(image);
        writer->finish();
        return output.folder;
    }

    const std::string folder;
    std::vector<FoundImage> images;
};

TEST_P(Written, isReadAsADataSet)
{
    DatasetParams params;
    params.images = folder + "/images";
    const Dataset set = Dataset::read(write(GetParam()), "", params);
    EXPECT_EQ(GetParam(), set.format);
    for (const String& remark : set.remarks)
        ADD_FAILURE() << remark;
    ASSERT_EQ(images.size(), set.images.size());
    for (const FoundImage& expected : images)
    {
        SCOPED_TRACE(expected.name);
        const auto image = std::find_if(set.images.begin(), set.images.end(), [&](const AnnotatedImage& i) {
            return fs::path(std::string(i.path)).filename().string() == expected.name;
        });
        ASSERT_NE(set.images.end(), image);
        EXPECT_EQ(expected.pixels.size(), image->size);
        ASSERT_EQ(expected.boxes.size(), image->objects.size());
        for (size_t i = 0; i < expected.boxes.size(); i++)
        {
            EXPECT_EQ(classes[expected.boxes[i].label - 1], set.classes[image->objects[i].label - 1]);
            EXPECT_FALSE(image->objects[i].ignored);
            const double tolerance = std::string(GetParam()) == "voc" ? 0.5 : 1e-3;
            for (int k = 0; k < 4; k++)
                EXPECT_NEAR(expected.boxes[i].box[k], image->objects[i].box[k], tolerance);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Formats, Written, testing::Values("voc", "yolo", "coco", "csv"));

TEST_F(Written, cocoResultsHaveTheDataSetsIds)
{
    Json set{{"images", Json::array()}, {"categories", Json::array()}};
    for (int i = 0; i < 3; i++)
    {
        set["images"].push_back({{"id", 70 + i}, {"file_name", "val/" + std::string(images[i].name)}});
        set["categories"].push_back({{"id", 17 + i}, {"name", classes[i]}});
    }
    std::ofstream(folder + "/ids.json") << set;
    const Json results = Json::parse(textOf(write("coco", false, folder + "/ids.json") + "/results.json"));
    ASSERT_EQ(4u, results.size());
    EXPECT_EQ(70, results[0]["image_id"]);
    EXPECT_EQ(17, results[0]["category_id"]);
    EXPECT_EQ(Json({3.25, 4, 37.5, 26.75}), results[0]["bbox"]);
    EXPECT_NEAR(0.9, results[0]["score"].get<double>(), 1e-6);
    EXPECT_EQ(72, results[3]["image_id"]);
    EXPECT_EQ(19, results[3]["category_id"]);

    set["images"].erase(1);
    std::ofstream(folder + "/ids.json") << set;
    EXPECT_NE(std::string::npos, errorOf([&] {
                                     write("coco", false, folder + "/ids.json");
                                 }).find("has no image 'leer.v2.png'"));
    std::ofstream(folder + "/ids.json") << "[]";
    EXPECT_NE(std::string::npos, errorOf([&] {
                                     write("coco", false, folder + "/ids.json");
                                 }).find("is no COCO annotation file"));
}

TEST_F(Written, tracksAreInJsonAndCsv)
{
    const Json json = Json::parse(textOf(write("json", true) + "/detections.json"));
    EXPECT_EQ(4, json["images"][0]["detections"][0]["id"]);
    EXPECT_EQ(classes[1], json["images"][0]["detections"][1]["label"].get<std::string>());
    const std::string csv = textOf(write("csv", true) + "/detections.csv");
    EXPECT_NE(std::string::npos, csv.find("one & two.png,3.250,4.000,40.750,30.750,cat,0.9,4\n")) << csv;
    EXPECT_NE(std::string::npos, csv.find("\"a \"\"dog\"\", <big> & old\",0.8,0\n")) << csv;
    EXPECT_EQ(std::string::npos, textOf(write("json") + "/detections.json").find("\"id\""));
}

TEST_F(Written, cropsShowTheBoxes)
{
    const std::string crops = write("crops");
    const Mat crop = imread(crops + "/cat/one & two_1.png");
    ASSERT_EQ(Size(38, 27), crop.size()) << "corners at whole pixels";
    EXPECT_EQ(0, cv::norm(images[0].pixels(Rect(3, 4, 38, 27)), crop, NORM_INF));
    EXPECT_TRUE(fs::exists(crops + "/a _dog_, _big_ & old/one & two_2.png"));
}

TEST_F(Written, formatsAreNamed)
{
    EXPECT_EQ(1u, formatsOption("--write", "").size()) << "json, always";
    EXPECT_EQ(3u, formatsOption("--write", "voc,json,csv,voc").size());
    EXPECT_NE(std::string::npos,
              errorOf([] {
                  formatsOption("--write", "voc,vox");
              }).find("--write=voc,vox: 'vox' is none of json, coco, yolo, voc, csv, crops"));
}

TEST(WholePixels, areNeverNone)
{
    EXPECT_EQ(Rect(3, 4, 1, 1), wholePixels(Vec4f(3.1f, 4.2f, 3.2f, 4.3f), Size(9, 9)));
    EXPECT_EQ(Rect(8, 8, 1, 1), wholePixels(Vec4f(8.9f, 8.9f, 9, 9), Size(9, 9)));
    EXPECT_EQ(Rect(0, 0, 9, 9), wholePixels(Vec4f(-3, -3, 99, 99), Size(9, 9)));
}

TEST(DrawFound, classesHaveColoursOfTheirOwn)
{
    for (int a = 1; a <= 20; a++)
        for (int b = 1; b < a; b++)
            EXPECT_GT(cv::norm(colourOf(a), colourOf(b)), 12) << a << " and " << b;
    Mat image(100, 100, CV_8UC3, Scalar::all(128));
    drawFound(image, {{Vec4f(10, 30, 80, 90), 0.9f, 2, 0}}, {"one", "two"});
    EXPECT_LT(cv::norm(Vec3d(colourOf(2).val), Vec3d(image.at<Vec3b>(60, 10)), NORM_INF), 16);
    Mat again(100, 100, CV_8UC3, Scalar::all(128)), numbered = again.clone();
    drawFound(again, {{Vec4f(10, 30, 80, 90), 0.9f, 2, 0}}, {"one", "other"});
    drawFound(numbered, {{Vec4f(10, 30, 80, 90), 0.9f, 2, 7}}, {"one", "other"});
    EXPECT_GT(cv::norm(image, again), 0) << "the class's name";
    EXPECT_GT(cv::norm(again, numbered), 0) << "the track's number";
}

TEST(Address, isToldFromAFile)
{
    for (const char* address : {"rtsp://10.0.0.1/a", "http://host:8080/v.mp4", "file:///tmp/v.avi"})
        EXPECT_TRUE(isAddress(address)) << address;
    for (const char* file : {"v.avi", "C:\\v.avi", "c://v.avi", "/tmp/a://b", "0", "", "://"})
        EXPECT_FALSE(isAddress(file)) << file;
    EXPECT_EQ("rtsp://cam/a@b", shownAddress("rtsp://user:word@cam/a@b"));
    EXPECT_EQ("rtsp://cam", shownAddress("rtsp://user:wo@rd@cam"));
    EXPECT_EQ("rtsp://cam/a", shownAddress("rtsp://cam/a"));
    EXPECT_EQ("a@b.avi", shownAddress("a@b.avi"));
}

} // namespace

int main(int argc, char** argv)
{
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
