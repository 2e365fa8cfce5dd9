// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "table.hpp"
#include "number_text.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

using dnn_rpn::DetectorTraits;

bool all(const DetectorTraits&)
{
    return true;
}

bool twoStage(const DetectorTraits& detector)
{
    return detector.hasTwoStages;
}

bool proposing(const DetectorTraits& detector)
{
    return detector.hasProposals();
}

bool classifying(const DetectorTraits& detector)
{
    return detector.hasClasses;
}

constexpr bool common = true, special = false;
constexpr double aboveZero = 1e-30, unlimited = 1.5e30, factor = 1e6,
                 none = -std::numeric_limits<double>::infinity();

dnn_rpn::ProposalParams& proposals(TrainParams& p)
{
    return twoStage(dnn_rpn::traitsOf(p.detector())) ? p.roi.proposals : p.rpn.proposals;
}

dnn_rpn::DetectionParams& detections(TrainParams& p)
{
    return twoStage(dnn_rpn::traitsOf(p.detector())) ? p.roi.detections : p.rpn.detections;
}

} // namespace

#define AT(member) [](TrainParams& p) { return fieldOf(p.member); }
#define COUNTED(member) [](TrainParams& p) -> Field { return AutoNumber{&p.member}; }
#define PROPOSALS(member) [](TrainParams& p) { return fieldOf(proposals(p).member); }
#define DETECTIONS(member) [](TrainParams& p) { return fieldOf(detections(p).member); }

