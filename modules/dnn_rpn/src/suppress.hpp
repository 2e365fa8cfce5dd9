// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_SUPPRESS_HPP
#define OPENCV_DNN_RPN_SUPPRESS_HPP

#include "arena.hpp"

namespace cv {
namespace dnn_rpn {

/** Greedy suppression of boxes that are already in the order of rank.
@param boxes count x 4
@param maxCount stop after so many; 0: no limit
@param keep receives the positions of the kept boxes, rising; room for count
@return how many they are */
int suppress(const float* boxes, int count, float threshold, int maxCount, int* keep, Arena& arena);

} // namespace dnn_rpn
} // namespace cv

#endif
