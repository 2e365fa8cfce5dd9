// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_BOX_HPP
#define OPENCV_DNN_RPN_BOX_HPP

namespace cv {
namespace dnn_rpn {

// Arithmetic on single boxes, x1 y1 x2 y2. Inverted boxes have no area, and nothing here gives NaN
// for a box that holds one: such a box overlaps nothing.

template<typename T>
inline T boxArea(const T* b)
{
    const T width = b[2] - b[0], height = b[3] - b[1];
    return width > 0 && height > 0 ? width * height : 0;
}

template<typename T>
inline T intersectionArea(const T* a, const T* b)
{
    const T width = std::min(a[2], b[2]) - std::max(a[0], b[0]);
    const T height = std::min(a[3], b[3]) - std::max(a[1], b[1]);
    return width > 0 && height > 0 ? width * height : 0;
}

//! IoU with areas that the caller has at hand; 0 where a number is missing or overflows.
template<typename T>
inline T overlapOf(const T* a, T areaOfA, const T* b, T areaOfB)
{
    const T intersection = intersectionArea(a, b);
    if (!(intersection > 0) || !(areaOfA > 0) || !(areaOfB > 0))
        return 0;
    const T total = areaOfA + areaOfB - intersection;
    return total > 0 && total <= std::numeric_limits<T>::max() ? intersection / total : 0;
}

//! The share of a that lies in b.
template<typename T>
inline T shareOf(const T* a, T areaOfA, const T* b)
{
    const T intersection = intersectionArea(a, b);
    return intersection > 0 && areaOfA > 0 && areaOfA <= std::numeric_limits<T>::max()
               ? intersection / areaOfA
               : 0;
}

inline bool hasExtent(const float* b)
{
    return b[2] > b[0] && b[3] > b[1];
}

//! Both boxes with positive width and height. In double: the logarithm of a ratio near 1 is small.
inline void encodeBox(const float* box, const float* anchor, const Scalar& weights, float* delta)
{
    const double anchorWidth = double(anchor[2]) - anchor[0], anchorHeight = double(anchor[3]) - anchor[1];
    const double width = double(box[2]) - box[0], height = double(box[3]) - box[1];
    const double x = 0.5 * (double(box[0]) + box[2] - anchor[0] - anchor[2]);
    const double y = 0.5 * (double(box[1]) + box[3] - anchor[1] - anchor[3]);
    delta[0] = static_cast<float>(weights[0] * x / anchorWidth);
    delta[1] = static_cast<float>(weights[1] * y / anchorHeight);
    delta[2] = static_cast<float>(weights[2] * std::log(width / anchorWidth));
    delta[3] = static_cast<float>(weights[3] * std::log(height / anchorHeight));
}

//! `box` may be `delta` or `anchor`.
inline void decodeBox(const float* delta, const float* anchor, const Scalar& weights, double maxLogSize,
                      float* box)
{
    const double anchorWidth = double(anchor[2]) - anchor[0], anchorHeight = double(anchor[3]) - anchor[1];
    const double x = 0.5 * (double(anchor[0]) + anchor[2]) + delta[0] / weights[0] * anchorWidth;
    const double y = 0.5 * (double(anchor[1]) + anchor[3]) + delta[1] / weights[1] * anchorHeight;
    const double halfWidth = 0.5 * anchorWidth * std::exp(std::min(delta[2] / weights[2], maxLogSize));
    const double halfHeight = 0.5 * anchorHeight * std::exp(std::min(delta[3] / weights[3], maxLogSize));
    box[0] = static_cast<float>(x - halfWidth);
    box[1] = static_cast<float>(y - halfHeight);
    box[2] = static_cast<float>(x + halfWidth);
    box[3] = static_cast<float>(y + halfHeight);
}

//! The order of the arguments of min and max keeps a NaN a NaN.
inline void clipBox(float* b, float width, float height)
{
    b[0] = std::max(std::min(b[0], width), 0.f);
    b[1] = std::max(std::min(b[1], height), 0.f);
    b[2] = std::max(std::min(b[2], width), 0.f);
    b[3] = std::max(std::min(b[3], height), 0.f);
}

inline bool isLarge(const float* b, float minSize)
{
    return b[2] - b[0] >= minSize && b[3] - b[1] >= minSize;
}

inline void checkWeights(const Scalar& weights)
{
    for (int i = 0; i < 4; i++)
        if (!(weights[i] > 0 && weights[i] <= DBL_MAX))
            CV_Error_(Error::StsOutOfRange, ("weights must be above 0 and finite, not %g, %g, %g, %g",
                                             weights[0], weights[1], weights[2], weights[3]));
}

inline void checkExtent(const float* b, const char* name, int row)
{
    const bool finite =
        std::isfinite(b[0]) && std::isfinite(b[1]) && std::isfinite(b[2]) && std::isfinite(b[3]);
    if (!finite || !hasExtent(b))
        CV_Error_(Error::StsBadArg, ("row %d of %s has no positive, finite width and height: %g, %g, %g, %g",
                                     row, name, b[0], b[1], b[2], b[3]));
}

} // namespace dnn_rpn
} // namespace cv

#endif
