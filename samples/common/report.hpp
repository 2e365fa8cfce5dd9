// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef DNN_RPN_SAMPLES_REPORT_HPP
#define DNN_RPN_SAMPLES_REPORT_HPP

#include "opencv2/dnn_rpn/metrics.hpp"

#include "misses.hpp"

//! One number of the table of recall and precision.
struct MetricRow
{
    const char* key;
    double cv::dnn_rpn::Metrics::*value;
    const char* meaning;
};

//! The table's rows, the most telling ones first.
const std::vector<MetricRow>& metricRows();

//! "0.1234", or "none" for what could not be measured.
cv::String metricText(double value);

//! What rpn_eval finds out about a model.
struct Evaluation
{
    cv::dnn_rpn::Metrics metrics;                     //!< of all that the model gives
    std::vector<cv::String> classes;                  //!< names of the labels 1..C
    float nms = 0;                                    //!< IoU of the suppression before everything below
    std::vector<cv::dnn_rpn::PrecisionRecall> curves; //!< one a class, at IoU 0.5
    float threshold = 0;                              //!< score of what is shown
    cv::Mat confusion;                        //!< of what is shown, as Evaluator::confusion() gives it
    std::vector<MissGroup> misses;            //!< of what is shown, as Misses::groups() gives them
    std::array<int, falseCount> falseBoxes{}; //!< of what is shown
    std::vector<cv::String> advice;           //!< what to try about both
};

//! The table of recall and precision, on the screen.
void printMetrics(const cv::dnn_rpn::Metrics& metrics);

//! The same as JSON, with keys AR10 AR100 AR300 AR1000 AP AP50 AP75 and more.
void writeMetrics(const cv::String& path, const cv::dnn_rpn::Metrics& metrics);

//! A line a class, on the screen.
void printClasses(const Evaluation& evaluation);

//! What is missed, and what to try, on the screen.
void printMisses(const Evaluation& evaluation);

//! writeMetrics() and what there is of each class, the curves, the confusion and what is missed.
void writeEvaluation(const cv::String& path, const Evaluation& evaluation);

#endif
