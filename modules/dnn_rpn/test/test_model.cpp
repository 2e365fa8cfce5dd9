// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "test_precomp.hpp"
#include <cstdio>
#include <fstream>
#include <sstream>
#include "opencv2/dnn.hpp"
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
    d.kind = EXPORT_HEADS;
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
    for (int i = 0; i < 2; i++)
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
    EXPECT_EQ(DETECTOR_RPN, r.detector);
}

//! Of classesModel.
ModelDescription classesDescription()
{
    ModelDescription d;
    d.kind = EXPORT_HEADS;
    d.inputSize = Size(32, 16);
    d.levels.push_back(AnchorLevel(8, {8}, {1}));
    d.featureSizes.push_back(Size(4, 2));
    d.classes = {"blue", "green"};
    d.detector = DETECTOR_RETINANET;
    return d;
}

TEST(DnnRpn_Model, descriptionOfADetectorRoundTrip)
{
    ModelDescription d = classesDescription();
    d.detections.preNms = 17;
    d.detections.maxDetections = 0;
    d.detections.scoreThreshold = 0.123456789f;
    d.detections.nmsThreshold = 1.f / 3;
    d.detections.minSize = 2.5f;
    d.detections.deltaWeights = Scalar(10, 10, 5, 0.1);
    const TemporaryModel model;
    d.write(model.yaml());
    const ModelDescription r = ModelDescription::read(model.yaml());
    EXPECT_EQ(DETECTOR_RETINANET, r.detector);
    EXPECT_EQ(17, r.detections.preNms);
    EXPECT_EQ(0, r.detections.maxDetections);
    EXPECT_EQ(d.detections.scoreThreshold, r.detections.scoreThreshold);
    EXPECT_EQ(d.detections.nmsThreshold, r.detections.nmsThreshold);
    EXPECT_EQ(2.5f, r.detections.minSize);
    EXPECT_EQ(d.detections.deltaWeights, r.detections.deltaWeights);

    std::string bad = textOf(model.yaml());
    bad.replace(bad.find("maxDetections"), 3, "min");
    model.writeYaml(bad);
    EXPECT_ERROR("'maxDetections'", ModelDescription::read(model.yaml()));
    d.detections.deltaWeights = Scalar(1, 1, 1, -1);
    EXPECT_ERROR("weights", d.write(model.yaml()));
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
    d.kind = static_cast<ExportKind>(7);
    EXPECT_ERROR("7", d.write(model.yaml()));
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
    EXPECT_EQ(EXPORT_HEADS, detector.description().kind);

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

TEST(DnnRpn_Model, headsWithClasses)
{
    const TemporaryModel model;
    model.writeOnnx(golden::classesModel);
    ModelDescription d = classesDescription();
    d.write(model.yaml());
    Mat image = Mat::zeros(32, 64, CV_8UC3), b, s, l; // twice the input's size
    image(Rect(0, 0, 16, 16)).setTo(Scalar(140, 160, 0));
    image(Rect(32, 16, 16, 16)).setTo(Scalar(0, 250, 0));
    const auto sigmoid = [](double x) { return static_cast<float>(1 / (1 + std::exp(-x))); };
    Detector detector(model.onnx());
    detector.detect(image, b, s, l);
    expectClose(boxes({32, 16, 48, 32, 0, 0, 16, 16, 0, 0, 16, 16}), b, 1e-5);
    expectClose(floats({sigmoid(7.625), sigmoid(2), sigmoid(0.75)}, 1), s, 1e-5);
    EXPECT_TRUE(sameBits(labels({2, 2, 1}), l));
    const float last = s.at<float>(2);
    detector.detect(image, b, s, l, last); // itself is not lower
    EXPECT_EQ(3, b.rows);
    detector.detect(image, b, s, l, std::nextafter(last, 1.f));
    EXPECT_EQ(2, b.rows);

    // The description's limits hold.
    d.detections.scoreThreshold = 0.7f;
    d.write(model.yaml());
    Detector(model.onnx()).detect(image, b, s, l);
    EXPECT_TRUE(sameBits(labels({2, 2}), l));
    d.detections.maxDetections = 1;
    d.write(model.yaml());
    Detector(model.onnx()).detect(image, b, s, l);
    EXPECT_TRUE(sameBits(labels({2}), l));

    // With one class the first column is the background.
    d.detections = DetectionParams();
    d.classes = {"green"};
    d.write(model.yaml());
    Detector(model.onnx()).detect(image, b, s, l, 0.6f);
    expectClose(floats({sigmoid(15.625), sigmoid(1.25)}, 1), s, 1e-5);
    EXPECT_TRUE(sameBits(labels({1, 1}), l));

    d.classes = {"a", "b", "c"};
    d.write(model.yaml());
    EXPECT_ERROR("2 columns: the description names 3 classes", Detector(model.onnx()).detect(image, b, s, l));
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

//! Of cellsModel.
ModelDescription cellsDescription()
{
    ModelDescription d;
    d.inputSize = Size(32, 16);
    d.classes = {"blue", "green"};
    return d;
}

const Scalar blue(255, 0, 0), green(0, 255, 0);

//! What cellsModel gives for a cell of one colour.
const float cellScore = static_cast<float>(1 / (1 + std::exp(8 - 255. / 16) + std::exp(-255. / 16)));

//! A model that is loaded, and gone from the disk with the object.
struct Loaded
{
    TemporaryModel file;
    Detector detector;

    Loaded(const std::vector<unsigned char>& onnx, const ModelDescription& d)
        : detector((file.writeOnnx(onnx), d.write(file.yaml()), file.onnx()))
    {}
};

TEST(DnnRpn_Model, batch)
{
    std::vector<Mat> images = {Mat::zeros(16, 32, CV_8UC3), Mat::zeros(32, 64, CV_8UC3),
                               Mat::zeros(16, 32, CV_8UC3), Mat::zeros(48, 32, CV_8UC3)};
    images[0](Rect(8, 8, 8, 8)).setTo(blue);
    images[1](Rect(48, 0, 16, 16)).setTo(green);
    images[3](Rect(0, 24, 8, 24)).setTo(green);
    images[3](Rect(24, 0, 8, 24)).setTo(Scalar(250, 0, 0));
    Loaded cells(golden::cellsModel, cellsDescription());
    std::vector<Mat> b, s, l;
    cells.detector.detectBatch(images, b, s, l, 0.5f);
    ASSERT_EQ(4u, b.size());
    expectClose(boxes({8, 8, 16, 16}), b[0], 1e-5);
    EXPECT_TRUE(sameBits(labels({1}), l[0]));
    expectClose(boxes({48, 0, 64, 16}), b[1], 1e-5);
    EXPECT_TRUE(sameBits(labels({2}), l[1]));
    EXPECT_NEAR(cellScore, s[1].at<float>(0), 1e-5);
    EXPECT_EQ(Size(4, 0), b[2].size());
    expectClose(boxes({0, 24, 8, 48, 24, 0, 32, 24}), b[3], 1e-5);
    EXPECT_TRUE(sameBits(labels({2, 1}), l[3]));

    Loaded heads(golden::headsModel, headsDescription());
    for (Detector* detector : {&cells.detector, &heads.detector})
    {
        detector->detectBatch(images, b, s, l);
        for (size_t i = 0; i < images.size(); i++)
        {
            Mat alone, aloneScores, aloneLabels;
            detector->detect(images[i], alone, aloneScores, aloneLabels);
            ASSERT_GT(alone.rows, 0);
            expectClose(alone, b[i], 1e-6);
            expectClose(aloneScores, s[i], 1e-6);
            EXPECT_TRUE(sameBits(aloneLabels, l[i]));
        }
        detector->detectBatch(std::vector<Mat>(), b, s, l);
        EXPECT_TRUE(b.empty() && s.empty() && l.empty());
    }
}

TEST(DnnRpn_Model, greyAndTransparentImages)
{
    Loaded cells(golden::cellsModel, cellsDescription());
    Mat grey = Mat::zeros(16, 32, CV_8U), colour, transparent, b, s, l, b2, s2, l2;
    grey(Rect(16, 8, 8, 8)).setTo(200);
    cvtColor(grey, colour, COLOR_GRAY2BGR);
    cvtColor(grey, transparent, COLOR_GRAY2BGRA);
    cells.detector.detect(colour, b, s, l, 0.3f);
    EXPECT_EQ(2, b.rows);
    for (const Mat& image : {grey, transparent})
    {
        cells.detector.detect(image, b2, s2, l2, 0.3f);
        EXPECT_TRUE(sameBits(b, b2) && sameBits(s, s2) && sameBits(l, l2));
    }
    cells.detector.detect(grey, noArray(), s2, noArray(), 0.3f);
    EXPECT_TRUE(sameBits(s, s2));
}

TEST(DnnRpn_Model, thresholdsOfClasses)
{
    Loaded cells(golden::cellsModel, cellsDescription());
    Mat image = Mat::zeros(16, 32, CV_8UC3), b, s;
    image(Rect(0, 0, 8, 8)).setTo(Scalar(140, 0, 0)); // logit 0.75, score 0.68
    image(Rect(8, 0, 8, 8)).setTo(Scalar(0, 140, 0));
    const auto found = [&](float threshold) {
        std::vector<int> of;
        cells.detector.detect(image, b, s, of, threshold);
        return of;
    };
    EXPECT_EQ(std::vector<int>({1, 2}), found(0.6f));
    cells.detector.setClassThresholds({0.7f, 0.6f});
    EXPECT_EQ(std::vector<int>({2}), found(0));
    EXPECT_EQ(std::vector<int>(), found(0.7f)); // the higher of the two counts
    cells.detector.setClassThresholds({0.6f, 0.7f});
    EXPECT_EQ(std::vector<int>({1}), found(0));
    cells.detector.setClassThresholds({});
    EXPECT_EQ(std::vector<int>({1, 2}), found(0.6f));
    cells.detector.setMaxDetections(1);
    EXPECT_EQ(std::vector<int>({1}), found(0.6f));
    EXPECT_EQ("blue", cells.detector.className(1));
    EXPECT_EQ("green", cells.detector.className(2));
}

TEST(DnnRpn_Model, suppression)
{
    // Two boxes that overlap by 192 / 304, as in the test of heads.
    ModelDescription d = headsDescription();
    d.proposals.nmsThreshold = 1;
    Loaded heads(golden::headsModel, d);
    Detector& detector = heads.detector;
    Mat image(32, 64, CV_8UC3, Scalar(0, 255, 255)), b, s, l;
    image(Rect(32, 16, 16, 16)).setTo(Scalar(250, 0, 0));
    const double first = 1 / (1 + std::exp(-7.625)), second = 1 / (1 + std::exp(-6.625)), iou = 192. / 304;
    const auto scores = [&](float threshold) {
        detector.detect(image, b, s, l, threshold);
        EXPECT_EQ(s.rows, b.rows);
        EXPECT_EQ(s.rows, l.rows);
        return s;
    };
    const auto both = [&](double score) {
        return floats({static_cast<float>(first), static_cast<float>(score)}, 1);
    };
    expectClose(both(second), scores(0.3f), 1e-5);
    detector.setSuppression(SUPPRESS_HARD, 0.6f);
    expectClose(both(second).rowRange(0, 1), scores(0.3f), 1e-5);
    detector.setSuppression(SUPPRESS_HARD, 0.65f);
    expectClose(both(second), scores(0.3f), 1e-5);
    detector.setSuppression(SUPPRESS_LINEAR, 0.6f);
    expectClose(both(second * (1 - iou)), scores(0.3f), 1e-5);
    EXPECT_EQ(1, scores(0.5f).rows);
    detector.setClassThresholds({0.5f});
    EXPECT_EQ(1, scores(0).rows);
    detector.setClassThresholds({});
    detector.setSuppression(SUPPRESS_GAUSSIAN, 0.5f);
    expectClose(both(second * std::exp(-iou * iou / 0.5)), scores(0.3f), 1e-5);
    detector.setSuppression(SUPPRESS_NONE);
    expectClose(both(second), scores(0.3f), 1e-5);
}

TEST(DnnRpn_Model, suppressionAcrossClasses)
{
    Loaded cells(golden::cellsModel, cellsDescription());
    Mat image = Mat::zeros(16, 32, CV_8UC3), b, s, l;
    image(Rect(8, 0, 8, 8)).setTo(Scalar(200, 210, 0));
    for (int method : {SUPPRESS_HARD, SUPPRESS_LINEAR, SUPPRESS_GAUSSIAN})
    {
        cells.detector.setSuppression(method, 0.1f);
        cells.detector.setNmsAcrossClasses(false);
        cells.detector.detect(image, b, s, l, 0.3f);
        EXPECT_TRUE(sameBits(labels({2, 1}), l));
        cells.detector.setNmsAcrossClasses(true);
        cells.detector.detect(image, b, s, l, 0.3f);
        EXPECT_TRUE(sameBits(labels({2}), l));
    }
}

TEST(DnnRpn_Model, oneTileIsTheWholeImage)
{
    Loaded cells(golden::cellsModel, cellsDescription());
    Mat image = Mat::zeros(32, 64, CV_8UC3), b, s, l, b2, s2, l2;
    image(Rect(32, 16, 16, 16)).setTo(green);
    image(Rect(0, 0, 16, 16)).setTo(blue);
    cells.detector.detect(image, b, s, l);
    cells.detector.detectTiles(image, b2, s2, l2, Size(64, 32));
    EXPECT_TRUE(sameBits(b, b2) && sameBits(s, s2) && sameBits(l, l2));

    // Smaller than a tile: the model sees it in the same size as ever.
    image = Mat::zeros(12, 20, CV_8UC3);
    image(Rect(8, 0, 8, 8)).setTo(blue);
    cells.detector.detectTiles(image, b, s, l, Size(), 0, 0.9f);
    expectClose(boxes({8, 0, 16, 8}), b, 1e-5);
    cells.detector.detectTiles(image, b, s, l, Size(), 0, 0);
    for (int i = 0; i < b.rows; i++)
    {
        const Vec4f box = *b.ptr<Vec4f>(i);
        EXPECT_TRUE(box[0] < box[2] && box[2] <= 20 && box[1] < box[3] && box[3] <= 12) << box;
    }
}

TEST(DnnRpn_Model, tilesFindEachObjectOnce)
{
    Loaded cells(golden::cellsModel, cellsDescription());
    RNG rng(1);
    // Tiles whose starts are multiples of a cell, so that each sees whole cells.
    for (float overlap : {0.5f, 0.75f})
    {
        SCOPED_TRACE(overlap);
        const int rows = overlap == 0.5f ? 10 : 2;
        Mat image = Mat::zeros(8 * rows, 160, CV_8UC3), expected = Mat::zeros(rows, 20, CV_32S);
        for (int y = 0; y < rows; y++)
            for (int x = 0; x < 20; x++)
                if (rng.uniform(0, 4) == 0)
                {
                    expected.at<int>(y, x) = rng.uniform(1, 3);
                    image(Rect(8 * x, 8 * y, 8, 8)).setTo(expected.at<int>(y, x) == 1 ? blue : green);
                }
        Mat b, s, l, found = Mat::zeros(rows, 20, CV_32S);
        cells.detector.detectTiles(image, b, s, l, Size(), overlap, 0.5f);
        EXPECT_EQ(countNonZero(expected), b.rows);
        for (int i = 0; i < b.rows; i++)
        {
            const Vec4f box = *b.ptr<Vec4f>(i);
            const int x = cvRound(box[0] / 8), y = cvRound(box[1] / 8);
            EXPECT_LT(cv::norm(box - Vec4f(8.f * x, 8.f * y, 8.f * x + 8, 8.f * y + 8)), 1e-3) << box;
            EXPECT_NEAR(cellScore, s.at<float>(i), 1e-5);
            found.at<int>(y, x) = l.at<int>(i);
        }
        EXPECT_TRUE(sameBits(expected, found));
    }
}

TEST(DnnRpn_Model, tilesLeaveWhatIsCutOffToTheNext)
{
    Loaded cells(golden::cellsModel, cellsDescription());
    cells.detector.setSuppression(SUPPRESS_HARD, 1); // nothing is merged
    Mat image = Mat::zeros(16, 48, CV_8UC3), b, s, l;
    // Tiles from 0 and from 16. Half of it ends the first, all of it is in the middle of the second.
    image(Rect(24, 0, 16, 8)).setTo(blue);
    cells.detector.detectTiles(image, b, s, l, Size(), 0.5f, 0.5f);
    expectClose(boxes({24, 0, 32, 8, 32, 0, 40, 8}), b, 1e-5); // once each
    // All that they have in common: neither shows room around, so both keep it.
    image.setTo(Scalar::all(0));
    image(Rect(16, 0, 16, 8)).setTo(blue);
    cells.detector.detectTiles(image, b, s, l, Size(), 0.5f, 0.5f);
    EXPECT_EQ(2, b.rows); // of two cells each
    // Without overlap nothing shows more of it.
    cells.detector.detectTiles(image(Rect(0, 0, 32, 16)), b, s, l, Size(16, 16), 0, 0.5f);
    EXPECT_GT(b.rows, 0);
}

TEST(DnnRpn_Model, backendIsPassedOn)
{
    Loaded cells(golden::cellsModel, cellsDescription());
    cells.detector.setPreferableBackend(dnn::DNN_BACKEND_OPENCV);
    cells.detector.setPreferableTarget(dnn::DNN_TARGET_CPU);
    Mat image = Mat::zeros(16, 32, CV_8UC3), b, s, l;
    image(Rect(8, 8, 8, 8)).setTo(blue);
    cells.detector.detect(image, b, s, l, 0.5f);
    EXPECT_EQ(1, b.rows);
    EXPECT_FALSE(errorOf([&] {
                     cells.detector.setPreferableBackend(-7), cells.detector.detect(image, b, s, l);
                 }).empty());
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
    const Mat image = Mat::zeros(16, 32, CV_8UC3);
    EXPECT_ERROR("BGRA or grey, not empty", detector.detect(Mat(), b, s, l));
    EXPECT_ERROR("not 16 x 32 CV_16UC3", detector.detect(Mat::zeros(16, 32, CV_16UC3), b, s, l));
    EXPECT_ERROR("CV_8UC2", detector.detectTiles(Mat::zeros(16, 32, CV_8UC2), b, s, l));
    EXPECT_ERROR("nan", detector.detect(image, b, s, l, nan));
    std::vector<Mat> bs, ss, ls;
    EXPECT_ERROR("not empty", detector.detectBatch(std::vector<Mat>{image, Mat()}, bs, ss, ls));
    EXPECT_ERROR("nan", detector.detectBatch(std::vector<Mat>{image}, bs, ss, ls, nan));
    EXPECT_ERROR("overlap must be in", detector.detectTiles(image, b, s, l, Size(), 1));
    EXPECT_ERROR("not -3 x 4", detector.detectTiles(image, b, s, l, Size(-3, 4)));
    EXPECT_ERROR("nan", detector.detectTiles(image, b, s, l, Size(), 0, nan));
    EXPECT_ERROR("not 7", detector.setSuppression(7));
    EXPECT_ERROR("strength must be in 0..1, not 2", detector.setSuppression(SUPPRESS_LINEAR, 2));
    EXPECT_ERROR("strength", detector.setSuppression(SUPPRESS_GAUSSIAN, 0));
    EXPECT_ERROR("1 thresholds, one a class, not 2", detector.setClassThresholds({0.5f, 0.5f}));
    EXPECT_ERROR("nan", detector.setClassThresholds({nan}));
    EXPECT_ERROR("not -1", detector.setMaxDetections(-1));
    EXPECT_ERROR("1..1, not 2", detector.className(2));
    EXPECT_ERROR("1..1, not 0", detector.className(0));
    d.kind = EXPORT_OPENCV;
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
