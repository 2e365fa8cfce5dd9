// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DETECTOR_FROZEN_BACKBONE_HPP
#define OPENCV_DNN_RPN_TRAIN_DETECTOR_FROZEN_BACKBONE_HPP

#include <memory>
#include <string>

#include "anchor_head.hpp"
#include "feature_cache.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief Training on a backbone that is not trained: its features come from a network of their own, and
the network that is trained starts at them. */
class CV_EXPORTS FrozenBackbone
{
public:
    /** @param whole backbone and heads; its parameters are shared
    @param features the backbone's last node
    @param head of one level, on it
    @param input shape of a batch */
    FrozenBackbone(const Graph& whole, int features, const AnchorHead& head, const Shape& input,
                   const Ptr<Engine>& engine);

    //! What stands on the features: its node i is node i + features of the whole graph.
    Network& trainedNetwork() { return network; }
    //! The same head with that network's nodes.
    const AnchorHead& head() const { return anchorHead; }

    //! The features of a batch, until the next call.
    const Tensor& featuresOf(const Batch& batch);
    //! From now on the features of so many images are kept, as far as there is room.
    void keepFeatures(int images);
    //! How often features are computed, in a line.
    std::string describe(int images, bool varied) const;

    //! As Network::memory().
    size_t memory() const { return backbone.memory() + network.memory(); }

private:
    const Shape input;
    Graph backboneGraph, graph;
    Network backbone, network;
    const AnchorHead anchorHead;
    std::unique_ptr<FeatureCache> cache;
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
