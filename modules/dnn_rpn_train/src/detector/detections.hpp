// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DETECTOR_DETECTIONS_HPP
#define OPENCV_DNN_RPN_TRAIN_DETECTOR_DETECTIONS_HPP

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn_train {

//! Detections of one image: D x 4 CV_32F, D CV_32F by falling score, D CV_32S 1..C.
struct CV_EXPORTS Detections
{
    Mat boxes, scores, labels;
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