// clang-format off
const std::vector<ParameterRow>& parameterTable()
{
    static const std::vector<ParameterRow> rows{
{"backbone",   "network", all, common, AT(backbone), 0, 0,
 "an ONNX feature extractor, or small: built in, starts untrained"},
{"features",   "network", all, special, AT(features), 0, 0,
 "which maps of the backbone to take: names of nodes in the file, with commas between them, or auto: without "
 "classifiers' and detectors' last layers. --describe lists them"},
{"normalise",  "network", all, special, AT(normalise), 0, 0,
 "what the values of an image become before the backbone sees them; auto: what the file tells, or else imagenet"},
{"channel_order", "network", all, special, AT(channelOrder), 0, 0,
 "the order in which the backbone takes red, green and blue; auto: what the file tells, or else rgb"},
{"size",       "network", all, common, AT(size), 1, 16384,
 "width x height of the network's input; images are resized to it"},
{"pyramid",    "network", all, common, AT(pyramid), 0, 0,
 "levels of a feature pyramid that the heads stand on, as in 3-5: cells of 8, 16 and 32 pixels. auto: the first of 3-5, "
 "4-6 and 5-7 that backbone and size allow, or none"},
{"pyramid_channels", "network", all, special, AT(pyramid.channels), 1, 65536,
 "channels of each level of the pyramid"},
{"freeze",     "network", all, common, [](TrainParams& p) -> Field { return StageCount{&p.freeze}; }, -1, 1e6,
 "so many stages of the backbone are not trained, or all: then its features are worked out once and kept. A stage "
 "is what has the same stride"},
{"batchnorm",  "network", all, special, AT(batchNorm), 0, 0,
 "batch normalisation of the backbone: frozen, as it came, or train: scale and bias are trained, mean and variance are "
 "the batch's, where freeze does not reach. The backbone small always is"},
{"anchors",    "network", all, special, [](TrainParams& p) -> Field { return AutoList{&p.rpn.anchorSizes}; }, 1, 1e5,
 "square roots of the anchors' areas in pixels of the input. auto: 16,32,64,128,256; with a pyramid 4, 5 and 6.3 times "
 "the cell of each level, finest first; with assign other than iou 16,32,64,128, or 4 times the cell of each level"},
{"ratios",     "network", all, special, AT(rpn.anchorRatios), 1e-3, 1e3, "height / width of the anchors"},
{"tower",      "network", all, special, AT(rpn.tower), 0, 4,
 "classifier and regressor have so many convolutions of their own; 0: one for both"},
{"roi_channels", "network", twoStage, special, AT(roi.channels), 1, 65536,
 "channels of the features that regions are cut out of"},
{"roi_size",   "network", twoStage, special, AT(roi.pooled), 1, 1024, "columns x rows that regions are resampled to"},
{"roi_hidden", "network", twoStage, special, AT(roi.hidden), 1, 65536, "width of the second stage's two layers"},
{"roi_shared_boxes", "network", twoStage, special, AT(roi.classAgnostic), 0, 0,
 "one box for all classes rather than one a class"},
{"delta_weights", "network", twoStage, special, AT(roi.detections.deltaWeights), aboveZero, factor,
 "weights of the second stage's deltas: x, y, width, height"},

{"loss",       "loss", all, common, AT(rpn.loss), 0, 0,
 "how anchors are told apart: focal loss over all of them, or cross-entropy over a balanced sample"},
{"assign",     "loss", all, special, AT(rpn.assignment), 0, 0,
 "which anchors are positive: by thresholds of their IoU, the handful nearest to each object (ATSS), or those that the "
 "network finds it with best"},
{"atss_candidates", "loss", all, special, AT(rpn.atss.candidates), 1, 1e6,
 "assign=atss: cells of each level that an object may get anchors in"},
{"atss_low_quality", "loss", all, special, AT(rpn.atss.lowQuality), 0, 0,
 "assign=atss: an object that would get no anchor gets its best candidate"},
{"atss_ignore_iof", "loss", all, special, AT(rpn.atss.ignoreIoF), 0, 1, "assign=atss: as ignore_iof"},
{"aligned_candidates", "loss", all, special, AT(rpn.taskAligned.candidates), 1, 1e6,
 "assign=task_aligned: anchors that an object may get"},
{"aligned_score_power", "loss", all, special, AT(rpn.taskAligned.scorePower), 0, 100,
 "assign=task_aligned: anchors are ranked by score to this power"},
{"aligned_overlap_power", "loss", all, special, AT(rpn.taskAligned.overlapPower), 0, 100,
 "assign=task_aligned: times the IoU of the predicted box to this one"},
{"aligned_ignore_iof", "loss", all, special, AT(rpn.taskAligned.ignoreIoF), 0, 1,
 "assign=task_aligned: as ignore_iof"},
{"positive",   "loss", all, special, AT(rpn.match.positiveIoU), 0, 1,
 "IoU with an object from which on an anchor is positive"},
{"negative",   "loss", all, special, AT(rpn.match.negativeIoU), 0, 1,
 "IoU with every object below which an anchor is negative"},
{"low_quality", "loss", all, special, AT(rpn.match.lowQuality), 0, 0,
 "an object's best anchors are positive whatever their IoU"},
{"ignore_iof", "loss", all, special, AT(rpn.match.ignoreIoF), 0, 1,
 "share of a negative anchor within an ignored region from which on it is ignored, too"},
{"samples",    "loss", all, special, AT(rpn.sampleCount), 1, 1e6,
 "anchors an image that cross-entropy looks at, and that focal_norm=samples divides by"},
{"sample_share", "loss", all, special, AT(rpn.positiveFraction), 0, 1, "at most this share of the samples is positive"},
{"alpha",      "loss", all, special, COUNTED(rpn.focalAlpha), -1, 1,
 "focal loss: weight of the positives; below 0: none; auto: what a balanced sample gives them, counted on the training "
 "images"},
{"gamma",      "loss", all, special, AT(rpn.focalGamma), 0, 100, "focal loss: how much easy anchors are held back"},
{"focal_threshold", "loss", all, special, AT(rpn.focalThreshold), 0, 0.99,
 "focal loss: anchors whose label has a lower probability are not held back: 0.5 is reduced focal loss, 0 focal loss"},
{"lambda",     "loss", all, special, AT(rpn.clsWeight), 1e-6, factor,
 "weight of the classification beside the boxes, by focal loss or cross-entropy; 0.1 in the paper"},
{"guided",     "loss", all, special, AT(rpn.guided), 0, 1e6,
 "scale the classification to lambda times the regression, by averages over about so many steps; 0: not"},
{"quality",    "loss", all, special, AT(rpn.quality), 0, 0,
 "loss=focal_sigmoid: a positive anchor should say how good its box is, rather than 1; without alpha"},
{"focal_norm", "loss", all, special, AT(rpn.focalNormalizer), 0, 0,
 "what focal loss is divided by: the positives, as in the paper, the samples, as cross-entropy, a moving average of the "
 "positives, or a constant for each image"},
{"norm_momentum", "loss", all, special, AT(rpn.normMomentum), 0, 0.9999,
 "focal_norm=average: what a step leaves of the average before it"},
{"norm_positives", "loss", all, special, COUNTED(rpn.normPositives), 1e-6, factor,
 "focal_norm=constant: positives an image; auto: counted on the training images"},
{"prior",      "loss", all, special, COUNTED(rpn.prior), 1e-6, 0.999,
 "focal loss: the probability of an object that every anchor starts with; auto: the share of the positives, counted on "
 "the training images"},
{"box_loss",   "loss", all, special, AT(rpn.boxLoss), 0, 0,
 "what boxes are held to: smooth L1 of the deltas, or generalized IoU of the decoded box"},
{"beta",       "loss", all, special, AT(rpn.boxBeta), 0, factor, "smooth L1: where it turns from square to straight"},
{"box_weight", "loss", all, special, AT(rpn.boxWeight), 1e-6, factor, "weight of the regression"},
{"roi_loss",   "loss", twoStage, special, AT(roi.loss), 0, 0,
 "second stage: cross-entropy over a sample of the proposals, or focal loss over all of them"},
{"roi_samples", "loss", twoStage, special, AT(roi.sampleCount), 1, 65536,
 "second stage, ce: proposals an image that are learned from"},
{"roi_share",  "loss", twoStage, special, AT(roi.positiveFraction), 0, 1,
 "second stage, ce: at most this share of them objects"},
{"roi_positive", "loss", twoStage, special, AT(roi.match.positiveIoU), 0, 1,
 "second stage: IoU with an object from which on a proposal is one"},
{"roi_negative", "loss", twoStage, special, AT(roi.match.negativeIoU), 0, 1,
 "second stage: IoU with every object below which a proposal is background"},
{"roi_low_quality", "loss", twoStage, special, AT(roi.match.lowQuality), 0, 0,
 "second stage: an object's best proposals are positive whatever their IoU"},
{"roi_ignore_iof", "loss", twoStage, special, AT(roi.match.ignoreIoF), 0, 1, "second stage: as ignore_iof"},
{"roi_truth",  "loss", twoStage, special, AT(roi.addGroundTruth), 0, 0,
 "second stage: the objects' own boxes are among the proposals while training"},
{"roi_alpha",  "loss", twoStage, special, AT(roi.focalAlpha), -1, 1, "second stage, focal: as alpha"},
{"roi_gamma",  "loss", twoStage, special, AT(roi.focalGamma), 0, 100, "second stage, focal: as gamma"},
{"roi_beta",   "loss", twoStage, special, AT(roi.boxBeta), 0, factor, "second stage: as beta"},
{"roi_weight", "loss", twoStage, special, AT(roi.clsWeight), 1e-6, factor,
 "second stage: weight of the classification"},
{"roi_box_weight", "loss", twoStage, special, AT(roi.boxWeight), 1e-6, factor,
 "second stage: weight of the regression"},
{"train_pre_nms", "loss", twoStage, special, AT(roi.trainProposals.preNms), 0, 1e9,
 "proposals while training: the best so many anchors a level are decoded; 0: all"},
{"train_proposals", "loss", twoStage, special, AT(roi.trainProposals.postNms), 1, 65536,
 "proposals an image at most, while training"},
{"train_nms",  "loss", twoStage, special, AT(roi.trainProposals.nmsThreshold), 0, 1,
 "proposals while training: IoU above which the lower-scored one is dropped"},
{"train_min_size", "loss", twoStage, special, AT(roi.trainProposals.minSize), 0, unlimited,
 "proposals while training: smaller sides are dropped, in pixels"},
{"train_proposal_score", "loss", twoStage, special, AT(roi.trainProposals.scoreThreshold), none, unlimited,
 "proposals while training: lower scores are dropped"},

{"epochs",     "descent", all, common, AT(epochs), 1, 1e6, "passes through the images"},
{"batch",      "descent", all, common, AT(batch), 1, 4096, "images a step"},
{"lr",         "descent", all, common, AT(learningRate), aboveZero, unlimited, "learning rate"},
{"backbone_lr", "descent", all, special, AT(backboneLrFactor), 0, factor, "the backbone's learning rate is lr times this"},
{"rpn_lr",     "descent", all, special, AT(rpn.lrFactor), 0, factor,
 "the learning rate of the head on anchors is lr times this"},
{"logits_lr",  "descent", all, special, AT(rpn.logitsLrFactor), 0, factor,
 "the learning rate of the last layer of its classifier is the head's times this"},
{"logits_decay", "descent", all, special, AT(rpn.logitsDecayFactor), 0, factor,
 "the weight decay of that layer is decay times this"},
{"logits_deviation", "descent", all, special, AT(rpn.logitsDeviation), 0, factor,
 "standard deviation of that layer's first weights"},
{"layer_streams", "descent", all, special, AT(rpn.layerStreams), 0, 0,
 "each layer of the head on anchors draws its first weights from a generator of its own: what two settings have in common "
 "begins alike"},
{"stop_gradient", "descent", all, special, AT(rpn.gradientStop), 0, 0,
 "where gradients of the head on anchors end: nowhere, the classification's at its last layer, or both below the head"},
{"roi_lr",     "descent", twoStage, special, AT(roi.lrFactor), 0, factor,
 "the second stage's learning rate is lr times this"},
{"momentum",   "descent", all, special, AT(momentum), 0, 0.9999, "of the gradient descent"},
{"decay",      "descent", all, special, AT(weightDecay), 0, 1, "weight decay"},
{"schedule",   "descent", all, common, AT(schedule), 0, 0, "step: a tenth after 70 % of the steps; cosine: down to 0"},
{"warmup",     "descent", all, special, AT(warmup), 0, 1e9, "steps over which the learning rate rises"},
{"clip",       "descent", all, special, AT(maxGradientNorm), 0, unlimited,
 "longest gradient that is not shortened; 0: no limit"},
{"ema",        "descent", all, common, AT(ema), 0, 0.999999,
 "decay of the weights' moving average, such as 0.99, which is then scored and written; 0: none"},
{"conflict_every", "descent", all, special, AT(conflictEvery), 0, 1e9,
 "measure every so many steps how classification and boxes of the head on anchors disturb each other; 0: never"},
{"held_every", "descent", all, special, AT(heldEvery), 0, 1e9,
 "look every so many steps at the box loss of 32 validation images; 0: never"},
{"eval_every", "descent", all, common, AT(evalEvery), 0, 1e6,
 "score the validation split every so many epochs and keep the best weights; 0: only at the end"},
{"patience",   "descent", all, special, AT(patience), 0, 1e6,
 "end after so many scorings without a better AR@300, or AP50 with classes; 0: never"},
{"alternate",  "descent", twoStage, special, AT(alternate), 0, 0,
 "the stages are trained in turn, a step each, rather than together"},
{"seed",       "descent", all, common, AT(seed), 0, 2147483647., "of weights, order, augmentation and samples"},
{"engine",     "descent", all, special, AT(engine), 0, 0,
 "onednn, eigen, cuda, or auto: the first of these in this build"},
{"precision",  "descent", all, common, AT(precision), 0, 0,
 "what the training computes in: bf16 where engine and processor have it, tf32 with cuda"},

{"augment",    "augmentation", all, common, [](TrainParams& p) -> Field { return Preset{&p.augment}; }, 0, 0,
 "how images are varied; the parameters below change that"},
{"flip",       "augmentation", all, special, AT(augment.flip), 0, 1, "probability of mirroring left and right"},
{"flip_vertically", "augmentation", all, special, AT(augment.flipVertically), 0, 1,
 "probability of mirroring top and bottom"},
{"turn",       "augmentation", all, special, AT(augment.turn), 0, 1, "probability of a turn by 90, 180 or 270 degrees"},
{"zoom",       "augmentation", all, special, AT(augment.zoomRange), 0.1, 10,
 "range of scales, such as 0.5,2; 1,1: none"},
{"zoom_probability", "augmentation", all, special, AT(augment.zoom), 0, 1, "probability of another scale"},
{"mosaic",     "augmentation", all, special, AT(augment.mosaic), 0, 1, "probability of four images in one"},
{"visible",    "augmentation", all, special, AT(augment.visible), 0, 1,
 "objects cut to less than this share are ignored"},
{"colour",     "augmentation", all, special, AT(augment.colour), 0, 1,
 "probability each of brightness, contrast, saturation and hue"},
{"brightness", "augmentation", all, special, AT(augment.brightness), 0, 1, "at most so much lighter or darker, of 1"},
{"contrast",   "augmentation", all, special, AT(augment.contrast), 0, 1, "at most this share more or less"},
{"saturation", "augmentation", all, special, AT(augment.saturation), 0, 1, "at most this share more or less"},
{"hue",        "augmentation", all, special, AT(augment.hue), 0, 180, "at most so many degrees"},
{"blur",       "augmentation", all, special, AT(augment.blur), 0, 1, "probability of a Gaussian blur"},
{"blur_sigma", "augmentation", all, special, AT(augment.blurSigma), 0, 100,
 "its largest standard deviation in pixels"},
{"clean_end",  "augmentation", all, special, AT(augment.cleanEnd), 0, 1,
 "this last share of the training sees images that are only mirrored and turned"},
{"noise",      "augmentation", all, special, AT(augment.noise), 0, 1, "probability of Gaussian noise"},
{"noise_sigma", "augmentation", all, special, AT(augment.noiseSigma), 0, 255,
 "its largest standard deviation, of 255"},

{"nms",        "detections", proposing, special, PROPOSALS(nmsThreshold), 0, 1,
 "IoU above which the lower-scored proposal is dropped; high: more recall, more boxes an object"},
{"proposals",  "detections", proposing, special, PROPOSALS(postNms), 1, 100000, "proposals an image at most"},
{"pre_nms",    "detections", proposing, special, PROPOSALS(preNms), 0, 1e9,
 "the best so many anchors a level become proposals before suppression; 0: all"},
{"min_size",   "detections", proposing, special, PROPOSALS(minSize), 0, unlimited,
 "proposals with smaller sides are dropped, in pixels"},
{"proposal_score", "detections", proposing, special, PROPOSALS(scoreThreshold), none, unlimited,
 "proposals with lower scores are dropped"},
{"score",      "detections", classifying, special, DETECTIONS(scoreThreshold), 0, 1,
 "detections with lower scores are dropped"},
{"det_nms",    "detections", classifying, special, DETECTIONS(nmsThreshold), 0, 1,
 "IoU above which the lower-scored detection of a class is dropped"},
{"detections", "detections", classifying, special, DETECTIONS(maxDetections), 1, 100000,
 "detections an image at most"},
{"det_pre_nms", "detections", classifying, special, DETECTIONS(preNms), 0, 1e9,
 "the best so many pairs of box and class a level are looked at; 0: all"},
{"det_min_size", "detections", classifying, special, DETECTIONS(minSize), 0, unlimited,
 "detections with smaller sides are dropped, in pixels"},
    };
    return rows;
}
// clang-format on

