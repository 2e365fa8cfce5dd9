// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// Trains a region proposal network on annotated photographs and writes a model that cv::dnn loads.

#include <algorithm>
#include <climits>
#include <cstdio>
#include <sstream>
#include <thread>

#include "opencv2/dnn_rpn_train.hpp"

#include "common/augment_options.hpp"
#include "common/checkpoints.hpp"
#include "common/diary.hpp"
#include "common/preview_options.hpp"
#include "common/program.hpp"
#include "common/progress.hpp"
#include "common/report.hpp"

using namespace cv;
using namespace cv::dnn_rpn_train;

namespace {

const String about = R"(
Trains a region proposal network or a detector on a folder of annotated photographs and writes
MODEL.onnx, which stock OpenCV runs, with MODEL.yml and MODEL.csv beside it. MODEL.html shows the training
while it runs: curves, examples, scores.
Ctrl-C ends the training early and still writes the model. Whatever ended it, --resume with the same options
goes on at the last checkpoint, and comes to the same model as if nothing had happened.

  rpn_train --data=photographs --train=trainval --val=test --backbone=features.onnx --out=model.onnx
)";

const String keys =
    "{data       |                | data set in the layout of Pascal VOC, COCO or YOLO}"
    "{train      |trainval        | the split to train on: ImageSets/Main/NAME.txt, "
    "annotations/instances_NAME.json or images/NAME}"
    "{val        |test            | the split to score on, or none}"
    "{out        |model.onnx      | the model file}"
    "{kind       |opencv          | opencv: boxes come out of cv::dnn; onnx: the same by standard operators, "
    "for ONNX "
    "Runtime; heads: raw numbers. With several, as in opencv,onnx, the later ones go into MODEL-KIND.onnx}"
    "{detector   |rpn             | rpn: boxes without classes; retina: with classes, in one stage; "
    "faster_rcnn: in "
    "two}"
    "{backbone   |small           | an ONNX feature extractor, or small: built in, starts untrained}"
    "{loss       |<none>          | focal_softmax, focal_sigmoid, ce_softmax or ce_sigmoid; without it "
    "focal_softmax, "
    "faster_rcnn ce_sigmoid}"
    "{size       |320x240         | width x height of the network's input; pictures are resized to it}"
    "{epochs     |12              | passes through the pictures}"
    "{batch      |4               | pictures a step}"
    "{lr         |0.01            | learning rate}"
    "{momentum   |0.9             | of the gradient descent}"
    "{decay      |0.0001          | weight decay}"
    "{schedule   |step            | step: a tenth after 70 % of the steps; cosine: down to 0}"
    "{warmup     |50              | steps over which the learning rate rises}"
    "{clip       |<none>          | longest gradient that is not shortened; 0: no limit. faster_rcnn: 2, "
    "else 10}"
    "{freeze     |0               | so many stages of the backbone are not trained, or all: then its "
    "features are "
    "worked out once and kept. A stage is what has the same stride}"
    "{backbone_lr|1               | the backbone's learning rate is --lr times this}"
    "{rpn_lr     |<none>          | the learning rate of the head on anchors is --lr times this. "
    "faster_rcnn: 10, else 1}"
    "{roi_lr     |3               | second stage: its learning rate is --lr times this}"
    "{batchnorm  |frozen          | batch normalisation of the backbone: frozen, as it came, or train: scale "
    "and "
    "bias are trained, mean and variance are the batch's, where --freeze does not reach. The backbone small "
    "always is}"
    "{ema        |0               | decay of the weights' moving average, such as 0.99, which is then scored "
    "and "
    "written; 0: none}"
    "{eval_every |0               | score the validation split every so many epochs and keep the best "
    "weights; "
    "0: only at the end}"
    "{patience   |0               | end after so many scorings without a better AR@300, or AP50 with "
    "classes; 0: never}"
    "{pyramid    |<none>          | levels of a feature pyramid that the heads stand on, as in 3-5: cells of "
    "8, 16 "
    "and 32 pixels; without it, the backbone's last map}"
    "{pyramid_channels|128        | channels of each level}"
    "{anchors    |<none>          | square roots of the anchors' areas in pixels of the input: "
    "16,32,64,128,256; with "
    "a pyramid as many for each level, finest first: 4, 5 and 6.3 times the cell}"
    "{ratios     |0.5,1,2         | height / width of the anchors}"
    "{tower      |0               | classifier and regressor have so many convolutions of their own, 0..4; "
    "0: one "
    "for both}"
    "{positive   |<none>          | IoU with an object from which on an anchor is positive: 0.7, retina 0.5}"
    "{negative   |<none>          | IoU with every object below which an anchor is negative: 0.3, retina 0.4}"
    "{alpha      |<none>          | focal loss: weight of the positives: 0.25; faster_rcnn: 0.9 of the "
    "anchors, 0.25 of the "
    "proposals}"
    "{gamma      |2               | focal loss: how much easy anchors are held back}"
    "{lambda     |1               | focal loss: weight of the classification beside the boxes; 0.1 in the "
    "paper}"
    "{focal_norm |<none>          | what focal loss is divided by: positives, as in the paper, or samples: "
    "256 a picture, as "
    "cross-entropy. faster_rcnn: samples, else positives}"
    "{beta       |0.1111          | smooth L1: where it turns from square to straight}"
    "{box_weight |1               | weight of the regression}"
    "{prior      |0.01            | focal loss: the probability of an object that every anchor starts with}"
    "{nms        |<none>          | IoU above which the lower-scored proposal is dropped; high: more recall, "
    "more "
    "boxes an object. rpn: 0.9, faster_rcnn: 0.7}"
    "{proposals  |<none>          | proposals a picture at most. rpn: 1000, faster_rcnn: 300}"
    "{roi_loss   |ce              | second stage: ce: cross-entropy over a sample of the proposals, or "
    "focal: "
    "focal loss over all of them, with --alpha and --gamma}"
    "{roi_samples|512             | second stage, ce: proposals a picture that are learned from}"
    "{roi_share  |0.25            | second stage, ce: at most this share of them objects}"
    "{roi_positive|0.5            | second stage: IoU with an object from which on a proposal is one}"
    "{roi_channels|256            | second stage: channels of the features that regions are cut out of}"
    "{roi_size   |7x7             | second stage: columns x rows that regions are resampled to}"
    "{roi_hidden |256             | second stage: width of its two layers}"
    "{roi_shared_boxes|false      | second stage: one box for all classes rather than one a class}"
    "{roi_beta   |0.1111          | second stage: where smooth L1 turns from square to straight}"
    "{roi_weight |1               | second stage: weight of the classification}"
    "{roi_box_weight|1            | second stage: weight of the regression}"
    "{alternate  |false           | faster_rcnn: the stages are trained in turn, a step each, rather than "
    "together}"
    "{score      |0.05            | detections with lower scores are dropped}"
    "{det_nms    |0.5             | IoU above which the lower-scored detection of a class is dropped}"
    "{detections |100             | detections a picture at most}"
    "{seed       |0               | of weights, order, augmentation and samples}"
    "{threads    |0               | 0: one a core}"
    "{engine     |auto            | onednn, eigen, cuda, or auto: the first of these in this build}"
    "{precision  |fp32            | fp32; bf16 where engine and processor have it; with cuda, tf32}"
    "{json       |<none>          | write the validation scores to this file too}"
    "{report     |<none>          | the page to watch, or none; without this option MODEL.html beside the "
    "model}"
    "{checkpoint |auto            | where an interrupted training can go on: a file, auto: MODEL.checkpoint, "
    "or none}"
    "{checkpoint_every|20         | seconds between checkpoints; 0: after every step}"
    "{keep_checkpoint|false       | leave a checkpoint when the training is done}"
    "{resume     |false           | go on where the checkpoint was written; start anew if there is none}";

