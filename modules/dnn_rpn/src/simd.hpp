// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_SIMD_HPP
#define OPENCV_DNN_RPN_SIMD_HPP

#include "opencv2/core/hal/intrin.hpp"

// OpenCV's own build names these for every instruction set that it compiles a *.simd.hpp for; ours, against
// an installed OpenCV, for all but the baseline.
#ifndef CV_CPU_OPTIMIZATION_NAMESPACE_BEGIN
#define CV_CPU_OPTIMIZATION_NAMESPACE_BEGIN namespace cpu_baseline {
#define CV_CPU_OPTIMIZATION_NAMESPACE_END }
#endif

#endif
