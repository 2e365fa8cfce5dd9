// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DETECTOR_REDUCED_FOCAL_HPP
#define OPENCV_DNN_RPN_TRAIN_DETECTOR_REDUCED_FOCAL_HPP

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn_train {

//! What reducedFocalLoss() needs beside logits and labels.
struct ReducedFocal
{
    bool softmax = false;
    double alpha = 0.25; //!< weight of positives, 0..1; negative: none
    double gamma = 2;
    double threshold = 0.5; //!< 0..1, without 1
};

/** @brief Focal loss that holds back no anchor that is found worse than a threshold (Sergievskiy and
Ponamarev, arXiv 1903.01347; their threshold is 0.5).

With p the probability of what the label says,

    RFL = -a min(1, ((1 - p) / (1 - threshold))^gamma) log(p)

so that it is cross-entropy below the threshold and focal loss, larger by (1 - threshold)^-gamma, above; with
threshold 0 it is focal loss. The value is continuous at the threshold, its derivative jumps there.
@param logits K x C with sigmoids, K x (C + 1) with softmax, CV_32F
@param labels K CV_32S, -1..C
@param gradient as logits; written
@param focal which form
@param normalizer divides value and gradient */
CV_EXPORTS double reducedFocalLoss(const Mat& logits, const Mat& labels, Mat& gradient,
                                   const ReducedFocal& focal, double normalizer);

} // namespace dnn_rpn_train
} // namespace cv

#endif
