// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DETECTOR_TASK_GRADIENTS_HPP
#define OPENCV_DNN_RPN_TRAIN_DETECTOR_TASK_GRADIENTS_HPP

#include "anchor_head.hpp"

namespace cv {
namespace dnn_rpn_train {

//! How the two tasks pull at the features that they share.
struct CV_EXPORTS TaskGradients
{
    double cls = 0, reg = 0; //!< lengths of dLcls/dF and dLreg/dF
    double cosine = 0;       //!< of the angle between them; 0 where one of them is 0
    bool measured = false;   //!< else all are 0
};

/** @brief Measures it after AnchorHead::loss(). F is what both 1x1 convolutions of the head read, over the
whole batch. Where classifier and regressor have towers of their own they read different features, and the
maps of several levels add up only further down: nothing is measured then.

dL/dF = W' G for a 1x1 convolution of weights W (outputs x channels) and outputs' gradient G (outputs x
cells). Lengths and products of such gradients need no W' G, which is as long as F, but only W W', which is
small: <Wa' Ga, Wb' Gb> = <Ga, Wa Wb' Gb>. Nothing of the network is changed.
@param ranks that have the rest of the batch */
CV_EXPORTS TaskGradients taskGradients(Network& network, const AnchorHead& head,
                                       Ranks& ranks = Ranks::alone());

} // namespace dnn_rpn_train
} // namespace cv

#endif
