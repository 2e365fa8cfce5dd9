// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "opencv2/dnn_rpn_train/trainer.hpp"

#include <cstdio>

#include "opencv2/dnn_rpn/file.hpp"
#include "opencv2/imgproc.hpp"

#include "../data/fingerprint.hpp"
#include "../data/loader.hpp"
#include "../detector/detector_net.hpp"
#include "operating_point.hpp"
#include "run.hpp"
#include "schedule.hpp"

namespace cv {
namespace dnn_rpn_train {

using namespace dnn_rpn;

namespace {

std::string roiText(const StepLoss& loss)
{
    return loss.roi.total() == 0 ? "" : format("; second stage: cls %g, reg %g", loss.roi.cls, loss.roi.reg);
}

} // namespace

struct Trainer::Impl
{
    TrainParams params;
    Settings settings;
    RNG rng;
    std::unique_ptr<DetectorNet> net;
    std::unique_ptr<Run> run; //!< none outside of fit(), but for one that a checkpoint brought
    Settings data;            //!< of the run's pictures
    std::string resumed;      //!< the checkpoint that the run came from, or ""
    float scoreThreshold = 0.5f;
    bool begun = false; //!< the weights are no longer those that were drawn

    static void checkParam(bool good, const char* name, double value)
    {
        if (!good)
            CV_Error_(Error::StsOutOfRange, ("the %s cannot be %g", name, value));
    }

    explicit Impl(const TrainParams& p) : params(p), rng(static_cast<uint64>(p.seed) + 1)
    {
        const int longest = 16384; // areas stay within an int
        checkParam(p.size.width >= 1 && p.size.width <= longest, "width of the network's input",
                   p.size.width);
        checkParam(p.size.height >= 1 && p.size.height <= longest, "height of the network's input",
                   p.size.height);
        checkParam(p.epochs >= 1, "number of epochs", p.epochs);
        checkParam(p.batch >= 1, "number of pictures in a batch", p.batch);
        checkParam(p.learningRate > 0, "learning rate", p.learningRate);
        checkParam(p.momentum >= 0 && p.momentum < 1, "momentum", p.momentum);
        checkParam(p.weightDecay >= 0, "weight decay", p.weightDecay);
        checkParam(p.clip >= 0, "longest gradient (clip)", p.clip);
        checkParam(p.warmup >= 0, "number of warm-up steps", p.warmup);
        checkParam(p.freeze >= -1, "number of frozen stages", p.freeze);
        checkParam(p.backboneRate >= 0 && p.backboneRate <= 1e6, "factor of the backbone's learning rate",
                   p.backboneRate);
        checkParam(p.rpn.rate >= 0 && p.rpn.rate <= 1e6, "factor of the first stage's learning rate",
                   p.rpn.rate);
        checkParam(p.roi.rate >= 0 && p.roi.rate <= 1e6, "factor of the second stage's learning rate",
                   p.roi.rate);
        checkParam(p.ema >= 0 && p.ema < 1, "decay of the moving average (ema)", p.ema);
        checkParam(p.evalEvery >= 0, "number of epochs between scorings", p.evalEvery);
        checkParam(p.patience >= 0, "patience", p.patience);
        if (p.patience > 0 && p.evalEvery == 0)
            CV_Error_(
                Error::StsBadArg,
                ("a patience of %d scorings wants scorings while training: evalEvery is 0", p.patience));
        p.augment.check();
        if (params.engine == "auto")
            params.engine = Engine::names().front(); // a checkpoint names it
        net = std::make_unique<DetectorNet>(params, rng);
        settings = settingsOf(params);
    }

    bool hasClasses() const { return params.detector != "rpn"; }

    //! A training that has not begun.
    std::unique_ptr<Run> newRun()
    {
        return std::make_unique<Run>(net->graph(), net->trained(), params, net->rateFactors());
    }