RoiParams readRoiParams(CommandLineParser& options, RoiParams p)
{
    p.loss = choiceOption(options, "roi_loss", {"ce", "focal"});
    p.sampleCount = countOption(options, "roi_samples", 1, 65536);
    p.sampleShare = static_cast<float>(numberOption(options, "roi_share", 0, 1));
    p.match.positiveIoU = p.match.negativeIoU =
        static_cast<float>(numberOption(options, "roi_positive", 0, 1));
    p.channels = countOption(options, "roi_channels", 1, 65536);
    p.pooled = sizeOption(options, "roi_size");
    p.hidden = countOption(options, "roi_hidden", 1, 65536);
    p.sharedDeltas = flagOption(options, "roi_shared_boxes");
    if (options.has("alpha"))
        p.focalAlpha = numberOption(options, "alpha", -1, 1);
    p.focalGamma = numberOption(options, "gamma", 0, 100);
    p.boxBeta = numberOption(options, "roi_beta", 0, 1e6);
    p.rate = numberOption(options, "roi_lr", 0, 1e6);
    p.clsWeight = numberOption(options, "roi_weight", 1e-6, 1e6);
    p.boxWeight = numberOption(options, "roi_box_weight", 1e-6, 1e6);
    return p;
}

void readPyramid(CommandLineParser& options, TrainParams& p)
{
    const String text = options.get<String>("pyramid");
    int finest = 0, coarsest = 0;
    char rest = 0;
    const int read = std::sscanf(text.c_str(), "%d-%d%c", &finest, &coarsest, &rest);
    if (read != 2 || finest < 1 || coarsest > 10 || finest > coarsest)
        CV_Error_(Error::StsBadArg,
                  ("--pyramid=%s must be two levels from 1 to 10, such as 3-5", text.c_str()));
    p.setPyramid(finest, coarsest, countOption(options, "pyramid_channels", 1, 65536));
}

