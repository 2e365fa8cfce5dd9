// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "scratch.hpp"
#include "../src/detector/backbone.hpp"
#include "../src/detector/roi_head.hpp"

namespace opencv_test {
namespace {

const Size input(64, 48);

//! A second stage of three classes on a convolution of stride 8.
struct Second
{
    RNG rng;
    Graph trunk;
    RoiParams params;
    std::unique_ptr<RoiHead> head;
    std::unique_ptr<Network> network;
    Tensor features, gradient;
    Crop crop;

    explicit Second(const RoiParams& p, int images = 2) : rng(19), params(p), crop(p.pooled)
    {
        const int node = trunk.addConv("field", trunk.addInput("picture"), 3, 4, 8, 8);
        head = std::make_unique<RoiHead>(params, 3, trunk, node, input, rng);
        network = std::make_unique<Network>(head->graph(), Engine::create("eigen"), true);
        const Shape map = trunk.shapes(Shape(images, 3, input.height, input.width))[head->featuresNode()];
        features.create(map);
        gradient.create(map);
        for (size_t i = 0; i < map.total(); i++)
            features.data()[i] = static_cast<float>(rng.uniform(-1., 1.));
        // Logits and deltas of a trained size, not the first ones near 0.
        for (int node_ : {head->logitsNode(), head->deltasNode()})
            drawWeights(head->graph().parameters[head->graph().nodes[node_].parameters[0]].value, 0.3, rng);
    }

