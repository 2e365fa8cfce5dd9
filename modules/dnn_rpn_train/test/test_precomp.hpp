// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_TEST_DNN_RPN_TRAIN_PRECOMP_HPP
#define OPENCV_TEST_DNN_RPN_TRAIN_PRECOMP_HPP

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#ifdef DNN_RPN_STANDALONE
#include <gtest/gtest.h>
#define DNN_RPN_SKIP(reason) GTEST_SKIP() << reason
#else
#include "opencv2/ts.hpp"
// An old GoogleTest, which does not know how to skip.
#define DNN_RPN_SKIP(reason) throw cvtest::SkipTestException(reason)
#endif

#include "opencv2/dnn.hpp"
#include "opencv2/dnn_rpn/private/file.hpp"
#include "opencv2/dnn_rpn_train.hpp"
#include "opencv2/imgcodecs.hpp"
#include "opencv2/imgproc.hpp"

namespace opencv_test {

using namespace cv;
using namespace cv::dnn_rpn;
using namespace cv::dnn_rpn_train;

} // namespace opencv_test

#endif
