// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "scratch.hpp"
#include "../src/onnx/writer.hpp"
#include "opencv2/dnn_rpn.hpp"

namespace opencv_test {
namespace {

TrainParams quick(AnchorLoss loss)
{
    TrainParams p;
    p.rpn.loss = loss;
    p.size = Size(96, 64);
    p.rpn.anchorSizes = {24, 40};
    p.rpn.anchorRatios = {1};
    p.rpn.proposals.nmsThreshold = 0.7f; // precision counts second boxes as mistakes
    p.epochs = 150;
    p.batch = 1;
    p.learningRate = 0.02;
    p.warmup = 10;
    p.schedule = SCHEDULE_COSINE;
    return p;
}

TEST(Trainer, learnsOneImage)
{
    const Scratch scratch;
    const Dataset set = writeDiscs(scratch, 1, 2, Size(96, 64), 7);
    for (AnchorLoss loss : {LOSS_FOCAL_SIGMOID, LOSS_FOCAL_SOFTMAX, LOSS_CE_SIGMOID, LOSS_CE_SOFTMAX})
    {
        SCOPED_TRACE(loss);
        TrainParams params = quick(loss);
        params.epochs = 500;
        params.rpn.proposals.nmsThreshold = 0.3f; // one box an object
        Trainer trainer(params);
        std::vector<double> values;
        EXPECT_TRUE(fit(trainer, set, [&](const StepStats& r) {
            values.push_back(r.loss);
            EXPECT_GT(r.positives, 0);
            return true;
        }));
        ASSERT_EQ(500u, values.size());
        EXPECT_LT(values.back(), 0.1 * values.front());
        const Metrics m = trainer.evaluate(set);
        EXPECT_GT(m.AR10, 0.6);
        EXPECT_GT(m.AP50, 0.9);
    }
}

TEST(Trainer, exportedFilesGiveTheTrainersBoxes)
{
    const Scratch scratch;
    const Dataset set = writeDiscs(scratch, 2, 3, Size(96, 64), 5);
    for (AnchorLoss loss : {LOSS_FOCAL_SIGMOID, LOSS_CE_SOFTMAX})
    {
        SCOPED_TRACE(loss);
        TrainParams params = quick(loss);
        params.epochs = 60;
        Trainer trainer(params);
        fit(trainer, set);
        trainer.exportModel(scratch / "boxes.onnx", dnn_rpn::EXPORT_OPENCV);
        trainer.exportModel(scratch / "heads.onnx", dnn_rpn::EXPORT_HEADS);
        Detector boxesModel(scratch / "boxes.onnx"), headsModel(scratch / "heads.onnx");
        const Mat image = readImage(set.images[0]);
        Mat boxes, scores, labels;
        trainer.detect(image, boxes, scores);
        ASSERT_GT(boxes.rows, 3);
        for (Detector* model : {&boxesModel, &headsModel})
        {
            Mat b, s;
            model->detect(image, b, s, labels, 0);
            ASSERT_EQ(boxes.size(), b.size());
            EXPECT_LT(cv::norm(boxes, b, NORM_INF), 1e-2);
            EXPECT_LT(cv::norm(scores, s, NORM_INF), 1e-4);
            EXPECT_EQ(labels.rows, countNonZero(labels == 1));
        }

        // What an application without any of this does.
        dnn::DetectionModel stock(scratch / "boxes.onnx");
        stock.setInputSize(96, 64);
        std::vector<int> classes;
        std::vector<float> confidences;
        std::vector<Rect> rects;
        stock.detect(image, classes, confidences, rects, 1e-6f);
        ASSERT_FALSE(rects.empty());
        EXPECT_NEAR(scores.at<float>(0), confidences[0], 1e-4);
        EXPECT_NEAR(boxes.at<float>(0, 0), rects[0].x, 1.01);
        EXPECT_NEAR(boxes.at<float>(0, 1), rects[0].y, 1.01);

        // The file is not tied to the size it was trained at.
        dnn::Net net = dnn::readNetFromONNX(scratch / "boxes.onnx");
        net.setInput(dnn::blobFromImage(image, 1, Size(160, 128)));
        const Mat other = net.forward();
        EXPECT_EQ(7, other.size[3]);
        EXPECT_GT(other.size[2], 1);
    }
}

TEST(Trainer, sameSeedSameBits)
{
    const Scratch scratch;
    const Dataset set = writeDiscs(scratch, 5, 3, Size(96, 64), 1);
    const int before = getNumThreads();
    std::vector<std::string> files;
    for (int threads : {1, 1, 2, 3})
    {
        setNumThreads(threads);
        TrainParams p = quick(LOSS_CE_SIGMOID);
        p.engine = "eigen"; // oneDNN's sums depend on the number of threads
        p.batch = 2;
        p.epochs = 3;
        Trainer trainer(p);
        fit(trainer, set);
        trainer.exportModel(scratch / "m.onnx");
        files.push_back(readFile(scratch / "m.onnx"));
    }
    setNumThreads(before);
    for (size_t i = 1; i < files.size(); i++)
        EXPECT_TRUE(files[0] == files[i]) << "run " << i;
}

TEST(Trainer, sameSeedSameThreadsSameBitsOnEveryEngine)
{
    const Scratch scratch;
    const Dataset set = writeDiscs(scratch, 5, 3, Size(96, 64), 1);
    for (const char* engine : {"auto", "eigen"})
    {
        std::vector<std::string> files;
        for (int run = 0; run < 3; run++)
        {
            TrainParams p = quick(LOSS_FOCAL_SOFTMAX);
            p.engine = engine;
            p.batch = 2;
            p.epochs = 3;
            Trainer trainer(p);
            fit(trainer, set);
            trainer.exportModel(scratch / "m.onnx");
            files.push_back(readFile(scratch / "m.onnx"));
        }
        EXPECT_TRUE(files[0] == files[1] && files[0] == files[2]) << engine;
    }
}

TEST(Trainer, halfPrecisionLearnsWhereItRuns)
{
    const Scratch scratch;
    const Dataset set = writeDiscs(scratch, 1, 2, Size(96, 64), 7);
    TrainParams params = quick(LOSS_FOCAL_SOFTMAX);
    params.precision = PRECISION_BF16;
    std::unique_ptr<Trainer> trainer;
    const std::string refusal = errorOf([&] { trainer = std::make_unique<Trainer>(params); });
    if (!trainer)
    {
        EXPECT_TRUE(contains(refusal, "bf16")) << refusal;
        DNN_RPN_SKIP("NOT TESTED: neither this engine nor this processor has bf16");
    }
    double first = 0, last = 0;
    fit(*trainer, set, [&](const StepStats& r) {
        (r.step == 1 ? first : last) = r.loss;
        return true;
    });
    EXPECT_LT(last, 0.3 * first);
    trainer->exportModel(scratch / "m.onnx");
}

TEST(Trainer, stopsWhereItIsTold)
{
    const Scratch scratch;
    const Dataset set = writeDiscs(scratch, 2, 1, Size(96, 64), 1);
    Trainer trainer(quick(LOSS_FOCAL_SOFTMAX));
    int steps = 0;
    EXPECT_FALSE(fit(trainer, set, [&](const StepStats& r) {
        steps = r.step;
        EXPECT_EQ(300, r.steps);
        return r.step < 3;
    }));
    EXPECT_EQ(3, steps);
    trainer.exportModel(scratch / "early.onnx");
    EXPECT_TRUE(std::filesystem::exists(scratch / "early.yml"));
}

TEST(Trainer, tellsTheMemoryOfAllItsNetworks)
{
    const Scratch scratch;
    const Dataset set = writeDiscs(scratch, 2, 1, Size(96, 64), 1);
    size_t bytes[2];
    for (int frozen : {0, 1})
    {
        TrainParams p = quick(LOSS_FOCAL_SOFTMAX);
        p.epochs = 1;
        p.freeze = -frozen;
        Trainer trainer(p);
        const size_t gradients = trainer.memory();
        fit(trainer, set);
        bytes[frozen] = trainer.memory();
        // The first layer's values alone, 16 channels of half the size.
        EXPECT_GT(bytes[frozen], gradients + 16 * 48 * 32 * sizeof(float));
        trainer.evaluate(set);
        EXPECT_GE(trainer.memory(), bytes[frozen]);
    }
    EXPECT_NE(bytes[0], bytes[1]);
}

//! A training of twelve steps by parameters that touch everything a checkpoint holds.
TrainParams eventful(const String& kind)
{
    TrainParams p = quick(kind == "sampled" ? LOSS_CE_SOFTMAX : LOSS_FOCAL_SOFTMAX);
    p.epochs = 4;
    p.batch = 2;
    p.learningRate = 0.05;
    p.warmup = 3;
    if (kind == "averaged" || kind == "normalised")
        p.ema = 0.9;
    if (kind == "scored" || kind == "averaged" || kind == "normalised")
        p.evalEvery = 1;
    if (kind == "normalised")
        p.batchNorm = BATCHNORM_TRAIN;
    if (kind == "frozen")
        p.freeze = -1;
    if (kind == "half frozen")
    {
        p.freeze = 2;
        p.backboneLrFactor = 0.5;
    }
    return p;
}

//! A feature extractor of three stages, each a convolution, its batch normalisation and a ReLU, drawn at
//! random.
std::string normalisedBackbone()
{
    OnnxWriter writer;
    writer.addInput("in", {1, 3, 64, 96});
    RNG rng(2);
    std::string value = "in";
    int channels = 3;
    const auto constant = [&](const std::string& name, const std::vector<int64_t>& dims, double from,
                              double to) {
        std::vector<float> numbers(1);
        for (int64_t d : dims)
            numbers.resize(numbers.size() * d);
        for (float& x : numbers)
            x = static_cast<float>(rng.uniform(from, to));
        writer.addConstant(name, dims, numbers.data());
        return name;
    };
    for (const std::string stage : {"1", "2", "3"})
    {
        const std::string weights = constant("w" + stage, {8, channels, 3, 3}, -0.3, 0.3);
        writer.addNode("Conv", "c" + stage, {value, weights})
            .integers("strides", {2, 2})
            .integers("pads", {1, 1, 1, 1});
        const std::string scale = constant("s" + stage, {8}, 0.5, 1.5),
                          bias = constant("b" + stage, {8}, 0, 0.5),
                          mean = constant("m" + stage, {8}, -0.5, 0.5),
                          variance = constant("v" + stage, {8}, 0.5, 1.5);
        writer.addNode("BatchNormalization", "n" + stage, {"c" + stage, scale, bias, mean, variance});
        value = "r" + stage;
        writer.addNode("Relu", value, {"n" + stage});
        channels = 8;
    }
    writer.addOutput(value, {1, 8, -1, -1});
    return writer.bytes();
}

TEST(Trainer, resumesToTheSameBits)
{
    const Scratch scratch;
    const Dataset set = writeDiscs(scratch, 7, 3, Size(96, 64), 1);
    writeFile(scratch / "b.onnx", normalisedBackbone());
    for (const char* kind : {"plain", "sampled", "scored", "averaged", "frozen", "half frozen", "normalised"})
    {
        SCOPED_TRACE(kind);
        TrainParams params = eventful(kind);
        if (kind == String("normalised"))
            params.backbone = scratch / "b.onnx";
        Trainer whole(params);
        EXPECT_TRUE(fit(whole, set, nullptr, set));
        whole.exportModel(scratch / "whole.onnx");
        for (int stop : {1, 6, 12})
        {
            SCOPED_TRACE(stop);
            {
                Trainer first(params);
                EXPECT_FALSE(fit(
                    first, set,
                    [&](const StepStats& r) {
                        if (r.step == stop)
                            first.saveCheckpoint(scratch / "c");
                        return r.step < stop;
                    },
                    set));
            }
            Trainer second(params);
            EXPECT_EQ(stop, second.loadCheckpoint(scratch / "c"));
            std::vector<int> steps;
            EXPECT_TRUE(fit(
                second, set,
                [&](const StepStats& r) {
                    steps.push_back(r.step);
                    return true;
                },
                set));
            EXPECT_EQ(static_cast<size_t>(12 - stop), steps.size());
            EXPECT_TRUE(steps.empty() || (steps.front() == stop + 1 && steps.back() == 12));
            second.exportModel(scratch / "second.onnx");
            EXPECT_TRUE(readFile(scratch / "whole.onnx") == readFile(scratch / "second.onnx"));
            EXPECT_TRUE(readFile(scratch / "whole.yml") == readFile(scratch / "second.yml"));
        }
    }
}

TEST(Trainer, takesNoCheckpointOfAnotherTraining)
{
    const Scratch scratch;
    const Dataset set = writeDiscs(scratch, 4, 3, Size(96, 64), 1);
    const TrainParams params = eventful("scored");
    Trainer trainer(params);
    EXPECT_TRUE(contains(errorOf([&] { trainer.saveCheckpoint(scratch / "c"); }),
                         "only between start() and finish()"));
    fit(
        trainer, set, [&](const StepStats&) { return trainer.saveCheckpoint(scratch / "c"), false; }, set);
    EXPECT_TRUE(contains(errorOf([&] { trainer.saveCheckpoint(scratch / "c"); }),
                         "only between start() and finish()"));

    TrainParams other = params;
    other.learningRate = 0.07;
    EXPECT_TRUE(contains(errorOf([&] { Trainer(other).loadCheckpoint(scratch / "c"); }),
                         "lr was 0.05 and is 0.07 now"));
    Dataset fewer = set;
    fewer.images.pop_back();
    Trainer second(params);
    second.loadCheckpoint(scratch / "c");
    EXPECT_TRUE(
        contains(errorOf([&] { fit(second, fewer, nullptr, set); }), "training images was 4 and is 3 now"));
    second.loadCheckpoint(scratch / "c");
    EXPECT_TRUE(
        contains(errorOf([&] { fit(second, set, nullptr, fewer); }), "validation images was 4 and is 3 now"));
    second.loadCheckpoint(scratch / "c");
    EXPECT_TRUE(fit(second, set, nullptr, set));
}

//! The weights of a layer of an exported file.
Mat weightsIn(const std::string& file, const std::string& node)
{
    dnn::Net net = dnn::readNetFromONNX(file);
    for (const String& name : net.getLayerNames())
        if (name == node || name == "onnx_node!" + node)
            return net.getParam(net.getLayerId(name), 0).clone();
    return Mat();
}

TEST(Trainer, trainsWhatIsNotFrozen)
{
    const Scratch scratch;
    const Dataset set = writeDiscs(scratch, 4, 3, Size(96, 64), 1);
    const std::vector<std::pair<String, std::function<void(TrainParams&)>>> ways{
        {"nothing", [](TrainParams&) {}},
        {"small1", [](TrainParams& p) { p.freeze = 1; }},
        {"small1 small2 small3", [](TrainParams& p) { p.freeze = 2; }},
        {"small1 small2 small3 small4 small5 small6 small7 small8", [](TrainParams& p) { p.freeze = 4; }},
        {"small1 small2 small3 small4 small5 small6 small7 small8", [](TrainParams& p) { p.freeze = -1; }},
        {"small1 small2 small3 small4 small5 small6 small7 small8",
         [](TrainParams& p) { p.backboneLrFactor = 0; }}};
    for (const auto& way : ways)
    {
        SCOPED_TRACE(way.first);
        TrainParams params = eventful("plain");
        way.second(params);
        Trainer trainer(params);
        trainer.exportModel(scratch / "before.onnx");
        fit(trainer, set);
        trainer.exportModel(scratch / "after.onnx");
        for (const char* node : {"small1", "small2", "small3", "small4", "small8", "rpn.conv", "logits"})
        {
            const String name = String(node) == "logits" ? "rpn.logits" : node;
            const Mat before = weightsIn(scratch / "before.onnx", name),
                      after = weightsIn(scratch / "after.onnx", name);
            ASSERT_FALSE(before.empty()) << name;
            EXPECT_EQ(contains(way.first, node),
                      cv::norm(before.reshape(1, 1), after.reshape(1, 1), NORM_INF) == 0)
                << name;
        }
    }
    TrainParams params = eventful("plain");
    params.freeze = 5;
    EXPECT_TRUE(
        contains(errorOf([&] { Trainer t(params); }), "first 5 stages cannot be frozen: the backbone has 4"));
    params.freeze = -1;
    EXPECT_TRUE(contains(Trainer(params).summary(set), "features are worked out once"));
}

TEST(Trainer, batchNormalisationIsTrainedWhereItsStageIs)
{
    const Scratch scratch;
    const Dataset set = writeDiscs(scratch, 4, 3, Size(96, 64), 1);
    writeFile(scratch / "b.onnx", normalisedBackbone());
    for (int frozen : {-1, 0, 1, 2})
    {
        SCOPED_TRACE(frozen);
        TrainParams params = eventful("plain");
        params.backbone = scratch / "b.onnx";
        params.freeze = std::max(frozen, 0);
        params.batchNorm = frozen < 0 ? BATCHNORM_FROZEN : BATCHNORM_TRAIN;
        Trainer trainer(params);
        EXPECT_TRUE(contains(trainer.summary(set), cv::format("batch normalisation by the batch: %d of 3",
                                                              frozen < 0 ? 0 : 3 - frozen)))
            << trainer.summary(set);
        trainer.exportModel(scratch / "before.onnx");
        fit(trainer, set);
        trainer.exportModel(scratch / "after.onnx");
        dnn::Net before = dnn::readNetFromONNX(scratch / "before.onnx"),
                 after = dnn::readNetFromONNX(scratch / "after.onnx");
        for (int stage = 1; stage <= 3; stage++)
            for (int blob = 0; blob < 4; blob++) // mean, variance, scale, bias
            {
                const String layer = cv::format("onnx_node!backbone.n%d", stage);
                const Mat was = before.getParam(before.getLayerId(layer), blob),
                          is = after.getParam(after.getLayerId(layer), blob);
                ASSERT_EQ(8u, was.total());
                EXPECT_EQ(frozen < 0 || stage <= frozen,
                          cv::norm(was.reshape(1, 1), is.reshape(1, 1), NORM_INF) == 0)
                    << "stage " << stage << ", blob " << blob;
            }
    }
}

TEST(Trainer, learnsWithBatchStatisticsAndDetectsWithTheRunningOnes)
{
    const Scratch scratch;
    const Dataset set = writeDiscs(scratch, 2, 2, Size(96, 64), 7);
    writeFile(scratch / "b.onnx", normalisedBackbone());
    TrainParams params = quick(LOSS_CE_SOFTMAX);
    params.backbone = scratch / "b.onnx";
    params.batchNorm = BATCHNORM_TRAIN;
    params.batch = 2;
    params.epochs = 300;
    params.rpn.proposals.nmsThreshold = 0.3f; // one box an object
    Trainer trainer(params);
    fit(trainer, set);
    EXPECT_GT(trainer.evaluate(set).AP50, 0.7);
}

TEST(Trainer, theAverageIsScoredAndExportedButNotTrainedOn)
{
    const Scratch scratch;
    const Dataset set = writeDiscs(scratch, 4, 3, Size(96, 64), 1);
    std::vector<double> losses[2];
    for (int averaged : {0, 1})
    {
        TrainParams params = eventful("plain");
        params.ema = averaged ? 0.9 : 0;
        params.evalEvery = averaged; // exchanging forth and back must leave no trace
        Trainer trainer(params);
        double last = -1;
        fit(
            trainer, set,
            [&](const StepStats& r) {
                losses[averaged].push_back(r.loss);
                last = r.bestScore;
                return true;
            },
            set);
        trainer.exportModel(scratch / (averaged ? "averaged.onnx" : "last.onnx"));
        EXPECT_EQ(averaged ? trainer.evaluate(set).AR300 : -1, last);
    }
    EXPECT_EQ(losses[0], losses[1]);
    EXPECT_GT(cv::norm(weightsIn(scratch / "averaged.onnx", "small8").reshape(1, 1),
                       weightsIn(scratch / "last.onnx", "small8").reshape(1, 1)),
              0);
}

TEST(Trainer, keepsTheBestWeights)
{
    const Scratch scratch;
    const Dataset set = writeDiscs(scratch, 4, 3, Size(96, 64), 1);
    TrainParams params = quick(LOSS_CE_SOFTMAX);
    params.engine = "eigen"; // the same bits for any number of threads: here the best is not the last
    params.epochs = 40;
    params.batch = 4;
    params.evalEvery = 2;
    params.learningRate = 2; // too high, so that scores go up and down
    params.schedule = SCHEDULE_STEP;
    Trainer trainer(params);
    std::vector<double> scores;
    int bestEpoch = 0;
    double best = -1;
    EXPECT_TRUE(fit(
        trainer, set,
        [&](const StepStats& r) {
            EXPECT_EQ(r.step % 2 == 0, r.evaluated);
            EXPECT_FALSE(r.endsEarly);
            if (r.evaluated)
                scores.push_back(r.validation.AR300);
            bestEpoch = r.bestEpoch;
            best = r.bestScore;
            return true;
        },
        set));
    ASSERT_EQ(20u, scores.size());
    const auto highest = std::max_element(scores.begin(), scores.end());
    EXPECT_LT(scores.back(), *highest); // else this shows nothing
    EXPECT_EQ(*highest, best);
    EXPECT_EQ(2 * (highest - scores.begin() + 1), bestEpoch);
    EXPECT_EQ(*highest, trainer.evaluate(set).AR300);
}

TEST(Trainer, endsWhenPatienceIsOver)
{
    const Scratch scratch;
    const Dataset set = writeDiscs(scratch, 4, 3, Size(96, 64), 1);
    TrainParams params = eventful("plain");
    params.epochs = 30;
    params.learningRate = 1e-12; // nothing ever gets better than the first scoring
    params.evalEvery = 2;
    params.patience = 3;
    Trainer trainer(params);
    StepStats last;
    EXPECT_TRUE(fit(
        trainer, set,
        [&](const StepStats& r) {
            EXPECT_FALSE(last.endsEarly);
            last = r;
            if (r.endsEarly)
                trainer.saveCheckpoint(scratch / "c");
            return true;
        },
        set));
    EXPECT_TRUE(last.endsEarly);
    EXPECT_EQ(2 * (1 + 3), last.epoch);
    EXPECT_EQ(2, last.bestEpoch);
    // Resumed, it does not go on either.
    Trainer second(params);
    EXPECT_EQ(last.step, second.loadCheckpoint(scratch / "c"));
    int steps = 0;
    EXPECT_TRUE(fit(
        second, set, [&](const StepStats&) { return ++steps > 0; }, set));
    EXPECT_EQ(0, steps);
}

TEST(Trainer, imagesWithoutObjectsTeachBackground)
{
    const Scratch scratch;
    const Dataset set = writeDiscs(scratch, 2, 0, Size(96, 64), 1);
    for (AnchorLoss loss : {LOSS_FOCAL_SIGMOID, LOSS_CE_SOFTMAX})
    {
        TrainParams p = quick(loss);
        p.epochs = 5;
        Trainer trainer(p);
        EXPECT_TRUE(
            fit(trainer, set, [](const StepStats& r) { return std::isfinite(r.loss) && r.positives == 0; }));
        EXPECT_EQ(-1, trainer.evaluate(set).AR100);
    }
}

TEST(Trainer, aLossThatIsNotFiniteNamesTheImage)
{
    const Scratch scratch;
    const Dataset set = writeDiscs(scratch, 1, 2, Size(96, 64), 1);
    TrainParams p = quick(LOSS_CE_SIGMOID);
    p.engine = "eigen"; // oneDNN's ReLU makes 0 of NaN: there the gradient shows it first
    p.learningRate = 1e30;
    p.maxGradientNorm = 0;
    p.warmup = 0;
    Trainer trainer(p);
    const std::string message = errorOf([&] { fit(trainer, set); });
    EXPECT_TRUE(contains(message, "not finite")) << message;
    EXPECT_TRUE(contains(message, "discs_0.png")) << message;
}

TEST(Trainer, mistakesAreNamed)
{
    const Scratch scratch;
    auto message = [](const std::function<void(TrainParams&)>& spoil) {
        TrainParams p = quick(LOSS_FOCAL_SOFTMAX);
        spoil(p);
        return errorOf([&] { Trainer t(p); });
    };
    EXPECT_TRUE(contains(message([](TrainParams& p) { p.backbone = "nowhere.onnx"; }), "nowhere.onnx"));
    EXPECT_TRUE(contains(message([](TrainParams& p) { p.engine = "steam"; }), "steam"));
    EXPECT_TRUE(contains(message([](TrainParams& p) { p.batch = 0; }), "batch"));
    EXPECT_TRUE(contains(message([](TrainParams& p) { p.size.width = 0; }), "size=0x64"));
    EXPECT_TRUE(contains(message([](TrainParams& p) { p.rpn.anchorSizes = {-4}; }), "-4"));
    EXPECT_TRUE(contains(message([](TrainParams& p) { p.freeze = -2; }), "freeze=-2"));
    EXPECT_TRUE(contains(message([](TrainParams& p) { p.backboneLrFactor = -1; }), "backbone_lr=-1"));
    EXPECT_TRUE(contains(message([](TrainParams& p) { p.rpn.lrFactor = -1; }), "rpn_lr=-1"));
    EXPECT_TRUE(contains(message([](TrainParams& p) { p.ema = 1; }), "ema"));
    EXPECT_TRUE(contains(message([](TrainParams& p) { p.patience = 2; }), "patience=2"));
    const Dataset set = writeDiscs(scratch, 1, 1, Size(96, 64), 1);
    TrainParams p = quick(LOSS_FOCAL_SOFTMAX);
    p.batch = 2;
    Trainer trainer(p);
    EXPECT_TRUE(contains(errorOf([&] { fit(trainer, set); }), "do not fill"));
    p.evalEvery = 3;
    EXPECT_TRUE(contains(errorOf([&] { fit(Trainer(p), set); }), "every 3 epochs wants validation images"));
    EXPECT_TRUE(contains(errorOf([&] { trainer.exportModel("model.pb"); }), "model.pb"));
    EXPECT_TRUE(contains(errorOf([&] { trainer.exportModel("/nowhere/m.onnx"); }), "/nowhere"));
    EXPECT_FALSE(std::filesystem::exists(scratch / "m.onnx"));
}

//! A backbone as exporters write it: equal weights stored once, and a value with a name that the head uses
//! too.
std::string sharingBackbone()
{
    OnnxWriter writer;
    writer.addInput("in", {1, 3, 64, 96});
    std::vector<float> weights(8 * 3 * 9), shared(8 * 8 * 9), bias(8, 0.f);
    RNG rng(2);
    for (float& w : weights)
        w = static_cast<float>(rng.gaussian(0.2));
    for (float& w : shared)
        w = static_cast<float>(rng.gaussian(0.15));
    writer.addConstant("w", {8, 3, 3, 3}, weights.data());
    writer.addConstant("s", {8, 8, 3, 3}, shared.data());
    writer.addConstant("b", {8}, bias.data());
    auto conv = [&](const char* name, const std::vector<std::string>& inputs) {
        writer.addNode("Conv", name, inputs).integers("strides", {2, 2}).integers("pads", {1, 1, 1, 1});
    };
    conv("logits", {"in", "w", "b"});
    writer.addNode("Relu", "scores", {"logits"});
    conv("picture", {"scores", "s", "b"});
    writer.addNode("Relu", "detections", {"picture"});
    conv("rpn.conv", {"detections", "s"});
    writer.addOutput("rpn.conv", {1, 8, -1, -1});
    return writer.bytes();
}

TEST(Trainer, backbonesWithSharedWeightsAndTakenNamesTrainAndExport)
{
    const Scratch scratch;
    writeFile(scratch / "b.onnx", sharingBackbone());
    const Dataset set = writeDiscs(scratch, 2, 3, Size(96, 64), 5);
    TrainParams p = quick(LOSS_CE_SOFTMAX);
    p.backbone = scratch / "b.onnx";
    p.epochs = 60;
    Trainer trainer(p);
    fit(trainer, set);
    trainer.exportModel(scratch / "m.onnx");
    EXPECT_TRUE(std::filesystem::exists(scratch / "m.onnx"));
}

//! What feature extractors for telephones are made of: padding apart, HardSwish, squeeze and excitation, x
//! sigmoid(x), LeakyRelu, and an enlarged map beside a finer one.
std::string gatedBackbone()
{
    OnnxWriter writer;
    writer.addInput("in", {1, 3, 64, 96});
    RNG rng(2);
    const auto conv = [&](const std::string& name, const std::string& input, int inputs, int outputs,
                          int kernel, int stride) -> std::string {
        std::vector<float> weights(outputs * inputs * kernel * kernel), biases(outputs, 0.1f);
        for (float& w : weights)
            w = static_cast<float>(rng.gaussian(std::sqrt(2. / (inputs * kernel * kernel))));
        writer.addConstant(name + ".w", {outputs, inputs, kernel, kernel}, weights.data());
        writer.addConstant(name + ".b", {outputs}, biases.data());
        const int pad = stride == 2 ? 0 : kernel / 2;
        writer.addNode("Conv", name, {input, name + ".w", name + ".b"})
            .integers("kernel_shape", {kernel, kernel})
            .integers("strides", {stride, stride})
            .integers("pads", {pad, pad, pad, pad});
        return name;
    };
    const auto node = [&](const char* type, const std::string& name, const std::vector<std::string>& inputs) {
        writer.addNode(type, name, inputs);
        return name;
    };
    const auto padded = [&](const std::string& name, const std::string& input) {
        writer.addNode("Pad", name, {input}).integers("pads", {0, 0, 0, 0, 0, 0, 1, 1});
        return name;
    };
    std::string v = node("HardSwish", "1.out", {conv("1", padded("1.pad", "in"), 3, 8, 3, 2)});
    v = conv("2", padded("2.pad", v), 8, 8, 3, 2);
    const std::string squeezed = node("GlobalAveragePool", "2.mean", {v}),
                      reduced = node("Relu", "2.relu", {conv("2.reduce", squeezed, 8, 4, 1, 1)}),
                      gate = node("HardSigmoid", "2.gate", {conv("2.expand", reduced, 4, 8, 1, 1)});
    const std::string fine = node("LeakyRelu", "2.out", {node("Mul", "2.gated", {gate, v})});
    v = conv("3", padded("3.pad", fine), 8, 8, 3, 2);
    v = node("Mul", "3.out", {v, node("Sigmoid", "3.sigmoid", {v})});
    const float scales[] = {1, 1, 2, 2};
    writer.addConstant("scales", {4}, scales);
    writer.addNode("Upsample", "large", {v, "scales"}).text("mode", "nearest");
    writer.addNode("Concat", "both", {"large", fine}).integer("axis", 1);
    writer.addOutput(conv("last", "both", 16, 8, 1, 1), {1, 8, -1, -1});
    return writer.bytes();
}

TEST(Trainer, gatedAndEnlargedBackbonesTrainAndExport)
{
    const Scratch scratch;
    writeFile(scratch / "b.onnx", gatedBackbone());
    const Dataset set = writeDiscs(scratch, 2, 3, Size(96, 64), 5);
    for (const char* engine : {"eigen", "auto"})
    {
        SCOPED_TRACE(engine);
        TrainParams p = quick(LOSS_CE_SOFTMAX);
        p.backbone = scratch / "b.onnx";
        p.engine = engine;
        p.freeze = 1;
        p.epochs = 60;
        Trainer trainer(p);
        EXPECT_TRUE(contains(trainer.summary(set),
                             "stages 1 (stride 2: backbone.1 .. backbone.1) of the backbone's 3"))
            << trainer.summary(set);
        double first = 0, last = 0;
        fit(trainer, set, [&](const StepStats& r) {
            (r.step == 1 ? first : last) = r.loss;
            return true;
        });
        EXPECT_LT(last, 0.5 * first);
        trainer.exportModel(scratch / "m.onnx");
        for (const char* name : {"backbone.1", "backbone.2", "backbone.2.expand", "backbone.3"})
            ASSERT_FALSE(weightsIn(scratch / "m.onnx", name).empty()) << name;
        // Stock cv::dnn, at the size of the training and at another.
        Detector model(scratch / "m.onnx");
        const Mat image = readImage(set.images[0]);
        Mat boxes, scores, labels, theirBoxes, theirScores;
        trainer.detect(image, boxes, scores);
        model.detect(image, theirBoxes, theirScores, labels, 0);
        // An overlap next to the threshold may fall either way, and those of nearly the same score may change
        // places.
        ASSERT_NEAR(boxes.rows, theirBoxes.rows, 0.02 * boxes.rows);
        const Range best(0, std::min(10, boxes.rows));
        EXPECT_LT(cv::norm(scores.rowRange(best), theirScores.rowRange(best), NORM_INF), 1e-4);
        for (int i = best.start; i < best.end; i++)
        {
            double nearest = DBL_MAX;
            for (int j = 0; j < theirBoxes.rows; j++)
                nearest = std::min(nearest, cv::norm(boxes.row(i), theirBoxes.row(j), NORM_INF));
            EXPECT_LT(nearest, 1e-2) << "box " << i;
        }
        dnn::Net net = dnn::readNetFromONNX(scratch / "m.onnx");
        net.setInput(dnn::blobFromImage(image, 1, Size(160, 128)));
        EXPECT_GT(net.forward().size[2], 1);
    }
}

TEST(Trainer, aNetworkThatDivergedIsNotWritten)
{
    const Scratch scratch;
    const Dataset set = writeDiscs(scratch, 1, 2, Size(96, 64), 1);
    TrainParams p = quick(LOSS_CE_SIGMOID);
    p.learningRate = 1e30;
    p.maxGradientNorm = 0;
    p.warmup = 0;
    p.epochs = 1; // the only step's loss is still finite
    Trainer trainer(p);
    const std::string message = errorOf([&] {
        fit(trainer, set);
        trainer.exportModel(scratch / "m.onnx");
    });
    EXPECT_TRUE(contains(message, "finite")) << message;
    EXPECT_FALSE(std::filesystem::exists(scratch / "m.onnx"));
}

} // namespace
} // namespace opencv_test
