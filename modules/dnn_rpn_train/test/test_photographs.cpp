// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// Tests that need files which are not in the repository: DNN_RPN_DATA names a folder with bccd/ in it,
// DNN_RPN_BACKBONES one with ONNX feature extractors. Without them these tests fail; leave them out with
// --gtest_filter=-Photographs*.

#include <thread>

#include "scratch.hpp"
#include "../src/detector/anchor_head.hpp"
#include "../src/detector/backbone.hpp"
#include "../src/detector/export.hpp"
#include "../src/detector/pyramid.hpp"
#include "../src/detector/verify.hpp"
#include "../src/engine/network.hpp"
#include "../src/onnx/import.hpp"

namespace opencv_test {
namespace {

std::string folder(const char* variable)
{
    const char* value = std::getenv(variable);
    if (!value || !std::filesystem::is_directory(value))
        CV_Error_(Error::StsError,
                  ("the environment variable %s names no folder: '%s'", variable, value ? value : ""));
    return value;
}

const char* const backbones[] = {"squeezenet1.1-features.onnx", "mobilenetv2-features.onnx"};

TEST(Photographs, backbonesRunAsInCvDnn)
{
    const std::string data = folder("DNN_RPN_DATA");
    const Mat image = imread(data + "/bccd/JPEGImages/BloodImage_00007.jpg");
    ASSERT_FALSE(image.empty());
    for (const char* name : backbones)
    {
        const std::string path = folder("DNN_RPN_BACKBONES") + "/" + name;
        Graph g;
        const int in = g.addInput("picture");
        g.outputs = {importOnnx(path, g, in)};
        Network network(g, Engine::create("eigen"));
        dnn::Net net = dnn::readNetFromONNX(path);
        for (Size size : {Size(320, 240), Size(203, 187)})
        {
            SCOPED_TRACE(name);
            Mat blob = dnn::blobFromImage(image, 1. / 58, size, Scalar(104, 116, 124), true);
            Tensor input(Shape(1, 3, size.height, size.width));
            blob.reshape(1, 1).copyTo(input.flat());
            network.forward(input);
            net.setInput(blob);
            const Mat theirs = net.forward(), ours = network.value(g.outputs[0]).flat();
            ASSERT_EQ(theirs.total(), ours.total());
            // Relative to the largest of the features, which reach some tens.
            EXPECT_LT(cv::norm(theirs.reshape(1, 1), ours, NORM_INF),
                      1e-4 * std::max(1., cv::norm(ours, NORM_INF)));
        }
    }
}

TEST(Photographs, pyramidsStandOnBothBackbones)
{
    for (const char* name : backbones)
    {
        SCOPED_TRACE(name);
        // The poolings of the first leave odd sizes, whatever the image's.
        const bool padded = String(name).find("mobilenet") == 0;
        Graph graph;
        RNG rng(2);
        const int features = addBackbone(graph, folder("DNN_RPN_BACKBONES") + "/" + name, rng);
        PyramidParams levels;
        levels.finest = 3;
        levels.coarsest = 5;
        const std::string message =
            errorOf([&] { addPyramid(levels, graph, {features}, Size(320, 240), rng); });
        EXPECT_TRUE(contains(message, padded ? "choose a height of 224 or 256"
                                             : "finest level is the backbone's last, 4"))
            << message;
        levels.finest = padded ? 3 : 4;
        levels.coarsest = levels.finest + 2;
        const Size size(320, 256);
        const std::vector<int> maps = addPyramid(levels, graph, {features}, size, rng);
        ASSERT_EQ(3u, maps.size());
        for (int i = 0; i < 3; i++)
            EXPECT_EQ(1 << (levels.finest + i), gridOf(graph, maps[i]).stride);
        AnchorHeadParams params;
        params.anchorSizes = {24, 32, 48, 64, 96, 128};
        const AnchorHead head(params, 2, graph, maps, rng);
        Network network(graph, Engine::create("eigen"));
        EXPECT_EQ("", errorOf([&] {
                      verifyExport(exporterOf(dnn_rpn::EXPORT_OPENCV).write({graph, head, size, nullptr}),
                                   dnn_rpn::EXPORT_OPENCV, network, head, size);
                  }));
    }
}

TEST(Photographs, bothBackbonesTrain)
{
    Dataset set = Dataset::read(folder("DNN_RPN_DATA") + "/bccd", "train");
    set.images.resize(8);
    for (const char* name : backbones)
    {
        SCOPED_TRACE(name);
        TrainParams p;
        p.backbone = folder("DNN_RPN_BACKBONES") + "/" + name;
        p.size = Size(160, 128);
        p.epochs = 8;
        p.batch = 2;
        p.rpn.loss = LOSS_CE_SIGMOID;
        p.warmup = 5;
        std::vector<double> losses;
        Trainer trainer(p);
        fit(trainer, set, [&](const StepStats& r) {
            losses.push_back(r.loss);
            return true;
        });
        EXPECT_LT(losses.back(), 0.7 * losses.front());
        const Scratch scratch;
        trainer.exportModel(scratch / "m.onnx");
    }
}

//! Images are made ready while the step works: give it long enough and the next one finds them there.
TEST(Photographs, aLongStepFindsTheNextImagesReady)
{
    Dataset set = Dataset::read(folder("DNN_RPN_DATA") + "/bccd", "train");
    set.images.resize(40);
    for (const char* preset : {"flip", "strong"})
    {
        SCOPED_TRACE(preset);
        TrainParams p;
        p.backbone = folder("DNN_RPN_BACKBONES") + "/" + backbones[0];
        p.augment = AugmentParams::preset(preset);
        p.size = Size(160, 128);
        Trainer trainer(p);
        int steps = 0, pause = 1; // milliseconds
        bool ready = false;
        fit(trainer, set, [&](const StepStats& r) {
            ready = r.step > 1 && r.waited == 0;
            std::this_thread::sleep_for(std::chrono::milliseconds(pause));
            pause = std::min(2 * pause, 2000);
            return !ready && ++steps < 30;
        });
        EXPECT_TRUE(ready);
    }
}

TEST(Photographs, zeroAreaBoxesOfBccdAreTold)
{
    const Dataset set = Dataset::read(folder("DNN_RPN_DATA") + "/bccd", "trainval");
    EXPECT_EQ(292u, set.images.size());
    EXPECT_EQ((std::vector<String>{"Platelets", "RBC", "WBC"}), set.classes);
    ASSERT_EQ(2u, set.remarks.size());
    EXPECT_TRUE(contains(set.remarks[0], "BloodImage_00338.xml"));
    EXPECT_TRUE(contains(set.remarks[1], "BloodImage_00343.xml"));
}

} // namespace
} // namespace opencv_test