    //! Labels are numbers: they must mean the same for the network and the data set.
    void checkClasses(const Dataset& dataset) const
    {
        if (!hasClasses() || dataset.classes == params.classes)
            return;
        auto list = [](const std::vector<String>& names) {
            String text;
            for (const String& name : names)
                text += (text.empty() ? "" : ", ") + name;
            return text;
        };
        CV_Error_(Error::StsBadArg, ("the data set's classes (%s) are not the detector's (%s)",
                                     list(dataset.classes).c_str(), list(params.classes).c_str()));
    }

    //! The pictures of a batch that begins there; fewer at the end.
    std::vector<Mat> readBatch(const Dataset& dataset, int first, int total) const
    {
        std::vector<Mat> pictures(std::max(0, std::min(params.batch, total - first)));
        parallel_for_(Range(0, static_cast<int>(pictures.size())), [&](const Range& range) {
            for (int i = range.start; i < range.end; i++)
                pictures[i] = readPicture(dataset.images[first + i]);
        });
        return pictures;
    }

    //! As the network takes them.
    std::vector<Mat> resized(const std::vector<Mat>& pictures) const
    {
        std::vector<Mat> small(pictures.size());
        parallel_for_(Range(0, static_cast<int>(pictures.size())), [&](const Range& range) {
            for (int i = range.start; i < range.end; i++)
                resize(pictures[i], small[i], params.size, 0, 0, INTER_LINEAR);
        });
        return small;
    }

    //! What is found on a batch of pictures of any size, in pixels of each.
    std::vector<Detections> detect(const std::vector<Mat>& pictures)
    {
        std::vector<Detections> found = net->detect(resized(pictures));
        for (size_t n = 0; n < found.size(); n++)
        {
            const float fx = static_cast<float>(pictures[n].cols) / params.size.width,
                        fy = static_cast<float>(pictures[n].rows) / params.size.height;
            for (int i = 0; i < found[n].boxes.rows; i++)
                for (int j = 0; j < 4; j++)
                    found[n].boxes.at<float>(i, j) *= j % 2 ? fy : fx;
        }
        return found;
    }

    /** @brief What is found on the first so many pictures, a batch at a time.
    @param use called with the index of each picture and what is found on it, in its pixels */
    void detectAll(const Dataset& dataset, int total, const std::function<void(int, const Detections&)>& use)
    {
        for (int first = 0; first < total; first += params.batch)
        {
            const std::vector<Detections> found = detect(readBatch(dataset, first, total));
            for (int i = 0; i < static_cast<int>(found.size()); i++)
                use(first + i, found[i]);
        }
    }

    //! Which scores are worth showing, from some of the pictures that were trained on.
    void findThreshold(const Dataset& dataset)
    {
        OperatingPoint point;
        const int enough = 64, total = std::min(enough, static_cast<int>(dataset.images.size()));
        detectAll(dataset, total, [&](int i, const Detections& d) {
            point.add(d.boxes, d.scores, dataset.images[i].objects);
        });
        scoreThreshold = point.threshold();
    }

    Metrics evaluate(const Dataset& dataset, const std::function<void(int)>& afterPicture)
    {
        checkClasses(dataset);
        Evaluator evaluator(hasClasses() ? static_cast<int>(params.classes.size()) : 1);
        const int total = static_cast<int>(dataset.images.size());
        detectAll(dataset, total, [&](int i, const Detections& d) {
            Mat objects, labels, ignored;
            asArrays(dataset.images[i].objects, objects, labels, ignored);
            evaluator.add(d.boxes, d.scores, d.labels, objects, hasClasses() ? labels : Mat(), ignored);
            if (afterPicture)
                afterPicture(i + 1);
        });
        return evaluator.compute();
    }

    //! The pictures must be those of the checkpoint, if there is one.
    void identify(const Dataset& dataset, const Dataset& validation)
    {
        Settings now = fingerprint(dataset, "training");
        if (params.evalEvery > 0)
        {
            if (validation.countObjects() == 0)
                CV_Error_(Error::StsBadArg,
                          ("scoring every %d epochs wants validation pictures with objects: "
                           "there are %d pictures and no object",
                           params.evalEvery, static_cast<int>(validation.images.size())));
            const Settings more = fingerprint(validation, "validation");
            now.insert(now.end(), more.begin(), more.end());
        }
        if (!resumed.empty())
            requireSame(data, now, resumed);
        data = now;
    }

