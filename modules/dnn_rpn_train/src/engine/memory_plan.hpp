// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_MEMORY_PLAN_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_MEMORY_PLAN_HPP

#include <cstddef>
#include <vector>

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief Places blocks that are needed at different times into one piece of memory.

Largest first, each at the lowest place where it meets no block that lives at the same time. */
class CV_EXPORTS MemoryPlan
{
public:
    //! A block in use from time `first` to time `last`, both included. Returns its index.
    int add(size_t bytes, int first, int last);

    //! Decides where all blocks lie. Returns the bytes that they take together.
    size_t place();

    //! Where a block begins after place(): a multiple of 64.
    size_t offset(int block) const { return blocks.at(block).offset; }

private:
    struct Block
    {
        size_t bytes;
        int first, last;
        size_t offset;
    };
    std::vector<Block> blocks;
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
