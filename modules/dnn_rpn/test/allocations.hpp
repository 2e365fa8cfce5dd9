// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_TEST_DNN_RPN_ALLOCATIONS_HPP
#define OPENCV_TEST_DNN_RPN_ALLOCATIONS_HPP

#include <cstddef>

//! How often the whole program, the module included, has called new for 1024 bytes or more.
size_t largeAllocations();

#endif
