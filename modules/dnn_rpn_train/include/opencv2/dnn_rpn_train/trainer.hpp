// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_TRAINER_HPP
#define OPENCV_DNN_RPN_TRAIN_TRAINER_HPP

#include <functional>

#include "opencv2/core.hpp"
#include "opencv2/dnn_rpn/anchors.hpp"
#include "opencv2/dnn_rpn/detections.hpp"
#include "opencv2/dnn_rpn/metrics.hpp"
#include "opencv2/dnn_rpn/proposals.hpp"
#include "opencv2/dnn_rpn/targets.hpp"
#include "opencv2/dnn_rpn_train/augment.hpp"
#include "opencv2/dnn_rpn_train/dataset.hpp"

namespace cv {
namespace dnn_rpn_train {

//! @addtogroup dnn_rpn_train
//! @{

//! Which maps a feature pyramid has: level l has cells of 2^l pixels (Lin et al., CVPR 2017).
struct CV_EXPORTS PyramidParams
{
    int finest = 3;     //!< the first level
    int coarsest = 5;   //!< the last level, >= finest
    int channels = 128; //!< of every level
};

//! How a head on anchors - a region proposal network or a one-stage detector - tells objects from background, and
//! learns to.
struct CV_EXPORTS RpnParams
{
    //! "focal_sigmoid", "focal_softmax": focal loss over all anchors (PRCV 2018). "ce_sigmoid",
    //! "ce_softmax": cross-entropy over a balanced sample (Faster R-CNN).
    String loss = "focal_softmax";

    //! 0: classifier and regressor share one 3x3 convolution (Faster R-CNN). 1..4: each has so many of its own
    //! (RetinaNet: 4).
    int tower = 0;

    //! Square roots of the anchors' areas, in input pixels. Several levels take equal shares in this order.
    std::vector<float> anchorSizes{16, 32, 64, 128, 256};
    std::vector<float> anchorRatios{0.5f, 1, 2}; //!< height / width
    dnn_rpn::MatchParams match;                  //!< which anchors are positive

    double focalAlpha = 0.25; //!< weight of the positives, 0..1; negative: none
    double focalGamma = 2;    //!< how much well-classified anchors are held back, >= 0
    double focalWeight = 1;   //!< lambda_fl of PRCV 2018, eq. 4, where it is 0.1; doc/experiments.md compares
    /** What the focal forms are divided by. "positives": classification by the positives, regression by twice as many
    (PRCV 2018, section 3.2). "samples": both by sampleCount a picture, as cross-entropy. Beside a second stage, whose
    losses are divided by all of its regions, those divided by a few positives are all that the shared features learn. */
    String focalNormalizer = "positives";
    double prior = 0.01;     //!< the focal classifier starts by giving every anchor this probability, 0..1
    double boxBeta = 1. / 9; //!< where smooth L1 turns from square to straight
    double boxWeight = 1;    //!< of the regression loss
    double rate = 1;         //!< the head's learning rate is TrainParams::learningRate times this, >= 0

    int sampleCount = 256;    //!< anchors a picture that cross-entropy looks at; see also focalNormalizer
    float sampleShare = 0.5f; //!< at most this share of them positive

    dnn_rpn::ProposalParams proposals;   //!< at evaluation and in the exported file
    dnn_rpn::DetectionParams detections; //!< the same for a detector with classes

    RpnParams();
};

/** @brief How the second stage of Faster R-CNN judges the proposals, and learns to.

Where nothing else is said, defaults are those of Detectron2 and torchvision; doc/knobs.md compares. */
struct CV_EXPORTS RoiParams
{
    //! "ce": softmax cross-entropy over a balanced sample; "focal": softmax focal loss over all proposals
    String loss = "ce";

    int channels = 256;        //!< of the features that regions are cut out of
    Size pooled{7, 7};         //!< columns x rows that every region is resampled to
    int hidden = 256;          //!< width of both fully connected layers
    bool sharedDeltas = false; //!< one box for all classes rather than one a class

    dnn_rpn::ProposalParams trainProposals; //!< what it learns from: 2000 -> 1000 at IoU 0.7
    dnn_rpn::ProposalParams proposals; //!< at evaluation and in the exported file: 1000 -> 300 at IoU 0.7
    bool appendTruth = true;           //!< the objects' own boxes are among the proposals, while training
    dnn_rpn::MatchParams match;        //!< a proposal is an object from IoU 0.5 on, else background

    int sampleCount = 512;     //!< "ce": regions a picture
    float sampleShare = 0.25f; //!< "ce": at most this share of them objects
    double focalAlpha = 0.25;  //!< "focal": as RpnParams::focalAlpha
    double focalGamma = 2;     //!< "focal": as RpnParams::focalGamma
    double clsWeight = 1;      //!< of the classification loss
    double boxWeight = 1;      //!< of the regression loss
    double boxBeta = 1. / 9;   //!< where smooth L1 turns from square to straight
    double rate = 3;           //!< its learning rate is TrainParams::learningRate times this, >= 0

