// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DATA_FINGERPRINT_HPP
#define OPENCV_DNN_RPN_TRAIN_DATA_FINGERPRINT_HPP

#include "opencv2/dnn_rpn_train/dataset.hpp"
#include "../params/settings.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief Which images these are: how many, with how many objects, and a hash of the files' names (without
folders, which may move), boxes and labels.
@param what stands before the names: "training" or "validation" */
CV_EXPORTS Settings fingerprint(const Dataset& dataset, const std::string& what);

} // namespace dnn_rpn_train
} // namespace cv

#endif
