// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DETECTOR_NET_HPP
#define OPENCV_DNN_RPN_TRAIN_DETECTOR_NET_HPP

#include <memory>
#include <string>
#include <vector>

#include "opencv2/dnn_rpn/model.hpp"
#include "opencv2/dnn_rpn_train/params.hpp"
#include "../data/batches.hpp"
#include "conflict.hpp"
#include "frozen_backbone.hpp"
#include "second_stage.hpp"
#include "stages.hpp"
#include "task_gradients.hpp"

namespace cv {
namespace dnn_rpn_train {

//! What one batch cost, stage by stage.
struct CV_EXPORTS StepLoss
{
    HeadLoss anchors, roi; //!< roi: nothing without a second stage
    TaskGradients tasks;

    //! The first image of the batch whose loss is not finite, or -1.
    int worst() const { return anchors.worst >= 0 ? anchors.worst : roi.worst; }
};

/** @brief The whole network, whatever the kind of detector: what the trainer trains, scores and exports.

Backbone and heads of the first stage are one graph. Where the whole backbone is frozen, its features are
worked out by a network of their own, and only the heads are trained. A second stage is another graph, on
regions. All graphs share one list of parameters. */
class CV_EXPORTS DetectorNet
{
public:
    //! @param ranks that train it together, each on its part of TrainParams::batch images
    //! cv::Exception for wrong parameters or a backbone that cannot be read
    DetectorNet(const TrainParams& params, RNG& rng, Ranks& ranks = Ranks::alone());

    //! The parameters; a pyramid that was left to the network is the one it has.
    const TrainParams& parameters() const { return params; }
    bool hasSecondStage() const { return secondStage != nullptr; }
    //! The first stage's graph, with everybody's parameters.
    Graph& graph() { return trunk; }
    //! Those whose gradients step() gives.
    const std::vector<Network*>& trained() const { return trainedNetworks; }
    //! Of the learning rate, by parameter.
    std::vector<float> rateFactors() const;
    //! Of the weight decay, by parameter.
    std::vector<float> decayFactors() const;

    //! Whether the parameters leave a number to the anchors of the training images.
    bool wantsCounts() const;
    //! The image's objects in pixels of the network's input.
    std::vector<Object> scaled(const AnnotatedImage& image) const;
    //! How the anchors of these images are told apart.
    AnchorCounts count(const Dataset& training) const;
    //! Takes what was left to counting. @param first nothing was trained yet: the prior, too
    void take(const AnchorCounts& counts, bool first);
    //! What steps change beside weights.
    LossState& lossState() { return state; }

    //! What is trained and what is frozen, in a line or two.
    std::string describe(int images) const;
    //! SecondStage::scaleFeatures() of a network that has not been trained.
    //! @param images of the network's input size; some that will be trained on, each rank its own
    void scaleRegionFeatures(const std::vector<Mat>& images);
    //! From now on the features of so many images are kept, if that is of use.
    void keepFeatures(int images);

    //! Whose losses a step brings down.
    enum class Training
    {
        Both,
        FirstStage, //!< the second one does not run
        SecondStage //!< the first one's losses are worked out all the same
    };

    //! Forward, losses and backward; gradients are those of this rank's images, losses the whole batch's.
    //! No gradients if a loss is not finite. What is not trained has gradient
    //! 0.
    StepLoss step(const Batch& batch, unsigned seed, Training training = Training::Both);

    //! measureConflict() of the batch that the next step is on, which it does not change.
    //! @param rate of that step
    //! @param sumGradients of ConflictTask
    Conflict conflict(const Batch& batch, unsigned seed, double rate,
                      const std::function<void()>& sumGradients = nullptr);

    //! AnchorHead::boxErrors() on images of the network's input size; at most one batch.
    std::pair<double, int> boxErrors(const std::vector<Mat>& images,
                                     const std::vector<std::vector<Object>>& objects);

    /** @brief Finds objects.
    @param images of the network's input size; one batch
    @return in pixels of the input; proposals, all of label 1, without a second stage or classes */
    std::vector<Detections> detect(const std::vector<Mat>& images);

    //! Bytes that all networks planned so far, as Network::memory().
    size_t memory() const;

    //! What DESCRIPTION files hold.
    dnn_rpn::ModelDescription description(dnn_rpn::ExportKind kind) const;
    //! The bytes of the ONNX file of that kind.
    std::string exported(dnn_rpn::ExportKind kind);
    //! Runs the file in cv::dnn and compares; cv::Exception says what differs.
    void verify(const std::string& file, dnn_rpn::ExportKind kind);

private:
    //! The graphs' parameters become those of the last step, wherever the engine has them.
    void download();
    int firstTrainedNode() const { return frozenBackbone ? features : 0; } //!< of the trunk
    Shape batchShape() const;
    BatchPart partOf(const Batch& batch) const;
    int frozenStages() const;
    const RoiHead* roiHead() const { return secondStage ? &secondStage->head() : nullptr; }

    const TrainParams params;
    Ranks& ranks;
    const Ptr<Engine> engine;      //!< of all networks that are trained
    const Ptr<Engine> exactEngine; //!< of those that detect: in floats, as whoever runs the file
    Graph trunk;
    int features = -1; //!< the backbone's last node
    std::string taken; //!< of a backbone's file
    LossState state;
    Range headParameters; //!< those of the first stage's head; behind them are the second stage's
    std::unique_ptr<Stages> stages;
    std::unique_ptr<AnchorHead> anchorHead;
    std::unique_ptr<SecondStage> secondStage; //!< none unless the detector has two
    std::unique_ptr<Network> network;
    Graph trunkFrozen;
    std::unique_ptr<Network> detecting;             //!< none where the trained one is exact
    std::unique_ptr<FrozenBackbone> frozenBackbone; //!< none unless the whole backbone is frozen
    const AnchorHead* trainedHead = nullptr;        //!< with the nodes of trainedNetworks[0]
    std::vector<Network*> trainedNetworks;          //!< of the trunk, or what of it is trained; of regions
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