TrainParams readParams(CommandLineParser& options)
{
    TrainParams p(choiceOption(options, "detector", {"rpn", "retina", "faster_rcnn"}));
    p.backbone = options.get<String>("backbone");
    p.engine = options.get<String>("engine");
    p.precision = choiceOption(options, "precision", {"fp32", "tf32", "bf16"});
    p.size = sizeOption(options, "size");
    p.epochs = countOption(options, "epochs", 1, 1000000);
    p.batch = countOption(options, "batch", 1, 4096);
    p.learningRate = numberOption(options, "lr", 0, 1e30);
    p.momentum = numberOption(options, "momentum", 0, 0.9999);
    p.weightDecay = numberOption(options, "decay", 0, 1);
    p.schedule = choiceOption(options, "schedule", {"step", "cosine"});
    p.warmup = countOption(options, "warmup", 0, 1000000000);
    if (options.has("clip"))
        p.clip = numberOption(options, "clip", 0, 1e30);
    p.seed = countOption(options, "seed", 0, INT_MAX);
    p.augment = augmentOptions(options);
    p.freeze = options.get<String>("freeze") == "all" ? -1 : countOption(options, "freeze", 0, 1000000);
    p.backboneRate = numberOption(options, "backbone_lr", 0, 1e6);
    if (options.has("rpn_lr"))
        p.rpn.rate = numberOption(options, "rpn_lr", 0, 1e6);
    p.batchNorm = choiceOption(options, "batchnorm", {"frozen", "train"});
    p.alternate = flagOption(options, "alternate");
    p.ema = numberOption(options, "ema", 0, 0.999999);
    p.evalEvery = countOption(options, "eval_every", 0, 1000000);
    p.patience = countOption(options, "patience", 0, 1000000);
    if (options.has("loss"))
        p.rpn.loss =
            choiceOption(options, "loss", {"focal_softmax", "focal_sigmoid", "ce_softmax", "ce_sigmoid"});
    if (options.has("pyramid"))
        readPyramid(options, p);
    if (options.has("anchors"))
        p.rpn.anchorSizes = numbersOption(options, "anchors");
    p.rpn.anchorRatios = numbersOption(options, "ratios");
    p.rpn.tower = countOption(options, "tower", 0, 4);
    if (options.has("positive"))
        p.rpn.match.positiveIoU = static_cast<float>(numberOption(options, "positive", 0, 1));
    if (options.has("negative"))
        p.rpn.match.negativeIoU = static_cast<float>(numberOption(options, "negative", 0, 1));
    if (options.has("alpha"))
        p.rpn.focalAlpha = numberOption(options, "alpha", -1, 1);
    p.rpn.focalGamma = numberOption(options, "gamma", 0, 100);
    p.rpn.focalWeight = numberOption(options, "lambda", 1e-6, 1e6);
    if (options.has("focal_norm"))
        p.rpn.focalNormalizer = choiceOption(options, "focal_norm", {"positives", "samples"});
    p.rpn.boxBeta = numberOption(options, "beta", 0, 1e6);
    p.rpn.boxWeight = numberOption(options, "box_weight", 1e-6, 1e6);
    p.rpn.prior = numberOption(options, "prior", 1e-6, 0.999);
    for (const char* option : {"nms", "proposals"})
        if (p.detector == "retina" && options.has(option))
            CV_Error_(Error::StsBadArg,
                      ("--%s is about proposals, which --detector=retina has none of; --det_nms "
                       "and --detections limit what it finds",
                       option));
    dnn_rpn::ProposalParams& proposals = p.detector == "rpn" ? p.rpn.proposals : p.roi.proposals;
    if (options.has("nms"))
        proposals.nmsThreshold = static_cast<float>(numberOption(options, "nms", 0, 1));
    if (options.has("proposals"))
        proposals.postNms = countOption(options, "proposals", 1, 100000);
    p.roi = readRoiParams(options, p.roi);
    for (dnn_rpn::DetectionParams* d : {&p.rpn.detections, &p.roi.detections})
    {
        d->scoreThreshold = static_cast<float>(numberOption(options, "score", 0, 1));
        d->nmsThreshold = static_cast<float>(numberOption(options, "det_nms", 0, 1));
        d->maxDetections = countOption(options, "detections", 1, 100000);
    }
    return p;
}

