// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "test_precomp.hpp"
#include <thread>
#include "opencv2/dnn.hpp"
#include "opencv2/dnn/layer.hpp"
#include "onnx_file.hpp"
#include "golden/golden_layers.hpp"

namespace opencv_test {
namespace {

typedef std::vector<int> Shape;
typedef std::vector<std::pair<std::string, Mat>> Inputs;

const char domain[] = "opencv.dnn_rpn";

//! The layers are registered during each of these tests and not after it.
class DnnRpn_Layers : public testing::Test
{
protected:
    void SetUp() override { registerLayers(); }
    void TearDown() override { unregisterLayers(); }
};

//! By cv::dnn alone: the layers have to be registered.
dnn::Net readPlainly(const std::vector<uchar>& file)
{
    return dnn::readNetFromONNX(file);
}

std::vector<Mat> outputsOf(dnn::Net net, const Inputs& inputs, const std::vector<String>& names)
{
    for (const auto& input : inputs)
        net.setInput(input.second, input.first);
    std::vector<Mat> outputs;
    net.forward(outputs, names);
    for (Mat& output : outputs)
        output = output.clone();
    return outputs;
}

Mat outputOf(dnn::Net net, const Inputs& inputs, const String& name)
{
    return outputsOf(net, inputs, {name})[0];
}

Mat tensorOf(const std::vector<float>& numbers, const Shape& shape)
{
    return Mat(numbers, true).reshape(1, static_cast<int>(shape.size()), shape.data());
}

Mat zeros(const Shape& shape)
{
    return Mat(shape, CV_32F, Scalar(0));
}

//! As a net takes it.
Mat floatsOf(const std::vector<int>& numbers)
{
    Mat m;
    Mat(numbers, true).convertTo(m, CV_32F);
    return m;
}

Shape shapeOf(const Mat& m)
{
    return Shape(m.size.p, m.size.p + m.dims);
}

void expectAll(const std::vector<float>& expected, const Mat& actual, double tolerance)
{
    ASSERT_EQ(expected.size(), actual.total());
    expectClose(Mat(expected), column(actual), tolerance);
}

void expectAll(const std::vector<int>& expected, const Mat& actual)
{
    ASSERT_EQ(expected.size(), actual.total());
    expectClose(floatsOf(expected), column(actual), 0);
}

// ---- registration

TEST_F(DnnRpn_Layers, registeredOnceAndWithdrawn)
{
    registerLayers(); // a second time
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; i++)
        threads.push_back(std::thread([] {
            for (int k = 0; k < 50; k++)
                registerLayers();
        }));
    for (std::thread& thread : threads)
        thread.join();
    for (const std::string type : {"Proposals", "SigmoidFocalLoss", "SoftmaxFocalLoss", "RoIAlign", "RoIPool",
                                   "NonMaxSuppression", "RoiAlign", "MaxRoiPool", "TopK"})
    {
        EXPECT_TRUE(dnn::LayerFactory::isLayerRegistered(type)) << type;
        EXPECT_TRUE(dnn::LayerFactory::isLayerRegistered(std::string(domain) + "." + type)) << type;
    }
    unregisterLayers();
    unregisterLayers();
    // Once is enough: nothing was put on top of another.
    EXPECT_FALSE(dnn::LayerFactory::isLayerRegistered("opencv.dnn_rpn.TopK"));
    EXPECT_FALSE(dnn::LayerFactory::isLayerRegistered("opencv.dnn_rpn.Proposals"));
}

class Stranger : public dnn::Layer
{
public:
    static Ptr<dnn::Layer> create(dnn::LayerParams&) { return makePtr<Stranger>(); }
};

TEST_F(DnnRpn_Layers, leaveOthersLayersAlone)
{
    unregisterLayers();
    dnn::LayerFactory::registerLayer("RoIPool", Stranger::create);
    registerLayers();
    dnn::LayerParams params;
    EXPECT_TRUE(dnn::LayerFactory::createLayerInstance("RoIPool", params).dynamicCast<Stranger>());
    unregisterLayers();
    EXPECT_TRUE(dnn::LayerFactory::isLayerRegistered("RoIPool"));
    dnn::LayerFactory::unregisterLayer("RoIPool");
}

// ---- the operators of ONNX, against ONNX Runtime

//! Rows of the expected, then padding.
void expectSelected(const std::vector<int>& expected, const Mat& selected)
{
    const int rows = static_cast<int>(expected.size()) / 3;
    ASSERT_EQ(3, selected.cols);
    ASSERT_GE(selected.rows, rows);
    expectClose(floatsOf(expected).reshape(1, rows), selected.rowRange(0, rows), 0);
    for (int i = rows; i < selected.rows; i++)
        for (int j = 0; j < 3; j++)
            ASSERT_EQ(-1, selected.at<float>(i, j));
}

TEST_F(DnnRpn_Layers, nonMaxSuppression)
{
    const Inputs inputs = {{"boxes", tensorOf(golden::nmsLayerBoxes, {2, 40, 4})},
                           {"scores", tensorOf(golden::nmsLayerScores, {2, 3, 40})}};
    const Mat corners = outputOf(readPlainly(golden::nmsCorners), inputs, "selected");
    EXPECT_EQ(2 * 3 * 5, corners.rows);
    expectSelected(golden::nmsCornersSelected, corners);
    const Mat centres = outputOf(readPlainly(golden::nmsCentres), inputs, "selected");
    EXPECT_EQ(2 * 3 * 40, centres.rows);
    expectSelected(golden::nmsCentresSelected, centres);
    expectSelected(golden::nmsNoIouSelected, outputOf(readOnnx(golden::nmsNoIou), inputs, "selected"));
}

//! One image, one class.
OnnxFile suppressionFile(int boxes, int count, float iou, float score)
{
    OnnxFile file("NonMaxSuppression", "");
    file.input("boxes", {1, boxes, 4}).input("scores", {1, 1, boxes});
    file.constant("count", Mat(1, 1, CV_32S, Scalar(count)), {1});
    file.constant("iou", Mat(1, 1, CV_32F, Scalar(iou)), {1});
    file.constant("score", Mat(1, 1, CV_32F, Scalar(score)), {1});
    file.output("selected", {std::min(boxes, count), 3}).output("selected_count", {1, 1});
    return file;
}

TEST_F(DnnRpn_Layers, nonMaxSuppressionIsNmsPadded)
{
    RNG rng(1);
    const Mat b = randomBoxes(rng, 60, 60, 8, 30), s = randomMatrix(rng, 60, 1, 1);
    const Inputs inputs = {{"boxes", tensor(b, {1, 60, 4})}, {"scores", tensor(s, {1, 1, 60})}};
    std::vector<int> keep;
    nms(b, s, 0.3f, keep, 7);
    ASSERT_EQ(7u, keep.size());
    const std::vector<Mat> found = outputsOf(readPlainly(suppressionFile(60, 7, 0.3f, -100).bytes()), inputs,
                                             {"selected", "selected_count"});
    expectClose(floatsOf(keep), found[0].col(2), 0);
    EXPECT_EQ(7, found[1].at<float>(0));

    // No score is above the threshold, boxes of zeros are padding, a score may be NaN.
    dnn::Net net = readPlainly(suppressionFile(60, 7, 0.3f, 100).bytes());
    const std::vector<Mat> none = outputsOf(net, inputs, {"selected", "selected_count"});
    EXPECT_EQ(7 * 3, countNonZero(none[0] == -1));
    EXPECT_EQ(0, none[1].at<float>(0));
    const Mat few = tensorOf({0, 0, 0, 0, 5, 5, 9, 9, 1, 1, 2, 2}, {1, 3, 4});
    const std::vector<Mat> one = outputsOf(readPlainly(suppressionFile(3, 7, 0, -1).bytes()),
                                           {{"boxes", few}, {"scores", tensorOf({3, nan, 1}, {1, 1, 3})}},
                                           {"selected", "selected_count"});
    expectAll(std::vector<int>{0, 0, 2, -1, -1, -1, -1, -1, -1}, one[0]);
    EXPECT_EQ(1, one[1].at<float>(0));
}

//! A threshold is exceeded, not reached.
TEST_F(DnnRpn_Layers, nonMaxSuppressionKeepsAtTheThreshold)
{
    const Inputs inputs = {{"boxes", tensorOf({0, 0, 4, 4, 0, 0, 4, 8}, {1, 2, 4})},
                           {"scores", tensorOf({2, 1}, {1, 1, 2})}};
    EXPECT_EQ(
        1, outputOf(readPlainly(suppressionFile(2, 2, 0.5f, 0).bytes()), inputs, "selected").at<float>(1, 2));
    EXPECT_EQ(
        -1,
        outputOf(readPlainly(suppressionFile(2, 2, 0.4999f, 0).bytes()), inputs, "selected").at<float>(1, 2));
    // Likewise the score.
    EXPECT_EQ(
        -1,
        outputOf(readPlainly(suppressionFile(2, 2, 0.5f, 1).bytes()), inputs, "selected").at<float>(1, 2));
}

Inputs alignInputs()
{
    return {{"X", tensorOf(golden::alignLayerFeatures, {2, 3, 7, 9})},
            {"rois", floats(golden::alignLayerRois, 4)},
            {"pictures", floatsOf(golden::alignLayerImages)}};
}

TEST_F(DnnRpn_Layers, roiAlign)
{
    const std::vector<uchar>* files[] = {&golden::alignOld, &golden::alignHalfPixel, &golden::alignMax,
                                         &golden::alignMaxOld};
    const std::vector<float>* pooled[] = {&golden::alignOldPooled, &golden::alignHalfPixelPooled,
                                          &golden::alignMaxPooled, &golden::alignMaxOldPooled};
    for (int i = 0; i < 4; i++)
    {
        SCOPED_TRACE(i);
        const Mat out = outputOf(readPlainly(*files[i]), alignInputs(), "pooled");
        EXPECT_EQ(Shape({6, 3, 3, 2}), shapeOf(out));
        expectAll(*pooled[i], out, 1e-5);
    }
    // From opset 16 on half pixels are the default, which only the reader knows.
    expectAll(golden::alignNewPooled, outputOf(readOnnx(golden::alignNew), alignInputs(), "pooled"), 1e-5);
}

TEST_F(DnnRpn_Layers, roiAlignIsRoiAlign)
{
    RoiAlignParams params;
    params.spatialScale = 0.25f;
    params.samplingRatio = 2;
    Mat expected;
    roiAlign(alignInputs()[0].second, alignInputs()[1].second, golden::alignLayerImages, Size(4, 2), expected,
             params);
    Mat rois;
    hconcat(floatsOf(golden::alignLayerImages), alignInputs()[1].second, rois);
    rois.at<float>(2, 0) = -1; // padding
    OnnxFile file("RoIAlign", domain);
    file.input("X", {2, 3, 7, 9}).input("rois", {6, 5}).output("pooled", {6, 3, 2, 4});
    file.attribute("output_width", 4).attribute("output_height", 2).attribute("sampling_ratio", 2);
    file.attribute("spatial_scale", 0.25f).attribute("coordinate_transformation_mode", "half_pixel");
    const Mat out =
        outputOf(readPlainly(file.bytes()), {{"X", alignInputs()[0].second}, {"rois", rois}}, "pooled");
    std::fill_n(expected.ptr<float>(2), expected.total() / 6, 0.f);
    EXPECT_TRUE(sameBits(column(expected), column(out)));
}

TEST_F(DnnRpn_Layers, roiPool)
{
    Mat rois, expected, argmax;
    hconcat(floatsOf(golden::alignLayerImages), alignInputs()[1].second, rois);
    const Inputs inputs = {{"X", alignInputs()[0].second}, {"rois", rois}};
    roiPool(inputs[0].second, rois.colRange(1, 5), golden::alignLayerImages, Size(2, 3), expected, argmax,
            0.25f);
    OnnxFile file("RoIPool", domain);
    file.input("X", {2, 3, 7, 9}).input("rois", {6, 5}).output("pooled", {6, 3, 3, 2});
    file.attribute("pooled_shape", Shape{3, 2}).attribute("spatial_scale", 0.25f);
    EXPECT_TRUE(sameBits(column(expected), column(outputOf(readPlainly(file.bytes()), inputs, "pooled"))));
    expectAll(golden::maxRoiPoolPooled, outputOf(readPlainly(golden::maxRoiPool), inputs, "pooled"), 0);
}

TEST_F(DnnRpn_Layers, topK)
{
    const Inputs inputs = {{"X", tensorOf(golden::topKInput, {2, 6, 3})}};
    const std::vector<String> names = {"values", "indices"};
    std::vector<Mat> found = outputsOf(readPlainly(golden::topKRows), inputs, names);
    EXPECT_EQ(Shape({2, 4, 3}), shapeOf(found[0]));
    EXPECT_EQ(Shape({2, 4, 3}), shapeOf(found[1]));
    expectAll(golden::topKRowsValues, found[0], 0);
    expectAll(golden::topKRowsIndices, found[1]);
    found = outputsOf(readPlainly(golden::topKSmallest), inputs, names);
    expectAll(golden::topKSmallestValues, found[0], 0);
    expectAll(golden::topKSmallestIndices, found[1]);
    found = outputsOf(readPlainly(golden::topKAttribute), inputs, names);
    expectAll(golden::topKAttributeValues, found[0], 0);
    expectAll(golden::topKAttributeIndices, found[1]);
}

TEST_F(DnnRpn_Layers, topKPutsNanAboveNumbers)
{
    OnnxFile file("TopK", "");
    file.input("X", {5}).output("values", {3}).output("indices", {3});
    file.attribute("k", 3).attribute("axis", 0); // not -1: an input of one dimension arrives with two
    const Inputs inputs = {{"X", floats({1, nan, 7, -inf, nan}, 1)}};
    EXPECT_EQ(std::vector<float>({1, 4, 2}),
              std::vector<float>(column(outputOf(readPlainly(file.bytes()), inputs, "indices"))));
    file.attribute("largest", 0);
    EXPECT_EQ(std::vector<float>({3, 0, 2}),
              std::vector<float>(column(outputOf(readPlainly(file.bytes()), inputs, "indices"))));
}

// ---- our own, against the functions

TEST_F(DnnRpn_Layers, focalLoss)
{
    RNG rng(3);
    const Mat logits = randomMatrix(rng, 2 * 9, 3, 2), labels = randomLabels(rng, 2 * 9, -1, 2);
    Mat numbers;
    labels.convertTo(numbers, CV_32F);
    const Inputs inputs = {{"logits", tensor(logits, {2, 9, 3})}, {"labels", tensor(numbers, {2, 9})}};
    const auto file = [](const char* type) {
        OnnxFile f(type, domain);
        f.input("logits", {2, 9, 3}).input("labels", {2, 9}).output("loss", {1, 1});
        return f;
    };
    const double positives = countNonZero(labels > 0);
    ASSERT_GT(positives, 1);
    const auto loss = [&](const OnnxFile& f) {
        return outputOf(readPlainly(f.bytes()), inputs, "loss").at<float>(0);
    };
    EXPECT_FLOAT_EQ(sigmoidFocalLoss(logits, labels, noArray(), 0.25, 2, positives),
                    loss(file("SigmoidFocalLoss")));
    EXPECT_FLOAT_EQ(softmaxFocalLoss(logits, labels, noArray(), 0.25, 2, positives),
                    loss(file("SoftmaxFocalLoss")));
    OnnxFile number = file("SigmoidFocalLoss");
    number.attribute("alpha", -1.f).attribute("gamma", 1.5f).attribute("normalizer", 100);
    EXPECT_FLOAT_EQ(sigmoidFocalLoss(logits, labels, noArray(), -1, 1.5, 100), loss(number));
    OnnxFile text = file("SoftmaxFocalLoss");
    text.attribute("alpha", 0.6f).attribute("gamma", 0.f).attribute("normalizer", "positives");
    EXPECT_FLOAT_EQ(softmaxFocalLoss(logits, labels, noArray(), 0.6f, 0, positives), loss(text));

    // Nothing but background: the normalizer is 1.
    const Mat background = Mat::zeros(18, 1, CV_32S);
    EXPECT_FLOAT_EQ(sigmoidFocalLoss(logits, background, noArray()),
                    outputOf(readPlainly(file("SigmoidFocalLoss").bytes()),
                             {inputs[0], {"labels", Mat::zeros(2, 9, CV_32F)}}, "loss")
                        .at<float>(0));
    EXPECT_ERROR("whole numbers, but has 0.5",
                 outputOf(readPlainly(file("SigmoidFocalLoss").bytes()),
                          {inputs[0], {"labels", Mat(2, 9, CV_32F, Scalar(0.5))}}, "loss"));
}

//! Two images' heads over 4 x 3 cells of 8 pixels, with two shapes a cell.
struct Heads
{
    static const int anchorsOfAll = 4 * 3 * 2;

