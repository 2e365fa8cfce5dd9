// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_CUDA_SUPPRESS_HPP
#define OPENCV_DNN_RPN_CUDA_SUPPRESS_HPP

#include "opencv2/dnn_rpn/private/cuda/operators.hpp"
#include "opencv2/dnn_rpn/private/cuda/launch.hpp"

namespace cv {
namespace dnn_rpn {
namespace cuda {

/** Boxes in groups, one for each image and level, that do not meet each other: where each group lies among
all. It is small enough to be a kernel's parameter. */
struct Segments
{
    static const int mostLevels = 32;

    int images, levels;
    int perImage;           //!< boxes of all levels
    int longest;            //!< boxes of the largest level
    int start[mostLevels];  //!< of each level's boxes among an image's
    int length[mostLevels]; //!< how many they are

    int count() const { return images * perImage; }
    int segments() const { return images * levels; }

    __device__ int begin(int segment) const { return segment / levels * perImage + start[segment % levels]; }
    __device__ int size(int segment) const { return length[segment % levels]; }
};

//! One group.
inline Segments oneSegment(int count)
{
    Segments s = Segments();
    s.images = s.levels = 1;
    s.perImage = s.longest = s.length[0] = count;
    return s;
}

/** Greedy suppression of boxes that lie in the order of rank within each segment.
@param boxes of all segments
@param removed not 0 where there is no box; changed
@param maxCount stop after so many of a segment; 0: no limit
@param keep receives the positions of the kept boxes within their segment, rising, at the segment's begin
@param keptCounts receives how many they are, one a segment */
void suppress(const float4* boxes, unsigned char* removed, const Segments& segments, float threshold,
              int maxCount, int* keep, int* keptCounts, Workspace& workspace, Stream stream);

} // namespace cuda
} // namespace dnn_rpn
} // namespace cv

#endif
