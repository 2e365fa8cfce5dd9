// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "step_stats.hpp"
#include "../detector/detector_net.hpp"
#include "../params/number_text.hpp"

#include <locale>
#include <sstream>

namespace cv {
namespace dnn_rpn_train {

using dnn_rpn::Metrics;

namespace {

const double unknown = std::numeric_limits<double>::quiet_NaN();

} // namespace

StepStats::StepStats()
    : step(0), steps(0), epoch(0), epochs(0), loss(0), lossCls(0), lossReg(0), lossRoiCls(0), lossRoiReg(0),
      learningRate(0), gradientNorm(0), positives(0), imagesPerSecond(0), waited(0), clsGradient(0),
      regGradient(0), gradientCosine(0), boxError(unknown), heldBoxError(unknown), sharedCosine(unknown),
      regAfterCls(unknown), clsAfterReg(unknown), evaluated(false), bestEpoch(0), bestScore(-1),
      endsEarly(false)
{}

void setLosses(StepStats& stats, const StepLoss& loss, bool withSecondStage)
{
    stats.lossCls = loss.anchors.cls;
    stats.lossReg = loss.anchors.reg;
    if (withSecondStage)
    {
        stats.lossRoiCls = loss.roi.cls;
        stats.lossRoiReg = loss.roi.reg;
    }
    stats.loss = stats.lossCls + stats.lossReg + stats.lossRoiCls + stats.lossRoiReg;
    stats.positives = loss.anchors.positives;
    stats.boxError = loss.anchors.boxError;
    stats.clsGradient = loss.tasks.cls;
    stats.regGradient = loss.tasks.reg;
    stats.gradientCosine = loss.tasks.cosine;
}

const std::vector<Plot>& stepPlots()
{
    static const std::vector<Plot> plots{
        {"Loss", "of each batch", false},
        {"Learning rate", "", false},
        {"Positive anchors", "in a batch", false},
        {"Gradient norm", "L2 over all parameters, before clipping", true},
        {"Gradients of the two tasks", "L2 at the features that they share", true},
        {"Cosine of the two tasks' gradients", "below 0 they disagree", false},
        {"Box error", "smooth L1 of a positive anchor", true},
        {"Conflict", "change of one loss by a step of the other", false},
        {"Throughput", "images a second", false},
        {"Waiting for images", "seconds a step", false},
    };
    return plots;
}

// clang-format off
const std::vector<StepColumn>& stepColumns()
{
    static const std::vector<StepColumn> columns{
{"step", &StepStats::step, NoPlot, "", false, "from 1"},
{"epoch", &StepStats::epoch, NoPlot, "", false, "from 1"},
{"loss", &StepStats::loss, LossPlot, "total", true, "of the step's batch, all together"},
{"loss_cls", &StepStats::lossCls, LossPlot, "classification", true, "of the head on anchors"},
{"loss_reg", &StepStats::lossReg, LossPlot, "regression", true, "of the head on anchors"},
{"loss_roi_cls", &StepStats::lossRoiCls, LossPlot, "classes, second stage", true, "0 without one"},
{"loss_roi_reg", &StepStats::lossRoiReg, LossPlot, "boxes, second stage", true, "0 without one"},
{"lr", &StepStats::learningRate, RatePlot, "learning rate", false, "the learning rate"},
{"gradient", &StepStats::gradientNorm, GradientPlot, "gradient", true,
 "length of the gradient over all trained weights, before `clip`"},
{"gradient_cls", &StepStats::clsGradient, TaskPlot, "of the classification", true,
 "how strongly the classifier pulls at the features F that both tasks share: length of dLcls/dF"},
{"gradient_reg", &StepStats::regGradient, TaskPlot, "of the regression", true, "the same of the regressor, dLreg/dF"},
{"gradient_cosine", &StepStats::gradientCosine, CosinePlot, "cosine of the angle", true,
 "of the angle between the two; boxes have a gradient at positive anchors alone, which keeps it near 0"},
{"box_error", &StepStats::boxError, BoxPlot, "of the batch", true,
 "box loss of a positive anchor, without weights and divisors: it compares between losses"},
{"held_box_error", &StepStats::heldBoxError, BoxPlot, "of 32 validation images", false,
 "the same of the first 32 validation images, before the step; every `held_every` steps"},
{"shared_cosine", &StepStats::sharedCosine, CosinePlot, "of the shared layer's weights", false,
 "of the two tasks' gradients of the weights of the last layer that both learn; every `conflict_every` steps"},
{"reg_after_cls", &StepStats::regAfterCls, ConflictPlot, "of the regression", false,
 "change of `loss_reg` by a step of the classification's gradient alone: above 0 it disturbs; every `conflict_every` steps"},
{"cls_after_reg", &StepStats::clsAfterReg, ConflictPlot, "of the classification", false,
 "change of `loss_cls` by a step of the regression's gradient alone; every `conflict_every` steps"},
{"positives", &StepStats::positives, PositivesPlot, "positive anchors", true,
 "positive anchors in the batch, before sampling"},
{"images_per_second", &StepStats::imagesPerSecond, ThroughputPlot, "images a second", true, "of this step"},
{"waited", &StepStats::waited, WaitPlot, "waited for images", true,
 "seconds of the step that went by until its images were ready"},
{"val_AR300", &Metrics::AR300, NoPlot, "", false, "where the validation split was scored"},
{"val_AP50", &Metrics::AP50, NoPlot, "", false, "where the validation split was scored"},
    };
    return columns;
}
// clang-format on

double StepColumn::valueOf(const StepStats& stats) const
{
    const double missing = std::numeric_limits<double>::quiet_NaN();
    if (const auto* whole = std::get_if<int StepStats::*>(&member))
        return stats.*(*whole);
    if (const auto* score = std::get_if<double Metrics::*>(&member))
        return stats.evaluated ? stats.validation.*(*score) : missing;
    const double value = stats.*std::get<double StepStats::*>(member);
    // A detector without a second stage has no curve of its losses.
    const bool ofSecondStage = member == decltype(member)(&StepStats::lossRoiCls) ||
                               member == decltype(member)(&StepStats::lossRoiReg);
    return ofSecondStage && stats.lossRoiCls == 0 ? missing : value;
}

std::string StepColumn::text(const StepStats& stats) const
{
    std::ostringstream text;
    text.imbue(std::locale::classic());
    if (const auto* whole = std::get_if<int StepStats::*>(&member))
        text << stats.*(*whole);
    else if (const auto* value = std::get_if<double StepStats::*>(&member))
    {
        if (!std::isnan(stats.*(*value)))
            text << stats.*(*value);
    }
    else if (stats.evaluated)
        text << stats.validation.*std::get<double Metrics::*>(member);
    return text.str();
}

bool StepColumn::parse(const std::string& text, StepStats& stats) const
{
    if (const auto* whole = std::get_if<int StepStats::*>(&member))
        return parseNumber(text, stats.*(*whole));
    if (const auto* value = std::get_if<double StepStats::*>(&member))
    {
        if (!text.empty())
            return parseNumber(text, stats.*(*value));
        stats.*(*value) = unknown;
        return true;
    }
    if (text.empty())
        return true;
    stats.evaluated = true;
    return parseNumber(text, stats.validation.*std::get<double Metrics::*>(member));
}

} // namespace dnn_rpn_train
} // namespace cv
