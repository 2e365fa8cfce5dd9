// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_SUM_UP_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_SUM_UP_HPP

#include "for_each.hpp"
#include "sums.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief Adds up the parts of some sums, 32 at a time.
@param from parts x count; @param next room for as many as are left after one folding; both are used up
@param to count sums */
inline void foldSums(const Device& device, float* from, float* next, int count, int parts, float* to)
{
    while (parts > 1)
    {
        const int left = Groups::fold(parts);
        forEach(device, count * left, FoldSums{from, count, parts, left, left == 1 ? to : next});
        std::swap(from, next);
        parts = left;
    }
}

//! The sum of a term over each group, to one float each. `scratch` has room for groups.scratch() floats.
template<typename Term>
void sumUp(const Device& device, const Groups& groups, const Term& term, float* scratch, float* to)
{
    const int count = groups.count(), parts = groups.parts();
    forEach(device, count * parts, PartialSums<Term>{groups, term, parts, parts == 1 ? to : scratch});
    foldSums(device, scratch, scratch + static_cast<size_t>(count) * parts, count, parts, to);
}

} // namespace dnn_rpn_train
} // namespace cv

#endif
