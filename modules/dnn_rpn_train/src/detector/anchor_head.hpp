// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DETECTOR_ANCHOR_HEAD_HPP
#define OPENCV_DNN_RPN_TRAIN_DETECTOR_ANCHOR_HEAD_HPP

#include "opencv2/dnn_rpn/anchors.hpp"
#include "opencv2/dnn_rpn_train/dataset.hpp"
#include "opencv2/dnn_rpn_train/params.hpp"
#include "opencv2/dnn_rpn_train/private/detections.hpp"
#include "../engine/network.hpp"
#include "head_loss.hpp"
#include "loss_state.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief What tells objects from background at anchors: a head on one or several feature maps, its loss, and
its boxes. Without classes it is a region proposal network, with classes a one-stage detector (RetinaNet, Lin
et al., ICCV 2017).

Each level has `logits`, A x columns() channels with the A anchors outermost, and `deltas`, 4 A channels
likewise, of 1x1 convolutions behind AnchorHeadParams::tower. All levels have the same weights.
*/
class CV_EXPORTS AnchorHead
{
public:
    /** @param params checked here
    @param classes C >= 1; 0: objects are told from background only, whatever their labels
    @param graph gets the head, and its outputs
    @param features nodes that the head stands on, one a level, of as many channels as each other; the first
    level gets the first of the anchors' sizes
    @param rng of the weights */
    AnchorHead(const AnchorHeadParams& params, int classes, Graph& graph, const std::vector<int>& features,
               RNG& rng);

    /** @brief The same head for the network of headOf(): its nodes are numbered from the features on.
    @param features the node that a head of one level stands on */
    AnchorHead onFeatures(int features) const;

    /** @brief Loss of the network's last forward pass; puts its gradients into the network.
    @param network with the head
    @param objects of each image of the batch, in pixels of the input; with labels 1..C if there are classes
    @param seed of the sampling
    @param state of the training, which the step changes; null: that of a first step
    @param part of the batch that the images are; losses and normalizers are the whole batch's */
    HeadLoss loss(Network& network, const std::vector<std::vector<Object>>& objects, unsigned seed,
                  LossState* state = nullptr, const BatchPart& part = BatchPart()) const;

    /** @brief HeadLoss::boxError of the network's last forward pass, of all positives.
    @param network with the head; nothing of it is changed
    @param objects as for loss()
    @return the sum over the positives, and how many they are */
    std::pair<double, int> boxErrors(const Network& network,
                                     const std::vector<std::vector<Object>>& objects) const;

    /** @brief Counts how anchors are told apart; not by ASSIGN_TASK_ALIGNED, which asks a trained network.
    @param graph with the head
    @param input shape of an image
    @param objects of each image, in pixels of the input */
    AnchorCounts count(const Graph& graph, const Shape& input,
                       const std::vector<std::vector<Object>>& objects) const;

    //! The classifier gives every anchor this probability, as it starts: AnchorHeadParams::prior. Nothing
    //! with cross-entropy.
    void setPrior(Graph& graph, double prior) const;

    //! After loss(): as if it had been 0, or one of the two.
    void clearGradients(Network& network, bool ofCls = true, bool ofReg = true) const;

    /** @brief Proposals of image n of the network's last forward pass; at most one class.
    @param image width x height of the input
    @param limits which of them
    @param boxes P x 4 in pixels of the input, by falling score */
    void propose(const Network& network, int n, Size image, const dnn_rpn::ProposalParams& limits,
                 OutputArray boxes, OutputArray scores) const;

    //! Detections of image n of the network's last forward pass, in pixels of the input; without classes
    //! they are proposals, all of label 1.
    Detections detect(const Network& network, int n, Size image) const;

    //! Logits (K x columns()) and deltas (K x 4) of image n, anchors in their usual order, level after
    //! level.
    void heads(const Network& network, int n, Mat& logits, Mat& deltas) const;

    //! The anchors (K x 4) for the network's last forward pass, and how many of them each level has.
    void anchors(const Network& network, Mat& all, std::vector<int>& levelCounts) const;

    int classes() const { return classCount; }
    bool softmax() const { return isSoftmax; }
    //! Logits of an anchor: one a class (one in all without classes), before them the background with
    //! softmax.
    int columns() const { return std::max(1, classCount) + isSoftmax; }
    const std::vector<dnn_rpn::AnchorLevel>& levels() const { return anchorLevels; }
    int logitsNode(int level = 0) const { return logits.at(level); }
    int deltasNode(int level = 0) const { return deltas.at(level); }
    const AnchorHeadParams& parameters() const { return params; }

private:
    struct Target;
    struct Counts;
    AnchorOutputs outputsOf(const Network& network) const;
    //! Whether the form of the loss is one that AnchorOperators have.
    bool devicesCan() const
    {
        return focal && !params.quality && params.assignment == ASSIGN_IOU &&
               params.boxLoss == BOX_LOSS_SMOOTH_L1 && params.focalThreshold == 0 && params.guided == 0 &&
               params.focalNormalizer != NORMALIZE_BY_AVERAGE;
    }
    HeadLoss lossBy(AnchorOperators& operators, Network& network,
                    const std::vector<std::vector<Object>>& objects, const LossState& state) const;
    void addTo(Graph& graph, const std::vector<int>& features, RNG& rng);
    void match(const Mat& anchors, const std::vector<int>& levelCounts, const Mat& boxes, const Mat& ignored,
               Mat& matches) const;
    //! IoUs of the predicted boxes with what they should be, for positives.
    Mat qualityOf(const Mat& predicted, const Mat& objects, const Mat& matches) const;
    void matchPredictions(const Mat& anchors, const Mat& x, const Mat& predicted,
                          const std::vector<Object>& objects, Mat& matches, Mat& quality) const;
    //! @param x, d logits and deltas, which only AnchorHeadParams::quality looks at
    //! @param seed of the sampling; below 0: none
    Target targetOf(const Mat& anchors, const std::vector<int>& levelCounts, const Mat& x, const Mat& d,
                    const std::vector<Object>& objects, int64 seed) const;
    //! @param loss is not guided yet
    void guide(Network& network, LossState& state, HeadLoss& loss) const;
    Counts countsOf(const std::vector<Target>& targets, const BatchPart& part) const;
    Vec2d normalizers(const Counts& counts, LossState& state) const;
    double clsLoss(const Mat& x, const Target& target, Mat& gradient, double normalizer,
                   const LossState& state) const;
    double boxLoss(const Mat& d, const Mat& anchors, const Target& target, Mat& gradient,
                   double normalizer) const;

    AnchorHeadParams params;
    const int classCount;
    bool isSoftmax = false, focal = true;
    std::vector<dnn_rpn::AnchorLevel> anchorLevels;
    std::vector<int> logits, deltas; //!< by level
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
