// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_SCRATCH_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_SCRATCH_HPP

#include <algorithm>

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn_train {

//! Hands out pieces of a kernel's scratch memory while it plans.
class Scratch
{
public:
    //! Offset of a piece.
    size_t take(size_t bytes)
    {
        const size_t offset = end;
        end += alignSize(bytes, 64);
        most = std::max(most, end);
        return offset;
    }
    //! What was taken is not needed any more.
    void release() { end = 0; }
    size_t size() const { return most; }

private:
    size_t end = 0, most = 0;
};

inline void* at(void* memory, size_t offset)
{
    return static_cast<uchar*>(memory) + offset;
}

} // namespace dnn_rpn_train
} // namespace cv

#endif
