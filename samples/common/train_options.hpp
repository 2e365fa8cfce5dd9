// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef DNN_RPN_SAMPLES_TRAIN_OPTIONS_HPP
#define DNN_RPN_SAMPLES_TRAIN_OPTIONS_HPP

#include "opencv2/core/utility.hpp"
#include "opencv2/dnn_rpn_train/dataset.hpp"
#include "opencv2/dnn_rpn_train/params.hpp"
#include "option_help.hpp"

//! What rpn_train takes, as keys for cv::CommandLineParser: the program's own options, and every parameter.
cv::String trainKeys();

/** @brief --help: the options that most people need. --help=all: every one. --help=markdown: every parameter,
as the documentation lists them. With the defaults of the detector that the options name. */
void printTrainHelp(cv::CommandLineParser& options, const cv::String& about);

//! The detector's defaults, or those of --params=MODEL.yml, changed by the options that were given.
cv::dnn_rpn_train::TrainParams readTrainParams(cv::CommandLineParser& options);

/** @brief Lets --recipe set what was not given, and says so; not with --params, which repeats a training.
@param training what will be trained on */
void followRecipe(cv::CommandLineParser& options, const cv::dnn_rpn_train::Dataset& training,
                  cv::dnn_rpn_train::TrainParams& params);

//! The kinds of --kind, each once.
std::vector<cv::dnn_rpn::ExportKind> readKinds(cv::CommandLineParser& options);

#endif
