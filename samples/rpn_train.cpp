// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// Trains a region proposal network on annotated photographs and writes a model that cv::dnn loads.

#include <climits>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>

#include "opencv2/dnn_rpn_train.hpp"

#include "common/program.hpp"
#include "common/progress.hpp"
#include "common/report.hpp"

using namespace cv;
using namespace cv::dnn_rpn_train;

namespace {

const String about = R"(
Trains a region proposal network on a folder of annotated photographs (Pascal VOC layout) and writes
MODEL.onnx, which stock OpenCV runs, with MODEL.yml and MODEL.csv beside it.
Ctrl-C ends the training early and still writes the model.

  rpn_train --data=photographs --train=trainval --val=test --backbone=features.onnx --out=model.onnx
)";

const String keys =
    "{data       |                | folder with JPEGImages, Annotations and ImageSets/Main}"
    "{train      |trainval        | the split to train on: ImageSets/Main/NAME.txt}"
    "{val        |test            | the split to score on, or none}"
    "{out        |model.onnx      | the model file}"
    "{kind       |opencv          | opencv: boxes come out of cv::dnn; heads: logits and deltas, standard "
    "operators only}"
    "{backbone   |small           | an ONNX feature extractor, or small: built in, starts untrained}"
    "{loss       |focal_softmax   | focal_softmax, focal_sigmoid, ce_softmax or ce_sigmoid}"
    "{size       |320x240         | width x height of the network's input; pictures are resized to it}"
    "{epochs     |12              | passes through the pictures}"
    "{batch      |4               | pictures a step}"
    "{lr         |0.01            | learning rate}"
    "{momentum   |0.9             | of the gradient descent}"
    "{decay      |0.0001          | weight decay}"
    "{schedule   |step            | step: a tenth after 70 % of the steps; cosine: down to 0}"
    "{warmup     |50              | steps over which the learning rate rises}"
    "{clip       |10              | longest gradient that is not shortened; 0: no limit}"
    "{anchors    |16,32,64,128,256| square roots of the anchors' areas in pixels of the input}"
    "{ratios     |0.5,1,2         | height / width of the anchors}"
    "{positive   |0.7             | IoU with an object from which on an anchor is positive}"
    "{negative   |0.3             | IoU with every object below which an anchor is negative}"
    "{alpha      |0.25            | focal loss: weight of the positives}"
    "{gamma      |2               | focal loss: how much easy anchors are held back}"
    "{lambda     |1               | focal loss: weight of the classification; 0.1 in the paper}"
    "{beta       |0.1111          | smooth L1: where it turns from square to straight}"
    "{box_weight |1               | weight of the regression}"
    "{prior      |0.01            | focal loss: the probability of an object that every anchor starts with}"
    "{nms        |0.9             | IoU above which the lower-scored box is dropped; high: more recall, more "
    "boxes an object}"
    "{proposals  |1000            | boxes a picture that the model gives at most}"
    "{seed       |0               | of weights, order, flips and samples}"
    "{threads    |0               | 0: one a core}"
    "{engine     |auto            | onednn, eigen, or auto: the fastest of this build}"
    "{precision  |fp32            | fp32, or bf16 where engine and processor have it}"
    "{json       |<none>          | write the validation scores to this file too}";

//! The training's diary: a row a step. It gets its name when it is whole.
class Log
{
public:
    explicit Log(const String& path_) : path(path_), file(path + ".part")
    {
        file << "step,epoch,loss,loss_cls,loss_reg,lr,positives,pictures_per_second\n";
    }

    void add(const StepReport& r)
    {
        file << r.step << ',' << r.epoch << ',' << r.loss << ',' << r.lossCls << ',' << r.lossReg << ','
             << r.learningRate << ',' << r.positives << ',' << r.picturesPerSecond << '\n';
        if (r.step % 20 == 0)
            file.flush();
        check();
    }

    void finish()
    {
        file.close();
        check();
        std::filesystem::rename(path + ".part", path);
    }

private:
    void check() const
    {
        if (!file)
            CV_Error_(Error::StsError, ("cannot write '%s.part'; is the disk full?", path.c_str()));
    }

    const String path;
    std::ofstream file;
};

