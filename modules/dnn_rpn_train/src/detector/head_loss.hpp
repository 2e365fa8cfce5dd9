// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DETECTOR_HEAD_LOSS_HPP
#define OPENCV_DNN_RPN_TRAIN_DETECTOR_HEAD_LOSS_HPP

#include <cmath>
#include <limits>

#include "opencv2/core.hpp"

#include "../ranks/batch_part.hpp"

namespace cv {
namespace dnn_rpn_train {

//! What one batch cost at one head.
struct CV_EXPORTS HeadLoss
{
    double cls = 0, reg = 0;
    int positives = 0; //!< anchors before sampling, or regions after it
    //! Box loss of a positive that was learned from, without weights and divisors; NaN without any.
    double boxError = std::numeric_limits<double>::quiet_NaN();
    int worst = -1; //!< the first image of the whole batch whose loss is not finite, or -1
    double total() const { return cls + reg; }

    //! Adds what the n-th image cost; in their order.
    void add(int n, double clsOfImage, double regOfImage)
    {
        cls += clsOfImage;
        reg += regOfImage;
        if (worst < 0 && !std::isfinite(clsOfImage + regOfImage))
            worst = n;
    }

    //! From a part of the batch, with images numbered within it, to the whole.
    void addOthers(const BatchPart& part);
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
