// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "detector_net.hpp"

#include "../data/loader.hpp"
#include "../params/kinds.hpp"
#include "feature_cache.hpp"
#include "backbone.hpp"
#include "export.hpp"
#include "export_onnx.hpp"
#include "pyramid.hpp"
#include "verify.hpp"

namespace cv {
namespace dnn_rpn_train {

using namespace dnn_rpn;

//! Training without the backbone: its features come from a network of their own and the rest starts at them.
struct DetectorNet::Head
{
    Head(const Graph& whole, int features_, const AnchorHead& anchorHead_, const Ptr<Engine>& engine)
        : features(features_), backboneGraph(backboneOf(whole, features)), graph(headOf(whole, features)),
          backbone(backboneGraph, engine), network(graph, engine),
          anchorHead(anchorHead_.onFeatures(features))
    {}

    const Tensor& featuresOf(const Tensor& pictures)
    {
        backbone.forward(pictures);
        return backbone.value(backboneGraph.outputs.at(0));
    }

    const int features;
    Graph backboneGraph, graph;
    Network backbone, network;
    const AnchorHead anchorHead;
};

DetectorNet::DetectorNet(const TrainParams& p, RNG& rng)
    : params(p), engine(Engine::create(p.engine, nameOf(p.precision))),
      exactEngine(p.precision == PRECISION_FP32 ? engine : Engine::create(p.engine, "fp32"))
{
    const int classes = static_cast<int>(p.classes.size());
    features = addBackbone(trunk, p.backbone, rng);
    try
    {
        std::vector<int> levels{features};
        if (p.pyramid.exists())
            levels = addPyramid(p.pyramid, trunk, features, p.size, rng);
        headParameters.start = static_cast<int>(trunk.parameters.size());
        anchorHead = std::make_unique<AnchorHead>(p.rpn, p.detector() == DETECTOR_RETINANET ? classes : 0,
                                                  trunk, levels, rng);
        headParameters.end = static_cast<int>(trunk.parameters.size());
        if (p.detector() == DETECTOR_FASTER_RCNN)
            roi = std::make_unique<RoiHead>(p.roi, classes, trunk, levels[0], p.size, rng);
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
    network = std::make_unique<Network>(trunk, engine);
    if (exactEngine != engine)
    {
        trunkFrozen = frozen(trunk);
        detecting = std::make_unique<Network>(trunkFrozen, exactEngine);
    }
    if (frozenStages() == stages->count() && !p.pyramid.exists()) // which reads more than the last map
        head = std::make_unique<Head>(trunk, features, *anchorHead, engine);
    if (roi)
    {
        roiTraining = std::make_unique<Network>(roi->graph(), engine, true);
        crop = std::make_unique<Crop>(p.roi.pooled);
        roiFrozen = frozen(roi->graph());
        roiDetecting = std::make_unique<Network>(roiFrozen, exactEngine);
    }
}

DetectorNet::~DetectorNet() = default;

int DetectorNet::frozenStages() const
{
    return params.freeze < 0 ? stages->count() : params.freeze;
}

Network& DetectorNet::trainedTrunk()
{
    return head ? head->network : *network;
}

int DetectorNet::roiFeatures() const
{
    return roi->featuresNode() - (head ? features : 0);
}

Shape DetectorNet::batchShape() const
{
    return Shape(params.batch, 3, params.size.height, params.size.width);
}

void DetectorNet::fetch()
{
    for (Network* trainedOne : trained())
        trainedOne->parameters().fetch();
}

std::vector<Network*> DetectorNet::trained()
{
    std::vector<Network*> all{&trainedTrunk()};
    if (roi)
        all.push_back(roiTraining.get());
    return all;
}

std::vector<float> DetectorNet::rateFactors() const
{
    std::vector<float> factors(trunk.parameters.size(), 1.f);
    for (size_t p = 0; p < stages->members().size(); p++)
        if (stages->members()[p])
            factors[p] = static_cast<float>(params.backboneRate);
    for (int p = headParameters.start; p < static_cast<int>(factors.size()); p++)
        factors[p] = static_cast<float>(p < headParameters.end ? params.rpn.rate : params.roi.rate);
    return factors;
}

std::string DetectorNet::describe(int pictures) const
{
    std::string text = stages->describe(trunk, frozenStages());
    if (!head && frozenStages() == stages->count())
        text += "\nits features are worked out in every step, as a pyramid reads more than the last map";
    else if (head && !params.augment.onlyMirrors())
        text += "\nits features are worked out in every step, as augmentation varies the pictures";
    else if (head)
    {
        const int kept = FeatureCache::kept(head->backboneGraph, pictures, batchShape());
        text += kept == pictures
                    ? "\nits features are worked out once for each picture and kept"
                    : format("\nits features are kept of %d of %d pictures, which fill %d MB, and "
                             "worked out anew for the others",
                             kept, pictures, static_cast<int>(FeatureCache::defaultBudget() >> 20));
    }
    return text;
}

void DetectorNet::keepFeatures(int pictures)
{
    if (head && params.augment.onlyMirrors())
        cache = std::make_unique<FeatureCache>(head->backbone, pictures, batchShape());
}

void DetectorNet::scaleRegionFeatures(const std::vector<Mat>& pictures)
{
    CV_Assert(roi);
    if (pictures.empty())
        return;
    network->forward(stack(pictures), true); // as in a step: batch normalisation may be by the batch
    const Tensor& map = network->value(roi->featuresNode());
    const double size = std::sqrt(map.flat().dot(map.flat()) / map.shape().total());
    if (size > 0 && std::isfinite(size)) // else the first step says what is wrong
        roi->divideFeatures(trunk, size);
}

StepLoss DetectorNet::step(const Batch& batch, unsigned seed, Training training)
{
    Network& net = trainedTrunk();
    const AnchorHead& first = head ? head->anchorHead : *anchorHead;
    net.forward(cache ? (*cache)(batch) : head ? head->featuresOf(batch.pictures) : batch.pictures, true);
    StepLoss loss;
    loss.anchors = first.loss(net, batch.objects, seed);
    if (roi && training == Training::FirstStage)
    {
        net.gradient(roiFeatures()).setTo(0);
        roiTraining->clearGradients();
    }
    else if (roi && loss.anchors.worst < 0)
    {
        std::vector<Mat> proposals(batch.objects.size());
        parallel_for_(Range(0, static_cast<int>(proposals.size())), [&](const Range& range) {
            for (int n = range.start; n < range.end; n++)
            {
                Mat objectness;
                first.propose(net, n, params.size, params.roi.trainProposals, proposals[n], objectness);
            }
        });
        loss.roi = roi->loss(*crop, net.value(roiFeatures()), *roiTraining, proposals, batch.objects,
                             params.size, seed, net.gradient(roiFeatures()));
    }
    if (loss.worst() >= 0)
        return loss;
    loss.tasks = taskGradients(net, first);
    if (training == Training::SecondStage)
        first.clearGradients(net);
    net.backward();
    return loss;
}

std::vector<Detections> DetectorNet::detect(const std::vector<Mat>& pictures)
{
    fetch();
    Network& net = detecting ? *detecting : *network;
    net.forward(stack(pictures));
    std::vector<Detections> all(pictures.size());
    for (int n = 0; n < static_cast<int>(all.size()); n++)
    {
        Detections& d = all[n];
        if (anchorHead->classes() > 0)
        {
            anchorHead->detect(net, n, params.size, d.boxes, d.scores, d.labels);
            continue;
        }
        if (!roi)
        {
            anchorHead->propose(net, n, params.size, params.rpn.proposals, d.boxes, d.scores);
            d.labels = Mat(d.scores.rows, 1, CV_32S, Scalar(1));
            continue;
        }
        Mat proposals, objectness, probabilities, deltas;
        anchorHead->propose(net, n, params.size, params.roi.proposals, proposals, objectness);
        const Tensor& map = net.value(roi->featuresNode());
        Shape one = map.shape();
        one.n = 1;
        const Tensor own(one, const_cast<float*>(map.picture(n)));
        roi->judge(*crop, own, *roiDetecting, proposals, params.size, probabilities, deltas);
        roi->detect(proposals, probabilities, deltas, params.size, d.boxes, d.scores, d.labels);
    }
    return all;
}

size_t DetectorNet::memory() const
{
    size_t bytes = network->memory() + (detecting ? detecting->memory() : 0);
    if (head)
        bytes += head->backbone.memory() + head->network.memory();
    if (roi)
        bytes += roiTraining->memory() + roiDetecting->memory();
    return bytes;
}

ModelDescription DetectorNet::describe(ExportKind kind) const
{
    ModelDescription d = dnn_rpn_train::describe(trunk, *anchorHead, params.size);
    d.kind = kind;
    d.detector = params.detector();
    d.classes = params.detector() == DETECTOR_RPN ? std::vector<String>{"object"} : params.classes;
    if (roi)
    {
        d.proposals = params.roi.proposals;
        d.detections = params.roi.detections;
    }
    return d;
}

std::string DetectorNet::exported(ExportKind kind)
{
    fetch();
    if (kind == EXPORT_OPENCV)
        return exportForOpenCV(trunk, *anchorHead, params.size, roi.get());
    if (kind == EXPORT_ONNX)
        return exportForOnnx(trunk, *anchorHead, roi.get());
    return roi ? exportSecondHeads(trunk, *anchorHead, *roi) : exportHeads(trunk, *anchorHead);
}

void DetectorNet::verify(const std::string& file, ExportKind kind)
{
    fetch();
    // In floats, as cv::dnn; and oneDNN's ReLU makes 0 of what is not a number, which would go unnoticed.
    Graph whole = frozen(trunk);
    Network exact(whole, Engine::create("eigen"));
    if (!roi)
        return verifyExport(file, kind, exact, *anchorHead, params.size);
    Graph second = frozen(roi->graph());
    Network exactRoi(second, Engine::create("eigen"));
    verifyExport(file, kind, exact, *anchorHead, params.size, roi.get(), &exactRoi);
}

} // namespace dnn_rpn_train
} // namespace cv
