// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_PARAMS_HPP
#define OPENCV_DNN_RPN_TRAIN_PARAMS_HPP

#include <limits>

#include "opencv2/core.hpp"
#include "opencv2/dnn_rpn/atss.hpp"
#include "opencv2/dnn_rpn/detections.hpp"
#include "opencv2/dnn_rpn/kinds.hpp"
#include "opencv2/dnn_rpn/proposals.hpp"
#include "opencv2/dnn_rpn/targets.hpp"
#include "opencv2/dnn_rpn/task_aligned.hpp"
#include "opencv2/dnn_rpn_train/augment.hpp"

namespace cv {
namespace dnn_rpn_train {

using dnn_rpn::DETECTOR_FASTER_RCNN;
using dnn_rpn::DETECTOR_RETINANET;
using dnn_rpn::DETECTOR_RPN;
using dnn_rpn::DetectorKind;

//! @addtogroup dnn_rpn_train
//! @{

//! How anchors are told apart, and which of them are learned from.
enum AnchorLoss
{
    LOSS_FOCAL_SOFTMAX = 0, //!< "focal_softmax": softmax focal loss over all anchors (PRCV 2018)
    LOSS_FOCAL_SIGMOID = 1, //!< "focal_sigmoid": sigmoid focal loss over all anchors
    LOSS_CE_SOFTMAX = 2,    //!< "ce_softmax": softmax cross-entropy over a balanced sample (Faster R-CNN)
    LOSS_CE_SIGMOID = 3     //!< "ce_sigmoid": sigmoid cross-entropy over a balanced sample
};

//! The same for the regions of a second stage.
enum RegionLoss
{
    ROI_LOSS_CE = 0,   //!< "ce": softmax cross-entropy over a balanced sample
    ROI_LOSS_FOCAL = 1 //!< "focal": softmax focal loss over all proposals
};

//! What a focal loss is divided by.
enum FocalNormalizer
{
    //! "positives": classification by the positives, regression by twice as many (PRCV 2018, section 3.2)
    NORMALIZE_BY_POSITIVES = 0,
    NORMALIZE_BY_SAMPLES = 1, //!< "samples": both by sampleCount an image, as cross-entropy
    //! "average": as "positives", by a moving average of them over the steps (normMomentum; Detectron2's
    //! RetinaNet)
    NORMALIZE_BY_AVERAGE = 2,
    NORMALIZE_BY_CONSTANT =
        3 //!< "constant": as "positives", by normPositives an image whatever the batch has
};

//! Where gradients of a head on anchors end. Values are the same; what is behind does not learn from them.
enum GradientStop
{
    GRADIENT_STOP_NONE = 0,    //!< "none"
    GRADIENT_STOP_CLS = 1,     //!< "cls": only the classifier's last layer learns from its loss
    GRADIENT_STOP_BACKBONE = 2 //!< "backbone": the head learns, the features below it do not
};

//! How the learning rate falls.
enum RateSchedule
{
    SCHEDULE_STEP = 0,  //!< "step": a tenth after 70 % of the steps
    SCHEDULE_COSINE = 1 //!< "cosine": down to 0
};

//! What a training computes in. Scores and detections are floats throughout, as the file's.
enum Precision
{
    PRECISION_FP32 = 0, //!< "fp32"
    PRECISION_TF32 = 1, //!< "tf32": floats whose products are rounded; engine cuda
    PRECISION_BF16 = 2  //!< "bf16": values and gradients of 16 bits, weights in float; onednn and cuda
};

//! What the values of an image, 0..255, become before the backbone sees them.
enum Normalisation
{
    NORMALISE_AUTO = 0,     //!< "auto": what the file tells; if it tells nothing, "imagenet"
    NORMALISE_IMAGENET = 1, //!< "imagenet": 0..1, less ImageNet's mean, over its deviation
    NORMALISE_UNIT = 2,     //!< "0..1"
    NORMALISE_SIGNED = 3,   //!< "-1..1"
    NORMALISE_BYTES = 4     //!< "0..255": what they are
};

//! In which order the backbone takes red, green and blue.
enum ChannelOrder
{
    CHANNELS_AUTO = 0, //!< "auto": what the file tells; if it tells nothing, "rgb"
    CHANNELS_RGB = 1,  //!< "rgb"
    CHANNELS_BGR = 2   //!< "bgr"
};

//! What becomes of the backbone's batch normalisation.
enum BatchNormMode
{
    BATCHNORM_FROZEN = 0, //!< "frozen": stays as it came
    //! "train": where its stage is not frozen, scale and bias are trained and mean and variance are the
    //! batch's; the running ones follow and are what is scored and exported
    BATCHNORM_TRAIN = 1
};

//! Which anchors get which object.
enum AnchorAssignment
{
    ASSIGN_IOU = 0, //!< "iou": by thresholds of the IoU (AnchorHeadParams::match)
    //! "atss": a handful an object, whatever its size (AnchorHeadParams::atss; Zhang et al., CVPR 2020)
    ASSIGN_ATSS = 1,
    //! "task_aligned": those that the network finds the object with best (AnchorHeadParams::taskAligned; Feng
    //! et al., ICCV 2021); wants AnchorHeadParams::quality and BOX_LOSS_GIOU
    ASSIGN_TASK_ALIGNED = 2
};

//! What boxes are held to.
enum BoxLoss
{
    BOX_LOSS_SMOOTH_L1 = 0, //!< "smooth_l1": the deltas (Fast R-CNN)
    BOX_LOSS_GIOU = 1       //!< "giou": the decoded box's generalized IoU (Rezatofighi et al., CVPR 2019)
};

//! Which maps a feature pyramid has: level l has cells of 2^l pixels (Lin et al., CVPR 2017).
struct CV_EXPORTS PyramidParams
{
    //! The first level. 0: no pyramid, the heads stand on one map of the backbone. -1: three levels, the
    //! first of 3-5, 4-6 and 5-7 that backbone and input size allow, or else none.
    int finest = 0;
    int coarsest = 0;   //!< the last level, >= finest
    int channels = 128; //!< of every level

