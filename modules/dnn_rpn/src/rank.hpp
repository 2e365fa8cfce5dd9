// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_RANK_HPP
#define OPENCV_DNN_RPN_RANK_HPP

#include <cstdint>

#include "arena.hpp"

namespace cv {
namespace dnn_rpn {

/** Keys by their upper halves, equal ones in the order in which they came. */
void sortByUpperHalf(ArenaVector<uint64_t>& keys);

/** The indices of the best scores: by falling score, equal scores by rising index.
@param scores `count` of them
@param threshold lower scores are left out, and NaN always
@param limit how many at most; 0: all
@param order receives the indices; memory to work in comes from where its own does */
void rankByScore(const float* scores, int count, float threshold, int limit, ArenaVector<int>& order);

} // namespace dnn_rpn
} // namespace cv

#endif
