// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "opencv2/dnn_rpn_train/trainer.hpp"

#include <cstdio>

#include "opencv2/dnn_rpn/detector_traits.hpp"
#include "opencv2/dnn_rpn/private/file.hpp"
#include "opencv2/dnn_rpn_train/private/ranks.hpp"
#include "opencv2/imgproc.hpp"

#include "../data/fingerprint.hpp"
#include "../data/loader.hpp"
#include "../detector/detector_net.hpp"
#include "../params/settings.hpp"
#include "agreement.hpp"
#include "operating_point.hpp"
#include "run.hpp"
#include "schedule.hpp"
#include "step_stats.hpp"

namespace cv {
namespace dnn_rpn_train {

using namespace dnn_rpn;

namespace {

const int heldImages = 32;

std::string roiText(const StepLoss& loss)
{
    return loss.roi.total() == 0 ? "" : format("; second stage: cls %g, reg %g", loss.roi.cls, loss.roi.reg);
}

Settings without(const std::string& name, Settings settings)
{
    settings.erase(std::remove_if(settings.begin(), settings.end(),
                                  [&](const auto& setting) { return setting.first == name; }),
                   settings.end());
    return settings;
}

} // namespace

struct Trainer::Impl
{
    Ranks& ranks = Ranks::ofProcess();
    TrainParams params;
    Settings settings;
    RNG rng;
    std::unique_ptr<DetectorNet> net;
    std::unique_ptr<Run> run; //!< none outside of a training, but for one that a checkpoint brought
    Settings data;            //!< of the run's images
    std::string resumed;      //!< the checkpoint that the run came from, or ""
    float scoreThreshold = 0.5f;
    //! The first validation images, as the network takes them; empty where not needed yet.
    std::vector<Mat> held;
    bool begun = false; //!< the weights are no longer those that were drawn

    Dataset training, validation;
    std::unique_ptr<Loader> loader; //!< only between start() and finish()
    StepStats last;                 //!< of the training that goes on

    explicit Impl(const TrainParams& p) : params(p), rng(static_cast<uint64>(p.seed) + 1)
    {
        params.check();
        if (params.engine == "auto")
            params.engine = Engine::names().front(); // a checkpoint names it
        net = std::make_unique<DetectorNet>(params, rng, ranks);
        params.pyramid = net->parameters().pyramid;
        settings = settingsOf(params);
    }

    bool hasClasses() const { return traitsOf(params.detector()).hasClasses; }

