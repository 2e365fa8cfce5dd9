// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "settings.hpp"
#include "hash.hpp"

#include <charconv>
#include <map>

#include "opencv2/dnn_rpn/private/file.hpp"

#include "../engine/engine.hpp"

namespace cv {
namespace dnn_rpn_train {

using namespace dnn_rpn;

namespace {

//! The shortest text that reads back as the same number.
template<typename Number>
std::string text(Number value)
{
    char buffer[32];
    return std::string(buffer, std::to_chars(buffer, buffer + sizeof(buffer), value).ptr);
}

std::string text(const std::vector<float>& values)
{
    std::string list;
    for (float v : values)
        list += (list.empty() ? "" : ",") + text(v);
    return list;
}

std::string text(const std::vector<String>& names)
{
    std::string list;
    for (const String& name : names)
        list += (list.empty() ? "" : ",") + name;
    return list;
}

std::string hashOfFile(const String& path)
{
    Hash hash;
    hash.add(dnn_rpn::readFile(path));
    return hash.text();
}

void add(Settings& all, const std::string& before, const ProposalParams& p)
{
    all.push_back({before + "nms", text(p.nmsThreshold)});
    all.push_back({before + "boxes before suppression", text(p.preNms)});
    all.push_back({before + "proposals", text(p.postNms)});
    all.push_back({before + "smallest side of a box", text(p.minSize)});
    all.push_back({before + "lowest score of a box", text(p.scoreThreshold)});
}

void add(Settings& all, const std::string& before, const DetectionParams& p)
{
    const Scalar& w = p.deltaWeights;
    all.push_back({before + "detections before suppression", text(p.preNms)});
    all.push_back({before + "detections", text(p.maxDetections)});
    all.push_back({before + "lowest score of a detection", text(p.scoreThreshold)});
    all.push_back({before + "detections' nms", text(p.nmsThreshold)});
    all.push_back({before + "smallest side of a detection", text(p.minSize)});
    all.push_back(
        {before + "delta weights", text(w[0]) + "," + text(w[1]) + "," + text(w[2]) + "," + text(w[3])});
}

Settings settingsOf(const RoiParams& r)
{
    Settings all{{"roi_loss", r.loss},
                 {"roi_channels", text(r.channels)},
                 {"roi_size", format("%dx%d", r.pooled.width, r.pooled.height)},
                 {"roi_hidden", text(r.hidden)},
                 {"roi_shared_boxes", r.sharedDeltas ? "yes" : "no"},
                 {"truth among the proposals", r.appendTruth ? "yes" : "no"},
                 {"roi_positive", text(r.match.positiveIoU)},
                 {"roi_negative", text(r.match.negativeIoU)},
                 {"roi low-quality matches", r.match.lowQuality ? "yes" : "no"},
                 {"roi ignored from IoF", text(r.match.ignoreIoF)},
                 {"roi_samples", text(r.sampleCount)},
                 {"roi_share", text(r.sampleShare)},
                 {"roi_alpha", text(r.focalAlpha)},
                 {"roi_gamma", text(r.focalGamma)},
                 {"roi_weight", text(r.clsWeight)},
                 {"roi_box_weight", text(r.boxWeight)},
                 {"roi_beta", text(r.boxBeta)}};
    add(all, "training proposals: ", r.trainProposals);
    add(all, "second stage's proposals: ", r.proposals);
    add(all, "second stage's ", r.detections);
    return all;
}

} // namespace

Settings settingsOf(const TrainParams& p)
{
    const RpnParams& r = p.rpn;
    const std::string engine = p.engine == "auto" ? Engine::names().front() : std::string(p.engine);
    Settings all{
        {"detector", p.detector},
        {"classes", text(p.classes)},
        {"backbone", p.backbone == "small" ? "small" : "a file with hash " + hashOfFile(p.backbone)},
        {"engine", engine},
        {"precision", p.precision},
        {"pyramid",
         p.pyramid ? format("%d-%d of %d channels", p.levels.finest, p.levels.coarsest, p.levels.channels)
                   : "none"},
        {"threads", engine == "eigen" || engine == "cuda" ? "any" : text(getNumThreads())},
        {"size", format("%dx%d", p.size.width, p.size.height)},
        {"epochs", text(p.epochs)},
        {"batch", text(p.batch)},
        {"lr", text(p.learningRate)},
        {"momentum", text(p.momentum)},
        {"decay", text(p.weightDecay)},
        {"warmup", text(p.warmup)},
        {"schedule", p.schedule},
        {"clip", text(p.clip)},
        {"seed", text(p.seed)},
        {"freeze", p.freeze < 0 ? "all" : text(p.freeze)},
        {"backbone_lr", text(p.backboneRate)},
        {"rpn_lr", text(p.rpn.rate)},
        {"roi_lr", text(p.roi.rate)},
        {"batchnorm", p.batchNorm},
        {"alternate", p.alternate ? "yes" : "no"},
        {"ema", text(p.ema)},
        {"eval_every", text(p.evalEvery)},
        {"patience", text(p.patience)},
        {"flip", text(p.augment.flip)},
        {"flip_vertically", text(p.augment.flipVertically)},
        {"turn", text(p.augment.turn)},
        {"probability of a zoom", text(p.augment.zoom)},
        {"zoom", text(p.augment.zoomRange[0]) + "," + text(p.augment.zoomRange[1])},
        {"mosaic", text(p.augment.mosaic)},
        {"visible", text(p.augment.visible)},
        {"colour", text(p.augment.colour)},
        {"brightness", text(p.augment.brightness)},
        {"contrast", text(p.augment.contrast)},
        {"saturation", text(p.augment.saturation)},
        {"hue", text(p.augment.hue)},
        {"blur", text(p.augment.blur)},
        {"blur_sigma", text(p.augment.blurSigma)},
        {"noise", text(p.augment.noise)},
        {"noise_sigma", text(p.augment.noiseSigma)},
        {"loss", r.loss},
        {"anchors", text(r.anchorSizes)},
        {"ratios", text(r.anchorRatios)},
        {"positive", text(r.match.positiveIoU)},
        {"negative", text(r.match.negativeIoU)},
        {"low-quality matches", r.match.lowQuality ? "yes" : "no"},
        {"ignored from IoF", text(r.match.ignoreIoF)},
        {"alpha", text(r.focalAlpha)},
        {"gamma", text(r.focalGamma)},
        {"lambda", text(r.focalWeight)},
        {"focal_norm", r.focalNormalizer},
        {"prior", text(r.prior)},
        {"beta", text(r.boxBeta)},
        {"box_weight", text(r.boxWeight)},
        {"tower", text(r.tower)},
        {"samples a picture", text(r.sampleCount)},
        {"share of positive samples", text(r.sampleShare)},
    };
    add(all, "", r.proposals);
    add(all, "", r.detections);
    const Settings second = settingsOf(p.roi);
    all.insert(all.end(), second.begin(), second.end());
    return all;
}

void requireSame(const Settings& then, const Settings& now, const std::string& path)
{
    const std::map<std::string, std::string> before(then.begin(), then.end()), after(now.begin(), now.end());
    auto value = [](const std::map<std::string, std::string>& all, const std::string& name) {
        const auto at = all.find(name);
        return at == all.end() ? std::string("not there") : at->second;
    };
    std::map<std::string, std::string> names = before;
    names.insert(after.begin(), after.end());
    std::string differences;
    for (const auto& n : names)
        if (value(before, n.first) != value(after, n.first))
            differences += (differences.empty() ? "" : "; ") + n.first + " was " + value(before, n.first) +
                           " and is " + value(after, n.first) + " now";
    if (!differences.empty())
        CV_Error_(Error::StsBadArg, ("cannot resume from '%s', which belongs to another training: %s",
                                     path.c_str(), differences.c_str()));
}

} // namespace dnn_rpn_train
} // namespace cv
