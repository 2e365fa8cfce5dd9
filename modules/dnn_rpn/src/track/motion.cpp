// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "motion.hpp"

namespace cv {
namespace dnn_rpn {

namespace {

// DeepSORT's, which ByteTrack took over: shares of the height; the aspect ratio has its own.
const double place = 1. / 20, speed = 1. / 160, aspectNoise = 1e-2, aspectSpeedNoise = 1e-5,
             measuredAspectNoise = 1e-1;

struct Measured
{
    explicit Measured(const Vec4f& b)
        : x((double(b[0]) + b[2]) / 2), y((double(b[1]) + b[3]) / 2), height(double(b[3]) - b[1]),
          aspect((double(b[2]) - b[0]) / height)
    {}
    double x, y, height, aspect;
};

} // namespace

BoxMotion::BoxMotion(const Vec4f& box)
{
    const Measured m(box);
    const double h = m.height;
    x = SteadyMotion(m.x, 2 * place * h, 10 * speed * h);
    y = SteadyMotion(m.y, 2 * place * h, 10 * speed * h);
    height = SteadyMotion(h, 2 * place * h, 10 * speed * h);
    aspect = SteadyMotion(m.aspect, aspectNoise, aspectSpeedNoise);
}

void BoxMotion::predict(bool seen)
{
    if (!seen)
        height.velocity = 0;
    const double h = height.value;
    for (SteadyMotion* motion : {&x, &y, &height})
        motion->predict(place * h, speed * h);
    aspect.predict(aspectNoise, aspectSpeedNoise);
    // A box that shrinks fast must not be predicted away.
    height.value = std::max(height.value, h / 2);
    if (!(aspect.value > 0))
        aspect.value = 1e-3;
}

void BoxMotion::correct(const Vec4f& box)
{
    const Measured m(box);
    const double h = height.value;
    x.correct(m.x, place * h);
    y.correct(m.y, place * h);
    height.correct(m.height, place * h);
    aspect.correct(m.aspect, measuredAspectNoise);
}

Vec4f BoxMotion::box() const
{
    const double h = height.value, w = aspect.value * h;
    return Vec4f(static_cast<float>(x.value - w / 2), static_cast<float>(y.value - h / 2),
                 static_cast<float>(x.value + w / 2), static_cast<float>(y.value + h / 2));
}

} // namespace dnn_rpn
} // namespace cv
