// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "axis.hpp"
#include "html.hpp"

#include <cmath>

namespace cv {
namespace dnn_rpn_train {

namespace {

const int wantedTicks = 5;
const double rounding = 1e-9; // relative: 0.3 / 0.1 is not quite 3

//! The smallest 1, 2 or 5 times a power of ten that is not below the value.
double roundUp(double value)
{
    const double power = std::pow(10., std::floor(std::log10(value) + rounding));
    for (const double digit : {1., 2., 5.})
        if (digit * power >= value * (1 - rounding))
            return digit * power;
    return 10 * power;
}

double roundDown(double value)
{
    const double power = std::pow(10., std::floor(std::log10(value) + rounding));
    for (const double digit : {5., 2.})
        if (digit * power <= value * (1 + rounding))
            return digit * power;
    return power;
}

} // namespace

Axis Axis::counting(double low, double high)
{
    Axis axis;
    axis.low = low;
    axis.high = std::max(high, low + 1);
    axis.spacing = std::max(1., roundUp((axis.high - low) / wantedTicks));
    if (std::ceil(low / axis.spacing) * axis.spacing - low > axis.spacing / 2)
        axis.ticks.push_back(low);
    for (double k = std::ceil(low / axis.spacing); k * axis.spacing <= axis.high; k++)
        axis.ticks.push_back(k * axis.spacing);
    return axis;
}

Axis Axis::linear(double low, double high)
{
    low = std::min(low, 0.);
    high = std::max(high, 0.);
    if (low == high)
        high = 1;
    Axis axis;
    axis.spacing = roundUp((high - low) / wantedTicks);
    const double first = std::floor(low / axis.spacing + rounding),
                 last = std::ceil(high / axis.spacing - rounding);
    for (double k = first; k <= last; k++)
        axis.ticks.push_back(k * axis.spacing);
    axis.low = axis.ticks.front();
    axis.high = axis.ticks.back();
    return axis;
}

Axis Axis::logarithmic(double low, double high)
{
    Axis axis;
    axis.isLogarithmic = true;
    axis.low = roundDown(low);
    axis.high = roundUp(high);
    if (axis.low == axis.high)
        axis.high *= 2;
    const double decades = std::log10(axis.high / axis.low);
    if (decades < 2.5)
        for (double tick = axis.low; tick <= axis.high * (1 + rounding);
             tick = roundUp(tick * (1 + 2 * rounding)))
            axis.ticks.push_back(tick);
    else
    {
        const double every = std::ceil(decades / wantedTicks / 1.5);
        for (double k = std::ceil(std::log10(axis.low) - rounding); k <= std::log10(axis.high) + rounding;
             k += every)
            axis.ticks.push_back(std::pow(10., k));
    }
    return axis;
}

double Axis::place(double value) const
{
    if (!std::isfinite(value) || (isLogarithmic && value <= 0))
        return std::numeric_limits<double>::quiet_NaN();
    return isLogarithmic ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
}

std::string Axis::label(double tick) const
{
    const double extent = std::max(std::abs(low), std::abs(high));
    if (isLogarithmic || extent < 1e-3 || extent >= 1e7)
        return readable(tick, isLogarithmic ? 1 : 2);
    return fixedPoint(tick, std::max(0, static_cast<int>(std::ceil(-std::log10(spacing) - rounding))));
}

} // namespace dnn_rpn_train
} // namespace cv
