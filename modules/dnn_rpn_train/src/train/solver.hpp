// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_SOLVER_HPP
#define OPENCV_DNN_RPN_TRAIN_SOLVER_HPP

#include <vector>

#include "../net/network.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief Stochastic gradient descent with momentum, as PyTorch does it:

    v <- momentum v + gradient + decay w;  w <- w - rate v

Decay is for parameters that ask for it (weights, not biases). */
class CV_EXPORTS Solver
{
public:
    Solver(Network& network, double momentum, double weightDecay);

    /** @brief One step with the network's gradients.
    @param rate learning rate
    @param clip gradients longer than this (L2 over all parameters) are shortened to it; 0: never
    @return the length before clipping */
    double step(double rate, double clip);

private:
    Network& network;
    const float momentum, weightDecay;
    std::vector<Tensor> velocities; //!< by parameter; empty where frozen
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
