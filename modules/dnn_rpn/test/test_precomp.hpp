// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_TEST_DNN_RPN_PRECOMP_HPP
#define OPENCV_TEST_DNN_RPN_PRECOMP_HPP

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

// Inside an OpenCV tree its module ts brings GoogleTest; outside of one it is the ordinary one. The
// tests use only what both have.
#ifdef DNN_RPN_STANDALONE
#include <gtest/gtest.h>
#define DNN_RPN_SKIP(reason) GTEST_SKIP() << reason
#include "opencv2/core.hpp"
#include "opencv2/imgproc.hpp"
#else
#include "opencv2/ts.hpp"
// An old GoogleTest, which does not know how to skip.
#define DNN_RPN_SKIP(reason) throw cvtest::SkipTestException(reason)
#endif
#include "opencv2/dnn_rpn.hpp"
#include "opencv2/dnn_rpn/private/file.hpp"

namespace opencv_test {
using namespace cv;
using namespace cv::dnn_rpn;

const float inf = std::numeric_limits<float>::infinity();
const float nan = std::numeric_limits<float>::quiet_NaN();

//! What the function throws, or nothing.
inline std::string errorOf(const std::function<void()>& function)
{
    try
    {
        function();
    }
    catch (const cv::Exception& e)
    {
        return e.err;
    }
    return std::string();
}

//! The function must throw, and its message must hold the text.
#define EXPECT_ERROR(text, ...)                                                                              \
    EXPECT_NE(std::string::npos, errorOf([&] { __VA_ARGS__; }).find(text))                                   \
        << "the message is: \"" << errorOf([&] { __VA_ARGS__; }) << '"'

//! Row-major numbers as a matrix of so many columns.
template<typename T>
inline Mat matrix(const std::vector<T>& numbers, int columns)
{
    return Mat(numbers, true).reshape(1, static_cast<int>(numbers.size()) / columns);
}

inline Mat floats(const std::vector<float>& numbers, int columns)
{
    return matrix(numbers, columns);
}
inline Mat boxes(const std::vector<float>& numbers)
{
    return matrix(numbers, 4);
}
inline Mat labels(const std::vector<int>& numbers)
{
    return matrix(numbers, 1);
}

//! Boxes with corners in 0..extent and sides in smallest..largest.
inline Mat randomBoxes(RNG& rng, int count, double extent, double smallest, double largest)
{
    Mat b(count, 4, CV_32F);
    for (int i = 0; i < count; i++)
        for (int j = 0; j < 2; j++)
        {
            b.at<float>(i, j) = static_cast<float>(rng.uniform(0., extent));
            b.at<float>(i, j + 2) = b.at<float>(i, j) + static_cast<float>(rng.uniform(smallest, largest));
        }
    return b;
}

inline Mat randomMatrix(RNG& rng, int rows, int columns, double sigma)
{
    Mat m(rows, columns, CV_32F);
    rng.fill(m, RNG::NORMAL, 0, sigma);
    return m;
}

//! A matrix of four dimensions, with the storage of the rows.
inline Mat tensor(const Mat& rows, const std::vector<int>& shape)
{
    return rows.reshape(1, static_cast<int>(shape.size()), shape.data());
}

//! All of a tensor as one column.
inline Mat column(const Mat& m)
{
    return (m.isContinuous() ? m : m.clone()).reshape(1, std::vector<int>{static_cast<int>(m.total()), 1});
}

inline Mat randomTensor(RNG& rng, const std::vector<int>& shape)
{
    Mat m(static_cast<int>(shape.size()), shape.data(), CV_32F);
    rng.fill(m, RNG::NORMAL, 0, 1);
    return m;
}

//! A tensor with the same numbers whose planes do not follow each other.
inline Mat withGaps(const Mat& m)
{
    std::vector<int> shape(m.size.p, m.size.p + m.dims);
    std::vector<Range> inner;
    for (int& size : shape)
    {
        inner.push_back(Range(1, 1 + size));
        size += 2;
    }
    Mat wide(static_cast<int>(shape.size()), shape.data(), m.type(), Scalar(77));
    Mat part = wide(inner.data());
    m.copyTo(part);
    return part;
}

inline Mat randomLabels(RNG& rng, int count, int lowest, int highest)
{
    Mat m(count, 1, CV_32S);
    for (int i = 0; i < count; i++)
        m.at<int>(i) = rng.uniform(lowest, highest + 1);
    return m;
}

//! IoU by the definition, in double; boxes must have an area.
inline double slowOverlap(const float* a, const float* b)
{
    const double width = std::max(0., std::min<double>(a[2], b[2]) - std::max<double>(a[0], b[0]));
    const double height = std::max(0., std::min<double>(a[3], b[3]) - std::max<double>(a[1], b[1]));
    const double areaOfA = (double(a[2]) - a[0]) * (double(a[3]) - a[1]);
    const double areaOfB = (double(b[2]) - b[0]) * (double(b[3]) - b[1]);
    return width * height / (areaOfA + areaOfB - width * height);
}

//! Every element within tolerance * max(1, |expected|).
inline void expectClose(const Mat& expected_, const Mat& actual_, double tolerance)
{
    ASSERT_EQ(expected_.rows, actual_.rows);
    ASSERT_EQ(expected_.cols, actual_.cols);
    Mat expected, actual;
    expected_.convertTo(expected, CV_64F);
    actual_.convertTo(actual, CV_64F);
    for (int i = 0; i < expected.rows; i++)
        for (int j = 0; j < expected.cols; j++)
        {
            const double e = expected.at<double>(i, j);
            ASSERT_NEAR(e, actual.at<double>(i, j), tolerance * std::max(1., std::abs(e)))
                << "at row " << i << ", column " << j;
        }
}

inline bool sameBits(const Mat& a, const Mat& b)
{
    if (a.size() != b.size() || a.type() != b.type())
        return false;
    for (int i = 0; i < a.rows; i++)
        if (!std::equal(a.ptr(i), a.ptr(i) + a.cols * a.elemSize(), b.ptr(i)))
            return false;
    return true;
}

/** The one check of gradients. Projects on random directions and compares with central differences of
`value`, which is a slow reference in double, so that the step can be small.
@param value the loss at a matrix of CV_64F
@param gradient writes the gradient at a matrix of CV_32F into its second argument, which comes filled
with infinity: an element that nobody writes shows */
inline void checkGradient(const Mat& x, const std::function<double(const Mat&)>& value,
                          const std::function<void(const Mat&, Mat&)>& gradient, double tolerance = 1e-5)
{
    Mat grad(x.size(), CV_32F, Scalar(inf));
    const uchar* storage = grad.data;
    gradient(x, grad);
    ASSERT_EQ(x.size(), grad.size());
    ASSERT_EQ(storage, grad.data) << "the storage that was offered was not used";
    ASSERT_TRUE(checkRange(grad)) << "an element of the gradient is not finite, or was not written";

    Mat wide, wideGrad;
    x.convertTo(wide, CV_64F);
    grad.convertTo(wideGrad, CV_64F);
    RNG rng(1);
    for (int i = 0; i < 5; i++)
    {
        Mat direction(x.size(), CV_64F);
        rng.fill(direction, RNG::UNIFORM, -1, 1);
        const double step = 1e-5;
        const double slope = (value(wide + step * direction) - value(wide - step * direction)) / (2 * step);
        EXPECT_NEAR(slope, wideGrad.dot(direction), tolerance * std::max(1., std::abs(slope)));
    }
}

} // namespace opencv_test

#endif
