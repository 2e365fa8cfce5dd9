// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "scratch.hpp"
#include "../src/data/fingerprint.hpp"
#include "../src/train/checkpoint.hpp"
#include "opencv2/dnn_rpn/private/file.hpp"

namespace opencv_test {
namespace {

Checkpoint sample()
{
    Checkpoint c;
    c.settings = {{"lr", "0.01"}, {"", ""}, {"loss", "focal"}};
    c.data = {{"pictures", "3"}};
    c.numbers = {{"step", 17}, {"best", -1.5}};
    Tensor t(Shape(1, 2, 1, 3));
    for (int i = 0; i < 6; i++)
        t.data()[i] = static_cast<float>(i) / 3;
    c.tensors = {{"weights", t}, {"empty", Tensor()}};
    return c;
}

TEST(Checkpoint, comesBackAsItWas)
{
    const Scratch scratch;
    const Checkpoint c = sample();
    c.write(scratch / "c");
    const Checkpoint d = Checkpoint::read(scratch / "c");
    EXPECT_EQ(c.settings, d.settings);
    EXPECT_EQ(c.data, d.data);
    EXPECT_EQ(c.numbers, d.numbers);
    ASSERT_EQ(2u, d.tensors.size());
    Tensor t(Shape(1, 2, 1, 3));
    d.copyTo("weights", t);
    EXPECT_EQ(0, cv::norm(t.flat(), c.tensors.at("weights").flat(), NORM_INF));
    EXPECT_TRUE(d.tensors.at("empty").empty());
    EXPECT_EQ(17, d.number("step"));
    EXPECT_TRUE(contains(errorOf([&] { d.number("stop"); }), "stop"));
    Tensor other(Shape(1, 3, 1, 2));
    EXPECT_TRUE(contains(errorOf([&] { d.copyTo("weights", other); }), "1x3x1x2"));
}

TEST(Checkpoint, everyCutAndEveryChangedByteIsFound)
{
    const Scratch scratch;
    sample().write(scratch / "c");
    const std::string good = readFile(scratch / "c");
    for (size_t length = 0; length < good.size(); length++)
    {
        writeText(scratch / "cut", good.substr(0, length));
        const std::string message = errorOf([&] { Checkpoint::read(scratch / "cut"); });
        ASSERT_TRUE(contains(message, scratch / "cut")) << length << ": " << message;
    }
    for (size_t at = 0; at < good.size(); at++)
    {
        std::string changed = good;
        changed[at] = static_cast<char>(changed[at] ^ 0x10);
        writeText(scratch / "changed", changed);
        const std::string message = errorOf([&] { Checkpoint::read(scratch / "changed"); });
        ASSERT_TRUE(contains(message, scratch / "changed")) << at << ": " << message;
    }
    writeText(scratch / "longer", good + "x");
    EXPECT_TRUE(contains(errorOf([&] { Checkpoint::read(scratch / "longer"); }), "damaged"));
    EXPECT_TRUE(contains(errorOf([&] { Checkpoint::read(scratch / "none"); }), "none"));
    EXPECT_TRUE(contains(errorOf([&] { Checkpoint::read(scratch.path()); }), "folder"));
}

TEST(Checkpoint, aFileThatCannotBeWrittenLeavesTheLastOne)
{
    const Scratch scratch;
    sample().write(scratch / "c");
    const std::string good = readFile(scratch / "c");
    std::filesystem::create_directory(scratch / "c.part"); // in the way
    EXPECT_TRUE(contains(errorOf([&] { sample().write(scratch / "c"); }), scratch / "c"));
    EXPECT_TRUE(good == readFile(scratch / "c"));
}

TEST(Settings, everyParameterCounts)
{
    const Scratch scratch;
    writeText(scratch / "one.onnx", "1");
    writeText(scratch / "two.onnx", "2");
    const std::vector<std::pair<std::string, std::function<void(TrainParams&)>>> changes{
        {"backbone", [&](TrainParams& p) { p.backbone = scratch / "two.onnx"; }},
        {"size", [](TrainParams& p) { p.size.width++; }},
        {"epochs", [](TrainParams& p) { p.epochs++; }},
        {"batch", [](TrainParams& p) { p.batch++; }},
        {"lr", [](TrainParams& p) { p.learningRate *= 1 + 1e-15; }},
        {"momentum", [](TrainParams& p) { p.momentum = 0.5; }},
        {"decay", [](TrainParams& p) { p.weightDecay = 0; }},
        {"warmup", [](TrainParams& p) { p.warmup++; }},
        {"alternate", [](TrainParams& p) { p.alternate = true; }},
        {"schedule", [](TrainParams& p) { p.schedule = "cosine"; }},
        {"clip", [](TrainParams& p) { p.clip = 0; }},
        {"seed", [](TrainParams& p) { p.seed++; }},
        {"freeze", [](TrainParams& p) { p.freeze = -1; }},
        {"backbone_lr", [](TrainParams& p) { p.backboneRate = 0.1; }},
        {"rpn_lr", [](TrainParams& p) { p.rpn.rate = 0.1; }},
        {"roi_lr", [](TrainParams& p) { p.roi.rate = 0.1; }},
        {"batchnorm", [](TrainParams& p) { p.batchNorm = "train"; }},
        {"ema", [](TrainParams& p) { p.ema = 0.9; }},
        {"eval_every", [](TrainParams& p) { p.evalEvery++; }},
        {"patience", [](TrainParams& p) { p.patience++; }},
        {"flip", [](TrainParams& p) { p.augment.flip = 1; }},
        {"flip_vertically", [](TrainParams& p) { p.augment.flipVertically = 1; }},
        {"turn", [](TrainParams& p) { p.augment.turn = 1; }},
        {"probability of a zoom", [](TrainParams& p) { p.augment.zoom = 1; }},
        {"zoom", [](TrainParams& p) { p.augment.zoomRange[1] = 3; }},
        {"mosaic", [](TrainParams& p) { p.augment.mosaic = 1; }},
        {"visible", [](TrainParams& p) { p.augment.visible = 1; }},
        {"colour", [](TrainParams& p) { p.augment.colour = 1; }},
        {"brightness", [](TrainParams& p) { p.augment.brightness = 1; }},
        {"contrast", [](TrainParams& p) { p.augment.contrast = 1; }},
        {"saturation", [](TrainParams& p) { p.augment.saturation = 1; }},
        {"hue", [](TrainParams& p) { p.augment.hue = 1; }},
        {"blur", [](TrainParams& p) { p.augment.blur = 1; }},
        {"blur_sigma", [](TrainParams& p) { p.augment.blurSigma = 2; }},
        {"noise", [](TrainParams& p) { p.augment.noise = 1; }},
        {"noise_sigma", [](TrainParams& p) { p.augment.noiseSigma = 1; }},
        {"precision", [](TrainParams& p) { p.precision = "bf16"; }},
        {"loss", [](TrainParams& p) { p.rpn.loss = "ce_sigmoid"; }},
        {"anchors", [](TrainParams& p) { p.rpn.anchorSizes.pop_back(); }},
        {"ratios", [](TrainParams& p) { p.rpn.anchorRatios[0] *= 1.000001f; }},
        {"positive", [](TrainParams& p) { p.rpn.match.positiveIoU = 0.6f; }},
        {"negative", [](TrainParams& p) { p.rpn.match.negativeIoU = 0.4f; }},
        {"low-quality matches", [](TrainParams& p) { p.rpn.match.lowQuality = false; }},
        {"ignored from IoF", [](TrainParams& p) { p.rpn.match.ignoreIoF = 0.6f; }},
        {"alpha", [](TrainParams& p) { p.rpn.focalAlpha = 0.5; }},
        {"gamma", [](TrainParams& p) { p.rpn.focalGamma = 1; }},
        {"lambda", [](TrainParams& p) { p.rpn.focalWeight = 0.1; }},
        {"focal_norm", [](TrainParams& p) { p.rpn.focalNormalizer = "samples"; }},
        {"prior", [](TrainParams& p) { p.rpn.prior = 0.02; }},
        {"beta", [](TrainParams& p) { p.rpn.boxBeta = 1; }},
        {"box_weight", [](TrainParams& p) { p.rpn.boxWeight = 2; }},
        {"samples a picture", [](TrainParams& p) { p.rpn.sampleCount--; }},
        {"share of positive samples", [](TrainParams& p) { p.rpn.sampleShare = 0.25f; }},
        {"nms", [](TrainParams& p) { p.rpn.proposals.nmsThreshold = 0.7f; }},
        {"boxes before suppression", [](TrainParams& p) { p.rpn.proposals.preNms--; }},
        {"proposals", [](TrainParams& p) { p.rpn.proposals.postNms--; }},
        {"smallest side of a box", [](TrainParams& p) { p.rpn.proposals.minSize++; }},
        {"lowest score of a box", [](TrainParams& p) { p.rpn.proposals.scoreThreshold = 0.1f; }},
        {"pyramid", [](TrainParams& p) { p.pyramid = true; }},
        {"tower", [](TrainParams& p) { p.rpn.tower = 1; }},
        {"detector", [](TrainParams& p) { p.detector = "faster_rcnn"; }},
        {"classes",
         [](TrainParams& p) {
             p.classes = {"a", "b"};
         }},
        {"roi_loss", [](TrainParams& p) { p.roi.loss = "focal"; }},
        {"roi_channels", [](TrainParams& p) { p.roi.channels++; }},
        {"roi_size", [](TrainParams& p) { p.roi.pooled.width++; }},
        {"roi_hidden", [](TrainParams& p) { p.roi.hidden++; }},
        {"roi_shared_boxes", [](TrainParams& p) { p.roi.sharedDeltas = true; }},
        {"truth among the proposals", [](TrainParams& p) { p.roi.appendTruth = false; }},
        {"roi_positive", [](TrainParams& p) { p.roi.match.positiveIoU = 0.6f; }},
        {"roi_negative", [](TrainParams& p) { p.roi.match.negativeIoU = 0.4f; }},
        {"roi low-quality matches", [](TrainParams& p) { p.roi.match.lowQuality = true; }},
        {"roi ignored from IoF", [](TrainParams& p) { p.roi.match.ignoreIoF = 0.6f; }},
        {"roi_samples", [](TrainParams& p) { p.roi.sampleCount++; }},
        {"roi_share", [](TrainParams& p) { p.roi.sampleShare = 0.5f; }},
        {"roi_alpha", [](TrainParams& p) { p.roi.focalAlpha = 0.5; }},
        {"roi_gamma", [](TrainParams& p) { p.roi.focalGamma = 1; }},
        {"roi_weight", [](TrainParams& p) { p.roi.clsWeight = 2; }},
        {"roi_box_weight", [](TrainParams& p) { p.roi.boxWeight = 2; }},
        {"roi_beta", [](TrainParams& p) { p.roi.boxBeta = 1; }},
        {"training proposals: nms", [](TrainParams& p) { p.roi.trainProposals.nmsThreshold = 0.5f; }},
        {"training proposals: boxes before suppression",
         [](TrainParams& p) { p.roi.trainProposals.preNms++; }},
        {"training proposals: proposals", [](TrainParams& p) { p.roi.trainProposals.postNms++; }},
        {"training proposals: smallest side of a box",
         [](TrainParams& p) { p.roi.trainProposals.minSize++; }},
        {"training proposals: lowest score of a box",
         [](TrainParams& p) { p.roi.trainProposals.scoreThreshold = 0.1f; }},
        {"second stage's proposals: nms", [](TrainParams& p) { p.roi.proposals.nmsThreshold = 0.5f; }},
        {"second stage's proposals: boxes before suppression",
         [](TrainParams& p) { p.roi.proposals.preNms++; }},
        {"second stage's proposals: proposals", [](TrainParams& p) { p.roi.proposals.postNms++; }},
        {"second stage's proposals: smallest side of a box",
         [](TrainParams& p) { p.roi.proposals.minSize++; }},
        {"second stage's proposals: lowest score of a box",
         [](TrainParams& p) { p.roi.proposals.scoreThreshold = 0.1f; }},
        {"second stage's detections before suppression", [](TrainParams& p) { p.roi.detections.preNms = 7; }},
        {"detections before suppression", [](TrainParams& p) { p.rpn.detections.preNms = 7; }},
        {"second stage's detections", [](TrainParams& p) { p.roi.detections.maxDetections++; }},
        {"detections", [](TrainParams& p) { p.rpn.detections.maxDetections++; }},
        {"second stage's lowest score of a detection",
         [](TrainParams& p) { p.roi.detections.scoreThreshold = 0.1f; }},
        {"lowest score of a detection", [](TrainParams& p) { p.rpn.detections.scoreThreshold = 0.1f; }},
        {"second stage's detections' nms", [](TrainParams& p) { p.roi.detections.nmsThreshold = 0.4f; }},
        {"detections' nms", [](TrainParams& p) { p.rpn.detections.nmsThreshold = 0.4f; }},
        {"second stage's smallest side of a detection", [](TrainParams& p) { p.roi.detections.minSize++; }},
        {"smallest side of a detection", [](TrainParams& p) { p.rpn.detections.minSize++; }},
        {"second stage's delta weights", [](TrainParams& p) { p.roi.detections.deltaWeights[3] = 1; }},
        {"delta weights", [](TrainParams& p) { p.rpn.detections.deltaWeights[3] = 2; }}};
    TrainParams before;
    before.backbone = scratch / "one.onnx";
    before.engine = "eigen";
    EXPECT_EQ("", errorOf([&] { requireSame(settingsOf(before), settingsOf(before), "c"); }));
    EXPECT_EQ(changes.size() + 2, settingsOf(before).size()); // engine and threads
    for (const auto& change : changes)
    {
        TrainParams after = before;
        change.second(after);
        const std::string message =
            errorOf([&] { requireSame(settingsOf(before), settingsOf(after), "the.checkpoint"); });
        EXPECT_TRUE(contains(message, " " + change.first + " was ")) << change.first << ": " << message;
        EXPECT_TRUE(contains(message, "the.checkpoint")) << message;
        EXPECT_FALSE(contains(message, ";")) << message;
    }
    // Another engine's sums may depend on the threads.
    TrainParams other = before;
    other.engine = "other";
    const std::string message = errorOf([&] { requireSame(settingsOf(before), settingsOf(other), "c"); });
    EXPECT_TRUE(contains(message, "engine was eigen and is other now; threads was any")) << message;
    // The same bytes elsewhere are the same backbone.
    TrainParams moved = before;
    moved.backbone = scratch / "moved.onnx";
    std::filesystem::copy(scratch / "one.onnx", scratch / "moved.onnx");
    EXPECT_EQ("", errorOf([&] { requireSame(settingsOf(before), settingsOf(moved), "c"); }));
}

TEST(Settings, everythingOfThePicturesCounts)
{
    const Scratch scratch;
    const Dataset set = writeDiscs(scratch, 3, 2, Size(48, 48), 1);
    auto message = [&](const std::function<void(Dataset&)>& change) {
        Dataset other = set;
        change(other);
        return errorOf(
            [&] { requireSame(fingerprint(set, "training"), fingerprint(other, "training"), "c"); });
    };
    EXPECT_EQ("", message([](Dataset&) {}));
    EXPECT_EQ("", message([](Dataset& d) { d.images[0].path = "/moved/discs_0.png"; }));
    EXPECT_TRUE(
        contains(message([](Dataset& d) { d.images.pop_back(); }), "training pictures was 3 and is 2"));
    EXPECT_TRUE(contains(message([](Dataset& d) { d.images[1].path = "/moved/discs.png"; }), "names"));
    EXPECT_TRUE(contains(message([](Dataset& d) { std::swap(d.images[0], d.images[1]); }), "names"));
    EXPECT_TRUE(contains(message([](Dataset& d) { d.images[2].objects[1].box[3]++; }), "boxes"));
    EXPECT_TRUE(contains(message([](Dataset& d) { d.images[2].objects[1].label++; }), "boxes"));
    EXPECT_TRUE(contains(message([](Dataset& d) { d.images[0].objects[0].ignored = true; }),
                         "objects was 6 and is 5"));
}

} // namespace
} // namespace opencv_test
