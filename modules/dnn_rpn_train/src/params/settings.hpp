// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_SETTINGS_HPP
#define OPENCV_DNN_RPN_TRAIN_SETTINGS_HPP

#include <string>
#include <utility>
#include <vector>

#include "opencv2/dnn_rpn_train/params.hpp"

namespace cv {
namespace dnn_rpn_train {

//! Names and values that decide what a training gives, as text.
using Settings = std::vector<std::pair<std::string, std::string>>;

//! Every parameter that has an effect on the detector, as TrainParams::set() takes it.
CV_EXPORTS Settings namesAndValues(const TrainParams& params);

//! What decides what a training gives: the same; of the backbone file, a hash of its bytes. The number
//! of threads counts where the engine's sums depend on it.
CV_EXPORTS Settings settingsOf(const TrainParams& params);

/** @brief cv::Exception with every setting that differs, its value then and its value now.
@param path of the checkpoint, for the message */
CV_EXPORTS void requireSame(const Settings& then, const Settings& now, const std::string& path);

} // namespace dnn_rpn_train
} // namespace cv

#endif
