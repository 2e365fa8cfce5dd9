// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "second_stage.hpp"

namespace cv {
namespace dnn_rpn_train {

SecondStage::SecondStage(const RoiParams& params, int classes, Graph& trunk, int features, Size input_,
                         RNG& rng, const Ptr<Engine>& engine, const Ptr<Engine>& exactEngine)
    : input(input_), roiHead(params, classes, trunk, features, input, rng),
      training(roiHead.graph(), engine, true), frozenGraph(frozen(roiHead.graph())),
      detecting(frozenGraph, exactEngine), crop(params.pooled)
{}

void SecondStage::scaleFeatures(Network& network, Graph& trunk, const Tensor& images, Ranks& ranks) const
{
    network.forward(images, true); // as in a step: batch normalisation may be by the batch
    const Tensor& map = network.value(roiHead.featuresNode());
    double sums[] = {map.flat().dot(map.flat()), static_cast<double>(map.shape().total())};
    ranks.sum(sums, 2);
    const double size = std::sqrt(sums[0] / sums[1]);
    if (size > 0 && std::isfinite(size)) // else the first step says what is wrong
        roiHead.divideFeatures(trunk, size);
}

HeadLoss SecondStage::loss(Network& trunk, int firstNode, const AnchorHead& first,
                           const std::vector<std::vector<Object>>& objects, unsigned seed,
                           const BatchPart& part)
{
    std::vector<Mat> proposals(objects.size());
    parallel_for_(Range(0, static_cast<int>(proposals.size())), [&](const Range& range) {
        for (int n = range.start; n < range.end; n++)
        {
            Mat objectness;
            first.propose(trunk, n, input, roiHead.parameters().trainProposals, proposals[n], objectness);
        }
    });
    const int node = roiHead.featuresNode() - firstNode;
    return roiHead.loss(crop, trunk.value(node), training, proposals, objects, input, seed,
                        trunk.gradient(node), part);
}

void SecondStage::clearGradients(Network& trunk, int firstNode)
{
    trunk.gradient(roiHead.featuresNode() - firstNode).setTo(0);
    training.clearGradients();
}

Detections SecondStage::detect(const Network& trunk, int n, const AnchorHead& first)
{
    Mat proposals, objectness, probabilities, deltas;
    first.propose(trunk, n, input, roiHead.parameters().proposals, proposals, objectness);
    const Tensor& map = trunk.value(roiHead.featuresNode());
    Shape one = map.shape();
    one.n = 1;
    const Tensor own(one, const_cast<float*>(map.image(n)));
    roiHead.predict(crop, own, detecting, proposals, input, probabilities, deltas);
    return roiHead.detect(proposals, probabilities, deltas, input);
}

} // namespace dnn_rpn_train
} // namespace cv
