// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_HPP
#define OPENCV_DNN_RPN_HPP

/**
@defgroup dnn_rpn Region proposals and detectors

Everything around the network of a region proposal network or detector: anchors, boxes, targets,
losses, proposals, metrics, and the class that runs a trained model. The functions know nothing of
any training framework, so they serve whoever writes a trainer of their own; the module
dnn_rpn_train is one.

Conventions that hold everywhere
- A box is `x1, y1, x2, y2`: floats, in pixels of the network's input unless said otherwise, right
  and bottom edges exclusive (width = x2 - x1). Arrays of boxes are N x 4 CV_32F; N may be 0. As an
  input, std::vector<Vec4f> serves too; a cv::Rect2f is x, y, width, height and must be converted.
- `K` anchors, `A` anchors per cell, `G` objects (ground-truth boxes), `P` proposals, `C` classes
  without background, `D` detections.
- Anchors, and whatever goes with them, run over rows, then columns, then the `A` shapes of a cell.
- Wrong arguments throw cv::Exception with the offending values in the message.
*/

#include "opencv2/dnn_rpn/workspace.hpp"
#include "opencv2/dnn_rpn/anchors.hpp"
#include "opencv2/dnn_rpn/boxes.hpp"
#include "opencv2/dnn_rpn/nms.hpp"
#include "opencv2/dnn_rpn/targets.hpp"
#include "opencv2/dnn_rpn/atss.hpp"
#include "opencv2/dnn_rpn/task_aligned.hpp"
#include "opencv2/dnn_rpn/losses.hpp"
#include "opencv2/dnn_rpn/proposals.hpp"
#include "opencv2/dnn_rpn/detections.hpp"
#include "opencv2/dnn_rpn/roi_align.hpp"
#include "opencv2/dnn_rpn/roi_pool.hpp"
#include "opencv2/dnn_rpn/metrics.hpp"
#include "opencv2/dnn_rpn/layers.hpp"
#include "opencv2/dnn_rpn/model.hpp"
#include "opencv2/dnn_rpn/tracker.hpp"

#endif
