// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DETECTOR_RPN_HPP
#define OPENCV_DNN_RPN_TRAIN_DETECTOR_RPN_HPP

#include "opencv2/dnn_rpn_train/trainer.hpp"
#include "../net/network.hpp"

namespace cv {
namespace dnn_rpn_train {

//! What one batch cost.
struct CV_EXPORTS RpnLoss
{
    double cls = 0, reg = 0;
    int positives = 0; //!< before sampling
    int worst = -1;    //!< the first picture of the batch whose loss is not finite, or -1
    double total() const { return cls + reg; }
};

/** @brief The region proposal network: a head on a graph, its loss, and its boxes.

The head is a 3x3 convolution with ReLU and two 1x1 convolutions: `logits`, A (sigmoid) or 2 A (softmax)
channels with the A anchors outermost, and `deltas`, 4 A channels likewise.
*/
class CV_EXPORTS Rpn
{
public:
    /** @param params checked here
    @param graph gets the head, and its two outputs
    @param features node that the head stands on */
    Rpn(const RpnParams& params, Graph& graph, int features, RNG& rng);

    //! The same head for the network of headOf(): its nodes are numbered from the features on.
    Rpn onFeatures(int features) const;

    /** @brief Loss of the network's last forward pass; puts its gradients into the network.
    @param objects of each picture of the batch, in pixels of the input
    @param seed of the sampling */
    RpnLoss loss(Network& network, const std::vector<std::vector<Object>>& objects, unsigned seed) const;

    /** @brief Proposals of picture n of the network's last forward pass.
    @param picture width x height of the network's input
    @param limits which of them
    @param boxes P x 4 in pixels of the input, by falling score */
    void propose(const Network& network, int n, Size picture, const dnn_rpn::ProposalParams& limits,
                 OutputArray boxes, OutputArray scores) const;

    //! The same from scores (K) and deltas (K x 4) that come from elsewhere.
    void propose(const Network& network, InputArray scores, InputArray deltas, Size picture,
                 const dnn_rpn::ProposalParams& limits, OutputArray boxes, OutputArray proposalScores) const;

    //! Logits (K x 1 or 2) and deltas (K x 4) of picture n, anchors in their usual order.
    void heads(const Network& network, int n, Mat& logits, Mat& deltas) const;

    bool softmax() const { return classChannels == 2; }
    int logitsNode() const { return logits; }
    int deltasNode() const { return deltas; }
    const dnn_rpn::AnchorLevel& level() const { return anchorLevel; }
    const RpnParams& parameters() const { return params; }

private:
    Mat anchors(const Network& network) const;

    const RpnParams params;
    dnn_rpn::AnchorLevel anchorLevel;
    int classChannels = 1; //!< logits per anchor
    bool focal = true;
    int logits = -1, deltas = -1;
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
