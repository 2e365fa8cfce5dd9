// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// Trains a region proposal network or a detector on annotated images and writes a model that cv::dnn loads.

#include <cstdio>

#include "opencv2/dnn_rpn/detector_traits.hpp"
#include "opencv2/dnn_rpn_train.hpp"
#include "opencv2/dnn_rpn_train/events.hpp"

#include "common/checkpoints.hpp"
#include "common/data_options.hpp"
#include "common/folds.hpp"
#include "common/output_guard.hpp"
#include "common/preview_options.hpp"
#include "common/processes.hpp"
#include "common/program.hpp"
#include "common/progress.hpp"
#include "common/report.hpp"
#include "common/splits.hpp"
#include "common/train_options.hpp"

using namespace cv;
using namespace cv::dnn_rpn_train;
using dnn_rpn::ExportKind;

namespace {

const String about = R"(
Trains a region proposal network or a detector on a folder of annotated images and writes MODEL.onnx, which
stock OpenCV runs, with MODEL.yml and MODEL.csv beside it. MODEL.html shows the training while it runs.
Ctrl-C ends it early and still writes the model; --resume with the same options goes on.
mpirun -np N rpn_train ... trains with N processes, also on several machines (doc/many_machines.md).

  rpn_train --data=images --detector=faster_rcnn --backbone=features.onnx --out=model.onnx
)";

String lossParts(const StepStats& stats)
{
    if (stats.lossRoiCls == 0)
        return format("cls %.4f, reg %.4f", stats.lossCls, stats.lossReg);
    return format("rpn %.4f+%.4f, roi %.4f+%.4f", stats.lossCls, stats.lossReg, stats.lossRoiCls,
                  stats.lossRoiReg);
}