    bool fit(const Dataset& dataset, const std::function<bool(const StepReport&)>& afterStep,
             const Dataset& validation);
    void save(const String& path) const;
    int load(const String& path);
};

Trainer::Trainer(const TrainParams& params) : impl(makePtr<Impl>(params)) {}
Trainer::~Trainer() = default;

String Trainer::summary(const Dataset& dataset) const
{
    return impl->net->describe(static_cast<int>(dataset.images.size()));
}

bool Trainer::fit(const Dataset& dataset, const std::function<bool(const StepReport&)>& afterStep,
                  const Dataset& validation)
{
    // Whatever ends the training, a later one must not take over its momentum.
    struct Ending
    {
        ~Ending()
        {
            impl.run.reset();
            impl.resumed.clear();
        }
        Impl& impl;
    } ending{*impl};
    return impl->fit(dataset, afterStep, validation);
}

bool Trainer::Impl::fit(const Dataset& dataset, const std::function<bool(const StepReport&)>& afterStep,
                        const Dataset& validation)
{
    const TrainParams& p = params;
    checkClasses(dataset);
    if (!begun && net->hasSecondStage())
        net->scaleRegionFeatures(resized(readBatch(dataset, 0, static_cast<int>(dataset.images.size()))));
    begun = true;
    if (!run)
        run = newRun();
    identify(dataset, validation);
    if (p.evalEvery > 0)
    {
        // What is wrong with them is found now, not when the first epoch is over.
        checkClasses(validation);
        for (const AnnotatedImage& image : validation.images)
            readPicture(image);
    }

    Loader loader(dataset, p.size, p.batch, p.seed, p.augment, run->stepsDone());
    net->keepFeatures(static_cast<int>(dataset.images.size()));
    // What cv::dnn will not run is better found now than after the training.
    net->verify(net->exported("opencv"), "opencv");
    StepReport report;
    report.epochs = p.epochs;
    report.steps = p.epochs * loader.batchesPerEpoch();
    const Schedule schedule(p.schedule, p.learningRate, report.steps, p.warmup);
    bool stopped = false;
    while (run->stepsDone() < report.steps && !stopped && !run->patienceIsOver())
    {
        const int step = run->stepsDone();
        TickMeter clock;
        clock.start();
        const Batch batch = loader.next();
        report.waited = loader.waited();
        const auto turn = !p.alternate    ? DetectorNet::Training::Both
                          : step % 2 == 0 ? DetectorNet::Training::FirstStage
                                          : DetectorNet::Training::SecondStage;
        const StepLoss loss =
            net->step(batch, static_cast<unsigned>(p.seed) + static_cast<unsigned>(step), turn);
        if (loss.worst() >= 0)
            CV_Error_(
                Error::StsError,
                ("step %d: the loss is not finite (cls %g, reg %g%s), first in '%s'. A lower learning rate "
                 "(now %g) or a shorter gradient (clip, now %g) may help",
                 step + 1, loss.anchors.cls, loss.anchors.reg, roiText(loss).c_str(),
                 dataset.images[batch.indices[loss.worst()]].path.c_str(), schedule.rate(step), p.clip));
        report.learningRate = schedule.rate(step);
        report.gradientNorm = run->step(report.learningRate);
        if (!std::isfinite(report.gradientNorm))
            CV_Error_(Error::StsError,
                      ("step %d: the gradient is not finite, though the loss is (cls %g, reg %g%s)", step + 1,
                       loss.anchors.cls, loss.anchors.reg, roiText(loss).c_str()));
        clock.stop();

        report.step = step + 1;
        report.epoch = step / loader.batchesPerEpoch() + 1;
        report.lossCls = loss.anchors.cls;
        report.lossReg = loss.anchors.reg;
        if (turn != DetectorNet::Training::FirstStage)
        {
            report.lossRoiCls = loss.roi.cls;
            report.lossRoiReg = loss.roi.reg;
        }
        report.loss = report.lossCls + report.lossReg + report.lossRoiCls + report.lossRoiReg;
        report.positives = loss.anchors.positives;
        report.picturesPerSecond = p.batch / std::max(clock.getTimeSec(), 1e-9);
        report.clsGradient = loss.tasks.cls;
        report.regGradient = loss.tasks.reg;
        report.gradientCosine = loss.tasks.cosine;

        const bool last = report.step == report.steps,
                   epochEnds = report.step % loader.batchesPerEpoch() == 0;
        report.evaluated = p.evalEvery > 0 && epochEnds && (report.epoch % p.evalEvery == 0 || last);
        if (report.evaluated)
            run->score(
                [&] {
                    report.validation = evaluate(validation, nullptr);
                    return hasClasses() ? report.validation.AP50 : report.validation.AR300;
                },
                report.epoch);
        report.bestEpoch = run->bestEpoch();
        report.bestScore = run->bestScore();
        report.endsEarly = run->patienceIsOver() && !last;
        stopped = afterStep && !afterStep(report);
    }
    run->finish();
    findThreshold(dataset);
    return !stopped;
}

void Trainer::saveCheckpoint(const String& path) const
{
    impl->save(path);
}

void Trainer::Impl::save(const String& path) const
{
    if (!run)
        CV_Error(Error::StsError, "there is something to save only while fit() runs");
    Checkpoint c;
    c.settings = settings;
    c.data = data;
    run->save(c);
    c.write(path);
}

int Trainer::loadCheckpoint(const String& path)
{
    return impl->load(path);
}

int Trainer::Impl::load(const String& path)
{
    const Checkpoint c = Checkpoint::read(path);
    requireSame(c.settings, settings, path);
    std::unique_ptr<Run> r = newRun();
    r->load(c);
    begun = true;
    run = std::move(r);
    data = c.data;
    resumed = path;
    return run->stepsDone();
}

size_t Trainer::memory() const
{
    return impl->net->memory();
}

Metrics Trainer::evaluate(const Dataset& dataset, const std::function<void(int)>& afterPicture)
{
    return impl->evaluate(dataset, afterPicture);
}

void Trainer::detect(InputArray image, OutputArray boxes, OutputArray scores, OutputArray labels)
{
    const Mat picture = image.getMat();
    CV_CheckTypeEQ(picture.type(), CV_8UC3, "the picture must be 8-bit BGR");
    const Detections found = impl->detect({picture})[0];
    const auto give = [](const Mat& from, OutputArray to) {
        if (!to.needed())
            return;
        to.create(from.rows, from.cols, from.type());
        if (!from.empty()) // copyTo() would lose the shape of nothing
            from.copyTo(to.getMat());
    };
    give(found.boxes, boxes);
    give(found.scores, scores);
    give(found.labels, labels);
}

void Trainer::exportModel(const String& path, const String& kind)
{
    if (kind != "opencv" && kind != "heads" && kind != "onnx")
        CV_Error_(Error::StsBadArg, ("kind of export '%s' is none of opencv, heads, onnx", kind.c_str()));
    const size_t dot = path.rfind(".onnx");
    if (dot == String::npos || dot + 5 != path.size())
        CV_Error_(Error::StsBadArg, ("the model file '%s' must end in .onnx", path.c_str()));

    const std::string file = impl->net->exported(kind);
    impl->net->verify(file, kind);
    writeFile(path, file);
    try
    {
        ModelDescription description = impl->net->description(kind);
        description.scoreThreshold = impl->scoreThreshold;
        description.write(path.substr(0, dot) + ".yml");
    }
    catch (...)
    {
        std::remove(path.c_str()); // alone it would be of no use
        throw;
    }
}

} // namespace dnn_rpn_train
} // namespace cv
