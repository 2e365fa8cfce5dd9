// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DETECTOR_SECOND_STAGE_HPP
#define OPENCV_DNN_RPN_TRAIN_DETECTOR_SECOND_STAGE_HPP

#include "anchor_head.hpp"
#include "roi_head.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief The second stage of a detector: the head on regions, the networks that train and run it, and its
share of the exported file. Proposals come from the first stage's head. */
class CV_EXPORTS SecondStage
{
public:
    /** @param params of the head
    @param trunk the first stage; gets the node of the features, as another output, and all parameters
    @param features the backbone's last node
    @param input width x height of the network's input
    @param engine that trains
    @param exactEngine that detects */
    SecondStage(const RoiParams& params, int classes, Graph& trunk, int features, Size input, RNG& rng,
                const Ptr<Engine>& engine, const Ptr<Engine>& exactEngine);

    const RoiHead& head() const { return roiHead; }
    Network& trainedNetwork() { return training; }

    /** @brief Divides the weights of the layer that regions are cut out of by the root mean square of what
    comes out, so that the second stage starts on features of unit RMS, which its own weights are drawn for
    (the first step of LSUV, Mishkin and Matas, ICLR 2016, on one layer).
    @param network runs the trunk
    @param images one batch, or a rank's part of it
    @param ranks that have the rest */
    void scaleFeatures(Network& network, Graph& trunk, const Tensor& images, Ranks& ranks) const;

    /** @brief Loss on the proposals of the trunk's last forward pass; puts the gradient of the features into
    the trunk's network.
    @param trunk a network of the trunk, or of what stands on a frozen backbone
    @param firstNode of the trunk that `trunk` runs
    @param first the head that proposes, with the nodes of `trunk`
    @param part of the batch */
    HeadLoss loss(Network& trunk, int firstNode, const AnchorHead& first,
                  const std::vector<std::vector<Object>>& objects, unsigned seed, const BatchPart& part);

    //! In place of loss(): as if it had been 0.
    void clearGradients(Network& trunk, int firstNode);

    //! Detections of image n of the last forward pass of a network of the whole trunk.
    Detections detect(const Network& trunk, int n, const AnchorHead& first);

    //! As Network::memory().
    size_t memory() const { return training.memory() + detecting.memory(); }

private:
    const Size input;
    RoiHead roiHead;
    Network training; //!< on as many regions as are sampled
    Graph frozenGraph;
    Network detecting; //!< on as many as there are proposals
    Crop crop;
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
