// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_CURVE_HPP
#define OPENCV_DNN_RPN_TRAIN_CURVE_HPP

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief A value over the steps of a run of any length, in bounded memory.

Values are collected in at most 512 neighbouring buckets of equal length; when they are full, every two
become one. A bucket remembers its lowest and its highest value, and at which steps they were: thinning hides
no peak. */
class CV_EXPORTS Curve
{
public:
    //! @param x rising from call to call
    //! @param y one that is not finite counts as missing
    void add(double x, double y);

    //! No finite value yet.
    bool empty() const;

    //! The first and the last x, 0 if there is none.
    double begin() const { return buckets.empty() ? 0 : buckets.front().firstX; }
    double end() const { return buckets.empty() ? 0 : buckets.back().lastX; }

    //! The last finite value; NaN if there is none.
    double last() const { return latest; }

    //! Values that one bucket stands for, a power of two.
    int thinning() const { return length; }

    //! Lowest and highest of each bucket by rising x, at most 1024 points; a NaN marks a gap.
    std::vector<Point2d> extremes() const;

    /** @brief A point a bucket: the mean over its neighbourhood, with the weights of a Gaussian whose
    standard deviation is 1.5 % of the curve, in a short one up to 3 buckets; a NaN marks a gap. */
    std::vector<Point2d> smoothed() const;

private:
    struct Bucket
    {
        int count = 0, finite = 0; //!< values, and those that are numbers
        double firstX = 0, lastX = 0, sum = 0;
        Point2d lowest, highest;

        void add(double x, double y);
        void add(const Bucket& next);
        double middle() const { return (firstX + lastX) / 2; }
    };

    std::vector<Bucket> buckets;
    int length = 1;
    double latest = std::numeric_limits<double>::quiet_NaN();
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
