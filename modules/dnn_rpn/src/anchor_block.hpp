// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_ANCHOR_BLOCK_HPP
#define OPENCV_DNN_RPN_ANCHOR_BLOCK_HPP

namespace cv {
namespace dnn_rpn {

/** Neighbouring anchors, coordinate by coordinate, and what each overlaps most so far.
It has no functions: what is inline in a file compiled for one instruction set must not serve another. */
struct AnchorBlock
{
    //! A few cells of one row: few enough that most objects are out of reach.
    static constexpr int size = 64;

    alignas(64) float x1[size], y1[size], x2[size], y2[size], area[size];
    float bounds[4];     //!< around all of them; NaN where some anchor's number is
    float overlap[size]; //!< with the object seen last
    float highest[size];
    int favourite[size]; //!< the object with that overlap, the lowest of equals
};

} // namespace dnn_rpn
} // namespace cv

#endif
