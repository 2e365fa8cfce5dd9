// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "frozen_backbone.hpp"
#include "stages.hpp"

namespace cv {
namespace dnn_rpn_train {

FrozenBackbone::FrozenBackbone(const Graph& whole, int features, const AnchorHead& head, const Shape& input_,
                               const Ptr<Engine>& engine)
    : input(input_), backboneGraph(backboneOf(whole, features)), graph(headOf(whole, features)),
      backbone(backboneGraph, engine), network(graph, engine), anchorHead(head.onFeatures(features))
{}

const Tensor& FrozenBackbone::featuresOf(const Batch& batch)
{
    if (cache)
        return (*cache)(batch);
    backbone.forward(batch.images);
    return backbone.value(backboneGraph.outputs.at(0));
}

void FrozenBackbone::keepFeatures(int images)
{
    cache = std::make_unique<FeatureCache>(backbone, images, input);
}

std::string FrozenBackbone::describe(int images, bool varied) const
{
    if (varied)
        return "its features are worked out in every step, as augmentation varies the images";
    const int kept = FeatureCache::kept(backboneGraph, images, input);
    if (kept == images)
        return "its features are worked out once for each image and kept";
    return format("its features are kept of %d of %d images, which fill %d MB, and worked out anew for the "
                  "others",
                  kept, images, static_cast<int>(FeatureCache::defaultBudget() >> 20));
}

} // namespace dnn_rpn_train
} // namespace cv
