// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DETECTOR_CONFLICT_HPP
#define OPENCV_DNN_RPN_TRAIN_DETECTOR_CONFLICT_HPP

#include <functional>
#include <limits>

#include "anchor_head.hpp"

namespace cv {
namespace dnn_rpn_train {

//! How the two tasks of a head on anchors disturb each other on one batch. Numbers that cannot be measured
//! are NaN.
struct CV_EXPORTS Conflict
{
    double cosine = std::numeric_limits<double>::quiet_NaN(); //!< StepStats::sharedCosine
    double regAfterCls = std::numeric_limits<double>::quiet_NaN(), clsAfterReg = regAfterCls; //!< likewise
};

//! What measureConflict() looks at.
struct CV_EXPORTS ConflictTask
{
    Network* network = nullptr;       //!< with the head
    const AnchorHead* head = nullptr; //!< with the network's nodes
    //! A forward pass on the batch, losses and their gradients; the same every time.
    std::function<HeadLoss()> loss;
    //! After the network's backward pass: its gradients become the whole batch's; null: they are.
    std::function<void()> sumGradients;
    double rate = 0;            //!< of the step
    std::vector<float> factors; //!< of the rate, by parameter
};

/** @brief Measures it by two backward passes and two steps of plain descent, one with the gradient of each
loss alone, after which all weights and running averages are what they were.

The cosine is of the gradients of the weights of the last layer that classifier and regressor have in common:
the head's 3x3 convolution, or with towers the layer that they stand on. That of the features' gradients
(taskGradients()) is near 0 by geometry, as boxes have a gradient at positives alone. The
product of rate, lengths and cosine is the first-order change of one loss by a step of the other; the
measured one has the curvature in it. */
CV_EXPORTS Conflict measureConflict(const ConflictTask& task);

} // namespace dnn_rpn_train
} // namespace cv

#endif
