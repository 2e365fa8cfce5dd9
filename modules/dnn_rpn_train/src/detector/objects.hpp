// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DETECTOR_OBJECTS_HPP
#define OPENCV_DNN_RPN_TRAIN_DETECTOR_OBJECTS_HPP

#include "opencv2/dnn_rpn_train/dataset.hpp"

namespace cv {
namespace dnn_rpn_train {

//! The boxes (G x 4 CV_32F) of the objects that count, or of the ignored ones.
Mat boxesOf(const std::vector<Object>& objects, bool ignored);

//! The labels (G CV_32S, 1..C) of the objects that count, in the same order.
Mat labelsOf(const std::vector<Object>& objects);

} // namespace dnn_rpn_train
} // namespace cv

#endif
