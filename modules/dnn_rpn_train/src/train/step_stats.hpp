// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_TRAIN_STEP_STATS_HPP
#define OPENCV_DNN_RPN_TRAIN_TRAIN_STEP_STATS_HPP

#include <variant>

#include "opencv2/dnn_rpn_train/trainer.hpp"

namespace cv {
namespace dnn_rpn_train {

struct StepLoss;

//! What the losses of a step say.
void setLosses(StepStats& stats, const StepLoss& loss, bool withSecondStage);

//! A chart over the steps.
struct Plot
{
    const char *title, *unit;
    bool logarithmic;
};

enum PlotIndex
{
    NoPlot = -1,
    LossPlot,
    RatePlot,
    PositivesPlot,
    GradientPlot,
    TaskPlot,
    CosinePlot,
    BoxPlot,
    ConflictPlot,
    ThroughputPlot,
    WaitPlot
};

CV_EXPORTS const std::vector<Plot>& stepPlots();

//! One number of a step: a column of MODEL.csv and, where it has a plot, a curve of the page.
struct CV_EXPORTS StepColumn
{
    const char* name; //!< in the CSV
    //! Of a step, or of the scoring after it.
    std::variant<int StepStats::*, double StepStats::*, double dnn_rpn::Metrics::*> member;
    PlotIndex plot;
    const char* curve; //!< its name in the plot
    bool smoothed;     //!< is drawn so
    const char* meaning;

    //! NaN where the step does not know.
    double valueOf(const StepStats& stats) const;
    //! As the CSV has it; empty where the step does not know.
    std::string text(const StepStats& stats) const;
    //! From the CSV; nothing where it is empty. False if it is no number.
    bool parse(const std::string& text, StepStats& stats) const;
};

//! In the order of the CSV.
CV_EXPORTS const std::vector<StepColumn>& stepColumns();

} // namespace dnn_rpn_train
} // namespace cv

#endif
