// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_AGREEMENT_HPP
#define OPENCV_DNN_RPN_TRAIN_AGREEMENT_HPP

#include "opencv2/dnn_rpn_train/private/ranks.hpp"
#include "../params/settings.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief Tells builds apart that may give other bits: a hash of the file that this code was loaded from,
where the system tells which that is, and the versions of OpenCV and of the compiler. */
CV_EXPORTS Settings buildOf();

//! cv::Exception on every rank names one that has other settings than the first, and all of them that differ.
CV_EXPORTS void requireAgreement(Ranks& ranks, const Settings& own);

} // namespace dnn_rpn_train
} // namespace cv

#endif
