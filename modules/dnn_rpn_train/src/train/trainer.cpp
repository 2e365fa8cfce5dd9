// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "opencv2/dnn_rpn_train/trainer.hpp"

#include <cstdio>

#include "opencv2/dnn_rpn/file.hpp"
#include "opencv2/imgproc.hpp"

#include "../data/loader.hpp"
#include "../detector/backbone.hpp"
#include "../detector/export.hpp"
#include "../detector/rpn.hpp"
#include "../detector/verify.hpp"
#include "operating_point.hpp"
#include "schedule.hpp"
#include "solver.hpp"

namespace cv {
namespace dnn_rpn_train {

using namespace dnn_rpn;

struct Trainer::Impl
{
    TrainParams params;
    RNG rng;
    Graph graph;
    std::unique_ptr<Rpn> rpn;
    std::unique_ptr<Network> network;
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
        const int features = addBackbone(graph, p.backbone, rng);
        try
        {
            rpn = std::make_unique<Rpn>(p.rpn, graph, features, rng);
            graph.shapes(Shape(p.batch, 3, p.size.height, p.size.width)); // throws if the size leaves nothing
        }
        catch (const cv::Exception& e)
        {
            CV_Error_(e.code, ("on the backbone '%s': %s", p.backbone.c_str(), e.err.c_str()));
        }
        network = std::make_unique<Network>(graph, Engine::create(p.engine, p.precision));
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
        ModelDescription d;
        d.kind = kind;
        d.inputSize = params.size;
        d.classes = {"object"};
        d.scoreThreshold = scoreThreshold;
        d.levels = {rpn->level()};
        const Shape s = graph.shapes(Shape(1, 3, params.size.height, params.size.width))[rpn->logitsNode()];
        d.featureSizes = {Size(s.w, s.h)};
        d.proposals = params.rpn.proposals;
        return d;
    }

    //! A forward pass of one picture, and its proposals.
    void propose(const Mat& picture, Mat& boxes, Mat& scores)
    {
        forward({resized(picture)});
        propose(0, picture.size(), boxes, scores);
    }

    //! Which scores are worth showing, from some of the pictures that were trained on.
    void findThreshold(const Dataset& dataset)
    {
        OperatingPoint point;
        for (size_t i = 0; i < std::min<size_t>(64, dataset.images.size()); i++)
        {
            Mat boxes, scores;
            propose(readPicture(dataset.images[i]), boxes, scores);
            point.add(boxes, scores, dataset.images[i].objects);
        }
        scoreThreshold = point.threshold();
    }

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

bool Trainer::fit(const Dataset& dataset, const std::function<bool(const StepReport&)>& afterStep)
{
    const TrainParams& p = impl->params;
    Loader loader(dataset, p.size, p.batch, p.seed);
    Solver solver(*impl->network, p.momentum, p.weightDecay);
    // What cv::dnn will not run is better found now than after the training.
    impl->verify(impl->exported("opencv"), "opencv");
    StepReport report;
    report.epochs = p.epochs;
    report.steps = p.epochs * loader.batchesPerEpoch();
    const Schedule schedule(p.schedule, p.learningRate, report.steps, p.warmup);
    bool finished = true;
    for (int step = 0; step < report.steps && finished; step++)
    {
        TickMeter clock;
        clock.start();
        const Batch batch = loader.next();
        impl->network->forward(batch.pictures, true);
        const RpnLoss loss = impl->rpn->loss(*impl->network, batch.objects,
                                             static_cast<unsigned>(p.seed) + static_cast<unsigned>(step));
        if (loss.worst >= 0)
            CV_Error_(
                Error::StsError,
                ("step %d: the loss is not finite (cls %g, reg %g), first in '%s'. A lower learning rate "
                 "(now %g) or a shorter gradient (clip, now %g) may help",
                 step + 1, loss.cls, loss.reg, dataset.images[batch.indices[loss.worst]].path.c_str(),
                 schedule.rate(step), p.clip));
        impl->network->backward();
        report.learningRate = schedule.rate(step);
        report.gradientNorm = solver.step(report.learningRate, p.clip);
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
        finished = !afterStep || afterStep(report);
    }
    impl->findThreshold(dataset);
    return finished;
}

Metrics Trainer::evaluate(const Dataset& dataset, const std::function<void(int)>& afterPicture)
{
    Evaluator evaluator;
    const int total = static_cast<int>(dataset.images.size());
    for (int first = 0; first < total; first += impl->params.batch)
    {
        const int count = std::min(impl->params.batch, total - first);
        std::vector<Mat> pictures(count), small(count);
        for (int i = 0; i < count; i++)
        {
            pictures[i] = readPicture(dataset.images[first + i]);
            small[i] = impl->resized(pictures[i]);
        }
        impl->forward(small);
        for (int i = 0; i < count; i++)
        {
            Mat boxes, scores, objects, labels, ignored;
            impl->propose(i, pictures[i].size(), boxes, scores);
            asArrays(dataset.images[first + i].objects, objects, labels, ignored);
            evaluator.add(boxes, scores, noArray(), objects, noArray(), ignored);
            if (afterPicture)
                afterPicture(first + i + 1);
        }
    }
    return evaluator.compute();
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
