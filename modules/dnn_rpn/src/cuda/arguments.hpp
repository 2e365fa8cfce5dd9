// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_CUDA_ARGUMENTS_HPP
#define OPENCV_DNN_RPN_CUDA_ARGUMENTS_HPP

#include <algorithm>
#include <cfloat>
#include <climits>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "opencv2/core.hpp"
#include "../box.hpp"
#include "../check.hpp"

namespace cv {
namespace dnn_rpn {
namespace cuda {

// Checks of what the host knows: sizes and parameters.

//! Returns rows * columns.
inline int checkSize(int rows, int columns, int leastColumns)
{
    if (rows < 0 || columns < leastColumns || static_cast<double>(rows) * columns > 2e9)
        CV_Error_(Error::StsOutOfRange,
                  ("rows x columns must be at least 0 x %d and at most 2e9 in all, not %d x %d", leastColumns,
                   rows, columns));
    return rows * columns;
}

inline void checkCount(int count, const char* name)
{
    if (count < 0)
        CV_Error_(Error::StsOutOfRange, ("%s must not be negative, but is %d", name, count));
}

//! What runs over anchors and images: the second becomes a grid's second dimension.
inline void checkImages(int anchorCount, int images)
{
    checkCount(anchorCount, "anchorCount");
    if (images < 0 || images > 65535)
        CV_Error_(Error::StsOutOfRange, ("images must be in 0..65535, not %d", images));
}

inline bool isAligned(const void* address)
{
    return reinterpret_cast<size_t>(address) % 16 == 0;
}

inline int divideUp(int a, int b)
{
    return a / b + (a % b != 0);
}

} // namespace cuda
} // namespace dnn_rpn
} // namespace cv

#endif
