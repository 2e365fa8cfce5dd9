// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_ROI_BLOCK_HPP
#define OPENCV_DNN_RPN_ROI_BLOCK_HPP

namespace cv {
namespace dnn_rpn {

/* Operators on regions do the same to every channel of an image. On planes that is a gather a number; with
so many channels side by side it is one load a cell and a few vector instructions. Such a block of channels is
also small enough for a core's own cache, so a thread does all of an image's RoIs with one block before the
next.

None of what stands here has functions: what is inline in a file compiled for one instruction set must not
serve another. */
const int channelsAtOnce = 32;

//! One weighted term of a sum.
struct Tap
{
    int index;
    float weight;
};

/** One axis of one RoI as a sparse matrix, bins x cells, seen from both sides. The columns are the cells that
have a weight in some bin, in the order of `cells`. */
struct RoiAxis
{
    const int* cells;
    int cellCount;
    const int*
        binStart; //!< bins + 1; the taps of bin b are binTaps[binStart[b]] .. binTaps[binStart[b + 1] - 1]
    const Tap* binTaps;   //!< index counts from cells[0]
    const int* cellStart; //!< cellCount + 1, likewise by position in `cells`
    const Tap* cellTaps;  //!< index is a bin
};

//! What the RoIs of a call have in common.
struct RoiGeometry
{
    int images, channels, height, width; //!< of the features
    int rows, columns;                   //!< of bins
    int cells, bins,
        blocks; //!< height * width; rows * columns; blocks of channels, the last one may be smaller
};

} // namespace dnn_rpn
} // namespace cv

#endif
