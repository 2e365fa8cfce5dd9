// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_SCHEDULE_HPP
#define OPENCV_DNN_RPN_TRAIN_SCHEDULE_HPP

#include "opencv2/dnn_rpn_train/params.hpp"

namespace cv {
namespace dnn_rpn_train {

//! The learning rate over a run.
class CV_EXPORTS Schedule
{
public:
    /** @param kind SCHEDULE_STEP: a tenth of the rate after 70 % of the steps; SCHEDULE_COSINE: half a cosine
    down to 0 (Loshchilov and Hutter 2017, eq. 5 without restarts)
    @param rate the highest
    @param steps of the whole run
    @param warmup the first so many steps rise in a straight line to what the kind says */
    Schedule(RateSchedule kind, double rate, int steps, int warmup);

    //! @param step from 0
    double rate(int step) const;

private:
    const bool cosine;
    const double highest;
    const int steps, warmup;
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
