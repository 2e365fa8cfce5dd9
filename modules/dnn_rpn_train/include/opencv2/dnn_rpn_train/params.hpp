// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_PARAMS_HPP
#define OPENCV_DNN_RPN_TRAIN_PARAMS_HPP

#include "opencv2/core.hpp"
#include "opencv2/dnn_rpn/atss.hpp"
#include "opencv2/dnn_rpn/detections.hpp"
#include "opencv2/dnn_rpn/proposals.hpp"
#include "opencv2/dnn_rpn/targets.hpp"
#include "opencv2/dnn_rpn_train/augment.hpp"

namespace cv {
namespace dnn_rpn_train {

//! @addtogroup dnn_rpn_train
//! @{

//! Which anchors get which object.
enum AnchorAssignment
{
    ASSIGN_IOU = 0, //!< "iou": by thresholds of the IoU (RpnParams::match)
    ASSIGN_ATSS =
        1 //!< "atss": a handful an object, whatever its size (RpnParams::atss; Zhang et al., CVPR 2020)
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
    int finest = 3;     //!< the first level
    int coarsest = 5;   //!< the last level, >= finest
    int channels = 128; //!< of every level
};

//! How a head on anchors - a region proposal network or a one-stage detector - tells objects from background,
//! and learns to.
struct CV_EXPORTS RpnParams
{
    //! "focal_sigmoid", "focal_softmax": focal loss over all anchors (PRCV 2018). "ce_sigmoid",
    //! "ce_softmax": cross-entropy over a balanced sample (Faster R-CNN).
    String loss = "focal_softmax";

    //! 0: classifier and regressor share one 3x3 convolution (Faster R-CNN). 1..4: each has so many of its
    //! own (RetinaNet: 4).
    int tower = 0;

    //! Square roots of the anchors' areas, in input pixels. Several levels take equal shares in this order.
    std::vector<float> anchorSizes{16, 32, 64, 128, 256};
    std::vector<float> anchorRatios{0.5f, 1, 2}; //!< height / width
    AnchorAssignment assignment = ASSIGN_IOU;    //!< which rule says which anchors are positive
    dnn_rpn::MatchParams match;                  //!< ASSIGN_IOU: which anchors are positive
    dnn_rpn::AtssParams atss;                    //!< ASSIGN_ATSS: which; candidates are counted in cells

    double focalAlpha = 0.25; //!< weight of the positives, 0..1; negative: none
    double focalGamma = 2;    //!< how much well-classified anchors are held back, >= 0
    double focalWeight = 1;   //!< lambda_fl of PRCV 2018, eq. 4, where it is 0.1; doc/experiments.md compares
    /** What the focal forms are divided by. "positives": classification by the positives, regression by twice
    as many (PRCV 2018, section 3.2). "samples": both by sampleCount a picture, as cross-entropy. Beside a
    second stage, whose losses are divided by all of its regions, those divided by a few positives are all
    that the shared features learn. */
    String focalNormalizer = "positives";
    double prior = 0.01; //!< the focal classifier starts by giving every anchor this probability, 0..1
    BoxLoss boxLoss = BOX_LOSS_SMOOTH_L1;
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

    //! limits of what comes out, and the weights of the deltas: 10, 10, 5, 5
    dnn_rpn::DetectionParams detections;

    RoiParams();
};

//! Everything that a training run depends on besides the pictures.
struct CV_EXPORTS TrainParams
{
    /** @brief Defaults for a kind of detector: anchors of "retina" are positive from IoU 0.5 and negative
    below 0.4, and "faster_rcnn" learns its proposals by "ce_sigmoid", or by a focal loss divided by "samples"
    with alpha 0.9, ten times as fast as the backbone, with gradients of length 2 at most (doc/detectors.md).
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
    //! What the training computes in. Or "bf16": values and gradients of 16 bits, weights in float; onednn
    //! and cuda. Or "tf32", cuda only: floats, whose products are rounded. Scores and detections are floats
    //! throughout, as the file's
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
    //! "frozen": the backbone's batch normalisation stays as it came. "train": where its stage is not frozen,
    //! scale and bias are trained and mean and variance are the batch's; the running ones follow and are what
    //! is scored and exported. A batch of a few pictures must speak for all. The backbone "small" is always
    //! trained so.
    String batchNorm = "frozen";
    //! "faster_rcnn" only. False: every step trains both stages together. True: they take turns, a step each,
    //! which shows what each does to the shared features. (Ren et al. 2015, section 3.2, take turns once, for
    //! whole trainings.)
    bool alternate = false;
    double ema = 0;    //!< decay of the weights' moving average, which is then scored and exported; 0: none
    int evalEvery = 0; //!< epochs between two scorings of the validation pictures; 0: none while training
    int patience = 0;  //!< ends the training after so many scorings without a better one; 0: never
};

//! @}

} // namespace dnn_rpn_train
} // namespace cv

#endif
