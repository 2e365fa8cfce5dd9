// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DETECTOR_LOSS_STATE_HPP
#define OPENCV_DNN_RPN_TRAIN_DETECTOR_LOSS_STATE_HPP

#include <map>
#include <string>

#include "opencv2/dnn_rpn_train/params.hpp"

namespace cv {
namespace dnn_rpn_train {

//! How the anchors of some images are told apart before anything is trained, by the rules of a head.
struct CV_EXPORTS AnchorCounts
{
    double images = 0, positives = 0, negatives = 0, ignored = 0;
    double sampledPositives = 0, sampledNegatives = 0; //!< what cross-entropy would look at

    //! Share of the positives among those that are told apart, within 1e-6..0.999: what a classifier that
    //! knows nothing else should say (Chen et al., arXiv 1909.04868).
    double prior() const;
    //! The weight of positives, for a loss over all anchors that weighs positives and negatives as a sample
    //! of them does on average.
    double alpha() const;
    double positivesAnImage() const; //!< at least 1e-6
    String str() const;
};

//! What the loss of a head on anchors takes from the training images as a whole and from the steps before:
//! beside weights and momentum, all that the next step depends on.
struct CV_EXPORTS LossState
{
    LossState() = default;
    //! The numbers that the parameters give; those left to counting are not numbers.
    explicit LossState(const AnchorHeadParams& params);

    //! Those that were left to counting.
    void take(const AnchorCounts& counts, const AnchorHeadParams& params);

    //! The moving average of the positives after a batch with so many.
    double averagePositives(double positives, double momentum);
    //! What the classification is multiplied by after a batch with these losses, so that averages over about
    //! so many steps agree; 1 where there is nothing to divide by.
    double guide(double cls, double reg, int steps);

    //! What steps change, by names of a checkpoint; nothing before the first one.
    std::map<std::string, double> numbers() const;
    //! @param all of a checkpoint; others' are passed over
    void read(const std::map<std::string, double>& all);

    double alpha = 0.25;         //!< AnchorHeadParams::focalAlpha
    double positivesAnImage = 0; //!< AnchorHeadParams::normPositives

private:
    double average = -1;      //!< below 0: no step yet
    double cls = -1, reg = 0; //!< likewise
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
