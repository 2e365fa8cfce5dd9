// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef DNN_RPN_SAMPLES_FOLDS_HPP
#define DNN_RPN_SAMPLES_FOLDS_HPP

#include "opencv2/dnn_rpn_train/dataset.hpp"
#include "opencv2/dnn_rpn_train/params.hpp"

/** @brief Cross-validation: as many trainings as there are folds, each scored on the fold that it has not
seen. Prints the scores of each, and their mean and standard deviation. Interrupted, it prints what there is.
@param images all of them; those that look alike are in one fold
@param params of each training; nothing is scored while it runs
@param folds at least 2
@param json gets the scores, if it is not "" */
void crossValidate(const cv::dnn_rpn_train::Dataset& images, cv::dnn_rpn_train::TrainParams params, int folds,
                   const cv::String& json);

#endif