    bool exists() const { return finest > 0; }
    bool automatic() const { return finest < 0; }
};

//! How a head on anchors - a region proposal network or a one-stage detector - tells objects from background,
//! and learns to.
struct CV_EXPORTS AnchorHeadParams
{
    AnchorLoss loss = LOSS_FOCAL_SOFTMAX;

    //! 0: classifier and regressor share one 3x3 convolution (Faster R-CNN). 1..4: each has so many of its
    //! own (RetinaNet: 4).
    int tower = 0;

    //! Square roots of the anchors' areas, in input pixels. Several levels take equal shares in this order.
    //! Empty: 16, 32, 64, 128, 256; on a pyramid 4, 5 and 6.3 cells at each level (RetinaNet, ICCV 2017,
    //! section 4).
    std::vector<float> anchorSizes;
    std::vector<float> anchorRatios{0.5f, 1, 2}; //!< height / width
    AnchorAssignment assignment = ASSIGN_IOU;    //!< which rule says which anchors are positive
    dnn_rpn::MatchParams match;                  //!< ASSIGN_IOU: which anchors are positive
    dnn_rpn::AtssParams atss;                    //!< ASSIGN_ATSS: which; candidates are counted in cells
    dnn_rpn::TaskAlignedParams taskAligned;      //!< ASSIGN_TASK_ALIGNED: which

    //! Weight of the positives, 0..1; negative: none. NaN: the one that sampling gives them on average,
    //! counted before the first step (AnchorCounts::alpha())
    double focalAlpha = 0.25;
    double focalGamma = 2; //!< how much well-classified anchors are held back, >= 0
    //! Anchors whose label has a smaller probability are not held back at all, 0..1: 0.5 is reduced focal
    //! loss (Sergievskiy and Ponamarev 2019, arXiv 1903.01347), 0 focal loss
    double focalThreshold = 0;
    //! Of the classification, focal loss or cross-entropy: lambda_fl of PRCV 2018, eq. 4, 0.1 there
    double clsWeight = 1;
    /** Beside a second stage, whose losses are divided by all of its regions, those divided by a few
    positives are all that the shared features learn. */
    FocalNormalizer focalNormalizer = NORMALIZE_BY_POSITIVES;
    //! NORMALIZE_BY_AVERAGE: what a step leaves of the average before it, 0..1
    double normMomentum = 0.9;
    //! NORMALIZE_BY_CONSTANT: positives an image, > 0; NaN: the training images' mean, counted before the
    //! first step
    double normPositives = std::numeric_limits<double>::quiet_NaN();
    /** The classification is scaled so that it is clsWeight times the regression, without a gradient of the
    scale (guided loss scaling: Chen et al., arXiv 1909.04868). 1: in each step (the paper); n: by averages of
    both over about n steps; 0: not at all. */
    int guided = 0;
    //! The classifier learns how good an anchor's box is, its IoU, rather than 1 (quality focal loss, Li et
    //! al., NeurIPS 2020): with LOSS_FOCAL_SIGMOID, whose alpha it does without.
    bool quality = false;
    //! The focal classifier starts by giving every anchor this probability, 0..1; NaN: the share of the
    //! positives, counted before the first step
    double prior = 0.01;
    BoxLoss boxLoss = BOX_LOSS_SMOOTH_L1;
    double boxBeta = 1. / 9; //!< where smooth L1 turns from square to straight
    double boxWeight = 1;    //!< of the regression loss
    double lrFactor = 1;     //!< the head's learning rate is TrainParams::learningRate times this, >= 0