std::vector<String> readKinds(CommandLineParser& options)
{
    std::vector<String> kinds;
    std::istringstream list(options.get<String>("kind"));
    for (std::string kind; std::getline(list, kind, ',');)
    {
        if (kind != "opencv" && kind != "heads" && kind != "onnx")
            CV_Error_(Error::StsBadArg,
                      ("--kind=%s: '%s' is none of opencv, onnx, heads", list.str().c_str(), kind.c_str()));
        kinds.push_back(kind);
    }
    for (size_t i = 1; i < kinds.size(); i++)
        if (std::find(kinds.begin(), kinds.begin() + i, kinds[i]) != kinds.begin() + i)
            CV_Error_(Error::StsBadArg, ("--kind=%s: %s comes twice", list.str().c_str(), kinds[i].c_str()));
    if (kinds.empty())
        CV_Error(Error::StsBadArg, "--kind= names no kind of file");
    return kinds;
}

Dataset readSplit(const String& folder, const String& split,
                  const std::vector<String>& classes = std::vector<String>())
{
    const Dataset set = Dataset::read(folder, split, classes);
    std::printf("%s: %zu pictures, %d objects, %zu classes\n", split.c_str(), set.images.size(),
                set.countObjects(), set.classes.size());
    for (const String& remark : set.remarks)
        std::printf("  note: %s\n", remark.c_str());
    return set;
}

String lossParts(const StepReport& r)
{
    if (r.lossRoiCls == 0)
        return format("cls %.4f, reg %.4f", r.lossCls, r.lossReg);
    return format("rpn %.4f+%.4f, roi %.4f+%.4f", r.lossCls, r.lossReg, r.lossRoiCls, r.lossRoiReg);
}

void printMemory(const Trainer& trainer)
{
    const auto megabytes = [](size_t bytes) { return static_cast<int>(bytes >> 20); };
    const size_t peak = peakMemory();
    std::printf("memory: %d MB of values, gradients and workspaces", megabytes(trainer.memory()));
    if (peak > 0)
        std::printf("; %d MB the whole program at its peak", megabytes(peak));
    std::printf("\n");
}

void checkPage(const String& page)
{
    if (page.size() < 6 || page.substr(page.size() - 5) != ".html")
        CV_Error_(Error::StsBadArg, ("--report=%s must end in .html, or be none", page.c_str()));
    checkWritable(page);
}

//! The first kind is written under the model's own name, the others beside it.
void exportModels(Trainer& trainer, const String& stem, const std::vector<String>& kinds,
                  const String& detector)
{
    for (size_t i = 0; i < kinds.size(); i++)
    {
        const String file = stem + (i == 0 ? "" : "-" + kinds[i]) + ".onnx";
        trainer.exportModel(file, kinds[i]);
        if (kinds[i] == "heads" && detector == "faster_rcnn")
            std::printf(
                "note: %s is for ONNX Runtime, OpenVINO and OpenCV 5; OpenCV 4 lacks operators that two "
                "stages need and runs --kind=opencv\n",
                file.c_str());
    }
}

