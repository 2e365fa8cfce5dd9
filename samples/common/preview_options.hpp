// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef DNN_RPN_SAMPLES_PREVIEW_OPTIONS_HPP
#define DNN_RPN_SAMPLES_PREVIEW_OPTIONS_HPP

#include "opencv2/core/utility.hpp"
#include "opencv2/dnn_rpn_train/preview.hpp"

/** @brief Writes what the network will see into the folder that the option preview names, if it does, and
prints where.
@return false if the user asked for no more than that; cv::Exception if the folder cannot be made or an
image not be written */
bool preview(cv::CommandLineParser& options, const cv::dnn_rpn_train::Dataset& dataset,
             const cv::dnn_rpn_train::TrainParams& params);

#endif
