// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "opencv2/dnn_rpn_train/trainer.hpp"

#include <cstdio>

#include "opencv2/dnn_rpn/file.hpp"
#include "opencv2/imgproc.hpp"

#include "../data/augment.hpp"
#include "../data/loader.hpp"
#include "../detector/anchor_head.hpp"
#include "../detector/backbone.hpp"
#include "../detector/export.hpp"
#include "../detector/stages.hpp"
#include "../detector/task_gradients.hpp"
#include "../detector/verify.hpp"
#include "feature_cache.hpp"
#include "operating_point.hpp"
#include "run.hpp"
#include "schedule.hpp"

namespace cv {
namespace dnn_rpn_train {

using namespace dnn_rpn;

namespace {

//! The head as a network of its own, for a backbone whose features are kept.
struct Head
{
    Head(const Graph& whole, int features, const AnchorHead& rpn_, const TrainParams& p)
        : backboneGraph(backboneOf(whole, features)), graph(headOf(whole, features)),
          backbone(backboneGraph, Engine::create(p.engine, p.precision)),
          network(graph, Engine::create(p.engine, p.precision)), rpn(rpn_.onFeatures(features))
    {}

    const Tensor& featuresOf(const Tensor& pictures)
    {
        backbone.forward(pictures);
        return backbone.value(backboneGraph.outputs.at(0));
    }

    Graph backboneGraph, graph;
    Network backbone, network;
    const AnchorHead rpn;
};

} // namespace

struct Trainer::Impl
{
    TrainParams params;
    Settings settings;
    RNG rng;
    Graph graph;
    int features = -1; //!< node
    std::unique_ptr<Stages> stages;
    std::unique_ptr<AnchorHead> rpn;
    std::unique_ptr<Network> network;
    std::unique_ptr<Head> head; //!< none unless the whole backbone is frozen
    std::unique_ptr<Run> run;   //!< none outside of fit(), but for one that a checkpoint brought
    Settings data;              //!< of the run's pictures
    std::string resumed;        //!< the checkpoint that the run came from, or ""
    float scoreThreshold = 0.5f;

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
        checkParam(p.ema >= 0 && p.ema < 1, "decay of the moving average (ema)", p.ema);
        checkParam(p.evalEvery >= 0, "number of epochs between scorings", p.evalEvery);
        checkParam(p.patience >= 0, "patience", p.patience);
        if (p.patience > 0 && p.evalEvery == 0)
            CV_Error_(
                Error::StsBadArg,
                ("a patience of %d scorings wants scorings while training: evalEvery is 0", p.patience));
        p.augment.check();
        features = addBackbone(graph, p.backbone, rng);
        try
        {
            rpn = std::make_unique<AnchorHead>(p.rpn, 0, graph, std::vector<int>{features}, rng);
            graph.shapes(Shape(p.batch, 3, p.size.height, p.size.width)); // throws if the size leaves nothing
        }
        catch (const cv::Exception& e)
        {
            CV_Error_(e.code, ("on the backbone '%s': %s", p.backbone.c_str(), e.err.c_str()));
        }
        if (params.engine == "auto")
            params.engine = Engine::names().front(); // a checkpoint names it
        settings = settingsOf(params);
        stages = std::make_unique<Stages>(graph, features);
        stages->freeze(graph, frozenStages());
        network = std::make_unique<Network>(graph, Engine::create(p.engine, p.precision));
        if (frozenStages() == stages->count())
            head = std::make_unique<Head>(graph, features, *rpn, p);
    }

    int frozenStages() const { return params.freeze < 0 ? stages->count() : params.freeze; }
    Network& trained() { return head ? head->network : *network; }
    const AnchorHead& trainedRpn() const { return head ? head->rpn : *rpn; }
    Shape inputShape() const { return Shape(params.batch, 3, params.size.height, params.size.width); }

    //! A training that has not begun.
    std::unique_ptr<Run> newRun()
    {
        std::vector<float> factors(graph.parameters.size(), 1.f);
        for (size_t p = 0; p < stages->members().size(); p++)
            if (stages->members()[p])
                factors[p] = static_cast<float>(params.backboneRate);
        return std::make_unique<Run>(graph, trained(), params, factors);
    }

    void forward(const std::vector<Mat>& pictures) { network->forward(stack(pictures)); }

    Mat resized(const Mat& picture) const
    {
        Mat small;
        resize(picture, small, params.size, 0, 0, INTER_LINEAR);
        return small;
    }