#undef AT
#undef COUNTED
#undef PROPOSALS
#undef DETECTIONS

const ParameterRow& parameterNamed(const String& name)
{
    for (const ParameterRow& row : parameterTable())
        if (name == row.name)
            return row;
    CV_Error_(Error::StsBadArg, ("there is no parameter '%s'", name.c_str()));
}

void ParameterRow::check(const TrainParams& params) const
{
    const Field f = field(params);
    const std::vector<double> numbers = numbersOf(f);
    const bool within = std::all_of(numbers.begin(), numbers.end(),
                                    [&](double number) { return number >= lowest && number <= highest; }),
               rises = !std::holds_alternative<Vec2d*>(f) || numbers[0] <= numbers[1];
    if (!within || !rises)
        CV_Error_(Error::StsOutOfRange, ("%s=%s is not %s", name, textOf(f).c_str(), values(params).c_str()));
}

String ParameterRow::values(const TrainParams& params) const
{
    String text = kindText(field(params));
    if (numbersOf(field(params)).empty() && lowest == highest)
        return text;
    const auto limit = [](double number) {
        const bool whole = std::abs(number) < 1e9 && number == std::floor(number);
        return String(whole ? numberText(static_cast<int64>(number)) : numberText(number));
    };
    if (lowest == aboveZero)
        text += " above 0";
    else if (std::isfinite(lowest) && highest < 1e9)
        text += ", " + limit(lowest) + ".." + limit(highest);
    else if (std::isfinite(lowest))
        text += " from " + limit(lowest) + " on";
    return text;
}

String presetOf(const AugmentParams& augment)
{
    TrainParams params;
    params.augment = augment;
    for (const char* name : {"none", "flip", "light", "strong"})
    {
        TrainParams preset;
        preset.augment = AugmentParams::preset(name);
        const auto same = [&](const ParameterRow& row) {
            return std::holds_alternative<Preset>(row.field(preset)) ||
                   textOf(row.field(params)) == textOf(row.field(preset));
        };
        if (std::all_of(parameterTable().begin(), parameterTable().end(), same))
            return name;
    }
    return "custom";
}

} // namespace dnn_rpn_train
} // namespace cv
