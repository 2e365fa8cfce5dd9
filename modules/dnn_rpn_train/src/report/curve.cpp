// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "curve.hpp"

#include <cmath>

namespace cv {
namespace dnn_rpn_train {

namespace {

const size_t maxBuckets = 512;
const double smoothing = 0.015; // of the curve's length
const double missing = std::numeric_limits<double>::quiet_NaN();

} // namespace

void Curve::Bucket::add(double x, double y)
{
    if (count++ == 0)
        firstX = x;
    lastX = x;
    if (!std::isfinite(y))
        return;
    sum += y;
    if (finite == 0 || y < lowest.y)
        lowest = Point2d(x, y);
    if (finite == 0 || y > highest.y)
        highest = Point2d(x, y);
    finite++;
}

void Curve::Bucket::add(const Bucket& next)
{
    if (next.finite > 0)
    {
        if (finite == 0 || next.lowest.y < lowest.y)
            lowest = next.lowest;
        if (finite == 0 || next.highest.y > highest.y)
            highest = next.highest;
    }
    lastX = next.lastX;
    sum += next.sum;
    count += next.count;
    finite += next.finite;
}

void Curve::add(double x, double y)
{
    if (buckets.empty() || buckets.back().count == length)
    {
        if (buckets.size() == maxBuckets)
        {
            for (size_t i = 0; i < maxBuckets / 2; i++)
            {
                buckets[i] = buckets[2 * i];
                buckets[i].add(buckets[2 * i + 1]);
            }
            buckets.resize(maxBuckets / 2);
            length *= 2;
        }
        buckets.emplace_back();
    }
    buckets.back().add(x, y);
    if (std::isfinite(y))
        latest = y;
}

bool Curve::empty() const
{
    return std::isnan(latest);
}

std::vector<Point2d> Curve::extremes() const
{
    std::vector<Point2d> points;
    for (const Bucket& b : buckets)
        if (b.finite == 0)
            points.push_back(Point2d(b.middle(), missing));
        else
        {
            const bool falling = b.highest.x < b.lowest.x;
            points.push_back(falling ? b.highest : b.lowest);
            if (b.highest.x != b.lowest.x)
                points.push_back(falling ? b.lowest : b.highest);
        }
    return points;
}

std::vector<Point2d> Curve::smoothed() const
{
    const int n = static_cast<int>(buckets.size());
    const double sigma = std::max({smoothing * n, std::min(3., 0.05 * n), 0.1});
    const int reach = cvCeil(3 * sigma);
    std::vector<double> weight(reach + 1);
    for (int d = 0; d <= reach; d++)
        weight[d] = std::exp(-d * d / (2 * sigma * sigma));

    std::vector<Point2d> points(n);
    for (int i = 0; i < n; i++)
    {
        double sum = 0, total = 0;
        for (int j = std::max(0, i - reach); j <= std::min(n - 1, i + reach); j++)
        {
            sum += weight[std::abs(i - j)] * buckets[j].sum;
            total += weight[std::abs(i - j)] * buckets[j].finite;
        }
        points[i] = Point2d(buckets[i].middle(), buckets[i].finite > 0 ? sum / total : missing);
    }
    return points;
}

} // namespace dnn_rpn_train
} // namespace cv