    dnn_rpn::DetectionParams
        detections; //!< limits of what comes out, and the weights of the deltas: 10, 10, 5, 5

    RoiParams();
};

//! Everything that a training run depends on besides the pictures.
struct CV_EXPORTS TrainParams
{
    /** @brief Defaults for a kind of detector: anchors of "retina" are positive from IoU 0.5 and negative below 0.4,
    and "faster_rcnn" learns its proposals by "ce_sigmoid", or by a focal loss divided by "samples" with alpha 0.9,
    ten times as fast as the backbone, with gradients of length 2 at most (doc/detectors.md).
    @param detector as the field */
    explicit TrainParams(const String& detector = "rpn");

    /** @brief Puts the heads on a feature pyramid, with anchors of 4, 5 and 6.3 times the cell at each level
    (RetinaNet, Lin et al., ICCV 2017, section 4).
    @param finest, coarsest levels, as in PyramidParams
    @param channels of each level */
    void setPyramid(int finest, int coarsest, int channels = 128);

    //! "rpn": boxes without classes; "retina": with classes, in one stage; "faster_rcnn": in two
    String detector;
    std::vector<String> classes; //!< names of the labels 1..C, as the data set has them; "rpn" needs none
    String backbone = "small";   //!< an ONNX file, or "small": a built-in network, untrained
    //! "onednn", "eigen", "cuda", or "auto": the first of these that this build has
    String engine = "auto";
    //! What the training computes in. Or "bf16": values and gradients of 16 bits, weights in float; onednn and cuda. Or
    //! "tf32", cuda only: floats, whose products are rounded. Scores and detections are floats throughout, as the file's
    String precision = "fp32";
    bool pyramid = false; //!< the heads stand on a feature pyramid rather than on the backbone's last map
    PyramidParams levels; //!< of the pyramid; RpnParams::anchorSizes are divided among them, finest first
    RpnParams rpn;
    RoiParams roi; //!< "faster_rcnn" only

    Size size{320, 240}; //!< of the network's input
    int epochs = 12;
    int batch = 4;
    double learningRate = 0.01;
    double momentum = 0.9;
    double weightDecay = 1e-4; //!< on weights, not on biases
    int warmup = 50;           //!< steps over which the learning rate rises to its value
    String schedule = "step";  //!< "step": a tenth after 70 % of the steps; "cosine": down to 0
    double clip = 10;          //!< longest gradient (L2, all parameters) that is not shortened; 0: no limit
    int seed = 0;              //!< of weights, order, augmentation and samples
    AugmentParams augment;     //!< how the pictures are varied

    int freeze = 0;          //!< the first so many stages of the backbone are not trained; -1: all of it
    double backboneRate = 1; //!< the backbone's learning rate is learningRate times this, >= 0
    //! "frozen": the backbone's batch normalisation stays as it came. "train": where its stage is not frozen, scale
    //! and bias are trained and mean and variance are the batch's; the running ones follow and are what is scored
    //! and exported. A batch of a few pictures must speak for all. The backbone "small" is always trained so.
    String batchNorm = "frozen";
    //! "faster_rcnn" only. False: every step trains both stages together. True: they take turns, a step each, which
    //! shows what each does to the shared features. (Ren et al. 2015, section 3.2, take turns once, for whole trainings.)
    bool alternate = false;
    double ema = 0;    //!< decay of the weights' moving average, which is then scored and exported; 0: none
    int evalEvery = 0; //!< epochs between two scorings of the validation pictures; 0: none while training
    int patience = 0;  //!< ends the training after so many scorings without a better one; 0: never
};

//! What one step did.
struct CV_EXPORTS StepReport
{
    int step = 0, steps = 0;         //!< this step, from 1, of so many
    int epoch = 0, epochs = 0;       //!< from 1
    double loss = 0;                 //!< all together
    double lossCls = 0, lossReg = 0; //!< of the head on anchors
    double lossRoiCls = 0,
           lossRoiReg = 0; //!< of the second stage, in the last step that ran it; 0 without one
    double learningRate = 0;
    double gradientNorm = 0;      //!< before clipping
    int positives = 0;            //!< positive anchors in the batch, before sampling
    double picturesPerSecond = 0; //!< of this step, loading included
    double waited = 0; //!< seconds of it that went by until the pictures were ready; 0 if they were

