// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_LAYERS_HPP
#define OPENCV_DNN_RPN_LAYERS_HPP

#include "opencv2/dnn.hpp"

namespace cv {
namespace dnn_rpn {

//! @addtogroup dnn_rpn
//! @{

/** @name Layers for cv::dnn

The operators of this module as nodes of an ONNX file, and what detectors of other frameworks need that OpenCV
4 lacks. Each stands in the domain `opencv.dnn_rpn`, and most in the default domain too:

| node | inputs | outputs | domains |
|---|---|---|---|
| Proposals | scores, deltas, anchors, image | boxes, scores, count | both |
| SigmoidFocalLoss, SoftmaxFocalLoss | logits, labels | loss 1 x 1 | both |
| RoIAlign, RoiAlign | X, rois, batch_indices | pooled R x C x rows x columns | both |
| RoIPool, MaxRoiPool | X, rois, batch_indices | pooled R x C x rows x columns | both |
| NonMaxSuppression | boxes, scores, max_output_boxes_per_class, iou_threshold, score_threshold | selected_indices, count | both |
| TopK | X, K | values, indices | both |
| Gather, Clip, Add, Sub, Mul, Div | as in ONNX | as in ONNX | opencv.dnn_rpn |

RoiAlign, MaxRoiPool, NonMaxSuppression, TopK, Gather, Clip and the arithmetic are those of
[ONNX](https://onnx.ai/onnx/operators/), opset 10 to 16, whose attributes hold. The differences, and our own:

- **Everything is CV_32F**, indices and counts too; a float counts up to 2^24.
- **Sizes are fixed** in OpenCV 4, so where the number of rows depends on the data, the output has as many as
  there can be at most, the good ones first. NonMaxSuppression fills up with -1 (images x classes x
  min(max_output_boxes_per_class, boxes) rows), Proposals with zeros (post_nms rows an image). Both tell the
  number of good rows in an output of their own, `count` (for NonMaxSuppression the second one, which ONNX
  does not have and which may be left out).
- **What follows sees padding as zeros**: Gather gives zeros for negative indices that were computed (constant
  ones count from the end, as in ONNX), RoiAlign and MaxRoiPool for negative batch_indices, and
  NonMaxSuppression never selects a box of four zeros. Slice takes rows as they come, so the first n rows of
  padded indices are what PyTorch's `keep[:n]` gives, padded where it is shorter. A Gather of OpenCV's own
  would take -1 as the last row.
- **Proposals** calls generateProposals() for each image. Inputs: scores N x K, or N x K x 1; or, with
  `logits` = 1, logits N x K x 1 or N x K x 2 (softmax, column 0 the background), which go through
  objectness(); deltas N x K x 4; then *either* anchors K x 4, with `level_counts` (ints) where they are of
  several levels, *or* one feature map a level, with `stride` (ints, one a level), `widths` and `heights`
  (floats, as many for each level, in pixels) and `offset` (default 0.5) as in AnchorLevel. Last comes the
  network's input, N x C x H x W, of which only the size counts; `image_width` and `image_height` can take its
  place. `pre_nms`, `post_nms` (at least 1), `nms_threshold`, `min_size`, `score_threshold` are those of
  ProposalParams. Outputs: boxes N x post_nms x 4, or with `columns` = 5 the image's index before each,
  scores N x post_nms, count N x 1.
- **SigmoidFocalLoss, SoftmaxFocalLoss**: the loss of sigmoidFocalLoss() or softmaxFocalLoss() over all
  images, to watch a validation loss in a running net. logits of any shape that ends with the classes;
  labels, one a row, whole numbers. `alpha`, `gamma`, and `normalizer`: a number, or "positives" (the default:
  the number of labels above 0, at least 1).
- **RoIAlign, RoIPool**: rois are R x 4 with batch_indices, or without where all are of image 0; or R x 5,
  the image before each. A leading dimension more does no harm, so Proposals' boxes serve. RoIPool takes
  `pooled_shape` (rows, columns) and `spatial_scale`, RoIAlign ONNX's attributes. Where
  `coordinate_transformation_mode` is missing, "output_half_pixel" is meant, as before opset 16; readOnnx()
  knows the file's opset. The mode "max" is ONNX Runtime's: the largest of a sample's four neighbours times
  its weight.
- **NonMaxSuppression**: `max_output_boxes_per_class` must be a constant, at least 1. A box falls when its IoU
  with a better one exceeds the threshold. Equal scores: the lower index first; NaN scores are dropped.
- **TopK**: K is a constant or, as in opset 1, the attribute `k`. Equal values: the lower index first. NaN is
  above every number. The result is sorted whatever `sorted` says.

A node that cannot work throws cv::Exception with its name, its type and the value, when the file is read
where that is possible, and else when it runs. The layers run on the CPU; cv::dnn moves the data where the
rest of the net runs elsewhere.

If OpenCV, or the application, has a layer of one of these names, that one stays: TopK of OpenCV 4.11 and
NonMaxSuppression and RoiAlign of OpenCV 5 are OpenCV's own. The names with the domain are always ours. */
//! @{

/** @brief Makes the layers known to cv::dnn, before a file that has them is read.

    cv::dnn_rpn::registerLayers();
    cv::dnn::Net net = cv::dnn::readNetFromONNX("model.onnx");

Calling it again does nothing. Safe to call from several threads. */
CV_EXPORTS_W void registerLayers();

/** @brief Takes back what registerLayers() did. Nets that were read before go on to work. */
CV_EXPORTS_W void unregisterLayers();

/** @brief Reads a detector that another framework has exported, with these layers in it.

As cv::dnn::readNetFromONNX() after registerLayers(), with one difference: the importer of OpenCV 4 has its
own, narrower idea of some standard operators, and so would stop at the file of about every detector before it
comes to the layers here. In the copy of the file that the importer gets, these nodes are handed to our
layers: Gather with several or computed indices, Clip with bounds as inputs, arithmetic among chosen boxes,
inputs that are left out, RoiAlign, MaxRoiPool, NonMaxSuppression and TopK. Squeeze gets its axes as it had
them before opset 13.

What PyTorch's exporter writes at a fixed input size (opset 11 to 16) works where the model is made of
convolutions and the like, indexing (`boxes[keep]`), `topk`, torchvision's `nms`, `roi_align` and `roi_pool`.
torchvision's own FasterRCNN does not: it works out sizes within the graph, and decides by how many boxes
there are (If, which the importer refuses before it asks for a layer).

On OpenCV 5 the file is read as it is.

@param path of the ONNX file; cv::Exception names it and what is wrong with it
*/
CV_EXPORTS_W dnn::Net readOnnx(const String& path);

/** @brief The same from memory.
@param bytes of the ONNX file */
CV_EXPORTS_W dnn::Net readOnnx(const std::vector<uchar>& bytes);

//! @}
//! @}

} // namespace dnn_rpn
} // namespace cv

#endif