    Heads()
    {
        RNG rng(7);
        level.stride = 8;
        level.widths = {10, 14};
        level.heights = {12, 8};
        generateAnchors(level, Size(4, 3), anchors);
        logits = randomMatrix(rng, 2 * anchorsOfAll, 2, 2);
        deltas = randomMatrix(rng, 2 * anchorsOfAll, 4, 0.3);
        params.preNms = 15;
        params.postNms = 6;
        params.nmsThreshold = 0.4f;
        params.minSize = 3;
    }

    Inputs inputs(const Mat& scores) const
    {
        return {{"scores", scores},
                {"deltas", tensor(deltas, {2, anchorsOfAll, 4})},
                {"map", zeros({2, 1, 3, 4})},
                {"picture", zeros({2, 3, 24, 32})}};
    }

    //! Boxes, scores and their number of both images, padded.
    std::vector<Mat> expected(const Mat& scores, const std::vector<int>& counts) const
    {
        std::vector<Mat> all = {Mat::zeros(2 * params.postNms, 4, CV_32F),
                                Mat::zeros(2, params.postNms, CV_32F), Mat::zeros(2, 1, CV_32F)};
        for (int n = 0; n < 2; n++)
        {
            const Range rows(n * anchorsOfAll, (n + 1) * anchorsOfAll);
            Mat b, s;
            generateProposals(scores.rowRange(rows), deltas.rowRange(rows), anchors, counts, Size(32, 24), b,
                              s, params);
            for (int i = 0; i < b.rows; i++)
            {
                b.row(i).copyTo(all[0].row(n * params.postNms + i));
                all[1].at<float>(n, i) = s.at<float>(i);
            }
            all[2].at<float>(n) = static_cast<float>(b.rows);
        }
        return all;
    }