void useThreads(int wanted)
{
    const int processors = ownProcessors();
    if (wanted > processors)
        std::printf("note: --threads=%d, but this process may use %d processors: that many threads train\n",
                    wanted, processors);
    setNumThreads(wanted > 0 ? std::min(wanted, processors) : processors);
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

//! The files that a training writes.
struct Outputs
{
    std::vector<ExportKind> kinds;
    String stem, page, json, val, tensorboard;

    //! cv::Exception before the work for what could not be written after it.
    explicit Outputs(CommandLineParser& options) : kinds(readKinds(options)), val(options.get<String>("val"))
    {
        const String out = options.get<String>("out");
        if (out.size() < 6 || out.substr(out.size() - 5) != ".onnx")
            CV_Error_(Error::StsBadArg, ("--out=%s must end in .onnx", out.c_str()));
        stem = out.substr(0, out.size() - 5);
        for (ExportKind kind : kinds)
            for (const char* extension : {".onnx", ".yml"})
                checkWritable(stemOf(kind) + extension);
        checkWritable(stem + ".csv");
        if (options.has("json"))
            checkWritable(json = options.get<String>("json"));
        if (options.has("tensorboard"))
            tensorboard = options.get<String>("tensorboard");
        page = options.has("report") ? options.get<String>("report") : stem + ".html";
        if (page == "none")
            page.clear();
        else if (page.size() < 6 || page.substr(page.size() - 5) != ".html")
            CV_Error_(Error::StsBadArg, ("--report=%s must end in .html, or be none", page.c_str()));
        else
            checkWritable(page);
    }

    //! cv::Exception if one of them is something that the training reads.
    void guard(CommandLineParser& options, const String& backbone) const
    {
        std::vector<NamedPath> written{{"--out", stem + ".csv"},
                                       {"--report", page},
                                       {"--json", json},
                                       {"--checkpoint", Checkpoints::fileOf(options, stem)}};
        for (ExportKind kind : kinds)
            for (const char* extension : {".onnx", ".yml"})
                written.push_back({"--out", stemOf(kind) + extension});
        std::vector<NamedPath> read{{"--data", options.get<String>("data")}};
        if (backbone != "small")
            read.push_back({"--backbone", backbone});
        for (const char* name : {"annotations", "images", "params"})
            if (options.has(name))
                read.push_back({String("--") + name, options.get<String>(name)});
        checkOutputs(written, read);
    }

    String stemOf(ExportKind kind) const
    {
        return kind == kinds[0] ? stem : stem + "-" + dnn_rpn::nameOf(kind);
    }
};

//! What is written while a training goes on: MODEL.csv, the page, events, the console's bar, checkpoints.
class Watch
{
public:
    Watch(const Outputs& outputs_, Trainer& trainer_, const Dataset& examples_, Checkpoints& checkpoints_,
          int done)
        : outputs(outputs_), trainer(trainer_), examples(examples_), checkpoints(checkpoints_),
          log(outputs.stem + ".csv", done),
          measure(dnn_rpn::traitsOf(trainer.params().detector()).hasClasses ? "AP50" : "AR@300")
    {
        const int found = static_cast<int>(log.earlier().size());
        if (found != done)
            std::printf("  note: of the first %d steps, %d are in '%s.csv'\n", done, found,
                        outputs.stem.c_str());
        if (!outputs.page.empty())
            report = std::make_unique<TrainingReport>(outputs.page, trainer.params());
        if (!outputs.tensorboard.empty())
            events = std::make_unique<EventLog>(outputs.tensorboard, done);
        for (const StepStats& stats : log.earlier())
            add(stats);
    }

    //! @param stop the training is interrupted
    void after(const StepStats& stats, bool stop)
    {
        if (!progress)
            progress = std::make_unique<Progress>("training", stats.steps, stats.step - 1);
        add(stats);
        log.add(stats);
        if (events)
            events->add(stats);
        if (report && report->wantsExamples())
            report->addExamples(trainer, examples);
        progress->show(stats.step,
                       format("epoch %d/%d  loss %.4f (%s)  %.1f images/s", stats.epoch, stats.epochs,
                              stats.loss, lossParts(stats).c_str(), stats.imagesPerSecond));
        if (stats.evaluated)
            progress->say(format("epoch %d: %s %.4f on %s, best %.4f in epoch %d", stats.epoch,
                                 measure.c_str(),
                                 measure == "AP50" ? stats.validation.AP50 : stats.validation.AR300,
                                 outputs.val.c_str(), stats.bestScore, stats.bestEpoch));
        if (stats.endsEarly)
            progress->say(format("no better %s in %d scorings: the training ends here", measure.c_str(),
                                 trainer.params().patience));
        checkpoints.save(trainer, log, stats.step == stats.steps || stats.endsEarly, stop);
    }

    void steppingIsOver()
    {
        progress.reset();
        log.finish();
    }

    void addValidation(const dnn_rpn::Metrics& metrics)
    {
        if (events && !last.evaluated)
            events->addValidation(last.step, metrics);
        if (report)
            report->addValidation(last.bestEpoch > 0 ? last.bestEpoch : last.epoch, metrics);
    }

    void finish(bool finished)
    {
        if (!report)
            return;
        report->addExamples(trainer, examples);
        if (report->finish(finished && !last.endsEarly ? TrainingReport::Finished
                                                       : TrainingReport::StoppedEarly))
            std::printf("wrote %s\n", outputs.page.c_str());
    }

    void fail(const String& why)
    {
        if (report)
            report->finish(TrainingReport::Failed, why);
    }

private:
    void add(const StepStats& stats)
    {
        last = stats;
        if (report)
            report->add(stats);
        if (report && stats.evaluated)
            report->addValidation(stats.epoch, stats.validation);
    }

    const Outputs& outputs;
    Trainer& trainer;
    const Dataset& examples;
    Checkpoints& checkpoints;
    TrainingLog log;
    const String measure;
    std::unique_ptr<TrainingReport> report;
    std::unique_ptr<EventLog> events;
    std::unique_ptr<Progress> progress;
    StepStats last;
};

//! @param watch null: another process has it
//! @return false if it was interrupted
bool runSteps(Trainer& trainer, Watch* watch)
{
    bool goOn = true;
    try
    {
        for (StepStats stats; goOn && trainer.step(stats);)
        {
            goOn = !Ranks::ofProcess().any(interrupted()); // all processes end behind the same step
            if (watch)
                watch->after(stats, !goOn);
        }
    }
    catch (const cv::Exception& e)
    {
        if (watch)
            watch->fail(e.err);
        throw;
    }
    if (watch)
        watch->steppingIsOver();
    trainer.finish();
    return goOn;
}

void exportModel(Trainer& trainer, const String& file, ExportKind kind)
{
    trainer.exportModel(file, kind);
    if (kind == dnn_rpn::EXPORT_HEADS && dnn_rpn::traitsOf(trainer.params().detector()).hasTwoStages)
        std::printf("note: %s is for ONNX Runtime, OpenVINO and OpenCV 5; OpenCV 4 lacks operators that two "
                    "stages need "
                    "and runs --kind=opencv\n",
                    file.c_str());
}

void score(Trainer& trainer, const Dataset& validation, const Outputs& outputs, Watch* watch)
{
    Progress scoring("scoring", static_cast<int>(validation.images.size()));
    const dnn_rpn::Metrics metrics = trainer.evaluate(validation, [&](int n) { scoring.show(n); });
    std::printf("\n%s, ", outputs.val.c_str());
    printMetrics(metrics);
    if (!watch)
        return;
    if (!outputs.json.empty())
        writeMetrics(outputs.json, metrics);
    watch->addValidation(metrics);
}

std::vector<NamedDataset> parts(const Dataset& training, const Dataset& validation)
{
    std::vector<NamedDataset> all(validation.images.empty() ? 1 : 2);
    all[0].name = "the training images";
    all[0].set = training;
    if (all.size() > 1)
    {
        all[1].name = "the validation images";
        all[1].set = validation;
    }
    return all;
}

//! cv::Exception for what would be overwritten, or is being written by another run.
std::unique_ptr<OutputLock> lockOutputs(CommandLineParser& options, const Outputs& outputs,
                                        const String& backbone)
{
    if (!isFirstProcess())
        return nullptr;
    outputs.guard(options, backbone);
    return std::make_unique<OutputLock>(NamedPath{"--out", outputs.stem + ".onnx"});
}

void train(CommandLineParser& options)
{
    TrainParams params = readTrainParams(options);
    if (flagOption(options, "describe"))
    {
        std::printf("%s\n", describeBackbone(params).c_str());
        return;
    }
    if (!options.has("data"))
        CV_Error(Error::StsBadArg, "the option --data is missing; --help explains it");
    useThreads(countOption(options, "threads", 0, 1024));
    const Outputs outputs(options);
    if (params.evalEvery > 0 && outputs.val == "none")
        CV_Error_(Error::StsBadArg,
                  ("--eval_every=%d wants a split to score, but --val=none", params.evalEvery));
    const int folds = countOption(options, "folds", 0, 1000);
    if (folds == 1 || (folds > 0 && flagOption(options, "resume")))
        CV_Error_(Error::StsBadArg,
                  ("--folds=%d: a cross-validation has two folds at least, and cannot be resumed", folds));
    if (folds > 0 && Ranks::ofProcess().count() > 1)
        CV_Error(Error::StsBadArg, "--folds is for one process; several can have a fold each, by themselves");
    const auto lock = lockOutputs(options, outputs, params.backbone);
    Checkpoints checkpoints(options, outputs.stem);

    const auto [training, validation] = readSplits(options, params.seed, outputs.stem);
    if (dnn_rpn::traitsOf(params.detector()).hasClasses)
        params.classes = training.classes;
    followRecipe(options, training, params);
    printShortly(parts(training, validation), params.size);
    if (folds > 0)
    {
        catchInterrupts();
        crossValidate(training, params, folds, outputs.json);
        return;
    }
    if (!preview(options, training, params))
        return;
    Trainer trainer(params);
    std::printf("%s\n", trainer.summary(training).c_str());
    const int done = checkpoints.load(trainer);

    catchInterrupts();
    trainer.start(training, validation);
    std::unique_ptr<Watch> watch; // the first process writes
    if (isFirstProcess())
        watch = std::make_unique<Watch>(outputs, trainer, validation.images.empty() ? training : validation,
                                        checkpoints, done);
    const bool finished = runSteps(trainer, watch.get());
    if (watch)
        for (ExportKind kind : outputs.kinds)
            exportModel(trainer, outputs.stemOf(kind) + ".onnx", kind);
    if (!finished)
        std::printf("stopped early; the model is written as it is%s\n",
                    !checkpoints.any() ? "" : "; --resume with the same options goes on");
    else if (!validation.images.empty())
        score(trainer, validation, outputs, watch.get());
    if (finished)
        checkpoints.finish();
    printMemory(trainer);
    std::printf("wrote %s.onnx, %s.yml and %s.csv\n", outputs.stem.c_str(), outputs.stem.c_str(),
                outputs.stem.c_str());
    if (watch)
        watch->finish(finished);
}

} // namespace

int main(int argc, char** argv)
{
    waitBriefly(argv);
    return runProgram(
        argc, argv, about, trainKeys(),
        [&](CommandLineParser& options) {
            joinProcesses(options, argc, argv);
            train(options);
        },
        [](CommandLineParser& options) { printTrainHelp(options, about); });
}
