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

/** Greedy suppression in which only boxes with the same label meet.
@param boxes count x 4
@param scores count; boxes of NaN are left out
@param labels count
@param maxCount how many are kept of all groups together; 0: no limit
@param arenas begun for forEachUnit(); what lies in them stays
@param keep receives the indices of the kept boxes by falling score, equal scores by rising index */
void suppressPerGroup(const float* boxes, const float* scores, const int* labels, int count, float threshold,
                      int maxCount, Workspace::Arenas& arenas, ArenaVector<int>& keep);

} // namespace dnn_rpn
} // namespace cv

#endif
