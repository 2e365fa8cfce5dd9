// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DETECTOR_EXPORT_DECODE_HPP
#define OPENCV_DNN_RPN_TRAIN_DETECTOR_EXPORT_DECODE_HPP

#include "../onnx/formula.hpp"

namespace cv {
namespace dnn_rpn_train {

/* How boxes reach cv::dnn's DetectionOutput so that every OpenCV decodes them alike.

Its code CENTER_SIZE would take the deltas as they are, but OpenCV 5 reads the code's name as a number and
falls back to CORNER: corner = corner of the prior + variance x code. That is a box encoding, too, where a
prior's own size is its variance. With dx, dw the deltas of encodeBoxes() (and dy, dh likewise),

    low code  = 1/2 + dx - exp(dw) / 2
    high code = dx + exp(dw) / 2 - 1/2

give the corners that decodeBoxes() gives, without its limit of dw. */

/** @brief Deltas as codes of CORNER.
@param deltas N x K x 4 B
@param boxes B, of each prior
@return N x 4 B K */
Value cornerCodes(Formula& f, const Value& deltas, int boxes = 1);

/** @brief Priors whose variances are their sizes.
@param corners 4 K numbers in any shape
@return 1 x 2 x 4 K */
Value sizedPriors(Formula& f, const Value& corners);

} // namespace dnn_rpn_train
} // namespace cv

#endif
