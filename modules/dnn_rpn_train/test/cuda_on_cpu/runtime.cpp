// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.

// The device and its operators, from the tests of dnn_rpn.
#include <cuda_runtime.cpp>
#include <fibers.cpp>
#include <operators.cpp>