    //! A training that has not begun.
    std::unique_ptr<Run> newRun()
    {
        run.reset(); // the networks give their gradients to one
        net->lossState().read({});
        return std::make_unique<Run>(net->graph(), net->trained(), params, net->rateFactors(),
                                     net->decayFactors(), ranks);
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

    //! So many images from there on; fewer at the end.
    std::vector<Mat> readSome(const Dataset& dataset, int first, int count) const
    {
        const int total = static_cast<int>(dataset.images.size());
        std::vector<Mat> images(std::max(0, std::min(count, total - first)));
        parallel_for_(Range(0, static_cast<int>(images.size())), [&](const Range& range) {
            for (int i = range.start; i < range.end; i++)
                images[i] = readImage(dataset.images[first + i]);
        });
        return images;
    }

    //! As the network takes them.
    std::vector<Mat> resized(const std::vector<Mat>& images) const
    {
        std::vector<Mat> small(images.size());
        parallel_for_(Range(0, static_cast<int>(images.size())), [&](const Range& range) {
            for (int i = range.start; i < range.end; i++)
                resize(images[i], small[i], params.size, 0, 0, INTER_LINEAR);
        });
        return small;
    }

    //! What is found on a batch of images of any size, in pixels of each.
    std::vector<Detections> detect(const std::vector<Mat>& images)
    {
        std::vector<Detections> found = net->detect(resized(images));
        for (size_t n = 0; n < found.size(); n++)
        {
            const float fx = static_cast<float>(images[n].cols) / params.size.width,
                        fy = static_cast<float>(images[n].rows) / params.size.height;
            for (int i = 0; i < found[n].boxes.rows; i++)
                for (int j = 0; j < 4; j++)
                    found[n].boxes.at<float>(i, j) *= j % 2 ? fy : fx;
        }
        return found;
    }

    /** @brief What is found on the first so many images, a batch at a time. Of several ranks each takes a
    whole batch, so that all find what one does, to the bit.
    @param use called on all ranks with the index of each image and what is found on it, in its pixels */
    void detectAll(const Dataset& dataset, int total, const std::function<void(int, const Detections&)>& use)
    {
        for (int first = 0; first < total; first += params.batch * ranks.count())
        {
            const int own = first + params.batch * ranks.rank();
            std::vector<Detections> found;
            if (own < total)
                found = detect(readSome(dataset, own, std::min(params.batch, total - own)));
            int i = first;
            for (const Detections& d : gathered(ranks, found))
                use(i++, d);
        }
    }

    //! Which scores are worth showing, from some of the images that were trained on.
    void findThreshold(const Dataset& dataset)
    {
        OperatingPoint point;
        const int enough = 64, total = std::min(enough, static_cast<int>(dataset.images.size()));
        detectAll(dataset, total, [&](int i, const Detections& d) {
            point.add(d.boxes, d.scores, dataset.images[i].objects);
        });
        scoreThreshold = point.threshold();
    }

    Metrics evaluate(const Dataset& dataset, const std::function<void(int)>& afterImage)
    {
        checkClasses(dataset);
        Evaluator evaluator(hasClasses() ? static_cast<int>(params.classes.size()) : 1);
        const int total = static_cast<int>(dataset.images.size());
        detectAll(dataset, total, [&](int i, const Detections& d) {
            Mat objects, labels, ignored;
            asArrays(dataset.images[i].objects, objects, labels, ignored);
            evaluator.add(d.boxes, d.scores, d.labels, objects, hasClasses() ? labels : Mat(), ignored);
            if (afterImage)
                afterImage(i + 1);
        });
        return evaluator.compute();
    }

    //! The images must be those of the checkpoint, if there is one.
    void identify()
    {
        Settings now = fingerprint(training, "training");
        if (params.heldEvery > 0 && validation.countObjects() == 0)
            CV_Error_(
                Error::StsBadArg,
                ("held_every=%d wants validation images with objects, and there are none", params.heldEvery));
        if (params.evalEvery > 0)
        {
            if (validation.countObjects() == 0)
                CV_Error_(Error::StsBadArg, ("scoring every %d epochs wants validation images with objects: "
                                             "there are %d images and no object",
                                             params.evalEvery, static_cast<int>(validation.images.size())));
            const Settings more = fingerprint(validation, "validation");
            now.insert(now.end(), more.begin(), more.end());
        }
        if (!resumed.empty())
            requireSame(data, now, resumed);
        data = now;
    }

    //! What is wrong with the validation images is found before the first step, not when the first epoch is
    //! over.
    void checkValidation() const
    {
        if (params.evalEvery == 0)
            return;
        checkClasses(validation);
        for (size_t i = ranks.rank(); i < validation.images.size(); i += ranks.count())
            readImage(validation.images[i]);
    }

    //! So that the second stage starts on features of unit RMS.
    void scaleRegionFeatures()
    {
        const int count = std::min(params.batch, static_cast<int>(training.images.size()));
        const BatchPart part(ranks, count);
        if (count >= ranks.count()) // else the loader refuses them
            net->scaleRegionFeatures(resized(readSome(training, part.first, part.count)));
    }

    //! All ranks must have the same data, options, build and weights.
    void agree()
    {
        Settings own = without("threads", settings);
        for (const auto& list :
             {fingerprint(training, "training"), fingerprint(validation, "validation"), buildOf()})
            own.insert(own.end(), list.begin(), list.end());
        own.push_back({"steps done", std::to_string(run ? run->stepsDone() : 0)});
        requireAgreement(ranks, own);
    }

    void compareWeights()
    {
        if (ranks.count() > 1)
            requireAgreement(ranks, {{"hash of the weights", run->hash()}});
    }

    //! Whose losses the next step brings down.
    DetectorNet::Training turn() const
    {
        if (!params.alternate)
            return DetectorNet::Training::Both;
        return run->stepsDone() % 2 == 0 ? DetectorNet::Training::FirstStage
                                         : DetectorNet::Training::SecondStage;
    }

    //! Before a step: what it would not change.
    void measure(const Batch& batch, double rate, StepStats& stats);
    double heldBoxError();
    unsigned seedOfStep() const
    {
        return static_cast<unsigned>(params.seed) + static_cast<unsigned>(run->stepsDone());
    }
    void begin();
    bool step(StepStats& stats);
    void descend(const Batch& batch, double rate, StepStats& stats);
    void score(StepStats& stats);
    void end();
    void save(const String& path) const;
    int load(const String& path);
};

Trainer::Trainer(const TrainParams& params) : impl(makePtr<Impl>(params)) {}
Trainer::~Trainer() = default;

const TrainParams& Trainer::params() const
{
    return impl->params;
}

String Trainer::summary(const Dataset& dataset) const
{
    const String text = impl->net->describe(static_cast<int>(dataset.images.size()));
    return impl->net->wantsCounts() ? text + "\n" + impl->net->count(dataset).str() : text;
}

void Trainer::fit(const Dataset& training, const Dataset& validation)
{
    start(training, validation);
    for (StepStats stats; step(stats);)
        ;
    finish();
}

void Trainer::start(const Dataset& training, const Dataset& validation)
{
    impl->training = training;
    impl->validation = validation;
    try
    {
        impl->begin();
    }
    catch (...)
    {
        impl->end();
        throw;
    }
}

void Trainer::Impl::begin()
{
    if (ranks.count() > 1)
        agree();
    checkClasses(training);
    if (!begun && net->hasSecondStage())
        scaleRegionFeatures();
    if (net->wantsCounts())
        net->take(net->count(training), !begun);
    begun = true;
    if (resumed.empty()) // whatever ended the last training, this one must not take over its momentum
        run = newRun();
    compareWeights();
    identify();
    checkValidation();
    loader = std::make_unique<Loader>(training, params.size, params.batch, params.seed, params.augment,
                                      params.epochs, run->stepsDone(),
                                      Loader::defaultBudget() / ranks.countHere(), 0, ranks);
    net->keepFeatures(static_cast<int>(training.images.size()));
    // What cv::dnn will not run is better found now than after the training.
    net->verify(net->exported(EXPORT_OPENCV), EXPORT_OPENCV);
    resumed.clear();
    last = StepStats();
    last.epochs = params.epochs;
    last.steps = params.epochs * loader->batchesPerEpoch();
}

bool Trainer::step(StepStats& stats)
{
    if (!impl->loader)
        CV_Error(Error::StsError, "step() wants a training that start() has begun");
    return impl->step(stats);
}

bool Trainer::Impl::step(StepStats& stats)
{
    if (run->stepsDone() >= last.steps || run->patienceIsOver())
        return false;
    const int step = run->stepsDone();
    const Schedule schedule(params.schedule, params.learningRate, last.steps, params.warmup);
    TickMeter clock;
    clock.start();
    const Batch batch = loader->next();
    last.step = step + 1;
    last.epoch = step / loader->batchesPerEpoch() + 1;
    last.waited = loader->waited();
    descend(batch, schedule.rate(step), last);
    clock.stop();
    last.imagesPerSecond = params.batch / std::max(clock.getTimeSec(), 1e-9);
    if (last.step % loader->batchesPerEpoch() == 0)
        compareWeights();
    score(last);
    stats = last;
    return true;
}

void Trainer::Impl::descend(const Batch& batch, double rate, StepStats& stats)
{
    const auto whose = turn();
    measure(batch, rate, stats);
    const StepLoss loss = net->step(batch, seedOfStep(), whose);
    if (loss.worst() >= 0)
        CV_Error_(Error::StsError,
                  ("step %d: the loss is not finite (cls %g, reg %g%s), first in '%s'. A lower learning rate "
                   "(now %g) or a shorter gradient (clip, now %g) may help",
                   stats.step, loss.anchors.cls, loss.anchors.reg, roiText(loss).c_str(),
                   training.images[batch.whole[loss.worst()]].path.c_str(), rate, params.maxGradientNorm));
    stats.learningRate = rate;
    stats.gradientNorm = run->step(rate);
    if (!std::isfinite(stats.gradientNorm))
        CV_Error_(Error::StsError,
                  ("step %d: the gradient is not finite, though the loss is (cls %g, reg %g%s)", stats.step,
                   loss.anchors.cls, loss.anchors.reg, roiText(loss).c_str()));
    setLosses(stats, loss, whose != DetectorNet::Training::FirstStage);
}

void Trainer::Impl::measure(const Batch& batch, double rate, StepStats& stats)
{
    const auto due = [&](int every) { return every > 0 && (stats.step - 1) % every == 0; };
    const Conflict conflict = due(params.conflictEvery)
                                  ? net->conflict(batch, seedOfStep(), rate, [this] { run->sumGradients(); })
                                  : Conflict();
    stats.sharedCosine = conflict.cosine;
    stats.regAfterCls = conflict.regAfterCls;
    stats.clsAfterReg = conflict.clsAfterReg;
    stats.heldBoxError = due(params.heldEvery) ? heldBoxError() : std::numeric_limits<double>::quiet_NaN();
}

//! Ranks take turns at batches.
double Trainer::Impl::heldBoxError()
{
    const int total = std::min(heldImages, static_cast<int>(validation.images.size()));
    held.resize(total);
    double sums[] = {0, 0};
    for (int first = params.batch * ranks.rank(); first < total; first += params.batch * ranks.count())
    {
        std::vector<Mat> images;
        std::vector<std::vector<Object>> objects;
        for (int i = first; i < std::min(total, first + params.batch); i++)
        {
            if (held[i].empty())
                held[i] = resized({readImage(validation.images[i])})[0];
            images.push_back(held[i]);
            objects.push_back(net->scaled(validation.images[i]));
        }
        const std::pair<double, int> errors = net->boxErrors(images, objects);
        sums[0] += errors.first;
        sums[1] += errors.second;
    }
    ranks.sum(sums, 2);
    return sums[1] > 0 ? sums[0] / sums[1] : std::numeric_limits<double>::quiet_NaN();
}

void Trainer::Impl::score(StepStats& stats)
{
    const bool isLast = stats.step == stats.steps, epochEnds = stats.step % loader->batchesPerEpoch() == 0;
    stats.evaluated = params.evalEvery > 0 && epochEnds && (stats.epoch % params.evalEvery == 0 || isLast);
    if (stats.evaluated)
        run->score(
            [&] {
                stats.validation = evaluate(validation, nullptr);
                return hasClasses() ? stats.validation.AP50 : stats.validation.AR300;
            },
            stats.epoch);
    stats.bestEpoch = run->bestEpoch();
    stats.bestScore = run->bestScore();
    stats.endsEarly = run->patienceIsOver() && !isLast;
}

void Trainer::finish()
{
    if (!impl->loader)
        CV_Error(Error::StsError, "finish() wants a training that start() has begun");
    impl->run->finish();
    impl->findThreshold(impl->training);
    impl->end();
}

void Trainer::Impl::end()
{
    run.reset();
    loader.reset();
    resumed.clear();
    training = validation = Dataset();
    held.clear();
}

void Trainer::saveCheckpoint(const String& path) const
{
    impl->save(path);
}

void Trainer::Impl::save(const String& path) const
{
    if (!loader)
        CV_Error(Error::StsError, "there is something to save only between start() and finish()");
    Checkpoint c;
    c.settings = settings;
    c.data = data;
    run->save(c);
    for (const auto& number : net->lossState().numbers())
        c.numbers.insert(number);
    if (ranks.count() > 1)
        c.numbers["ranks"] = ranks.count();
    c.write(path);
}

int Trainer::loadCheckpoint(const String& path)
{
    return impl->load(path);
}

int Trainer::Impl::load(const String& path)
{
    // The first one's file: the others may be on machines that do not have it.
    const Checkpoint c = Checkpoint::parse(ranks.fromFirst(ranks.first() ? readFile(path) : ""), path);
    const auto ranksThen = c.numbers.find("ranks");
    // Another number of ranks gives other rounding in any case.
    if (ranks.count() == (ranksThen == c.numbers.end() ? 1 : ranksThen->second))
        requireSame(c.settings, settings, path);
    else
        requireSame(without("threads", c.settings), without("threads", settings), path);
    std::unique_ptr<Run> r = newRun();
    r->load(c);
    net->lossState().read(c.numbers);
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

Metrics Trainer::evaluate(const Dataset& dataset)
{
    return impl->evaluate(dataset, nullptr);
}

Metrics Trainer::evaluate(const Dataset& dataset, const std::function<void(int)>& afterImage)
{
    return impl->evaluate(dataset, afterImage);
}

void Trainer::detect(InputArray image, OutputArray boxes, OutputArray scores, OutputArray labels)
{
    const Mat pixels = image.getMat();
    CV_CheckTypeEQ(pixels.type(), CV_8UC3, "the image must be 8-bit BGR");
    const Detections found = impl->detect({pixels})[0];
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

void Trainer::exportModel(const String& path, ExportKind kind)
{
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
        for (const auto& [name, value] : namesAndValues(impl->params))
            description.training.push_back({name, value});
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
