// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef DNN_RPN_SAMPLES_DATA_OPTIONS_HPP
#define DNN_RPN_SAMPLES_DATA_OPTIONS_HPP

#include "opencv2/core/utility.hpp"
#include "opencv2/dnn_rpn_train/inspect.hpp"

//! How the options format, annotations, images and strict have a data set read.
cv::dnn_rpn_train::DatasetParams readDatasetParams(cv::CommandLineParser& options);

/** @brief The findings of cv::dnn_rpn_train::inspect() for which no image must be read, a line each; the
readers' are left out, which Dataset::remarks has.
@param size of the network's input */
void printShortly(const std::vector<cv::dnn_rpn_train::NamedDataset>& parts, cv::Size size);

#endif