void train(CommandLineParser& options)
{
    TrainParams params = readParams(options);
    const String folder = options.get<String>("data"), out = options.get<String>("out"),
                 val = options.get<String>("val");
    const std::vector<String> kinds = readKinds(options);
    const int threads = countOption(options, "threads", 0, 1024);
    setNumThreads(threads > 0 ? threads : static_cast<int>(std::thread::hardware_concurrency()));
    if (out.size() < 6 || out.substr(out.size() - 5) != ".onnx")
        CV_Error_(Error::StsBadArg, ("--out=%s must end in .onnx", out.c_str()));
    if (params.evalEvery > 0 && val == "none")
        CV_Error_(Error::StsBadArg,
                  ("--eval_every=%d wants a split to score, but --val=none", params.evalEvery));
    const String stem = out.substr(0, out.size() - 5);
    for (const char* extension : {".onnx", ".yml", ".csv"})
        checkWritable(stem + extension);
    for (size_t i = 1; i < kinds.size(); i++)
        for (const char* extension : {".onnx", ".yml"})
            checkWritable(stem + "-" + kinds[i] + extension);
    if (options.has("json"))
        checkWritable(options.get<String>("json"));
    const String page = options.has("report") ? options.get<String>("report") : stem + ".html";
    if (page != "none")
        checkPage(page);
    Checkpoints checkpoints(options, stem);

    const Dataset trainSet = readSplit(folder, options.get<String>("train"));
    // Where classes are learned, labels must mean the same in both splits.
    if (params.detector != "rpn")
        params.classes = trainSet.classes;
    const Dataset valSet = val == "none" ? Dataset() : readSplit(folder, val, params.classes);
    if (!preview(options, trainSet, params))
        return;
    Trainer trainer(params);
    std::printf("%s\n", trainer.summary(trainSet).c_str());
    const int done = checkpoints.load(trainer);

    catchInterrupts();
    std::unique_ptr<Diary> diary;
    std::unique_ptr<Progress> progress;
    std::unique_ptr<TrainingReport> report;
    const Dataset& examples = valSet.images.empty() ? trainSet : valSet;
    const char* const measure = params.detector == "rpn" ? "AR@300" : "AP50";
    StepReport last;
    const auto add = [&](const StepReport& r) {
        last = r;
        if (report)
            report->add(r);
        if (report && r.evaluated)
            report->addValidation(r.epoch, r.validation);
    };
    const auto open = [&] {
        diary = std::make_unique<Diary>(stem + ".csv", done);
        if (diary->earlier() != done)
            std::printf("  note: of the first %d steps, %d are in '%s.csv'\n", done, diary->earlier(),
                        stem.c_str());
        if (page != "none")
            report = std::make_unique<TrainingReport>(page, optionValues(options, keys));
        diary->forEachEarlier(add);
    };
    const auto afterStep = [&](const StepReport& r) {
        if (!diary)
        {
            open();
            progress = std::make_unique<Progress>("training", r.steps, done);
        }
        add(r);
        diary->add(r);
        if (report && report->wantsExamples())
            report->addExamples(trainer, examples);
        progress->show(r.step, format("epoch %d/%d  loss %.4f (%s)  %.1f pictures/s", r.epoch, r.epochs,
                                      r.loss, lossParts(r).c_str(), r.picturesPerSecond));
        if (r.evaluated)
            progress->say(format("epoch %d: %s %.4f on %s, best %.4f in epoch %d", r.epoch, measure,
                                 params.detector == "rpn" ? r.validation.AR300 : r.validation.AP50,
                                 val.c_str(), r.bestScore, r.bestEpoch));
        if (r.endsEarly)
            progress->say(
                format("no better %s in %d scorings: the training ends here", measure, params.patience));
        const bool stop = interrupted();
        checkpoints.save(trainer, *diary, r.step == r.steps || r.endsEarly, stop);
        return !stop;
    };
    bool finished = false;
    try
    {
        finished = trainer.fit(trainSet, afterStep, valSet);
    }
    catch (const cv::Exception& e)
    {
        if (report)
            report->finish(TrainingReport::Failed, e.err);
        throw;
    }
    progress.reset();
    if (!diary)
        open(); // resumed after the last step
    diary->finish();

    exportModels(trainer, stem, kinds, params.detector);
    if (!finished)
        std::printf("stopped early; the model is written as it is%s\n",
                    !checkpoints.any() ? "" : "; --resume with the same options goes on");
    if (!valSet.images.empty() && finished)
    {
        Progress scoring("scoring", static_cast<int>(valSet.images.size()));
        const dnn_rpn::Metrics metrics = trainer.evaluate(valSet, [&](int n) { scoring.show(n); });
        std::printf("\n%s, ", val.c_str());
        printMetrics(metrics);
        if (options.has("json"))
            writeMetrics(options.get<String>("json"), metrics);
        if (report)
            report->addValidation(last.bestEpoch > 0 ? last.bestEpoch : last.epoch, metrics);
    }
    if (finished)
        checkpoints.finish();
    printMemory(trainer);
    std::printf("wrote %s, %s.yml and %s.csv\n", out.c_str(), stem.c_str(), stem.c_str());
    if (report)
    {
        report->addExamples(trainer, examples);
        if (report->finish(finished && !last.endsEarly ? TrainingReport::Finished
                                                       : TrainingReport::StoppedEarly))
            std::printf("wrote %s\n", page.c_str());
    }
}

} // namespace

int main(int argc, char** argv)
{
    return runProgram(argc, argv, about, keys + augmentKeys() + previewKeys(), train);
}
