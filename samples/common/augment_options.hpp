// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef DNN_RPN_SAMPLES_AUGMENT_OPTIONS_HPP
#define DNN_RPN_SAMPLES_AUGMENT_OPTIONS_HPP

#include "opencv2/core/utility.hpp"
#include "opencv2/dnn_rpn_train/augment.hpp"

//! The options of augmentation, as keys for cv::CommandLineParser.
cv::String augmentKeys();

//! The preset, and over it whatever the options say; cv::Exception with option and value for a mistake.
cv::dnn_rpn_train::AugmentParams augmentOptions(cv::CommandLineParser& options);

#endif
