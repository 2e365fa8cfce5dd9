// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef DNN_RPN_PYTHON_METRICS_HPP
#define DNN_RPN_PYTHON_METRICS_HPP

#include <nanobind/nanobind.h>

#include "opencv2/dnn_rpn/metrics.hpp"

//! The means by their names.
nanobind::dict dictOf(const cv::dnn_rpn::Metrics& metrics);

#endif