    //! How strongly each task pulls at the features that both share, F: the lengths of dLcls/dF and dLreg/dF
    //! and the cosine of the angle between them (0 where one of them is 0). Below 0 the tasks disagree.
    //! With towers, or a pyramid, there are no such features, and all three are 0.
    double clsGradient = 0, regGradient = 0, gradientCosine = 0;

    bool evaluated = false;      //!< the validation pictures were scored after this step
    dnn_rpn::Metrics validation; //!< of this scoring
    int bestEpoch = 0;           //!< the epoch, from 1, with the best score so far; 0: none was scored
    double bestScore = -1;       //!< what it reached: AR@300 of proposals, AP50 of detections with classes
    bool endsEarly = false;      //!< patience is over: this was the last step
};

/** @brief Trains a region proposal network or a detector and writes it as a model file.

The same parameters, pictures and number of threads give the same bits, whether or not the training was
interrupted and resumed from a checkpoint. With the engine "eigen" any number of threads does, and with "cuda" on the
same kind of GPU. */
class CV_EXPORTS Trainer
{
public:
    /** @brief Builds the network; cv::Exception for wrong parameters or a backbone that cannot be read.
    @param params copied */
    explicit Trainer(const TrainParams& params);
    ~Trainer();

    //! What of the network will be trained on these pictures and what is frozen, in a line or two.
    String summary(const Dataset& dataset) const;

    /** @brief Trains. All pictures are decoded before the first step.

    Afterwards the network has the weights that were best on the validation pictures, if those were scored;
    else the moving average, if there is one; else the last weights.

    @param dataset must outlive the call
    @param afterStep called after each step; return false to stop there
    @param validation pictures that are not trained on, scored every TrainParams::evalEvery epochs and after
    the last; needed for that alone
    @return false if stopped by afterStep
    cv::Exception names pictures and loss if a loss is not finite, and what differs if a checkpoint was loaded
    that belongs to other pictures.
    */
    bool fit(const Dataset& dataset, const std::function<bool(const StepReport&)>& afterStep = nullptr,
             const Dataset& validation = Dataset());

    /** @brief Writes all that the next step depends on; to be called from fit()'s afterStep.

    Weights, momentum, moving average, best weights, position, parameters and what identifies the pictures,
    with a checksum. (Order, flips and samples are functions of seed and step, so that there is no other
    random state.) Written aside, brought to the disk and renamed: whatever happens, the file is the last
    checkpoint or this one. cv::Exception if it cannot be written. */
    void saveCheckpoint(const String& path) const;

    /** @brief The next fit() goes on behind the checkpoint's last step.
    @return the steps that were done
    cv::Exception names the file if it is cut off, changed or no checkpoint, and what differs if this trainer's
    parameters, or its backbone file, are others than the checkpoint's. */
    int loadCheckpoint(const String& path);

    //! Bytes of the network's values, gradients and workspaces for all that fit(), evaluate() and detect() did so far;
    //! weights, pictures and kept features are not counted.
    size_t memory() const;

    /** @brief Scores what is found: proposals without regard to classes, detections class by class.
    @param dataset pictures that were not trained on
    @param afterPicture called with the number of pictures done; may be empty */
    dnn_rpn::Metrics evaluate(const Dataset& dataset, const std::function<void(int)>& afterPicture = nullptr);

    /** @brief What is found on one picture, as the exported file gives it.
    @param image BGR, 8 bit, any size
    @param boxes D x 4 CV_32F in pixels of image
    @param scores D CV_32F, 0..1, falling
    @param labels D CV_32S 1..C, all 1 for proposals; may be noArray() */
    void detect(InputArray image, OutputArray boxes, OutputArray scores, OutputArray labels = noArray());

    /** @brief Writes MODEL.onnx and MODEL.yml, loads the file with cv::dnn and compares what it gives
    with the trainer's own network on a test pattern; cv::Exception on a difference, and then, or if the
    disk is full, no file is left behind.

    @param path ends in .onnx
    @param kind "opencv": boxes come out of cv::dnn::DetectionModel, preprocessing, decoding and
    suppression inside, from OpenCV 4.5.5 on. "onnx": the same by standard operators of ONNX, set 16, for ONNX Runtime and OpenCV 5;
    outputs `boxes` D x 4 in pixels of the input, `scores` D, `labels` D. "heads": raw numbers, `logits`
    [N, K, 1, 2, C or C + 1] and `deltas` [N, K, 4], which dnn_rpn::Detector decodes; with a second stage, of its
    `proposals` [P, 4], `logits` [P, C + 1] and `deltas` [P, 4 C or 4], by standard operators. Files that cv::dnn 4
    cannot run are not compared.
    */
    void exportModel(const String& path, const String& kind = "opencv");

private:
    struct Impl;
    Ptr<Impl> impl;
};

//! @}

} // namespace dnn_rpn_train
} // namespace cv

#endif
