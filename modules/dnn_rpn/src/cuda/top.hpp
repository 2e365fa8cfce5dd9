// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_CUDA_TOP_HPP
#define OPENCV_DNN_RPN_CUDA_TOP_HPP

#include "sort.hpp"
#include "suppress.hpp"

namespace cv {
namespace dnn_rpn {
namespace cuda {

//! Where each level's anchors lie among all.
struct Levels
{
    int first[Segments::mostLevels], count[Segments::mostLevels];
};

/** The best anchors of each image and level, as many as their segment has room for, which is never more
than the level has. Equal scores: the lower index.
@param scores images x anchorCount
@param threshold lower scores, and NaN, come behind all others with the key noPlace
@return sorted: keys are segment << 32 | place, values indices of anchors */
Pairs bestAnchors(const float* scores, int anchorCount, float threshold, const Levels& levels,
                  const Segments& segments, Workspace& workspace, Stream stream);

} // namespace cuda
} // namespace dnn_rpn
} // namespace cv

#endif
