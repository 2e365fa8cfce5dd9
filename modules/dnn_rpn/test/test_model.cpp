// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "test_precomp.hpp"
#include <cstdio>
#include <fstream>
#include <sstream>
#include "golden/golden_models.hpp"

namespace opencv_test {
namespace {

//! MODEL.onnx and MODEL.yml under a temporary name; both go with the object.
class TemporaryModel
{
public:
    TemporaryModel() : stem(cv::tempfile()) {}
    ~TemporaryModel()
    {
        std::remove(onnx().c_str());
        std::remove(yaml().c_str());
        std::remove(stem.c_str());
    }

    std::string onnx() const { return stem + ".onnx"; }
    std::string yaml() const { return stem + ".yml"; }

    void writeOnnx(const std::vector<unsigned char>& bytes) const
    {
        std::ofstream file(onnx(), std::ios::binary);
        file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }

    void writeYaml(const std::string& text) const { std::ofstream(yaml()) << text; }

private:
    std::string stem;
};

std::string textOf(const std::string& path)
{
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

//! Of headsModel.
ModelDescription headsDescription()
{
    ModelDescription d;
    d.kind = "heads";
    d.inputSize = Size(32, 16);
    d.levels.push_back(AnchorLevel(8, {6, 8}, {1}));
    d.featureSizes.push_back(Size(4, 2));
    return d;
}

TEST(DnnRpn_Model, descriptionRoundTrip)
{
    ModelDescription d = headsDescription();
    d.classes = {"cat",  "12", "1.5", "~",  "true",  "",   "two words", " spaces ",
                 "x: y", "#",  "[x]", "{",  "\"q\"", "\"", "'s'",       "C:\\x\\n",
                 "a,b",  "%d", "!!x", "&a", "*b",    "-",  "\xc3\xa4"};
    d.scoreThreshold = 0.3f;
    d.levels.push_back(AnchorLevel(13, {1.f / 3, 64}, {0.7f, 1, 2.5f}, 0));
    d.featureSizes.push_back(Size(7, 5));
    d.proposals.preNms = 17;
    d.proposals.postNms = 0;
    d.proposals.nmsThreshold = 0.123456789f;
    d.proposals.minSize = 2.5f;
    const TemporaryModel model;
    d.write(model.yaml());
    const ModelDescription r = ModelDescription::read(model.yaml());
    EXPECT_EQ(d.kind, r.kind);
    EXPECT_EQ(d.inputSize, r.inputSize);
    EXPECT_EQ(d.classes, r.classes);
    EXPECT_EQ(d.scoreThreshold, r.scoreThreshold);
    EXPECT_EQ(d.featureSizes, r.featureSizes);
    ASSERT_EQ(2u, r.levels.size());
    for (int i = 0; i < 2; ++i)
    {
        EXPECT_EQ(d.levels[i].stride, r.levels[i].stride);
        EXPECT_EQ(d.levels[i].offset, r.levels[i].offset);
        EXPECT_EQ(d.levels[i].widths, r.levels[i].widths);
        EXPECT_EQ(d.levels[i].heights, r.levels[i].heights);
    }
    EXPECT_EQ(17, r.proposals.preNms);
    EXPECT_EQ(0, r.proposals.postNms);
    EXPECT_EQ(d.proposals.nmsThreshold, r.proposals.nmsThreshold);
    EXPECT_EQ(2.5f, r.proposals.minSize);
    EXPECT_EQ(-inf, r.proposals.scoreThreshold);
}

TEST(DnnRpn_Model, descriptionErrorsNameTheFile)
{
    const TemporaryModel model;
    const auto read = [&] { ModelDescription::read(model.yaml()); };
    EXPECT_ERROR(model.yaml(), read());
    headsDescription().write(model.yaml());
    const std::string good = textOf(model.yaml());
    const std::string changes[][3] = {
        // what, becomes, the message has
        {"kind: heads", "kind: tail", "tail"},        {"kind: heads", "king: heads", "'kind'"},
        {"kind: heads", "kind: 3", "'kind'"},         {"[ 32, 16 ]", "[ 32, -16 ]", "32 x -16"},
        {"[ 32, 16 ]", "7", "'inputSize'"},           {"stride: 8", "stride: eight", "'stride'"},
        {"preNms: 1000", "preNms: many", "'preNms'"}, {"levels:", "other:", "levels"},
        {"proposals:", "others:", "'preNms'"},        {"%YAML:1.0", "nonsense", ""},
    };
    for (const auto& change : changes)
    {
        SCOPED_TRACE(change[1]);
        std::string bad = good;
        const size_t at = bad.find(change[0]);
        ASSERT_NE(std::string::npos, at) << good;
        bad.replace(at, change[0].size(), change[1]);
        model.writeYaml(bad);
        EXPECT_ERROR(model.yaml(), read());
        EXPECT_ERROR(change[2], read());
    }
    model.writeYaml("");
    EXPECT_ERROR(model.yaml(), read());
    model.writeYaml(good.substr(0, good.size() / 2));
    EXPECT_ERROR(model.yaml(), read());
}

TEST(DnnRpn_Model, descriptionIsNotHalfWritten)
{
    const TemporaryModel model;
    ModelDescription d = headsDescription();
    d.write(model.yaml());
    const std::string before = textOf(model.yaml());
    EXPECT_ERROR("no_such_folder", d.write("no_such_folder/model.yml"));
    d.kind = "tail";
    EXPECT_ERROR("tail", d.write(model.yaml()));
    d = headsDescription();
    d.classes.push_back("line\nfeed");
    EXPECT_ERROR("control character", d.write(model.yaml()));
    d = headsDescription();
    d.featureSizes.clear();
    EXPECT_ERROR("1 levels, but 0 featureSizes", d.write(model.yaml()));
    EXPECT_EQ(before, textOf(model.yaml()));
}

TEST(DnnRpn_Model, heads)
{
    const TemporaryModel model;
    model.writeOnnx(golden::headsModel);
    ModelDescription d = headsDescription();
    d.proposals.nmsThreshold = 1;
    d.write(model.yaml());
    Detector detector(model.onnx());
    EXPECT_EQ("heads", detector.description().kind);

    // Blue in the cell of row 1, column 2, at twice the input's size: logits 250/16 - 8 and one less.
    Mat image(32, 64, CV_8UC3, Scalar(0, 255, 255));
    image(Rect(32, 16, 16, 16)).setTo(Scalar(250, 0, 0));
    Mat b, s, l;
    detector.detect(image, b, s, l, 0.5f);
    // Anchors of 6 x 6 and 8 x 8 around (20, 12): moved right by a quarter of their width, the first
    // twice as high and clipped; in pixels of the image everything twice.
    expectClose(boxes({37, 12, 49, 32, 36, 16, 52, 32}), b, 1e-5);
    expectClose(floats({1 / (1 + std::exp(-7.625f)), 1 / (1 + std::exp(-6.625f))}, 1), s, 1e-5);
    EXPECT_TRUE(sameBits(labels({1, 1}), l));

    detector.detect(image, b, s, l);
    EXPECT_EQ(16, b.rows);
    EXPECT_EQ(16, s.rows);
    EXPECT_EQ(16, l.rows);
    detector.detect(image, b, s, l, 1.5f);
    EXPECT_EQ(Size(4, 0), b.size());
    EXPECT_EQ(Size(1, 0), s.size());
    EXPECT_EQ(Size(1, 0), l.size());
}

TEST(DnnRpn_Model, table)
{
    const TemporaryModel model;
    model.writeOnnx(golden::tableModel);
    ModelDescription d;
    d.inputSize = Size(8, 4);
    d.classes = {"cat", "dog"};
    d.write(model.yaml());
    Detector detector(model.onnx());
    const Mat image(100, 40, CV_8UC3, Scalar(1, 2, 3));
    std::vector<float> s;
    std::vector<int> l;
    Mat b;
    detector.detect(image, b, s, l);
    expectClose(boxes({0, 0, 20, 100, 10, 50, 30, 100, 0, 0, 40, 100}), b, 1e-6);
    EXPECT_EQ(std::vector<float>({0.875f, 0.5f, 0.125f}), s);
    EXPECT_EQ(std::vector<int>({1, 2, 2}), l);
    detector.detect(image, b, s, l, 0.5f);
    EXPECT_EQ(std::vector<int>({1, 2}), l);

    d.classes.pop_back();
    d.write(model.yaml());
    EXPECT_ERROR("label 2", Detector(model.onnx()).detect(image, b, s, l));
}

TEST(DnnRpn_Model, detectorErrors)
{
    const TemporaryModel model;
    EXPECT_ERROR(model.onnx(), Detector(model.onnx()));
    model.writeOnnx(golden::headsModel);
    EXPECT_ERROR(model.yaml(), Detector(model.onnx()));
    ModelDescription d = headsDescription();
    d.featureSizes[0] = Size(3, 2);
    d.write(model.yaml());
    Mat b, s, l;
    EXPECT_ERROR("12 anchors", Detector(model.onnx()).detect(Mat::zeros(16, 32, CV_8UC3), b, s, l));
    headsDescription().write(model.yaml());
    Detector detector(model.onnx());
    EXPECT_ERROR("CV_8UC3", detector.detect(Mat(), b, s, l));
    EXPECT_ERROR("CV_8UC1", detector.detect(Mat::zeros(16, 32, CV_8U), b, s, l));
    EXPECT_ERROR("nan", detector.detect(Mat::zeros(16, 32, CV_8UC3), b, s, l, nan));
    d.kind = "opencv";
    d.write(model.yaml());
    EXPECT_ERROR("one output, not 2", Detector(model.onnx()));
    model.writeOnnx(golden::tableModel);
    d = headsDescription();
    d.inputSize = Size(8, 4);
    d.write(model.yaml());
    EXPECT_ERROR("'logits'", Detector(model.onnx()).detect(Mat::zeros(16, 32, CV_8UC3), b, s, l));
}

TEST(DnnRpn_Model, descriptionsThatCannotWorkAreRefused)
{
    const TemporaryModel model;
    const std::function<void(ModelDescription&)> spoil[] = {
        [](ModelDescription& d) { d.levels[0].stride = -8; },
        [](ModelDescription& d) { d.levels[0].heights.clear(); },
        [](ModelDescription& d) { d.featureSizes[0].width = -4; },
        [](ModelDescription& d) { d.proposals.nmsThreshold = 7; },
        [](ModelDescription& d) { d.proposals.preNms = -3; }};
    for (const auto& change : spoil)
    {
        ModelDescription d = headsDescription();
        change(d);
        EXPECT_FALSE(errorOf([&] { d.write(model.yaml()); }).empty());
    }
    headsDescription().write(model.yaml());
    std::string text = readFile(model.yaml());
    const size_t first = text.find('"', text.find("classes"));
    text.replace(first, text.find('"', first + 1) - first + 1, "5");
    writeFile(model.yaml(), text);
    EXPECT_ERROR("classes", ModelDescription::read(model.yaml()));
    EXPECT_ERROR("nothing.onnx", Detector("nothing.onnx"));
}

} // namespace
} // namespace opencv_test