    // Of the classifier's last layer alone. A softmax over two logits is a sigmoid with twice the rate, half
    // the decay and sqrt(2) times the deviation (doc/experiments/focal_rpn.md).
    double logitsLrFactor = 1;     //!< its learning rate is the head's times this, >= 0
    double logitsDecayFactor = 1;  //!< its weight decay is TrainParams::weightDecay times this, >= 0
    double logitsDeviation = 0.01; //!< standard deviation of its first weights, >= 0
    //! Each layer of the head draws its weights from a generator of its own: layers of the same name and size
    //! begin alike whatever the others are.
    bool layerStreams = false;
    GradientStop gradientStop = GRADIENT_STOP_NONE; //!< which loss reaches which layers

    int sampleCount = 256;         //!< anchors an image that cross-entropy looks at; see also focalNormalizer
    float positiveFraction = 0.5f; //!< at most this share of them positive

    dnn_rpn::ProposalParams proposals;   //!< at evaluation and in the exported file
    dnn_rpn::DetectionParams detections; //!< the same for a detector with classes

    AnchorHeadParams();
};

/** @brief How the second stage of Faster R-CNN judges the proposals, and learns to.

Where nothing else is said, defaults are those of Detectron2 and torchvision; doc/defaults_elsewhere.md
compares. */
struct CV_EXPORTS RoiParams
{
    RegionLoss loss = ROI_LOSS_CE;

    int channels = 256;         //!< of the features that regions are cut out of
    Size pooled{7, 7};          //!< columns x rows that every region is resampled to
    int hidden = 256;           //!< width of both fully connected layers
    bool classAgnostic = false; //!< one box for all classes rather than one a class

    dnn_rpn::ProposalParams trainProposals; //!< what it learns from: 2000 -> 1000 at IoU 0.7
    dnn_rpn::ProposalParams proposals; //!< at evaluation and in the exported file: 1000 -> 300 at IoU 0.7
    bool addGroundTruth = true;        //!< the objects' own boxes are among the proposals, while training
    dnn_rpn::MatchParams match;        //!< a proposal is an object from IoU 0.5 on, else background

    int sampleCount = 512;          //!< "ce": regions an image
    float positiveFraction = 0.25f; //!< "ce": at most this share of them objects
    double focalAlpha = 0.25;       //!< "focal": as AnchorHeadParams::focalAlpha
    double focalGamma = 2;          //!< "focal": as AnchorHeadParams::focalGamma
    double clsWeight = 1;           //!< of the classification loss
    double boxWeight = 1;           //!< of the regression loss
    double boxBeta = 1. / 9;        //!< where smooth L1 turns from square to straight
    double lrFactor = 3;            //!< its learning rate is TrainParams::learningRate times this, >= 0

    //! limits of what comes out, and the weights of the deltas: 10, 10, 5, 5
    dnn_rpn::DetectionParams detections;

    RoiParams();
};

/** @brief One parameter of a training as people set it: by a name, with a text for its value. */
struct CV_EXPORTS_W_SIMPLE ParameterInfo
{
    CV_PROP String name;                   //!< as in "lr": option, key in files, row of the documentation
    CV_PROP String group;                  //!< "network", "loss", "descent", "augmentation" or "detections"
    CV_PROP String values;                 //!< what it takes, as in "a number, 0..1" or "step, cosine"
    CV_PROP bool named;                    //!< the values are the names of a few
    CV_PROP String help;                   //!< what it does
    CV_PROP bool common;                   //!< for everybody, rather than for those who experiment
    CV_PROP std::vector<String> detectors; //!< those it has an effect on
};

//! Everything that a training run depends on besides the images.
struct CV_EXPORTS_W_SIMPLE TrainParams
{
    /** @brief Defaults for a kind of detector: anchors of RetinaNet are positive from IoU 0.5 and negative
    below 0.4, and Faster R-CNN learns its proposals by LOSS_CE_SIGMOID, or by a focal loss divided by samples
    with alpha 0.9, ten times as fast as the backbone, with gradients of length 2 at most
    (doc/experiments/two_stages.md). */
    CV_WRAP explicit TrainParams(dnn_rpn::DetectorKind detector = dnn_rpn::DETECTOR_RPN);