    OnnxFile& limits(OnnxFile& file) const
    {
        file.attribute("pre_nms", params.preNms).attribute("post_nms", params.postNms);
        return file.attribute("nms_threshold", params.nmsThreshold).attribute("min_size", params.minSize);
    }

    AnchorLevel level;
    Mat anchors, logits, deltas;
    ProposalParams params;
};

const std::vector<String> proposalNames = {"boxes", "box_scores", "count"};

OnnxFile& proposalOutputs(OnnxFile& file, int columns = 4)
{
    return file.output("boxes", {2, 6, columns}).output("box_scores", {2, 6}).output("count", {2, 1});
}

TEST_F(DnnRpn_Layers, proposalsFromAttributes)
{
    Heads heads;
    Mat scores;
    objectness(heads.logits, scores);
    for (const float threshold : {0.f, 0.8f, 2.f})
    {
        SCOPED_TRACE(threshold);
        heads.params.scoreThreshold = threshold;
        OnnxFile file("Proposals", domain);
        file.input("scores", {2, 24, 2}).input("deltas", {2, 24, 4}).input("map", {2, 1, 3, 4});
        file.input("picture", {2, 3, 24, 32}).attribute("logits", 1).attribute("stride", Shape{8});
        file.attribute("widths", heads.level.widths).attribute("heights", heads.level.heights);
        file.attribute("offset", heads.level.offset).attribute("score_threshold", threshold);
        proposalOutputs(heads.limits(file));
        const std::vector<Mat> found = outputsOf(
            readPlainly(file.bytes()), heads.inputs(tensor(heads.logits, {2, 24, 2})), proposalNames);
        const std::vector<Mat> expected = heads.expected(scores, {});
        EXPECT_EQ(Shape({2, 6, 4}), shapeOf(found[0]));
        for (int i = 0; i < 3; i++)
            EXPECT_TRUE(sameBits(column(expected[i]), column(found[i]))) << i;
        if (threshold > 1)
        {
            EXPECT_EQ(0, countNonZero(found[2])) << "there should be no proposals";
        }
    }
}

TEST_F(DnnRpn_Layers, proposalsFromAnchors)
{
    Heads heads;
    const Mat scores = heads.logits.col(1).clone();
    OnnxFile file("Proposals", domain);
    file.input("scores", {2, 24}).input("deltas", {2, 24, 4}).constant("anchors", heads.anchors, {24, 4});
    file.attribute("image_width", 32).attribute("image_height", 24).attribute("level_counts", Shape{10, 14});
    file.attribute("columns", 5);
    proposalOutputs(heads.limits(file), 5);
    const Inputs all = heads.inputs(tensor(scores, {2, 24}));
    const std::vector<Mat> found = outputsOf(readPlainly(file.bytes()), {all[0], all[1]}, proposalNames);
    const std::vector<Mat> expected = heads.expected(scores, {10, 14});
    const Mat rows = tensor(found[0], {12, 5});
    expectClose(floats({0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1}, 1), rows.col(0), 0);
    expectClose(expected[0], rows.colRange(1, 5), 0);
    EXPECT_TRUE(sameBits(expected[1], found[1]));
    EXPECT_TRUE(sameBits(expected[2], found[2]));
}

// ---- a whole detector, as PyTorch writes it

Mat detectorImage()
{
    Mat image(std::vector<int>{1, 3, 48, 48}, CV_32F);
    for (int i = 0; i < static_cast<int>(image.total()); i++)
        image.ptr<float>()[i] = static_cast<float>(i * 7919 % 1009) / 512;
    return image;
}

TEST_F(DnnRpn_Layers, detectorOfPyTorch)
{
    unregisterLayers(); // the reader does it
    dnn::Net net = readOnnx(golden::detector);
    unregisterLayers(); // which a net that was read does not mind
    for (int repeat = 0; repeat < 2; repeat++)
    {
        const std::vector<Mat> found =
            outputsOf(net, {{"image", detectorImage()}}, {"boxes1", "scores1", "boxes2", "scores2"});
        const std::vector<float>* expected[] = {&golden::detectorBoxes1, &golden::detectorScores1,
                                                &golden::detectorBoxes2, &golden::detectorScores2};
        for (int i = 0; i < 4; i++)
        {
            SCOPED_TRACE(i);
            const Mat rows = i % 2 ? column(found[i]) : found[i];
            const int columns = i % 2 ? 1 : 4, count = static_cast<int>(expected[i]->size()) / columns;
            ASSERT_EQ(24, rows.rows);
            ASSERT_LT(count, 24) << "the padding should be tried too";
            expectClose(floats(*expected[i], columns), rows.rowRange(0, count), 1e-3);
            EXPECT_EQ(0, countNonZero(rows.rowRange(count, 24)));
        }
    }
}

TEST_F(DnnRpn_Layers, detectorFromFile)
{
    const std::string path = cv::tempfile(".onnx");
    writeFile(path, std::string(golden::detector.begin(), golden::detector.end()));
    EXPECT_FALSE(readOnnx(path).empty());
    writeFile(path, "no model");
    EXPECT_ERROR(path, readOnnx(path));
    std::remove(path.c_str());
    EXPECT_ERROR(path, readOnnx(path));
}

TEST_F(DnnRpn_Layers, damagedFilesAreRefused)
{
    EXPECT_ERROR("ONNX", readOnnx(std::vector<uchar>{1, 2, 3}));
    const std::vector<uchar>& whole = golden::detector;
    for (size_t size = 1; size < whole.size(); size += 97)
        EXPECT_FALSE(
            errorOf([&] { readOnnx(std::vector<uchar>(whole.begin(), whole.begin() + size)); }).empty())
            << size << " bytes";
}

// ---- what cannot work

TEST_F(DnnRpn_Layers, errorsNameLayerAndValue)
{
    const auto align = [](const Shape& rois) {
        OnnxFile file("RoiAlign", "");
        file.input("X", {1, 2, 5, 5})
            .input("rois", rois)
            .input("images", {rois[0]})
            .output("pooled", {1, 2, 3, 3});
        return file;
    };
    EXPECT_ERROR("'onnx_node!node' of type RoiAlign: rois must have 4 or 5 columns, not 3 x 6",
                 readPlainly(align({3, 6}).bytes()));
    EXPECT_ERROR("output_width must be in 1..1024, not -3",
                 readPlainly(align({3, 4}).attribute("output_width", -3).bytes()));
    EXPECT_ERROR("'output_width' must be a whole number",
                 readPlainly(align({3, 4}).attribute("output_width", "wide").bytes()));
    EXPECT_ERROR("'output_width' must be one value, not 2",
                 readPlainly(align({3, 4}).attribute("output_width", Shape{1, 2}).bytes()));
    EXPECT_ERROR("'mode' must be \"avg\" or \"max\", not \"sum\"",
                 readPlainly(align({3, 4}).attribute("mode", "sum").bytes()));
    EXPECT_ERROR(
        "not \"asymmetric\"",
        readPlainly(align({3, 4}).attribute("coordinate_transformation_mode", "asymmetric").bytes()));
    EXPECT_ERROR("spatial_scale must be above 0",
                 readPlainly(align({3, 4}).attribute("spatial_scale", 0.f).bytes()));
    for (const char* mode : {"avg", "max"})
    {
        SCOPED_TRACE(mode);
        Inputs inputs = {{"X", zeros({1, 2, 5, 5})},
                         {"rois", Mat(3, 4, CV_32F, Scalar(nan))},
                         {"images", floats({0, 0, 0}, 1)}};
        OnnxFile file = align({3, 4});
        file.attribute("mode", mode);
        EXPECT_ERROR("nan", outputOf(readPlainly(file.bytes()), inputs, "pooled"));
        inputs[1].second = Mat::ones(3, 4, CV_32F);
        inputs[2].second = floats({0, 1, 0}, 1);
        EXPECT_ERROR("has 1 at 1", outputOf(readPlainly(file.bytes()), inputs, "pooled"));
        inputs[2].second = floats({0, 0.5, 0}, 1);
        EXPECT_ERROR("has 0.5", outputOf(readPlainly(file.bytes()), inputs, "pooled"));
        inputs[2].second = floats({0, 0}, 1);
        EXPECT_ERROR("3 rois, but 2 batch_indices", outputOf(readPlainly(file.bytes()), inputs, "pooled"));
    }

    OnnxFile alone("RoiAlign", "");
    EXPECT_ERROR("input 'rois' is missing: there are 1",
                 readPlainly(alone.input("X", {1, 2, 5, 5}).output("pooled", {1, 2, 1, 1}).bytes()));
    OnnxFile many("TopK", domain);
    EXPECT_ERROR("at most 2 inputs, not 3", readPlainly(many.input("a", {3})
                                                            .input("b", {3})
                                                            .input("c", {3})
                                                            .attribute("k", 1)
                                                            .output("values", {1})
                                                            .bytes()));
    OnnxFile pool("RoIPool", domain);
    pool.input("X", {1, 2, 5, 5}).input("rois", {3, 5}).output("pooled", {3, 2, 1, 1});
    EXPECT_ERROR("'pooled_shape' must be rows and columns", readPlainly(pool.bytes()));
}

TEST_F(DnnRpn_Layers, errorsOfTopKAndSuppression)
{
    const auto top = [](int k) {
        OnnxFile file("TopK", "");
        file.input("X", {2, 5}).constant("K", Mat(1, 1, CV_32S, Scalar(k)), {1});
        file.output("values", {2, 1}).output("indices", {2, 1});
        return file;
    };
    EXPECT_ERROR("K is 6, but X is 2 x 5", readPlainly(top(6).bytes()));
    EXPECT_ERROR("K must be at least 1, not 0", readPlainly(top(0).bytes()));
    EXPECT_ERROR("'axis' must be in -2..1, not 2", readPlainly(top(1).attribute("axis", 2).bytes()));
    OnnxFile without("TopK", "");
    EXPECT_ERROR("attribute 'k' is missing",
                 readPlainly(without.input("X", {2, 5}).output("values", {2, 1}).bytes()));

    EXPECT_ERROR("max_output_boxes_per_class must be at least 1, not 0",
                 readPlainly(suppressionFile(5, 0, 0.5f, 0).bytes()));
    const Inputs inputs = {{"boxes", zeros({1, 5, 4})}, {"scores", zeros({1, 1, 5})}};
    EXPECT_ERROR("iou_threshold must be in 0..1, not 1.5",
                 outputOf(readPlainly(suppressionFile(5, 2, 1.5f, 0).bytes()), inputs, "selected"));
    const auto suppression = [](const Shape& boxes, const Shape& scores, int count) {
        OnnxFile file("NonMaxSuppression", "");
        file.input("boxes", boxes).input("scores", scores);
        if (count > 0)
            file.constant("count", Mat(1, 1, CV_32S, Scalar(count)), {1});
        return file.output("selected", {3, 3}).bytes();
    };
    EXPECT_ERROR("max_output_boxes_per_class must be one constant",
                 readPlainly(suppression({1, 5, 4}, {1, 1, 5}, 0)));
    EXPECT_ERROR("boxes must be images x boxes x 4, not 5 x 4",
                 readPlainly(suppression({5, 4}, {1, 1, 5}, 3)));
    EXPECT_ERROR("scores must be 1 x classes x 5, not 1 x 2 x 6",
                 readPlainly(suppression({1, 5, 4}, {1, 2, 6}, 3)));
    EXPECT_ERROR("would have", readPlainly(suppression({1, 1000000, 4}, {1, 1000, 1000000}, INT_MAX)));
}

TEST_F(DnnRpn_Layers, errorsOfProposalsAndLoss)
{
    const Heads heads;
    const auto file = [&](const Shape& deltas) {
        OnnxFile f("Proposals", domain);
        f.input("scores", {2, 24}).input("deltas", deltas).constant("anchors", heads.anchors, {24, 4});
        return proposalOutputs(f);
    };
    EXPECT_ERROR("input 'image' is missing", readPlainly(file({2, 24, 4}).bytes()));
    EXPECT_ERROR("'image_width' and 'image_height' must both",
                 readPlainly(file({2, 24, 4}).attribute("image_width", 9).bytes()));
    const auto sized = [&](const Shape& deltas) {
        OnnxFile f = file(deltas);
        return f.attribute("image_width", 32).attribute("image_height", 24);
    };
    EXPECT_ERROR("deltas must be images x anchors x 4, and scores for the same images, not 2 x 24 x 5",
                 readPlainly(sized({2, 24, 5}).bytes()));
    EXPECT_ERROR("'columns' must be 4 or 5, not 6",
                 readPlainly(sized({2, 24, 4}).attribute("columns", 6).bytes()));
    EXPECT_ERROR("'post_nms' must be at least 1, not 0",
                 readPlainly(sized({2, 24, 4}).attribute("post_nms", 0).bytes()));
    EXPECT_ERROR("nmsThreshold must be in 0..1, not 2",
                 readPlainly(sized({2, 24, 4}).attribute("nms_threshold", 2.f).bytes()));
    EXPECT_ERROR("need 'stride'",
                 readPlainly(sized({2, 24, 4}).attribute("widths", std::vector<float>{1}).bytes()));
    EXPECT_ERROR("for each of 2 levels, not 3 and 3",
                 readPlainly(sized({2, 24, 4})
                                 .attribute("stride", Shape{8, 16})
                                 .attribute("widths", std::vector<float>{1, 2, 3})
                                 .attribute("heights", std::vector<float>{1, 2, 3})
                                 .bytes()));
    const Inputs fewer = {{"scores", Mat::zeros(2, 20, CV_32F)}, {"deltas", zeros({2, 20, 4})}};
    EXPECT_ERROR("scores are 2 x 20 CV_32FC1, but there are 24 anchors",
                 outputsOf(readPlainly(sized({2, 24, 4}).bytes()), fewer, proposalNames));
    const Inputs unequal = {{"scores", Mat::zeros(2, 24, CV_32F)}, {"deltas", zeros({2, 20, 4})}};
    EXPECT_FALSE(errorOf([&] {
                     outputsOf(readPlainly(sized({2, 24, 4}).bytes()), unequal, proposalNames);
                 }).empty());

    const auto loss = [](const Shape& labels) {
        OnnxFile f("SigmoidFocalLoss", domain);
        f.input("logits", {4, 3}).input("labels", labels).output("loss", {1, 1});
        return f;
    };
    EXPECT_ERROR("logits are 4 x 3, but labels 3", readPlainly(loss({3}).bytes()));
    EXPECT_ERROR("gamma must be at least 0", readPlainly(loss({4}).attribute("gamma", -1.f).bytes()));
    EXPECT_ERROR("a number or \"positives\", not \"anchors\"",
                 readPlainly(loss({4}).attribute("normalizer", "anchors").bytes()));
    EXPECT_ERROR("normalizer must be in 1e-30..1e30, not 0",
                 readPlainly(loss({4}).attribute("normalizer", 0.f).bytes()));
    const Inputs unknown = {{"logits", Mat::zeros(4, 3, CV_32F)}, {"labels", floats({0, 4, 0, 0}, 1)}};
    EXPECT_ERROR("4", outputOf(readPlainly(loss({4}).bytes()), unknown, "loss"));
}

} // namespace
} // namespace opencv_test
