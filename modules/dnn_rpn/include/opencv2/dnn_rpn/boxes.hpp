// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_BOXES_HPP
#define OPENCV_DNN_RPN_BOXES_HPP

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn {

//! @addtogroup dnn_rpn
//! @{

/** @brief Intersection over union of every box of one set with every box of another.

@param a N x 4 CV_32F boxes
@param b M x 4 CV_32F boxes
@param overlaps N x M CV_32F in 0..1; 0 where the union has no area
*/
CV_EXPORTS_W void boxIoU(InputArray a, InputArray b, OutputArray overlaps);

/** @brief The share of every box that lies in every region: intersection over the box's own area.

The measure for ignore regions, where a small box inside a large region counts as wholly ignored.

@param boxes N x 4 CV_32F boxes
@param regions M x 4 CV_32F boxes
@param shares N x M CV_32F in 0..1; 0 for boxes without area
*/
CV_EXPORTS_W void boxIoF(InputArray boxes, InputArray regions, OutputArray shares);

/** @brief Boxes as offsets from anchors (R-CNN, Girshick et al. 2014, appendix C, eq. 6-9).

    dx = wx * (cx - cx_a) / w_a     dw = ww * log(w / w_a)
    dy = wy * (cy - cy_a) / h_a     dh = wh * log(h / h_a)

@param boxes N x 4 CV_32F, each with positive width and height (else cv::Exception names the row)
@param anchors N x 4 CV_32F, likewise
@param deltas N x 4 CV_32F: dx, dy, dw, dh
@param weights wx, wy, ww, wh; 1 for an RPN, commonly 10, 10, 5, 5 for the second stage
*/
CV_EXPORTS_W void encodeBoxes(InputArray boxes, InputArray anchors, OutputArray deltas,
                              const Scalar& weights = Scalar(1, 1, 1, 1));

/** @brief The inverse of encodeBoxes().

@param deltas N x 4 CV_32F: dx, dy, dw, dh
@param anchors N x 4 CV_32F
@param boxes N x 4 CV_32F
@param weights as given to encodeBoxes()
@param maxLogSize upper bound of dw / ww and dh / wh before exp(), so that an untrained network
cannot give infinite boxes. The default, log(1000 / 16), is what Detectron chose: 1000 pixels from
an anchor of 16.
*/
CV_EXPORTS_W void decodeBoxes(InputArray deltas, InputArray anchors, OutputArray boxes,
                              const Scalar& weights = Scalar(1, 1, 1, 1),
                              double maxLogSize = 4.135166556742356);

/** @brief The chain rule through decodeBoxes(): from the gradient of a loss with respect to the boxes, as
giouLoss() gives it, to that with respect to the deltas.

    dL/ddx = w_a / wx (dL/dx1 + dL/dx2)    dL/ddw = w / (2 ww) (dL/dx2 - dL/dx1), 0 beyond maxLogSize

with w the width of the box, and likewise for y and h.

@param deltas N x 4 CV_32F, as given to decodeBoxes()
@param anchors N x 4 CV_32F, likewise
@param boxesGrad N x 4 CV_32F
@param deltasGrad N x 4 CV_32F
@param weights, maxLogSize as given to decodeBoxes()
*/
CV_EXPORTS_W void decodeBoxesBackward(InputArray deltas, InputArray anchors, InputArray boxesGrad,
                                      OutputArray deltasGrad, const Scalar& weights = Scalar(1, 1, 1, 1),
                                      double maxLogSize = 4.135166556742356);

/** @brief Moves coordinates outside the image onto its border; x to 0..width, y to 0..height.

@param boxes N x 4 CV_32F, changed in place
@param imageSize of the image
*/
CV_EXPORTS_W void clipBoxes(InputOutputArray boxes, Size imageSize);

/** @brief Indices of the boxes whose width and height are both at least minSize, in order.

@param boxes N x 4 CV_32F
@param minSize in pixels. Boxes with a NaN coordinate are never kept.
@param keep indices of the kept rows
*/
CV_EXPORTS_W void largeBoxes(InputArray boxes, float minSize, CV_OUT std::vector<int>& keep);

//! @}

} // namespace dnn_rpn
} // namespace cv

#endif
