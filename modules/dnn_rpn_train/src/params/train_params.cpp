// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "table.hpp"

#include <fstream>

#include "opencv2/dnn_rpn/model.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! What a model's description cannot hold is found before the training, not when its model is written.
void checkClassName(const String& name)
{
    const size_t longest = 1000;
    const bool control =
        std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; });
    if (name.empty() || name.size() > longest || control)
        CV_Error_(Error::StsBadArg, ("the class name \"%s\" %s: rename the class in the annotations",
                                     name.substr(0, 40).c_str(),
                                     name.empty() ? "is empty"
                                     : control    ? "holds a control character"
                                                  : "is longer than 1000 bytes"));
}

} // namespace

TrainParams::TrainParams(DetectorKind detector)
    : backbone("small"), features("auto"), normalise(NORMALISE_AUTO), channelOrder(CHANNELS_AUTO),
      engine("auto"), precision(PRECISION_FP32), size(320, 240), epochs(12), batch(4), learningRate(0.01),
      momentum(0.9), weightDecay(1e-4), warmup(50), schedule(SCHEDULE_STEP), maxGradientNorm(10), seed(0),
      freeze(0), backboneLrFactor(1), batchNorm(BATCHNORM_FROZEN), alternate(false), ema(0), conflictEvery(0),
      heldEvery(0), evalEvery(0), patience(0), kind(detector)
{
    if (detector == DETECTOR_RETINANET)
    {
        rpn.match.positiveIoU = 0.5f; // Lin et al., ICCV 2017, section 4
        rpn.match.negativeIoU = 0.4f;
        rpn.loss = LOSS_FOCAL_SIGMOID;
        rpn.assignment = ASSIGN_ATSS;
        rpn.boxLoss = BOX_LOSS_GIOU;
        rpn.anchorRatios = {1};
        rpn.lrFactor = 10;
        // Classes that look alike are told apart late (doc/experiments/one_stage.md).
        rpn.clsWeight = 4;
        learningRate = 0.005;
        rpn.detections.scoreThreshold = 0.01f;
        rpn.detections.nmsThreshold = 0.6f;
        maxGradientNorm = 2;
        setPyramid(-1, -1, 64);
    }
    if (detector == DETECTOR_FASTER_RCNN)
    {
        rpn.loss = LOSS_CE_SIGMOID;
        rpn.focalNormalizer = NORMALIZE_BY_SAMPLES;
        rpn.focalAlpha = 0.9;
        rpn.lrFactor = 10;
        maxGradientNorm = 2;
    }
}

void TrainParams::setPyramid(int finest, int coarsest, int channels)
{
    pyramid.finest = finest;
    pyramid.coarsest = coarsest;
    pyramid.channels = channels;
}

std::vector<ParameterInfo> TrainParams::parameters()
{
    std::vector<ParameterInfo> all;
    const TrainParams defaults;
    for (const ParameterRow& row : parameterTable())
    {
        const Field field = row.field(defaults);
        ParameterInfo info{row.name, row.group, row.values(defaults), false, row.help, row.common, {}};
        info.named = std::holds_alternative<Choice>(field) || std::holds_alternative<Preset>(field);
        for (const auto& detector : dnn_rpn::kindRows<DetectorKind>())
            if (row.isFor(detector.kind))
                info.detectors.push_back(detector.name);
        all.push_back(info);
    }
    return all;
}

void TrainParams::set(const String& name, const String& value)
{
    const ParameterRow& row = parameterNamed(name);
    if (!row.isFor(kind))
        CV_Error_(Error::StsBadArg,
                  ("%s has no effect on the detector %s", row.name, dnn_rpn::nameOf(kind).c_str()));
    TrainParams changed = *this;
    setText(row.fieldOf(changed), value, row.name);
    if (name == "zoom") // a range that is asked for is used
        changed.augment.zoom = changed.augment.zoomRange == Vec2d(1, 1) ? 0 : 1;
    row.check(changed);
    *this = changed;
}

