// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_PERF_DNN_RPN_TRAIN_PRECOMP_HPP
#define OPENCV_PERF_DNN_RPN_TRAIN_PRECOMP_HPP

#include "opencv2/ts.hpp"
#include "opencv2/dnn_rpn_train.hpp"
#include "opencv2/imgcodecs.hpp"
#include "opencv2/imgproc.hpp"

namespace opencv_test {
using namespace perf;
using namespace cv::dnn_rpn_train;
} // namespace opencv_test

#endif
