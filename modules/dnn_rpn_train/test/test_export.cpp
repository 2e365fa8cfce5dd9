// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "scratch.hpp"
#include "../src/detector/backbone.hpp"
#include "../src/detector/export.hpp"
#include "../src/detector/verify.hpp"

#include "opencv2/dnn_rpn.hpp"

namespace opencv_test {
namespace {

const Size size(128, 96);

//! A head on the small backbone, whose scores and deltas are as wide as a trained one's.
struct Exported
{
    Graph graph;
    std::unique_ptr<AnchorHead> head;
    std::unique_ptr<Network> network;
    Mat image{size, CV_8UC3};

    Exported(AnchorLoss loss, int classes, int levels, int tower = 0)
    {
        RNG rng(5);
        std::vector<int> features{addBackbone(graph, "small", rng)};
        for (int level = 1; level < levels; level++)
            features.push_back(graph.addRelu(
                "more.relu", graph.addConv("more" + std::to_string(level), features.back(), 96, 96, 3, 2)));
        AnchorHeadParams params;
        params.loss = loss;
        params.tower = tower;
        params.anchorSizes = {20, 40};
        params.proposals.nmsThreshold = 0.7f;
        head = std::make_unique<AnchorHead>(params, classes, graph, features, rng);
        for (Parameter& p : graph.parameters)
            if (p.name.find("more") == 0 || p.name.find("logits.") != std::string::npos ||
                p.name.find("deltas.") != std::string::npos)
                rng.fill(p.value.flat(), RNG::NORMAL, 0, 0.05);
        network = std::make_unique<Network>(graph, Engine::create("eigen"));
        rng.fill(image, RNG::UNIFORM, 0, 256);
        GaussianBlur(image, image, Size(), 5);
        normalize(image, image, 0, 255, NORM_MINMAX);
        Tensor input(Shape(1, 3, size.height, size.width));
        const Mat blob = dnn::blobFromImage(image);
        std::copy_n(blob.ptr<float>(), blob.total(), input.data());
        network->forward(input);
    }

    std::string file(dnn_rpn::ExportKind kind) const
    {
        return exporterOf(kind).write({graph, *head, size, nullptr});
    }