String TrainParams::get(const String& name) const
{
    return textOf(parameterNamed(name).field(*this));
}

void TrainParams::check() const
{
    for (const ParameterRow& row : parameterTable())
        if (row.isFor(kind))
            row.check(*this);
    if (rpn.match.negativeIoU > rpn.match.positiveIoU)
        CV_Error_(Error::StsOutOfRange,
                  ("negative=%g is above positive=%g", rpn.match.negativeIoU, rpn.match.positiveIoU));
    if (rpn.quality && (rpn.loss != LOSS_FOCAL_SIGMOID || (rpn.focalGamma > 0 && rpn.focalGamma < 1)))
        CV_Error_(Error::StsBadArg,
                  ("quality wants loss=focal_sigmoid and gamma=0 or from 1 on, not %s and %g",
                   get("loss").c_str(), rpn.focalGamma));
    if (rpn.assignment == ASSIGN_TASK_ALIGNED && !(rpn.quality && rpn.boxLoss == BOX_LOSS_GIOU))
        CV_Error_(Error::StsBadArg,
                  ("assign=task_aligned wants quality=true and box_loss=giou, not %s and %s",
                   get("quality").c_str(), get("box_loss").c_str()));
    if (rpn.quality && rpn.focalThreshold > 0)
        CV_Error_(Error::StsBadArg,
                  ("quality holds every anchor back, which focal_threshold=%g would not: use one "
                   "of them",
                   rpn.focalThreshold));
    const bool counts = std::isnan(rpn.prior) || std::isnan(rpn.focalAlpha) ||
                        (rpn.focalNormalizer == NORMALIZE_BY_CONSTANT && std::isnan(rpn.normPositives));
    if (counts && rpn.assignment == ASSIGN_TASK_ALIGNED)
        CV_Error(Error::StsBadArg,
                 "prior, alpha or norm_positives=auto count anchors before the first step, which "
                 "assign=task_aligned cannot: give a number");
    if (rpn.gradientStop == GRADIENT_STOP_BACKBONE && !dnn_rpn::traitsOf(kind).hasTwoStages)
        CV_Error_(Error::StsBadArg,
                  ("stop_gradient=backbone: nothing else trains the features of the detector %s; "
                   "freeze=all leaves them as they are",
                   dnn_rpn::nameOf(kind).c_str()));
    augment.check();
    if (patience > 0 && evalEvery == 0)
        CV_Error_(Error::StsBadArg,
                  ("patience=%d scorings wants scorings while training, and eval_every is 0", patience));
    if (rpn.anchorRatios.empty())
        CV_Error(Error::StsBadArg, "ratios names no shape of an anchor");
    if (alternate && !dnn_rpn::traitsOf(kind).hasTwoStages)
        CV_Error_(Error::StsBadArg, ("alternate: the detector %s has no two stages that could take turns",
                                     dnn_rpn::nameOf(kind).c_str()));
    for (const String& name : classes)
        checkClassName(name);
    if (dnn_rpn::traitsOf(kind).hasClasses && classes.empty())
        CV_Error_(Error::StsBadArg,
                  ("the detector %s needs the names of the classes", dnn_rpn::nameOf(kind).c_str()));
}

TrainParams TrainParams::read(const String& path)
{
    const dnn_rpn::ModelDescription model = dnn_rpn::ModelDescription::read(path);
    if (model.training.empty())
        CV_Error_(
            Error::StsObjectNotFound,
            ("'%s' does not tell how its model was trained: there is no entry 'training'", path.c_str()));
    TrainParams params(model.detector);
    if (dnn_rpn::traitsOf(model.detector).hasClasses)
        params.classes = model.classes;
    for (const auto& entry : model.training)
        try
        {
            params.set(entry.first, entry.second);
        }
        catch (const cv::Exception& e)
        {
            CV_Error_(e.code, ("'%s': %s", path.c_str(), e.err.c_str()));
        }
    return params;
}

} // namespace dnn_rpn_train
} // namespace cv
