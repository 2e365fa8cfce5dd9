// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_FOCAL_HPP
#define OPENCV_DNN_RPN_FOCAL_HPP

namespace cv {
namespace dnn_rpn {

/** What the focal losses need besides the logits, worked out once.
It has no functions: what is inline in a file compiled for one instruction set must not serve another. */
struct Focal
{
    float gamma;
    int halves; //!< gamma in halves, or -1 where gamma is no small multiple of 1/2
    double scale, foreground, background;
};

//! What softmaxFocalColumns() needs room for: a vector of the widest instruction set.
const int roomOfColumn = 16;

} // namespace dnn_rpn
} // namespace cv

#endif
