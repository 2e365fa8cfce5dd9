// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_SGD_UPDATE_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_SGD_UPDATE_HPP

#include "engine.hpp"

namespace cv {
namespace dnn_rpn_train {

//! On parameters in the host's memory, in pieces that are spread over OpenCV's threads.
class HostSgdUpdate : public SgdUpdate
{
public:
    explicit HostSgdUpdate(const std::vector<OptimizerSlot>& slots);

    double gradientNormSquared() override;
    void step(float rate, float momentum, float shrink) override;

private:
    //! Some elements of a parameter.
    struct Piece
    {
        size_t parameter;
        Range elements;
    };

    const std::vector<OptimizerSlot> slots;
    std::vector<Piece> pieces; //!< of all that is trained; small enough that many threads have work
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
