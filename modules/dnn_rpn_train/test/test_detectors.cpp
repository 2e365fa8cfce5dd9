// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "scratch.hpp"
#include "opencv2/dnn_rpn.hpp"
#include "../src/data/batches.hpp"
#include "../src/detector/detector_net.hpp"
#include "../src/engine/engine.hpp"

namespace opencv_test {
namespace {

//! Discs and squares of one colour, in alternation: a detector must tell them apart by their shape.
Dataset writeShapes(const Scratch& scratch, int images, int shapes, Size size, int seed)
{
    Dataset set;
    set.classes = {"disc", "square"};
    RNG rng(seed + 1);
    for (int i = 0; i < images; i++)
    {
        AnnotatedImage image;
        image.path = scratch / ("shapes_" + std::to_string(i) + ".png");
        image.size = size;
        Mat pixels(size, CV_8UC3, Scalar(60, 50, 40));
        for (int j = 0; j < shapes; j++)
        {
            // Each in a strip of its own.
            const int strip = size.width / shapes, r = rng.uniform(10, std::min(strip, size.height) / 2 - 1);
            const Point c(j * strip + rng.uniform(r, strip - r), rng.uniform(r, size.height - r));
            const Scalar colour(200, 220, 190);
            if (j % 2 == 0)
                circle(pixels, c, r, colour, FILLED);
            else
                rectangle(pixels, Rect(c.x - r, c.y - r, 2 * r, 2 * r), colour, FILLED);
            Object o;
            o.box = Vec4f(float(c.x - r), float(c.y - r), float(c.x + r), float(c.y + r));
            o.label = j % 2 + 1;
            image.objects.push_back(o);
        }
        imwrite(image.path, pixels);
        set.images.push_back(image);
    }
    return set;
}

TrainParams quick(DetectorKind detector = DETECTOR_FASTER_RCNN)
{
    TrainParams p(detector);
    p.classes = {"disc", "square"};
    p.size = Size(96, 64);
    p.rpn.anchorSizes = {24, 40};
    p.rpn.anchorRatios = {1};
    p.rpn.sampleCount = 64;
    p.roi.channels = 32;
    p.roi.hidden = 64;
    p.roi.sampleCount = 32;
    p.roi.trainProposals.postNms = 60;
    p.roi.proposals.postNms = 20;
    p.augment.flip = 0;
    p.epochs = 150;
    p.batch = 2;
    p.learningRate = 0.02;
    p.warmup = 10;
    p.schedule = SCHEDULE_COSINE;
    return p;
}

TrainParams oneStage(AnchorLoss loss)
{
    TrainParams p = quick(DETECTOR_RETINANET);
    p.learningRate = 0.005;
    p.setPyramid(0, 0);
    p.rpn.loss = loss;
    return p;
}

TEST(Detectors, twoStagesLearnToTellShapesApart)
{
    const Scratch scratch;
    const Dataset set = writeShapes(scratch, 4, 2, Size(96, 64), 3);
    for (RegionLoss loss : {ROI_LOSS_CE, ROI_LOSS_FOCAL})
        for (bool shared : {false, true})
        {
            SCOPED_TRACE(format("%d, shared boxes: %d", loss, shared));
            TrainParams p = quick();
            p.roi.loss = loss;
            p.roi.classAgnostic = shared;
            Trainer trainer(p);
            std::vector<double> cls, reg;
            EXPECT_TRUE(fit(trainer, set, [&](const StepStats& r) {
                cls.push_back(r.lossRoiCls);
                reg.push_back(r.lossRoiReg);
                EXPECT_NEAR(r.loss, r.lossCls + r.lossReg + r.lossRoiCls + r.lossRoiReg, 1e-9);
                return true;
            }));
            EXPECT_LT(cls.back(), 0.3 * cls.front());
            EXPECT_GT(*std::max_element(reg.begin(), reg.end()), 0);
            const Metrics m = trainer.evaluate(set);
            EXPECT_GT(m.AP50, 0.9);
            ASSERT_EQ(2u, m.classAP50.size());
            EXPECT_EQ(4, m.classObjects[0]);
            EXPECT_GT(m.classAP50[1], 0.8);
        }
}

TEST(Detectors, oneStageLearnsToTellShapesApart)
{
    const Scratch scratch;
    const Dataset set = writeShapes(scratch, 4, 2, Size(96, 64), 3);
    for (AnchorLoss loss : {LOSS_FOCAL_SIGMOID, LOSS_FOCAL_SOFTMAX, LOSS_CE_SOFTMAX})
        for (int tower : {0, 1})
        {
            SCOPED_TRACE(format("loss %d, tower %d", loss, tower));
            TrainParams p = oneStage(loss);
            p.rpn.tower = tower;
            Trainer trainer(p);
            double last = 0;
            fit(trainer, set, [&](const StepStats& r) {
                EXPECT_EQ(0, r.lossRoiCls + r.lossRoiReg);
                last = r.lossCls;
                return true;
            });
            EXPECT_LT(last, 0.1);
            const Metrics m = trainer.evaluate(set);
            EXPECT_GT(m.AP50, 0.85);
            EXPECT_EQ(2u, m.classAP50.size());
        }
}

void expectDetections(Trainer& trainer, const Mat& pixels, const Mat& boxes, const Mat& scores,
                      const Mat& labels)
{
    Mat b, s, l;
    trainer.detect(pixels, b, s, l);
    ASSERT_GT(b.rows, 0);
    ASSERT_EQ(b.size(), boxes.size());
    EXPECT_LT(cv::norm(s, scores, NORM_INF), 1e-4);
    // Each box has its own; of equally sure ones either may come first.
    std::vector<char> taken(b.rows, 0);
    for (int i = 0; i < b.rows; i++)
    {
        int j = 0;
        while (j < b.rows && (taken[j] || l.at<int>(i) != labels.at<int>(j) ||
                              std::abs(s.at<float>(i) - scores.at<float>(j)) >= 1e-4 ||
                              cv::norm(b.row(i), boxes.row(j), NORM_INF) >= 0.02))
            j++;
        ASSERT_LT(j, b.rows) << "label " << l.at<int>(i) << ", score " << s.at<float>(i) << ", box "
                             << b.row(i);
        taken[j] = 1;
    }
}

//! The file runs in floats, so its scores are not those of a network that rounds to half of the bits.
TEST(Detectors, filesOfHalfPrecisionGiveTheTrainersDetections)
{
    const Scratch scratch;
    const Dataset set = writeShapes(scratch, 4, 2, Size(96, 64), 3);
    const Mat pixels = readImage(set.images[0]);
    int engines = 0;
    for (const std::string& engine : Engine::names())
        for (TrainParams p : {quick(), oneStage(LOSS_FOCAL_SIGMOID)})
        {
            SCOPED_TRACE(engine + ", " + std::to_string(p.detector()));
            p.engine = engine;
            p.precision = PRECISION_BF16;
            p.epochs = 30;
            std::unique_ptr<Trainer> trainer;
            const std::string refusal = errorOf([&] { trainer = std::make_unique<Trainer>(p); });
            if (!trainer)
            {
                EXPECT_TRUE(contains(refusal, "bf16")) << refusal;
                continue;
            }
            engines++;
            fit(*trainer, set);
            trainer->exportModel(scratch / "m.onnx");
            Mat boxes, scores, labels;
            Detector(scratch / "m.onnx").detect(pixels, boxes, scores, labels);
            expectDetections(*trainer, pixels, boxes, scores, labels);
        }
    EXPECT_GT(engines, 0);
}

TEST(Detectors, stockOpenCVGivesTheTrainersDetections)
{
    const Scratch scratch;
    const Dataset set = writeShapes(scratch, 4, 2, Size(192, 128), 3);
    TrainParams shared = quick();
    shared.roi.classAgnostic = true;
    TrainParams pyramid = oneStage(LOSS_FOCAL_SIGMOID), both = quick();
    pyramid.setPyramid(3, 4, 32);
    both.setPyramid(3, 4, 32);
    for (TrainParams p :
         {quick(), shared, oneStage(LOSS_FOCAL_SIGMOID), oneStage(LOSS_FOCAL_SOFTMAX), pyramid, both})
    {
        SCOPED_TRACE(format("%d, %d, shared boxes: %d", p.detector(), p.rpn.loss, p.roi.classAgnostic));
        p.epochs = 80;
        Trainer trainer(p);
        fit(trainer, set);
        trainer.exportModel(scratch / "m.onnx");
        Detector model(scratch / "m.onnx");
        EXPECT_EQ(p.detector(), model.description().detector);
        EXPECT_EQ(p.classes, model.description().classes);
        std::vector<Mat> images, boxes, scores, labels;
        for (const AnnotatedImage& image : set.images)
            images.push_back(readImage(image));
        model.detectBatch(images, boxes, scores, labels);
        for (size_t i = 0; i < images.size(); i++)
            expectDetections(trainer, images[i], boxes[i], scores[i], labels[i]);

        // What an application without any of this does; its classes begin at 1, too.
        dnn::DetectionModel stock(scratch / "m.onnx");
        stock.setInputSize(96, 64);
        std::vector<int> classes;
        std::vector<float> confidences;
        std::vector<Rect> rects;
        stock.detect(images[0], classes, confidences, rects, 0.005f); // all that there is
        ASSERT_EQ(static_cast<size_t>(boxes[0].rows), rects.size());
        EXPECT_EQ(labels[0].at<int>(0), classes[0]);
        EXPECT_NEAR(boxes[0].at<float>(0, 0), rects[0].x, 1.01);

        // Nothing to be found is an answer, too, and other sizes than the trained one are fine.
        Mat b, s, l;
        model.detect(images[0], b, s, l, 1.1f);
        EXPECT_EQ(0, b.rows);
        dnn::Net net = dnn::readNetFromONNX(scratch / "m.onnx");
        for (Size size : {Size(160, 96), Size(96, 64), Size(64, 64)})
        {
            net.setInput(dnn::blobFromImage(images[0], 1, size));
            EXPECT_EQ(7, net.forward().size[3]);
        }
        net.setInput(dnn::blobFromImage(Mat(64, 96, CV_8UC3, Scalar(60, 50, 40))));
        EXPECT_EQ(7, net.forward().size[3]);
    }
}

TEST(Detectors, twoStagesOnAFrozenBackboneAndResumed)
{
    const Scratch scratch;
    const Dataset set = writeShapes(scratch, 4, 2, Size(96, 64), 3);
    for (const std::string& engine : Engine::names())
        for (int freeze : {0, -1})
        {
            SCOPED_TRACE(format("%s, freeze %d", engine.c_str(), freeze));
            std::vector<std::string> files;
            for (int stop : {0, 5})
            {
                TrainParams p = quick();
                p.engine = engine;
                p.freeze = freeze;
                p.augment.flip = 0.5;
                p.epochs = 6;
                p.ema = 0.9;
                p.alternate = freeze < 0;
                const std::string checkpoint = scratch / "c";
                if (stop > 0)
                {
                    Trainer first(p);
                    fit(first, set, [&](const StepStats& r) {
                        if (r.step == stop)
                            first.saveCheckpoint(checkpoint);
                        return r.step < stop;
                    });
                }
                Trainer trainer(p);
                if (stop > 0)
                {
                    EXPECT_EQ(stop, trainer.loadCheckpoint(checkpoint));
                }
                EXPECT_TRUE(fit(trainer, set));
                trainer.exportModel(scratch / "m.onnx");
                files.push_back(readFile(scratch / "m.onnx"));
            }
            EXPECT_TRUE(files[0] == files[1]);
        }
}

TEST(Detectors, theSecondStageStartsOnFeaturesOfSizeOne)
{
    RNG rng(5), noise(6);
    DetectorNet net(quick(), rng);
    std::vector<Mat> images(2);
    for (Mat& pixels : images)
    {
        pixels.create(64, 96, CV_8UC3);
        noise.fill(pixels, RNG::UNIFORM, 0, 256);
    }
    auto weights = [&] {
        for (const Parameter& p : net.graph().parameters)
            if (contains(p.name, "roi.features") && p.value.shape().plane() > 1)
                return p.value.flat().clone();
        return Mat();
    };
    auto others = [&] {
        double sum = 0;
        for (const Parameter& p : net.graph().parameters)
            if (!contains(p.name, "roi.features") && p.trainable)
                sum += cv::norm(p.value.flat(), NORM_L1);
        return sum;
    };
    const Mat before = weights();
    const double rest = others();
    net.scaleRegionFeatures(images);
    const Mat once = weights();
    EXPECT_EQ(rest, others());
    const double factor = cv::norm(once) / cv::norm(before);
    EXPECT_GT(std::abs(factor - 1), 0.01);
    EXPECT_LT(cv::norm(once, before * factor), 1e-5 * cv::norm(once));
    // They are of size 1 now: to divide them again changes nothing, but for the averages of batch
    // normalisation.
    net.scaleRegionFeatures(images);
    EXPECT_LT(cv::norm(once, weights()), 1e-4 * cv::norm(once));
    net.scaleRegionFeatures({}); // nothing to go by
    EXPECT_LT(cv::norm(once, weights()), 1e-4 * cv::norm(once));
}

TEST(Detectors, eachPartHasItsOwnRate)
{
    TrainParams p = quick();
    p.backboneLrFactor = 0.5;
    p.rpn.lrFactor = 7;
    p.roi.lrFactor = 3;
    RNG rng(5);
    DetectorNet net(p, rng);
    const std::vector<float> factors = net.rateFactors();
    ASSERT_EQ(net.graph().parameters.size(), factors.size());
    int parts = 0;
    for (size_t i = 0; i < factors.size(); i++)
    {
        const std::string& name = net.graph().parameters[i].name;
        const float expected = name.rfind("rpn.", 0) == 0 ? 7 : name.rfind("roi.", 0) == 0 ? 3 : 0.5f;
        if (net.graph().parameters[i].trainable)
        {
            EXPECT_EQ(expected, factors[i]) << name;
        }
        parts |= expected == 7 ? 1 : expected == 3 ? 2 : 4;
    }
    EXPECT_EQ(7, parts);
}

//! The loss of each step.
std::vector<double> lossesOn(const std::string& engine, TrainParams p, const Dataset& set)
{
    p.engine = engine;
    p.epochs = 8;
    p.warmup = 0;
    std::vector<double> losses;
    Trainer trainer(p);
    EXPECT_TRUE(fit(trainer, set, [&](const StepStats& r) {
        losses.push_back(r.loss);
        return true;
    }));
    return losses;
}

TEST(Detectors, everyEngineTrainsAlike)
{
    const Scratch scratch;
    const Dataset set = writeShapes(scratch, 4, 2, Size(96, 64), 3);
    for (const TrainParams& p : {quick(), oneStage(LOSS_FOCAL_SOFTMAX)})
    {
        const std::vector<double> expected = lossesOn("eigen", p, set);
        EXPECT_LT(expected.back(), 0.9 * expected.front());
        for (const std::string& engine : Engine::names())
        {
            SCOPED_TRACE(engine + ", " + std::to_string(p.detector()));
            const std::vector<double> losses = lossesOn(engine, p, set);
            ASSERT_EQ(expected.size(), losses.size());
            // What differs in the last bits at first chooses other proposals in the end.
            for (size_t i = 0; i < losses.size(); i++)
                EXPECT_NEAR(expected[i], losses[i], (i == 0 ? 1e-4 : 0.1) * expected[i]) << "step " << i;
        }
    }
}

//! The gradients of one step, one after the other, by network.
std::vector<Mat> gradientsOf(const TrainParams& p, const Batch& batch, DetectorNet::Training training)
{
    RNG rng(5);
    DetectorNet net(p, rng);
    net.step(batch, 3, training);
    std::vector<Mat> all;
    for (Network* network : net.trained())
    {
        Mat row(1, 0, CV_32F);
        for (size_t i = 0; i < net.graph().parameters.size(); i++)
        {
            const Tensor& gradient = network->parameterGradient(static_cast<int>(i));
            if (!gradient.empty())
                hconcat(row, gradient.flat(), row);
        }
        all.push_back(row);
    }
    return all;
}

TEST(Detectors, stagesInTurnAddUpToBothTogether)
{
    const Scratch scratch;
    const Dataset set = writeShapes(scratch, 2, 2, Size(96, 64), 3);
    for (int freeze : {0, -1})
    {
        SCOPED_TRACE(format("freeze %d", freeze));
        TrainParams p = quick();
        p.engine = "eigen";
        p.freeze = freeze;
        const Batch batch = Batches(set, p.size, p.batch, 0, p.augment).at(0);
        const std::vector<Mat> both = gradientsOf(p, batch, DetectorNet::Training::Both),
                               first = gradientsOf(p, batch, DetectorNet::Training::FirstStage),
                               second = gradientsOf(p, batch, DetectorNet::Training::SecondStage);
        ASSERT_EQ(2u, both.size());
        for (int i = 0; i < 2; i++)
        {
            const double size = cv::norm(both[i], NORM_INF);
            EXPECT_GT(size, 1e-4);
            EXPECT_LE(cv::norm(both[i], first[i] + second[i], NORM_INF), 1e-5 * size);
            EXPECT_GT(cv::norm(second[i], NORM_INF), 1e-6);
        }
        EXPECT_GT(cv::norm(first[0], NORM_INF), 1e-4);
        EXPECT_EQ(0, cv::norm(first[1], NORM_INF));
    }
}

TEST(Detectors, stagesInTurnTellTheLossOfBoth)
{
    const Scratch scratch;
    const Dataset set = writeShapes(scratch, 2, 2, Size(96, 64), 3);
    TrainParams p = quick();
    p.alternate = true;
    p.epochs = 4;
    std::vector<double> roi;
    fit(Trainer(p), set, [&](const StepStats& r) {
        EXPECT_GT(r.lossCls, 0);
        EXPECT_DOUBLE_EQ(r.loss, r.lossCls + r.lossReg + r.lossRoiCls + r.lossRoiReg);
        roi.push_back(r.lossRoiCls);
        return true;
    });
    ASSERT_EQ(4u, roi.size());
    EXPECT_EQ(0, roi[0]);
    EXPECT_GT(roi[1], 0);
    EXPECT_EQ(roi[1], roi[2]);
    EXPECT_NE(roi[2], roi[3]);
    TrainParams retina = quick(DETECTOR_RETINANET);
    retina.alternate = true;
    EXPECT_TRUE(contains(errorOf([&] { Trainer t(retina); }), "retina"));
}

TEST(Detectors, classesMustBeTheSame)
{
    const Scratch scratch;
    Dataset set = writeShapes(scratch, 2, 2, Size(96, 64), 3);
    Trainer trainer(quick());
    std::swap(set.classes[0], set.classes[1]);
    const std::string message = errorOf([&] { fit(trainer, set); });
    EXPECT_TRUE(contains(message, "square, disc")) << message;
    EXPECT_TRUE(contains(message, "disc, square")) << message;
    TrainParams p = quick();
    p.classes.clear();
    EXPECT_TRUE(contains(errorOf([&] { Trainer t(p); }), "classes"));
    p.classes = {"a\tb", "c"};
    EXPECT_TRUE(contains(errorOf([&] { Trainer t(p); }), "control character"));
    EXPECT_EQ(0.5f, TrainParams(DETECTOR_RETINANET).rpn.match.positiveIoU);
    EXPECT_EQ(LOSS_CE_SIGMOID, TrainParams(DETECTOR_FASTER_RCNN).rpn.loss);
    EXPECT_EQ(NORMALIZE_BY_SAMPLES, TrainParams(DETECTOR_FASTER_RCNN).rpn.focalNormalizer);
    EXPECT_EQ(NORMALIZE_BY_POSITIVES, TrainParams().rpn.focalNormalizer);
    EXPECT_EQ(0.7f, TrainParams().rpn.match.positiveIoU);
}

} // namespace
} // namespace opencv_test
