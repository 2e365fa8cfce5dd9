// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_LOSSES_HPP
#define OPENCV_DNN_RPN_LOSSES_HPP

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn {

//! @addtogroup dnn_rpn
//! @{

/** @name Losses

Each takes logits (never probabilities), gives the value and, from the same pass, the gradient.
All are finite for every finite logit; the tests go to +-100.

Labels are K CV_32S: 0 background, 1..C a class, -1 ignored (no loss, gradient 0). Value and
gradient are divided by `normalizer` (1e-30..1e30). The focal RPN of Chen, Song and Jiang (PRCV 2018,
section 3.2) uses the number of positives, at least 1, for the classifier and twice that for the
regressor; the ordinary RPN the number of sampled anchors:

    matchAnchors(anchors, objects, noArray(), matches);
    double n = std::max(1, matchLabels(matches, noArray(), labels));
    encodeTargets(anchors, objects, matches, targets);
    double cls = sigmoidFocalLoss(logits, labels, logitsGrad, 0.25, 2, n / 0.1); // lambda_fl = 0.1
    double reg = smoothL1Loss(deltas, targets, labels, deltasGrad, 1. / 9, 2 * n);

The gradient has the logits' shape and every element of it is written; pass noArray() to skip it. After
an error its content is undefined.

The number of threads does not change a bit of any result. The instruction set may change the last ones:
the focal losses and cross-entropies are vectors of what the machine has, where gamma is a multiple of 1/2 up
to 8 and cv::useOptimized() holds.
*/
//! @{

/** @brief Focal loss of C independent sigmoids (RetinaNet, Lin et al. 2017, eq. 5).

For each logit x with s = +1 where the label names its class and -1 elsewhere, p = sigmoid(s x):

    FL = -a (1 - p)^gamma log(p)          a = alpha where s = +1, else 1 - alpha
    dFL/dx = s a (1 - p)^gamma (gamma p log(p) - (1 - p))

@param logits K x C CV_32F, column c - 1 for class c
@param labels K CV_32S, -1..C
@param grad K x C CV_32F
@param alpha weight of the foreground, 0..1; negative: no weighting (a = 1)
@param gamma >= 0; 0 is cross-entropy
@param normalizer divides value and gradient
@return the sum over all logits of rows that are not ignored, over normalizer
*/
CV_EXPORTS_W double sigmoidFocalLoss(InputArray logits, InputArray labels, OutputArray grad,
                                     double alpha = 0.25, double gamma = 2, double normalizer = 1);

/** @brief Focal loss of a softmax over background and C classes (PRCV 2018, eq. 3 with softmax p).

With p the softmax probability of the row's label t:

    FL = -a (1 - p)^gamma log(p)          a = alpha where t > 0, else 1 - alpha
    dFL/dx_j = a ((1 - p)^gamma - gamma (1 - p)^(gamma-1) p log(p)) (p_j - [j = t])

@param logits K x (C + 1) CV_32F, column 0 for the background
@param labels K CV_32S, -1..C
@param grad K x (C + 1) CV_32F
@param alpha as for sigmoidFocalLoss()
@param gamma >= 0
@param normalizer divides value and gradient
*/
CV_EXPORTS_W double softmaxFocalLoss(InputArray logits, InputArray labels, OutputArray grad,
                                     double alpha = 0.25, double gamma = 2, double normalizer = 1);

/** @brief Quality focal loss of C independent sigmoids (Li et al., NeurIPS 2020, eq. 6): what the logit of an
object's class should say is no longer 1, but how good the box is.

For each logit x, p = sigmoid(x), and y the row's quality where the label names the logit's class, 0
elsewhere:

    QFL = -|y - p|^gamma ((1 - y) log(1 - p) + y log(p))
    dQFL/dx = |y - p|^gamma (p - y) + gamma |y - p|^(gamma - 1) sign(p - y) p (1 - p) CE    CE = QFL / |y - p|^gamma

With y = 1 for every positive row it is sigmoidFocalLoss() without alpha.

@param logits K x C CV_32F, column c - 1 for class c
@param labels K CV_32S, -1..C
@param quality K CV_32F; 0..1 where the label is positive, elsewhere of no account
@param grad K x C CV_32F
@param gamma 0, or from 1 on: between them the gradient has no limit at p = y
@param normalizer divides value and gradient, such as the sum of the positives' quality
*/
CV_EXPORTS_W double qualityFocalLoss(InputArray logits, InputArray labels, InputArray quality,
                                     OutputArray grad, double gamma = 2, double normalizer = 1);

/** @brief Cross-entropy of C independent sigmoids: sigmoidFocalLoss() with gamma 0, no weighting. */
CV_EXPORTS_W double sigmoidCrossEntropy(InputArray logits, InputArray labels, OutputArray grad,
                                        double normalizer = 1);

/** @brief Cross-entropy of a softmax: softmaxFocalLoss() with gamma 0, no weighting. */
CV_EXPORTS_W double softmaxCrossEntropy(InputArray logits, InputArray labels, OutputArray grad,
                                        double normalizer = 1);

/** @brief Smooth L1 over the positive rows (Fast R-CNN, Girshick 2015, eq. 3, with a width beta).

For each element of a row with label > 0, d = delta - target:

    L = d^2 / (2 beta)  where |d| < beta, else |d| - beta / 2;   dL/dd = d / beta, else sign(d)

@param deltas K x D CV_32F
@param targets K x D CV_32F
@param labels K CV_32S; rows with a label <= 0 give no loss and gradient 0
@param grad K x D CV_32F
@param beta >= 0; 0 is plain L1 (gradient 0 at d = 0)
@param normalizer divides value and gradient
*/
CV_EXPORTS_W double smoothL1Loss(InputArray deltas, InputArray targets, InputArray labels, OutputArray grad,
                                 double beta = 1. / 9, double normalizer = 1);

/** @brief Generalized IoU loss over the positive rows (Rezatofighi et al., CVPR 2019, algorithm 1).

For a row with label > 0, with I the area that box and target share, U that of their union and H that
of the smallest box around both,

    L = 1 - GIoU = 1 - I / U + (H - U) / H                          0..2; 0 where box and target agree
    dL/dv = -dI/dv / U + I / U^2 dU/dv + U / H^2 dH/dv - 1 / H dU/dv

for each of the box's four coordinates v. An edge moves I or H only where it bounds them (where it
coincides with the target's edge: half, so that the gradient is 0 at the target), and dU = dA - dI
with A the box's area. Unlike that of IoU, the gradient does not vanish for boxes that lie apart.

Dividing areas have 1e-7 added, as in torchvision: value and gradient are finite for all finite boxes,
those without area included. A box that is inside out has no area. The gradient is with respect to
boxes, in pixels; decodeBoxesBackward() takes it to the deltas that a network predicts.

@param boxes K x 4 CV_32F, decoded predictions
@param targets K x 4 CV_32F, the boxes that they should be
@param labels K CV_32S; rows with a label <= 0 give no loss and gradient 0
@param grad K x 4 CV_32F
@param normalizer divides value and gradient
@param weights K CV_32F, finite, multiply the rows' losses and gradients; empty: all are 1
*/
CV_EXPORTS_W double giouLoss(InputArray boxes, InputArray targets, InputArray labels, OutputArray grad,
                             double normalizer = 1, InputArray weights = noArray());

//! @}
//! @}

} // namespace dnn_rpn
} // namespace cv

#endif