    //! Loaded from a file, as an application does it.
    Detector detector(const Scratch& scratch, dnn_rpn::ExportKind kind) const
    {
        ModelDescription d = describe(graph, *head, size);
        d.kind = kind;
        if (head->classes() > 0)
            d.classes.assign(head->classes(), "some class");
        writeFile(scratch / "m.onnx", file(kind));
        d.write(scratch / "m.yml");
        return Detector(scratch / "m.onnx");
    }
};

TEST(Export, givesWhatTheNetworkGives)
{
    for (AnchorLoss loss : {LOSS_FOCAL_SIGMOID, LOSS_CE_SOFTMAX})
        for (int classes : {0, 1, 3})
            for (int levels : {1, 2})
                for (dnn_rpn::ExportKind kind : {dnn_rpn::EXPORT_OPENCV, dnn_rpn::EXPORT_HEADS})
                {
                    SCOPED_TRACE(
                        format("loss %d, %d classes, %d levels, kind %d", loss, classes, levels, kind));
                    Exported e(loss, classes, levels, levels - 1);
                    EXPECT_EQ("",
                              errorOf([&] { verifyExport(e.file(kind), kind, *e.network, *e.head, size); }));
                    // And of another network it does not.
                    for (Parameter& p : e.graph.parameters)
                        if (p.name.find("deltas.bias") != std::string::npos)
                            p.value.data()[1] += 1;
                    const std::string other = e.file(kind);
                    for (Parameter& p : e.graph.parameters)
                        if (p.name.find("deltas.bias") != std::string::npos)
                            p.value.data()[1] -= 1;
                    EXPECT_TRUE(
                        contains(errorOf([&] { verifyExport(other, kind, *e.network, *e.head, size); }),
                                 "other deltas"));
                }
}

//! A network that sees the same everywhere gives equal scores, and any of them may come first.
TEST(Export, tiesComeInAnyOrder)
{
    for (int classes : {0, 3})
    {
        Exported e(LOSS_FOCAL_SIGMOID, classes, 1);
        for (Parameter& p : e.graph.parameters)
            if (p.name.find("logits.weight") != std::string::npos)
                p.value.flat() = 0.;
        EXPECT_EQ("", errorOf([&] {
                      verifyExport(e.file(dnn_rpn::EXPORT_OPENCV), dnn_rpn::EXPORT_OPENCV, *e.network,
                                   *e.head, size);
                  }));
    }
}

//! Which of the first boxes are among the second, by label, to a tenth of a pixel and 1e-3 of score.
double shareFound(const Mat& boxes, const Mat& scores, const Mat& labels, const Mat& otherBoxes,
                  const Mat& otherScores, const Mat& otherLabels)
{
    int found = 0;
    for (int i = 0; i < boxes.rows; i++)
        for (int j = 0; j < otherBoxes.rows; j++)
            if (cv::norm(boxes.row(i), otherBoxes.row(j), NORM_INF) < 0.1 &&
                std::abs(scores.at<float>(i) - otherScores.at<float>(j)) < 1e-3 &&
                (labels.empty() ? 1 : labels.at<int>(i)) == otherLabels.at<int>(j))
            {
                found++;
                break;
            }
    return static_cast<double>(found) / boxes.rows;
}

TEST(Export, detectorFindsWhatTheHeadFinds)
{
    const Scratch scratch;
    for (AnchorLoss loss : {LOSS_FOCAL_SIGMOID, LOSS_FOCAL_SOFTMAX})
        for (int classes : {0, 1, 3})
            for (int levels : {1, 2})
                for (dnn_rpn::ExportKind kind : {dnn_rpn::EXPORT_OPENCV, dnn_rpn::EXPORT_HEADS})
                {
                    // Proposals are suppressed by level, but for DetectionOutput there is only one.
                    if (classes == 0 && levels > 1 && kind == dnn_rpn::EXPORT_OPENCV)
                        continue;
                    SCOPED_TRACE(
                        format("loss %d, %d classes, %d levels, kind %d", loss, classes, levels, kind));
                    Exported e(loss, classes, levels, 1);
                    const auto [boxes, scores, labels] = e.head->detect(*e.network, 0, size);
                    Mat theirBoxes, theirScores, theirLabels;
                    e.detector(scratch, kind).detect(e.image, theirBoxes, theirScores, theirLabels);
                    EXPECT_GT(boxes.rows, 20);
                    if (classes == 3)
                    {
                        EXPECT_GT(countNonZero(labels == 3), 0);
                        EXPECT_GT(countNonZero(labels == 2), 0);
                    }
                    EXPECT_NEAR(boxes.rows, theirBoxes.rows, 0.02 * boxes.rows);
                    EXPECT_GT(shareFound(boxes, scores, labels, theirBoxes, theirScores, theirLabels), 0.98);
                }
}

TEST(Export, descriptionIsOfAllLevels)
{
    const Exported two(LOSS_FOCAL_SIGMOID, 3, 2), none(LOSS_FOCAL_SIGMOID, 0, 1);
    const ModelDescription d = describe(two.graph, *two.head, size);
    EXPECT_EQ(dnn_rpn::DETECTOR_RETINANET, d.detector);
    EXPECT_EQ(size, d.inputSize);
    EXPECT_EQ(std::vector<Size>({Size(8, 6), Size(4, 3)}), d.featureSizes);
    ASSERT_EQ(2u, d.levels.size());
    EXPECT_EQ(16, d.levels[0].stride);
    EXPECT_EQ(32, d.levels[1].stride);
    EXPECT_EQ(dnn_rpn::DETECTOR_RPN, describe(none.graph, *none.head, size).detector);
}

//! "All" is a number in the file: every anchor, for every class.
TEST(Export, withoutLimits)
{
    Exported e(LOSS_FOCAL_SIGMOID, 3, 2);
    AnchorHeadParams params = e.head->parameters();
    params.detections.preNms = params.detections.maxDetections = 0;
    params.detections.scoreThreshold = 0;
    params.detections.nmsThreshold = 1;
    RNG rng(5);
    Graph graph;
    const int features = addBackbone(graph, "small", rng);
    const AnchorHead head(params, 3, graph, {features}, rng);
    Network network(graph, Engine::create("eigen"));
    const std::string file = exporterOf(dnn_rpn::EXPORT_OPENCV).write({graph, head, size, nullptr});
    EXPECT_EQ("", errorOf([&] { verifyExport(file, dnn_rpn::EXPORT_OPENCV, network, head, size); }));
    dnn::Net net = dnn::readNetFromONNX(file.data(), file.size());
    net.setInput(dnn::blobFromImage(e.image));
    const Mat table = net.forward();
    EXPECT_EQ(8u * 6 * 6 * 3, table.total() / 7); // cells, shapes, classes
}

} // namespace
} // namespace opencv_test