    //! Proposals of picture n of the last forward pass, in pixels of a picture of that size.
    void propose(int n, Size size, Mat& boxes, Mat& scores) const
    {
        rpn->propose(*network, n, boxes, scores);
        const float fx = static_cast<float>(size.width) / params.size.width,
                    fy = static_cast<float>(size.height) / params.size.height;
        for (int i = 0; i < boxes.rows; i++)
            for (int j = 0; j < 4; j++)
                boxes.at<float>(i, j) *= j % 2 ? fy : fx;
    }

    ModelDescription description(const String& kind) const
    {
        ModelDescription d = describe(graph, *rpn, params.size);
        d.kind = kind;
        d.classes = {"object"};
        d.scoreThreshold = scoreThreshold;
        return d;
    }

    //! A forward pass of one picture, and its proposals.
    void propose(const Mat& picture, Mat& boxes, Mat& scores)
    {
        forward({resized(picture)});
        propose(0, picture.size(), boxes, scores);
    }

    /** @brief The proposals of the first so many pictures, a batch at a time.
    @param use called with index, boxes and scores, both in pixels of the picture */
    void proposeAll(const Dataset& dataset, int total, const std::function<void(int, Mat, Mat)>& use)
    {
        for (int first = 0; first < total; first += params.batch)
        {
            const int count = std::min(params.batch, total - first);
            std::vector<Size> sizes(count);
            std::vector<Mat> small(count);
            parallel_for_(Range(0, count), [&](const Range& range) {
                for (int i = range.start; i < range.end; i++)
                {
                    const Mat picture = readPicture(dataset.images[first + i]);
                    sizes[i] = picture.size();
                    small[i] = resized(picture);
                }
            });
            forward(small);
            for (int i = 0; i < count; i++)
            {
                Mat boxes, scores;
                propose(i, sizes[i], boxes, scores);
                use(first + i, boxes, scores);
            }
        }
    }

    //! Which scores are worth showing, from some of the pictures that were trained on.
    void findThreshold(const Dataset& dataset)
    {
        OperatingPoint point;
        const int enough = 64, total = std::min(enough, static_cast<int>(dataset.images.size()));
        proposeAll(dataset, total, [&](int i, const Mat& boxes, const Mat& scores) {
            point.add(boxes, scores, dataset.images[i].objects);
        });
        scoreThreshold = point.threshold();
    }

    Metrics evaluate(const Dataset& dataset, const std::function<void(int)>& afterPicture)
    {
        Evaluator evaluator;
        const int total = static_cast<int>(dataset.images.size());
        proposeAll(dataset, total, [&](int i, const Mat& boxes, const Mat& scores) {
            Mat objects, labels, ignored;
            asArrays(dataset.images[i].objects, objects, labels, ignored);
            evaluator.add(boxes, scores, noArray(), objects, noArray(), ignored);
            if (afterPicture)
                afterPicture(i + 1);
        });
        return evaluator.compute();
    }