    HeadLoss loss(const std::vector<Mat>& proposals, const std::vector<std::vector<Object>>& objects)
    {
        return head->loss(crop, features, *network, proposals, objects, input, 3, gradient);
    }
};

RoiParams tiny(RegionLoss loss, bool shared)
{
    RoiParams p;
    p.loss = loss;
    p.classAgnostic = shared;
    p.channels = 3;
    p.hidden = 6;
    p.pooled = Size(3, 2);
    p.sampleCount = 6;
    p.positiveFraction = 0.5f;
    p.trainProposals.postNms = 8;
    p.proposals.postNms = 5;
    return p;
}

Object at(float x1, float y1, float x2, float y2, int label, bool ignored = false)
{
    Object o;
    o.box = Vec4f(x1, y1, x2, y2);
    o.label = label;
    o.ignored = ignored;
    return o;
}

const std::vector<std::vector<Object>> twoImages{
    {at(8, 8, 30, 24, 2), at(40, 20, 58, 44, 1), at(0, 30, 20, 48, 3, true)}, {at(20, 10, 50, 40, 3)}};

std::vector<Mat> someProposals()
{
    return {Mat_<float>({6, 4}, {9, 7, 31, 25, 38, 22, 57, 43, 1, 31, 19, 47,
                                 0, 0, 12, 12, 50, 2,  62, 12, 5, 5,  60, 40}),
            Mat_<float>({4, 4}, {22, 11, 52, 38, 18, 12, 47, 42, 2, 2, 20, 20, 40, 30, 64, 48})};
}

TEST(RoiHead, gradientReachesTheSharedFeatures)
{
    for (RegionLoss loss : {ROI_LOSS_CE, ROI_LOSS_FOCAL})
        for (bool shared : {false, true})
        {
            SCOPED_TRACE(format("loss %d, shared boxes: %d", loss, shared));
            Second s(tiny(loss, shared));
            const HeadLoss first = s.loss(someProposals(), twoImages);
            EXPECT_GT(first.positives, 2);
            EXPECT_GT(first.cls, 0);
            EXPECT_GT(first.reg, 0);
            EXPECT_EQ(-1, first.worst);
            const Tensor gradient = s.gradient.clone();
            double largest = 0;
            int wrong = 0;
            for (size_t i = 0; i < gradient.shape().total(); i++)
            {
                const float was = s.features.data()[i], step = 1e-2f;
                s.features.data()[i] = was + step;
                const double above = s.loss(someProposals(), twoImages).total();
                s.features.data()[i] = was - step;
                const double below = s.loss(someProposals(), twoImages).total();
                s.features.data()[i] = was;
                largest = std::max(largest, static_cast<double>(std::abs(gradient.data()[i])));
                // A ReLU may turn within the step.
                wrong += std::abs((above - below) / (2 * step) - gradient.data()[i]) > 2e-3;
            }
            EXPECT_GT(largest, 0.02);
            EXPECT_LE(wrong, 2);
        }
}

TEST(RoiHead, gradientOfItsParametersIsTheDerivative)
{
    Second s(tiny(ROI_LOSS_CE, false));
    s.loss(someProposals(), twoImages);
    for (int node : {s.head->logitsNode(), s.head->deltasNode()})
        for (int p : s.head->graph().nodes[node].parameters)
        {
            const Tensor gradient = s.network->parameterGradient(p).clone();
            Tensor& value = s.trunk.parameters[p].value; // one list with the second stage's own
            for (size_t i = 0; i < value.shape().total(); i++)
            {
                const float was = value.data()[i], step = 1e-2f;
                value.data()[i] = was + step;
                const double above = s.loss(someProposals(), twoImages).total();
                value.data()[i] = was - step;
                const double below = s.loss(someProposals(), twoImages).total();
                value.data()[i] = was;
                ASSERT_NEAR((above - below) / (2 * step), gradient.data()[i], 2e-3);
            }
        }
}

TEST(RoiHead, nothingToLearnFrom)
{
    const std::vector<Mat> none(2, Mat(0, 4, CV_32F));
    for (RegionLoss loss : {ROI_LOSS_CE, ROI_LOSS_FOCAL})
    {
        SCOPED_TRACE(loss);
        Second s(tiny(loss, false));
        const HeadLoss nothing = s.loss(none, {{}, {}});
        EXPECT_EQ(0, nothing.total());
        EXPECT_EQ(0, nothing.positives);
        EXPECT_EQ(0, cv::norm(s.gradient.flat(), NORM_INF));
        const HeadLoss background = s.loss(someProposals(), {{}, {}});
        EXPECT_GT(background.cls, 0);
        EXPECT_EQ(0, background.reg);
        // One region that holds the whole image and more: nothing is left.
        const std::vector<Object> everything{at(-200, -200, 300, 300, 1, true)};
        EXPECT_EQ(0, s.loss(someProposals(), {everything, everything}).total());
        // The objects' own boxes are proposals too.
        EXPECT_EQ(3, s.loss(none, twoImages).positives);
    }
    RoiParams p = tiny(ROI_LOSS_CE, false);
    p.addGroundTruth = false;
    EXPECT_EQ(0, Second(p).loss(none, twoImages).positives);
}

TEST(RoiHead, detectsWhatItPredicts)
{
    RoiParams p = tiny(ROI_LOSS_CE, false);
    Second s(p, 1);
    Network detecting(s.head->graph(), Engine::create("eigen"));
    const Mat boxes = someProposals()[0].rowRange(0, 3);
    Mat probabilities, deltas;
    s.head->predict(s.crop, s.features, detecting, boxes, input, probabilities, deltas);
    ASSERT_EQ(Size(3, 3), probabilities.size());
    ASSERT_EQ(Size(12, 3), deltas.size());
    for (int i = 0; i < 3; i++)
        EXPECT_LT(sum(probabilities.row(i))[0], 1);
    probabilities = Mat_<float>({3, 3}, {0.1f, 0.7f, 0.1f, 0.8f, 0, 0, 0, 0, 0});
    deltas = Mat::zeros(3, 12, CV_32F);
    deltas.at<float>(0, 4) = 10 * 2.f / 22; // class 2 of the first: two pixels to the right
    const Detections found = s.head->detect(boxes, probabilities, deltas, input);
    ASSERT_EQ(4, found.boxes.rows);
    EXPECT_EQ(1, found.labels.at<int>(0));
    EXPECT_FLOAT_EQ(0.8f, found.scores.at<float>(0));
    EXPECT_NEAR(38, found.boxes.at<float>(0, 0), 1e-4);
    EXPECT_EQ(2, found.labels.at<int>(1));
    EXPECT_NEAR(11, found.boxes.at<float>(1, 0), 1e-4);
    EXPECT_NEAR(33, found.boxes.at<float>(1, 2), 1e-4);

    // No proposals are no detections.
    s.head->predict(s.crop, s.features, detecting, Mat(0, 4, CV_32F), input, probabilities, deltas);
    EXPECT_EQ(0, s.head->detect(Mat(0, 4, CV_32F), probabilities, deltas, input).boxes.rows);
}

TEST(RoiHead, wrongParametersAreNamed)
{
    RoiParams p = tiny(ROI_LOSS_CE, false);
    p.pooled = Size(1, 7);
    EXPECT_TRUE(contains(errorOf([&] { Second(p).loss(someProposals(), twoImages); }), "columns"));
}

} // namespace
} // namespace opencv_test