    //! Fixed by the constructor, since defaults depend on it.
    CV_WRAP dnn_rpn::DetectorKind detector() const { return kind; }

    /** @brief Every parameter that has a name: all fields below but `classes`, and "augment", which sets all
    of the augmentation. */
    CV_WRAP static std::vector<ParameterInfo> parameters();

    /** @brief Sets a parameter by its name.
    @param name of parameters()
    @param value as a command line has it; cv::Exception names both if it is not possible, or has no effect on
    this detector */
    CV_WRAP void set(const String& name, const String& value);

    //! The text that set() takes for the present value; numbers come back to the last bit.
    CV_WRAP String get(const String& name) const;

    //! cv::Exception names the parameter that is out of its range, or those that contradict each other.
    CV_WRAP void check() const;

    /** @brief The parameters that a training was run with.
    @param path of MODEL.yml, as Trainer::exportModel() writes it
    @return with the classes; cv::Exception names the file and what is wrong with it */
    CV_WRAP static TrainParams read(const String& path);

    /** @brief Puts the heads on a feature pyramid.
    @param finest, coarsest levels, as in PyramidParams
    @param channels of each level */
    CV_WRAP void setPyramid(int finest, int coarsest, int channels = 128);

    CV_PROP_RW std::vector<String>
        classes;                //!< names of the labels 1..C, as the data set has them; an RPN needs none
    CV_PROP_RW String backbone; //!< an ONNX file, or "small": a built-in network, untrained
    //! Names of nodes or values in the file whose maps are taken, with commas between them; "auto": where
    //! classifiers and detectors of other objects begin, see describeBackbone()
    CV_PROP_RW String features;
    CV_PROP_RW Normalisation normalise;   //!< what an ONNX file wants to see; "small" wants "imagenet"
    CV_PROP_RW ChannelOrder channelOrder; //!< likewise
    //! "onednn", "eigen", "cuda", or "auto": the first of these that this build has
    CV_PROP_RW String engine;
    CV_PROP_RW Precision precision;
    PyramidParams pyramid;
    AnchorHeadParams rpn;
    RoiParams roi; //!< Faster R-CNN only

    CV_PROP_RW Size size; //!< of the network's input
    CV_PROP_RW int epochs;
    CV_PROP_RW int batch; //!< images a step
    CV_PROP_RW double learningRate;
    CV_PROP_RW double momentum;
    CV_PROP_RW double weightDecay; //!< on weights, not on biases
    CV_PROP_RW int warmup;         //!< steps over which the learning rate rises to its value
    CV_PROP_RW RateSchedule schedule;
    //! longest gradient (L2, all parameters) that is not shortened; 0: no limit
    CV_PROP_RW double maxGradientNorm;
    CV_PROP_RW int seed;   //!< of weights, order, augmentation and samples
    AugmentParams augment; //!< how the images are varied

    CV_PROP_RW int freeze; //!< the first so many stages of the backbone are not trained; -1: all of it
    CV_PROP_RW double backboneLrFactor; //!< the backbone's learning rate is learningRate times this, >= 0
    //! A batch of a few images must speak for all. The backbone "small" is always trained.
    CV_PROP_RW BatchNormMode batchNorm;
    //! Faster R-CNN only. False: every step trains both stages together. True: they take turns, a step each,
    //! which shows what each does to the shared features. (Ren et al. 2015, section 3.2, take turns once, for
    //! whole trainings.)
    CV_PROP_RW bool alternate;
    CV_PROP_RW double
        ema; //!< decay of the weights' moving average, which is then scored and exported; 0: none
    //! steps between two measurements of how the tasks of the head on anchors disturb each other
    //! (StepStats::sharedCosine); each costs about five steps; 0: none
    CV_PROP_RW int conflictEvery;
    //! steps between two looks at validation images (StepStats::heldBoxError); 0: none
    CV_PROP_RW int heldEvery;
    CV_PROP_RW int
        evalEvery;           //!< epochs between two scorings of the validation images; 0: none while training
    CV_PROP_RW int patience; //!< ends the training after so many scorings without a better one; 0: never

private:
    DetectorKind kind;
};

//! @}

} // namespace dnn_rpn_train
} // namespace cv

#endif
