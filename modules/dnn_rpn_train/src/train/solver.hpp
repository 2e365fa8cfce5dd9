// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_SOLVER_HPP
#define OPENCV_DNN_RPN_TRAIN_SOLVER_HPP

#include <vector>

#include "../engine/network.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief Stochastic gradient descent with momentum, as PyTorch does it:

    v <- momentum v + gradient + decay w;  w <- w - rate factor v

Decay is for parameters that ask for it (weights, not biases); the factor is 1 unless a parameter has one. */
class CV_EXPORTS Solver
{
public:
    /** @param networks that give the gradients. Their graphs share one list of parameters; each trainable one
    belongs to exactly one network, else cv::Exception names it
    @param factors of the learning rate, by parameter; empty: all 1
    @param decayFactors of the weight decay, likewise
    @param ranks that do the same with the same gradients */
    Solver(const std::vector<Network*>& networks, double momentum, double weightDecay,
           const std::vector<float>& factors = std::vector<float>(),
           const std::vector<float>& decayFactors = std::vector<float>(), Ranks& ranks = Ranks::alone());

    /** @brief One step with the networks' gradients.
    @param rate learning rate
    @param maxGradientNorm gradients longer than this (L2 over all parameters) are shortened to it; 0: never
    @return the length before clipping */
    double step(double rate, double maxGradientNorm);

    //! v by parameter; empty where frozen. With the weights, all that the next step depends on. What is
    //! changed here before the next step counts.
    std::vector<Tensor>& velocities();

private:
    const std::vector<Network*> networks;
    const Ptr<Engine> engine;
    const float momentum;
    Ranks& ranks;
    std::vector<Tensor> v;
    std::unique_ptr<DeviceCopy> engineVelocities; //!< none where the engine's memory is the host's
    std::unique_ptr<SgdUpdate> update;
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
