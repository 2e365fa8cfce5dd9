// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_AXIS_HPP
#define OPENCV_DNN_RPN_TRAIN_AXIS_HPP

#include <string>

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief One axis of a chart: its ends and its ticks, at 1, 2 or 5 times a power of ten. */
class CV_EXPORTS Axis
{
public:
    //! From low to high as they are, ticks at whole numbers; for steps and epochs.
    static Axis counting(double low, double high);

    //! Ends at ticks, holds 0.
    static Axis linear(double low, double high);

    //! Ends at ticks; 0 < low <= high.
    static Axis logarithmic(double low, double high);

    //! Where a value lies: 0 at the axis' low end, 1 at its high end; NaN for what has no place on it.
    double place(double value) const;

    //! A tick's label; all of an axis have the same number of decimals, unless it is logarithmic.
    std::string label(double tick) const;

    double low = 0, high = 1;
    bool isLogarithmic = false;
    std::vector<double> ticks;

private:
    double spacing = 1; //!< of the ticks of a linear axis
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
