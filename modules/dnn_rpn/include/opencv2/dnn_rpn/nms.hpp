// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_NMS_HPP
#define OPENCV_DNN_RPN_NMS_HPP

#include "opencv2/core.hpp"
#include "opencv2/dnn_rpn/workspace.hpp"

namespace cv {
namespace dnn_rpn {

//! @addtogroup dnn_rpn
//! @{

/** @brief Greedy non-maximum suppression.

Goes through the boxes by falling score (equal scores: lower index first) and drops each box whose
IoU with a box already kept exceeds the threshold. The result is exactly that of comparing all pairs;
the time grows with the number of boxes that lie near each other.

@param boxes N x 4 CV_32F. A box without area, or with a NaN or infinite extent, overlaps nothing.
@param scores N CV_32F, any order-preserving measure (logits serve); boxes with a NaN score are dropped
@param threshold IoU above which the lower-scored box is dropped, 0..1
@param keep indices of the kept boxes by falling score
@param maxCount stop after so many kept boxes; 0: no limit
*/
CV_EXPORTS_W void nms(InputArray boxes, InputArray scores, float threshold, CV_OUT std::vector<int>& keep,
                      int maxCount = 0);
//! @overload
CV_EXPORTS void nms(InputArray boxes, InputArray scores, float threshold, std::vector<int>& keep,
                    int maxCount, Workspace& workspace);

/** @brief Greedy non-maximum suppression in which only boxes of one group meet.

The groups are named by any numbers: classes, images of a batch, levels, or what is worked out of
several of these (image * C + class).

@param boxes N x 4 CV_32F
@param scores N CV_32F, as for nms()
@param labels N CV_32S, the group of each box
@param threshold IoU above which the lower-scored box of a group is dropped, 0..1
@param keep indices of the kept boxes of all groups by falling score (equal scores: lower index first)
@param maxCount how many of them at most, over all groups; 0: no limit
*/
CV_EXPORTS_W void nmsPerClass(InputArray boxes, InputArray scores, InputArray labels, float threshold,
                              CV_OUT std::vector<int>& keep, int maxCount = 0);
//! @overload
CV_EXPORTS void nmsPerClass(InputArray boxes, InputArray scores, InputArray labels, float threshold,
                            std::vector<int>& keep, int maxCount, Workspace& workspace);

/** @name Soft non-maximum suppression

Bodla et al., Soft-NMS: Improving Object Detection With One Line of Code, ICCV 2017. Boxes are not
dropped for overlapping a better one, their scores are lowered. Again and again, the box M with the
highest score (equal scores: lower index first) is kept, and each box b that is left gets

    s = s (1 - IoU(M, b))  where IoU(M, b) >= threshold     linear, eq. 3
    s = s exp(-IoU(M, b)^2 / sigma)                         Gaussian, the equation after it

The scores must be probabilities or the like: lowering a negative number would raise it.
*/
//! @{

/** @brief Soft non-maximum suppression, linear.

@param boxes N x 4 CV_32F
@param scores N CV_32F, finite and not negative; boxes with a NaN score are dropped
@param threshold IoU from which on scores are lowered, 0..1; the paper takes 0.3
@param keep indices of the kept boxes in the order in which they were kept, by falling lowered score
@param keptScores their lowered scores, CV_32F, one column
@param minScore boxes are dropped when their score, lowered or not, is below this, >= 0
@param maxCount stop after so many kept boxes; 0: no limit
*/
CV_EXPORTS_W void softNmsLinear(InputArray boxes, InputArray scores, float threshold,
                                CV_OUT std::vector<int>& keep, OutputArray keptScores,
                                float minScore = 0.001f, int maxCount = 0);
//! @overload
CV_EXPORTS void softNmsLinear(InputArray boxes, InputArray scores, float threshold, std::vector<int>& keep,
                              OutputArray keptScores, float minScore, int maxCount, Workspace& workspace);

/** @brief Soft non-maximum suppression, Gaussian.

@param boxes N x 4 CV_32F
@param scores N CV_32F, as for softNmsLinear()
@param sigma > 0: the smaller, the more an overlap costs; the paper takes 0.5
@param keep as for softNmsLinear()
@param keptScores as for softNmsLinear()
@param minScore as for softNmsLinear()
@param maxCount as for softNmsLinear()
*/
CV_EXPORTS_W void softNmsGaussian(InputArray boxes, InputArray scores, float sigma,
                                  CV_OUT std::vector<int>& keep, OutputArray keptScores,
                                  float minScore = 0.001f, int maxCount = 0);
//! @overload
CV_EXPORTS void softNmsGaussian(InputArray boxes, InputArray scores, float sigma, std::vector<int>& keep,
                                OutputArray keptScores, float minScore, int maxCount, Workspace& workspace);

//! @}
//! @}

} // namespace dnn_rpn
} // namespace cv

#endif