TrainParams readParams(CommandLineParser& options)
{
    TrainParams p;
    p.backbone = options.get<String>("backbone");
    p.engine = options.get<String>("engine");
    p.precision = choiceOption(options, "precision", {"fp32", "bf16"});
    p.size = sizeOption(options, "size");
    p.epochs = countOption(options, "epochs", 1, 1000000);
    p.batch = countOption(options, "batch", 1, 4096);
    p.learningRate = numberOption(options, "lr", 0, 1e30);
    p.momentum = numberOption(options, "momentum", 0, 0.9999);
    p.weightDecay = numberOption(options, "decay", 0, 1);
    p.schedule = choiceOption(options, "schedule", {"step", "cosine"});
    p.warmup = countOption(options, "warmup", 0, 1000000000);
    p.clip = numberOption(options, "clip", 0, 1e30);
    p.seed = countOption(options, "seed", 0, INT_MAX);
    p.rpn.loss =
        choiceOption(options, "loss", {"focal_softmax", "focal_sigmoid", "ce_softmax", "ce_sigmoid"});
    p.rpn.anchorSizes = numbersOption(options, "anchors");
    p.rpn.anchorRatios = numbersOption(options, "ratios");
    p.rpn.match.positiveIoU = static_cast<float>(numberOption(options, "positive", 0, 1));
    p.rpn.match.negativeIoU = static_cast<float>(numberOption(options, "negative", 0, 1));
    p.rpn.focalAlpha = numberOption(options, "alpha", -1, 1);
    p.rpn.focalGamma = numberOption(options, "gamma", 0, 100);
    p.rpn.focalWeight = numberOption(options, "lambda", 1e-6, 1e6);
    p.rpn.boxBeta = numberOption(options, "beta", 0, 1e6);
    p.rpn.boxWeight = numberOption(options, "box_weight", 1e-6, 1e6);
    p.rpn.prior = numberOption(options, "prior", 1e-6, 0.999);
    p.rpn.proposals.nmsThreshold = static_cast<float>(numberOption(options, "nms", 0, 1));
    p.rpn.proposals.postNms = countOption(options, "proposals", 1, 100000);
    return p;
}

Dataset readSplit(const String& folder, const String& split)
{
    const Dataset set = Dataset::readVOC(folder, split);
    std::printf("%s: %zu pictures, %d objects, %zu classes\n", split.c_str(), set.images.size(),
                set.countObjects(), set.classes.size());
    for (const String& remark : set.remarks)
        std::printf("  note: %s\n", remark.c_str());
    return set;
}

void train(CommandLineParser& options)
{
    const TrainParams params = readParams(options);
    const String folder = options.get<String>("data"), out = options.get<String>("out"),
                 kind = choiceOption(options, "kind", {"opencv", "heads"}), val = options.get<String>("val");
    const int threads = countOption(options, "threads", 0, 1024);
    setNumThreads(threads > 0 ? threads : static_cast<int>(std::thread::hardware_concurrency()));
    if (out.size() < 6 || out.substr(out.size() - 5) != ".onnx")
        CV_Error_(Error::StsBadArg, ("--out=%s must end in .onnx", out.c_str()));
    const String stem = out.substr(0, out.size() - 5);
    for (const char* extension : {".onnx", ".yml", ".csv"})
        checkWritable(stem + extension);
    if (options.has("json"))
        checkWritable(options.get<String>("json"));

    const Dataset trainSet = readSplit(folder, options.get<String>("train"));
    const Dataset valSet = val == "none" ? Dataset() : readSplit(folder, val);
    Trainer trainer(params);

    catchInterrupts();
    std::unique_ptr<Log> log;
    std::unique_ptr<Progress> progress;
    const bool finished = trainer.fit(trainSet, [&](const StepReport& r) {
        if (!log)
        {
            log = std::make_unique<Log>(stem + ".csv");
            progress = std::make_unique<Progress>("training", r.steps);
        }
        log->add(r);
        progress->show(r.step, format("epoch %d/%d  loss %.4f (cls %.4f, reg %.4f)  %.1f pictures/s", r.epoch,
                                      r.epochs, r.loss, r.lossCls, r.lossReg, r.picturesPerSecond));
        return !interrupted();
    });
    progress.reset();
    log->finish();
    if (!finished)
        std::printf("stopped early; the model is written as it is\n");

    trainer.exportModel(out, kind);
    if (!valSet.images.empty() && finished)
    {
        Progress scoring("scoring", static_cast<int>(valSet.images.size()));
        const dnn_rpn::Metrics metrics = trainer.evaluate(valSet, [&](int done) { scoring.show(done); });
        std::printf("\n%s, ", val.c_str());
        printMetrics(metrics);
        if (options.has("json"))
            writeMetrics(options.get<String>("json"), metrics);
    }
    std::printf("wrote %s, %s.yml and %s.csv\n", out.c_str(), stem.c_str(), stem.c_str());
}

} // namespace

int main(int argc, char** argv)
{
    return runProgram(argc, argv, about, keys, train);
}
