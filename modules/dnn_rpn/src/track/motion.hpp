// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRACK_MOTION_HPP
#define OPENCV_DNN_RPN_TRACK_MOTION_HPP

namespace cv {
namespace dnn_rpn {

/** @brief A number and its change from image to image: a Kalman filter of constant velocity. */
class SteadyMotion
{
public:
    SteadyMotion() {}
    //! @param value_ first measurement; deviations are of it and of the unknown velocity
    SteadyMotion(double value_, double deviation, double velocityDeviation)
        : value(value_), vv(deviation * deviation), uu(velocityDeviation * velocityDeviation)
    {}

    //! One image later; deviations are of what the model does not know, such as acceleration.
    void predict(double deviation, double velocityDeviation)
    {
        value += velocity;
        vv += 2 * vu + uu + deviation * deviation;
        vu += uu;
        uu += velocityDeviation * velocityDeviation;
    }

    void correct(double measured, double deviation)
    {
        const double total = vv + deviation * deviation, error = measured - value;
        const double gain = vv / total, velocityGain = vu / total;
        value += gain * error;
        velocity += velocityGain * error;
        uu -= velocityGain * vu;
        vu *= 1 - gain;
        vv *= 1 - gain;
    }

    double value = 0, velocity = 0;

private:
    double vv = 0, vu = 0, uu = 0; //!< covariance of value and velocity
};

/** @brief A box in motion. Centre, aspect ratio and height are filtered for themselves: with the noise of
SORT's successors, which is a share of the height, their joint filter falls into these four. */
class BoxMotion
{
public:
    explicit BoxMotion(const Vec4f& box);

    //! One image later. @param seen false: it was not found in the last image, and its height stays
    void predict(bool seen);
    void correct(const Vec4f& box);

    //! x1, y1, x2, y2
    Vec4f box() const;

private:
    SteadyMotion x, y, aspect, height;
};

} // namespace dnn_rpn
} // namespace cv

#endif
