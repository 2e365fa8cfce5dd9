// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "detector_net.hpp"

#include "opencv2/dnn_rpn/detector_traits.hpp"

#include "../data/loader.hpp"
#include "../params/kinds.hpp"
#include "backbone.hpp"
#include "export.hpp"
#include "pyramid.hpp"
#include "verify.hpp"

namespace cv {
namespace dnn_rpn_train {

using namespace dnn_rpn;

namespace {

//! With the first pyramid that can be built, if it was left to us.
TrainParams withPyramid(TrainParams params)
{
    if (!params.pyramid.automatic())
        return params;
    for (int finest : {3, 4, 5})
        try
        {
            params.setPyramid(finest, finest + 2, params.pyramid.channels);
            Graph graph;
            RNG rng;
            addPyramid(params.pyramid, graph, addBackbone(graph, params, rng).maps, params.size, rng);
            return params;
        }
        catch (const cv::Exception&)
        {
            // The backbone lacks a level, or the size does not suit; if nothing can be read, none is the
            // pyramid's fault, and what reads it next says why.
        }
    params.setPyramid(0, 0, params.pyramid.channels);
    return params;
}

} // namespace

DetectorNet::DetectorNet(const TrainParams& params_, RNG& rng, Ranks& ranks_)
    : params(withPyramid(params_)), ranks(ranks_),
      engine(Engine::create(params.engine, nameOf(params.precision))),
      exactEngine(params.precision == PRECISION_FP32 ? engine : Engine::create(params.engine, "fp32")),
      state(params.rpn)
{
    const TrainParams& p = params;
    const int classes = static_cast<int>(p.classes.size());
    const DetectorTraits& traits = traitsOf(p.detector());
    const Backbone backbone = addBackbone(trunk, p, rng);
    features = backbone.last;
    taken = backbone.told;
    try
    {
        std::vector<int> levels = backbone.maps;
        if (p.pyramid.exists())
            levels = addPyramid(p.pyramid, trunk, backbone.maps, p.size, rng);
        headParameters.start = static_cast<int>(trunk.parameters.size());
        anchorHead = std::make_unique<AnchorHead>(
            p.rpn, traits.hasClasses && !traits.hasTwoStages ? classes : 0, trunk, levels, rng);
        headParameters.end = static_cast<int>(trunk.parameters.size());
        if (traits.hasTwoStages)
            secondStage = std::make_unique<SecondStage>(p.roi, classes, trunk, levels[0], p.size, rng, engine,
                                                        exactEngine);
        trunk.shapes(batchShape()); // throws if the size leaves nothing
    }
    catch (const cv::Exception& e)
    {
        CV_Error_(e.code, ("on the backbone '%s': %s", p.backbone.c_str(), e.err.c_str()));
    }
    if (p.batchNorm == BATCHNORM_TRAIN)
        trunk.trainBatchNorm(features + 1);
    stages = std::make_unique<Stages>(trunk, features);
    stages->freeze(trunk, frozenStages());
    network = std::make_unique<Network>(trunk, engine, false, ranks);
    if (exactEngine != engine)
    {
        trunkFrozen = frozen(trunk);
        detecting = std::make_unique<Network>(trunkFrozen, exactEngine);
    }
    trainedHead = anchorHead.get();
    trainedNetworks = {network.get()};
    if (frozenStages() == stages->count() && !p.pyramid.exists()) // which reads more than the last map
    {
        frozenBackbone = std::make_unique<FrozenBackbone>(trunk, features, *anchorHead, batchShape(), engine);
        trainedHead = &frozenBackbone->head();
        trainedNetworks = {&frozenBackbone->trainedNetwork()};
    }
    if (secondStage)
        trainedNetworks.push_back(&secondStage->trainedNetwork());
}

int DetectorNet::frozenStages() const
{
    return params.freeze < 0 ? stages->count() : params.freeze;
}

Shape DetectorNet::batchShape() const
{
    return Shape(params.batch, 3, params.size.height, params.size.width);
}

void DetectorNet::download()
{
    for (Network* trainedOne : trainedNetworks)
        trainedOne->parameters().download();
}

std::vector<float> DetectorNet::rateFactors() const
{
    std::vector<float> factors(trunk.parameters.size(), 1.f);
    for (size_t p = 0; p < stages->members().size(); p++)
        if (stages->members()[p])
            factors[p] = static_cast<float>(params.backboneLrFactor);
    for (int p = headParameters.start; p < static_cast<int>(factors.size()); p++)
        factors[p] = static_cast<float>(p < headParameters.end ? params.rpn.lrFactor : params.roi.lrFactor);
    for (int p : trunk.nodes[anchorHead->logitsNode()].parameters)
        factors[p] *= static_cast<float>(params.rpn.logitsLrFactor);
    return factors;
}

std::vector<float> DetectorNet::decayFactors() const
{
    std::vector<float> factors(trunk.parameters.size(), 1.f);
    for (int p : trunk.nodes[anchorHead->logitsNode()].parameters)
        factors[p] = static_cast<float>(params.rpn.logitsDecayFactor);
    return factors;
}

bool DetectorNet::wantsCounts() const
{
    const AnchorHeadParams& p = params.rpn;
    return std::isnan(p.prior) || std::isnan(p.focalAlpha) ||
           (p.focalNormalizer == NORMALIZE_BY_CONSTANT && std::isnan(p.normPositives));
}

std::vector<Object> DetectorNet::scaled(const AnnotatedImage& image) const
{
    std::vector<Object> objects = image.objects;
    const float fx = static_cast<float>(params.size.width) / image.size.width,
                fy = static_cast<float>(params.size.height) / image.size.height;
    for (Object& object : objects)
        object.box = object.box.mul(Vec4f(fx, fy, fx, fy));
    return objects;
}

AnchorCounts DetectorNet::count(const Dataset& training) const
{
    std::vector<std::vector<Object>> objects;
    for (const AnnotatedImage& image : training.images)
        objects.push_back(scaled(image));
    return anchorHead->count(trunk, batchShape(), objects);
}

void DetectorNet::take(const AnchorCounts& counts, bool first)
{
    state.take(counts, params.rpn);
    if (!first || !std::isnan(params.rpn.prior))
        return;
    const int each =
        anchorHead->softmax() ? 1 : std::max(1, anchorHead->classes()); // a sigmoid is of one class
    anchorHead->setPrior(trunk, std::max(1e-6, counts.prior() / each));
}

std::string DetectorNet::describe(int images) const
{
    const std::string text = (taken.empty() ? "" : taken + "\n") + stages->describe(trunk, frozenStages());
    if (frozenBackbone)
        return text + "\n" + frozenBackbone->describe(images, !params.augment.onlyMirrors());
    if (frozenStages() == stages->count())
        return text +
               "\nits features are worked out in every step, as a pyramid reads more than the last map";
    return text;
}

void DetectorNet::keepFeatures(int images)
{
    if (frozenBackbone && params.augment.onlyMirrors())
        frozenBackbone->keepFeatures(images);
}

void DetectorNet::scaleRegionFeatures(const std::vector<Mat>& images)
{
    CV_Assert(secondStage);
    if (!images.empty())
        secondStage->scaleFeatures(*network, trunk, stack(images), ranks);
}

BatchPart DetectorNet::partOf(const Batch& batch) const
{
    if (ranks.count() == 1)
        return BatchPart(); // as many as are given
    const BatchPart part(ranks, params.batch);
    CV_CheckEQ(static_cast<int>(batch.objects.size()), part.count, "images of this rank");
    return part;
}

StepLoss DetectorNet::step(const Batch& batch, unsigned seed, Training training)
{
    Network& net = *trainedNetworks[0];
    net.forward(frozenBackbone ? frozenBackbone->featuresOf(batch) : batch.images, true);
    const BatchPart part = partOf(batch);
    StepLoss loss;
    loss.anchors = trainedHead->loss(net, batch.objects, seed, &state, part);
    if (loss.worst() >= 0)
        return loss;
    if (secondStage && training == Training::FirstStage)
        secondStage->clearGradients(net, firstTrainedNode());
    else if (secondStage)
        loss.roi = secondStage->loss(net, firstTrainedNode(), *trainedHead, batch.objects, seed, part);
    if (loss.worst() >= 0)
        return loss;
    loss.tasks = taskGradients(net, *trainedHead, ranks);
    if (training == Training::SecondStage)
        trainedHead->clearGradients(net);
    net.backward();
    return loss;
}

Conflict DetectorNet::conflict(const Batch& batch, unsigned seed, double rate,
                               const std::function<void()>& sumGradients)
{
    ConflictTask task;
    task.sumGradients = sumGradients;
    Network& net = *trainedNetworks[0];
    task.network = &net;
    task.head = trainedHead;
    task.rate = rate;
    task.factors = rateFactors();
    task.loss = [&] {
        LossState unchanged = state;
        net.forward(frozenBackbone ? frozenBackbone->featuresOf(batch) : batch.images, true);
        const HeadLoss loss = trainedHead->loss(net, batch.objects, seed, &unchanged, partOf(batch));
        if (secondStage)
            secondStage->clearGradients(net, firstTrainedNode());
        return loss;
    };
    return measureConflict(task);
}

std::pair<double, int> DetectorNet::boxErrors(const std::vector<Mat>& images,
                                              const std::vector<std::vector<Object>>& objects)
{
    download();
    Network& net = detecting ? *detecting : *network;
    net.forward(stack(images));
    return anchorHead->boxErrors(net, objects);
}

std::vector<Detections> DetectorNet::detect(const std::vector<Mat>& images)
{
    download();
    Network& net = detecting ? *detecting : *network;
    net.forward(stack(images));
    std::vector<Detections> all(images.size());
    for (int n = 0; n < static_cast<int>(all.size()); n++)
        all[n] =
            secondStage ? secondStage->detect(net, n, *anchorHead) : anchorHead->detect(net, n, params.size);
    return all;
}

size_t DetectorNet::memory() const
{
    size_t bytes = network->memory() + (detecting ? detecting->memory() : 0);
    bytes += frozenBackbone ? frozenBackbone->memory() : 0;
    return bytes + (secondStage ? secondStage->memory() : 0);
}

ModelDescription DetectorNet::description(ExportKind kind) const
{
    ModelDescription d = dnn_rpn_train::describe(trunk, *anchorHead, params.size);
    d.kind = kind;
    d.detector = params.detector();
    d.classes = traitsOf(params.detector()).hasClasses ? params.classes : std::vector<String>{"object"};
    if (secondStage)
    {
        d.proposals = params.roi.proposals;
        d.detections = params.roi.detections;
    }
    return d;
}

std::string DetectorNet::exported(ExportKind kind)
{
    download();
    return exporterOf(kind).write({trunk, *anchorHead, params.size, roiHead()});
}

void DetectorNet::verify(const std::string& file, ExportKind kind)
{
    download();
    // In floats, as cv::dnn; and oneDNN's ReLU makes 0 of what is not a number, which would go unnoticed.
    const Ptr<Engine> eigen = Engine::create("eigen");
    Graph whole = frozen(trunk);
    Network exact(whole, eigen);
    if (!secondStage)
        return verifyExport(file, kind, exact, *anchorHead, params.size);
    Graph regions = frozen(roiHead()->graph());
    Network exactRegions(regions, eigen);
    verifyExport(file, kind, exact, *anchorHead, params.size, roiHead(), &exactRegions);
}

} // namespace dnn_rpn_train
} // namespace cv
