// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef DNN_RPN_SAMPLES_SPLITS_HPP
#define DNN_RPN_SAMPLES_SPLITS_HPP

#include <utility>

#include "opencv2/core/utility.hpp"
#include "opencv2/dnn_rpn_train/dataset.hpp"

/** @brief What is trained on and what is scored, as the options data, train, val, format, annotations, images
and strict say; prints what was read.

A share for val, or a data set without splits, is dealt out by the seed; which image went where is then
written to STEM.splits.csv.
@return the second is empty where val is none; labels mean the same in both */
std::pair<cv::dnn_rpn_train::Dataset, cv::dnn_rpn_train::Dataset>
readSplits(cv::CommandLineParser& options, int seed, const cv::String& stem);

#endif
