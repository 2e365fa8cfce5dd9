// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_PRECOMP_HPP
#define OPENCV_DNN_RPN_PRECOMP_HPP

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "opencv2/core.hpp"
#include "opencv2/dnn_rpn.hpp"

#endif
