// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "rpn.hpp"
#include "backbone.hpp"
#include "objects.hpp"

#include "opencv2/dnn_rpn.hpp"

namespace cv {
namespace dnn_rpn_train {

using namespace dnn_rpn;

RpnParams::RpnParams()
{
    // Recall is what proposals are for: doc/experiments.md has what each threshold gives.
    proposals.nmsThreshold = 0.9f;
    proposals.preNms = 2000;
    proposals.postNms = 1000;
}

namespace {

//! Channels x cells of one picture as cells x channels, which is anchors x columns.
Mat cellsFirst(const Tensor& map, int n, int columns)
{
    const Shape& s = map.shape();
    const Mat channelsFirst(s.c, static_cast<int>(s.plane()), CV_32F, const_cast<float*>(map.picture(n)));
    Mat t;
    transpose(channelsFirst, t);
    return t.reshape(1, static_cast<int>(s.picture()) / columns);
}

//! The way back, into a tensor.
void channelsFirst(const Mat& cells, Tensor& map, int n)
{
    const Shape& s = map.shape();
    Mat to(s.c, static_cast<int>(s.plane()), CV_32F, map.picture(n));
    transpose(cells.reshape(1, static_cast<int>(s.plane())), to);
}

struct Target
{
    Mat labels, deltas;
    int positives = 0, sampled = 0;
};

} // namespace

Rpn::Rpn(const RpnParams& params_, Graph& graph, int features, RNG& rng) : params(params_)
{
    const std::vector<String> known{"focal_sigmoid", "focal_softmax", "ce_sigmoid", "ce_softmax"};
    if (std::find(known.begin(), known.end(), params.loss) == known.end())
        CV_Error_(Error::StsBadArg,
                  ("loss '%s' is none of focal_sigmoid, focal_softmax, ce_sigmoid, ce_softmax",
                   params.loss.c_str()));
    if (!(params.prior > 0 && params.prior < 1))
        CV_Error_(Error::StsOutOfRange, ("prior is %g, not between 0 and 1", params.prior));
    for (double weight : {params.focalWeight, params.boxWeight})
        if (!(weight > 0 && weight <= 1e6))
            CV_Error_(Error::StsOutOfRange,
                      ("the weight of a loss is %g, not above 0 and at most 1e6", weight));
    focal = params.loss.find("focal") == 0;
    classChannels = params.loss.find("softmax") != String::npos ? 2 : 1;

    const Grid grid = gridOf(graph, features);
    anchorLevel =
        AnchorLevel(grid.stride, params.anchorSizes, params.anchorRatios, grid.centre / grid.stride);
    const int count = anchorLevel.count();
    // The channels of a node do not depend on the picture; any size that leaves something will do.
    const int channels = graph.shapes(Shape(1, 3, 32 * grid.stride, 32 * grid.stride))[features].c;

    const int conv = graph.addConv("rpn.conv", features, channels, channels, 3);
    const int relu = graph.addRelu("rpn.relu", conv);
    logits = graph.addConv("rpn.logits", relu, channels, count * classChannels, 1);
    deltas = graph.addConv("rpn.deltas", relu, channels, count * 4, 1);
    for (int node : {conv, logits, deltas})
        drawWeights(graph.parameters[graph.nodes[node].parameters[0]].value, 0.01, rng);
    // RetinaNet, section 4.1: without this the many negatives swamp the first steps.
    const float bias = static_cast<float>(std::log(params.prior / (1 - params.prior)));
    Tensor& biases = graph.parameters[graph.nodes[logits].parameters[1]].value;
    if (focal)
        for (int a = 0; a < count; a++)
            biases.data()[a * classChannels + classChannels - 1] = bias;
    graph.outputs = {logits, deltas};
}

Rpn Rpn::onFeatures(int features) const
{
    Rpn head = *this;
    head.logits -= features;
    head.deltas -= features;
    return head;
}

Mat Rpn::anchors(const Network& network) const
{
    const Shape& s = network.value(logits).shape();
    Mat all;
    generateAnchors(anchorLevel, Size(s.w, s.h), all);
    return all;
}

RpnLoss Rpn::loss(Network& network, const std::vector<std::vector<Object>>& objects, unsigned seed) const
{
    const int pictures = network.value(logits).shape().n;
    CV_CheckEQ(static_cast<int>(objects.size()), pictures,
               "objects are wanted for every picture of the batch");
    const Mat all = anchors(network);

    std::vector<Target> targets(pictures);
    parallel_for_(Range(0, pictures), [&](const Range& range) {
        for (int n = range.start; n < range.end; n++)
        {
            Target& t = targets[n];
            const Mat boxes = boxesOf(objects[n], false);
            Mat matches;
            matchAnchors(all, boxes, boxesOf(objects[n], true), matches, params.match);
            t.positives = matchLabels(matches, noArray(), t.labels);
            if (!focal)
            {
                sampleAnchors(
                    matches, params.sampleCount, params.sampleShare,
                    static_cast<int>(seed * static_cast<unsigned>(pictures) + static_cast<unsigned>(n)));
                matchLabels(matches, noArray(), t.labels);
                t.sampled = countNonZero(t.labels >= 0);
            }
            encodeTargets(all, boxes, matches, t.deltas);
        }
    });

    RpnLoss loss;
    int sampled = 0;
    for (const Target& t : targets)
    {
        loss.positives += t.positives;
        sampled += t.sampled;
    }
    // PRCV 2018, section 3.2: N'cls positives, N'reg twice as many; over the whole batch.
    const double clsNormalizer =
        focal ? std::max(1, loss.positives) / params.focalWeight : std::max(1, sampled);
    const double regNormalizer =
        (focal ? std::max(1, 2 * loss.positives) : std::max(1, sampled)) / params.boxWeight;

    std::vector<double> cls(pictures), reg(pictures);
    parallel_for_(Range(0, pictures), [&](const Range& range) {
        for (int n = range.start; n < range.end; n++)
        {
            Mat x, d, xGrad, dGrad;
            heads(network, n, x, d);
            const Target& t = targets[n];
            if (focal && softmax())
                cls[n] =
                    softmaxFocalLoss(x, t.labels, xGrad, params.focalAlpha, params.focalGamma, clsNormalizer);
            else if (focal)
                cls[n] =
                    sigmoidFocalLoss(x, t.labels, xGrad, params.focalAlpha, params.focalGamma, clsNormalizer);
            else if (softmax())
                cls[n] = softmaxCrossEntropy(x, t.labels, xGrad, clsNormalizer);
            else
                cls[n] = sigmoidCrossEntropy(x, t.labels, xGrad, clsNormalizer);
            reg[n] = smoothL1Loss(d, t.deltas, t.labels, dGrad, params.boxBeta, regNormalizer);
            channelsFirst(xGrad, network.gradient(logits), n);
            channelsFirst(dGrad, network.gradient(deltas), n);
        }
    });
    for (int n = 0; n < pictures; n++)
    {
        loss.cls += cls[n];
        loss.reg += reg[n];
        if (loss.worst < 0 && !std::isfinite(cls[n] + reg[n]))
            loss.worst = n;
    }
    return loss;
}

void Rpn::heads(const Network& network, int n, Mat& x, Mat& d) const
{
    x = cellsFirst(network.value(logits), n, classChannels);
    d = cellsFirst(network.value(deltas), n, 4);
}

void Rpn::propose(const Network& network, int n, Size picture, const ProposalParams& limits,
                  OutputArray boxes, OutputArray scores) const
{
    Mat x, d, p;
    heads(network, n, x, d);
    objectness(x, p);
    propose(network, p, d, picture, limits, boxes, scores);
}

void Rpn::propose(const Network& network, InputArray p, InputArray d, Size picture,
                  const ProposalParams& limits, OutputArray boxes, OutputArray scores) const
{
    generateProposals(p, d, anchors(network), std::vector<int>(), picture, boxes, scores, limits);
}

} // namespace dnn_rpn_train
} // namespace cv
