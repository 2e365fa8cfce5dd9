// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef DNN_RPN_SAMPLES_REPORT_HPP
#define DNN_RPN_SAMPLES_REPORT_HPP

#include "opencv2/dnn_rpn/metrics.hpp"

//! The table of recall and precision, on the screen.
void printMetrics(const cv::dnn_rpn::Metrics& metrics);

//! The same as JSON, with keys AR10 AR100 AR300 AR1000 AP AP50 AP75 and more.
void writeMetrics(const cv::String& path, const cv::dnn_rpn::Metrics& metrics);

#endif