    //! The pictures must be those of the checkpoint, if there is one.
    void identify(const Dataset& dataset, const Dataset& validation)
    {
        Settings now = settingsOf(dataset, "training");
        if (params.evalEvery > 0)
        {
            if (validation.countObjects() == 0)
                CV_Error_(Error::StsBadArg,
                          ("scoring every %d epochs wants validation pictures with objects: "
                           "there are %d pictures and no object",
                           params.evalEvery, static_cast<int>(validation.images.size())));
            const Settings more = settingsOf(validation, "validation");
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

    std::string exported(const String& kind)
    {
        return kind == "heads" ? exportHeads(graph, *rpn) : exportForOpenCV(graph, *rpn, params.size);
    }

    void verify(const std::string& file, const String& kind)
    {
        // In floats, as cv::dnn; and oneDNN's ReLU makes 0 of what is not a number, which would go unnoticed.
        Network exact(graph, Engine::create("eigen"));
        verifyExport(file, kind, exact, *rpn, params.size);
    }
};

Trainer::Trainer(const TrainParams& params) : impl(makePtr<Impl>(params)) {}
Trainer::~Trainer() = default;

String Trainer::summary(const Dataset& dataset) const
{
    const Impl& m = *impl;
    String text = m.stages->describe(m.graph, m.frozenStages());
    if (m.head && !onlyMirrors(m.params.augment))
        text += "\nits features are worked out in every step, as augmentation varies the pictures";
    else if (m.head)
    {
        const int pictures = static_cast<int>(dataset.images.size()),
                  kept = FeatureCache::kept(m.head->backboneGraph, pictures, m.inputShape());
        text += kept == pictures
                    ? "\nits features are worked out once for each picture and kept"
                    : format("\nits features are kept of %d of %d pictures, which fill %d MB, and "
                             "worked out anew for the others",
                             kept, pictures, static_cast<int>(FeatureCache::defaultBudget() >> 20));
    }
    return text;
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
    if (!run)
        run = newRun();
    identify(dataset, validation);
    if (p.evalEvery > 0)
        for (const AnnotatedImage& image : validation.images)
            readPicture(image); // a corrupt one is found now, not when the first epoch is over

    Loader loader(dataset, p.size, p.batch, p.seed, p.augment, run->stepsDone());
    std::unique_ptr<FeatureCache> cache;
    if (head && onlyMirrors(p.augment))
        cache = std::make_unique<FeatureCache>(head->backbone, static_cast<int>(dataset.images.size()),
                                               inputShape());
    // What cv::dnn will not run is better found now than after the training.
    verify(exported("opencv"), "opencv");
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
        trained().forward(cache  ? (*cache)(batch)
                          : head ? head->featuresOf(batch.pictures)
                                 : batch.pictures,
                          true);
        const AnchorLoss loss = trainedRpn().loss(
            trained(), batch.objects, static_cast<unsigned>(p.seed) + static_cast<unsigned>(step));
        if (loss.worst >= 0)
            CV_Error_(
                Error::StsError,
                ("step %d: the loss is not finite (cls %g, reg %g), first in '%s'. A lower learning rate "
                 "(now %g) or a shorter gradient (clip, now %g) may help",
                 step + 1, loss.cls, loss.reg, dataset.images[batch.indices[loss.worst]].path.c_str(),
                 schedule.rate(step), p.clip));
        const TaskGradients tasks = taskGradients(trained(), trainedRpn());
        trained().backward();
        report.learningRate = schedule.rate(step);
        report.gradientNorm = run->step(report.learningRate);
        if (!std::isfinite(report.gradientNorm))
            CV_Error_(Error::StsError,
                      ("step %d: the gradient is not finite, though the loss is (cls %g, reg %g)", step + 1,
                       loss.cls, loss.reg));
        clock.stop();

        report.step = step + 1;
        report.epoch = step / loader.batchesPerEpoch() + 1;
        report.lossCls = loss.cls;
        report.lossReg = loss.reg;
        report.loss = loss.total();
        report.positives = loss.positives;
        report.picturesPerSecond = p.batch / std::max(clock.getTimeSec(), 1e-9);
        report.clsGradient = tasks.cls;
        report.regGradient = tasks.reg;
        report.gradientCosine = tasks.cosine;

        const bool last = report.step == report.steps,
                   epochEnds = report.step % loader.batchesPerEpoch() == 0;
        report.evaluated = p.evalEvery > 0 && epochEnds && (report.epoch % p.evalEvery == 0 || last);
        if (report.evaluated)
            run->score(
                [&] {
                    report.validation = evaluate(validation, nullptr);
                    return report.validation.AR300;
                },
                report.epoch);
        report.bestEpoch = run->bestEpoch();
        report.bestAR300 = run->bestAR300();
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
    run = std::move(r);
    data = c.data;
    resumed = path;
    return run->stepsDone();
}

Metrics Trainer::evaluate(const Dataset& dataset, const std::function<void(int)>& afterPicture)
{
    return impl->evaluate(dataset, afterPicture);
}

void Trainer::propose(InputArray image, OutputArray boxes, OutputArray scores)
{
    const Mat picture = image.getMat();
    CV_CheckTypeEQ(picture.type(), CV_8UC3, "the picture must be 8-bit BGR");
    Mat b, s;
    impl->propose(picture, b, s);
    b.copyTo(boxes);
    s.copyTo(scores);
}

void Trainer::exportModel(const String& path, const String& kind)
{
    if (kind != "opencv" && kind != "heads")
        CV_Error_(Error::StsBadArg, ("kind of export '%s' is neither opencv nor heads", kind.c_str()));
    const size_t dot = path.rfind(".onnx");
    if (dot == String::npos || dot + 5 != path.size())
        CV_Error_(Error::StsBadArg, ("the model file '%s' must end in .onnx", path.c_str()));

    const std::string file = impl->exported(kind);
    impl->verify(file, kind);
    writeFile(path, file);
    try
    {
        impl->description(kind).write(path.substr(0, dot) + ".yml");
    }
    catch (...)
    {
        std::remove(path.c_str()); // alone it would be of no use
        throw;
    }
}

} // namespace dnn_rpn_train
} // namespace cv
