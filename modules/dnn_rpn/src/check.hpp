// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_CHECK_HPP
#define OPENCV_DNN_RPN_CHECK_HPP

#include "opencv2/core/check.hpp"

namespace cv {
namespace dnn_rpn {

// The checks of arguments that all functions share. Each returns the argument as a continuous Mat
// of one shape, so that the code behind it needs a single form of loop. Empty arguments of whatever
// type count as no rows: that is what noArray(), Mat() and an empty std::vector look like.

//! The result as the caller's output; copyTo() would take the shape of an empty one away.
inline void giveOut(const Mat& result, OutputArray output)
{
    output.create(result.rows, result.cols, result.type());
    if (!result.empty())
        result.copyTo(output);
}

//! OpenCV 5 gives vectors one dimension; here they are columns.
inline Mat asColumn(const Mat& m)
{
    const int shape[] = {static_cast<int>(m.total()), 1};
    return m.reshape(m.channels(), 2, shape);
}

inline bool shareMemory(const Mat& a, const Mat& b)
{
    return a.datastart < b.dataend && b.datastart < a.dataend;
}

/** Rows to write without gaps between them: the caller's own where that can be done straight away, others
aside where the caller's have gaps or share memory with one of `inputs`, which are those that are read again
after a row was written. Nothing where nobody wants it. */
class RowsOutput
{
public:
    RowsOutput(OutputArray output, int rows, int columns, int type, std::initializer_list<Mat> inputs)
    {
        if (!output.needed())
            return;
        output.create(rows, columns, type);
        target = output.getMat();
        bool aside = !target.isContinuous();
        for (const Mat& input : inputs)
            aside = aside || shareMemory(target, input);
        storage = aside && !target.empty() ? Mat(rows, columns, type) : target.reshape(1, rows);
    }

    Mat& rows() { return storage; }

    void finish()
    {
        if (storage.data != target.data)
            storage.reshape(target.channels(), target.rows).copyTo(target);
    }

private:
    Mat target, storage;
};

inline std::string shapeText(const Mat& m)
{
    std::string text;
    for (int d = 0; d < m.dims; d++)
        text += (d ? " x " : "") + std::to_string(m.size[d]);
    return text + " " + typeToString(m.type());
}

//! N x 4 CV_32F from the same, or from a std::vector<Vec4f>.
inline Mat boxesArgument(InputArray array, const char* name)
{
    Mat m = array.getMat();
    if (m.empty())
        return Mat(0, 4, CV_32F);
    if (!m.isContinuous())
        m = m.clone();
    if (m.type() == CV_32FC4 && (m.dims == 1 || (m.dims == 2 && (m.rows == 1 || m.cols == 1))))
        m = asColumn(m).reshape(1, static_cast<int>(m.total()));
    if (m.type() != CV_32FC1 || m.dims != 2 || m.cols != 4)
        CV_Error_(Error::StsBadArg, ("%s must be N x 4 CV_32F, not %s", name, shapeText(m).c_str()));
    return m;
}

//! `count` numbers as one column; any number of them where count is negative.
inline Mat columnArgument(InputArray array, int type, int count, const char* name)
{
    Mat m = array.getMat();
    if (m.empty())
        m = Mat(0, 1, type);
    if (m.type() != type || m.dims > 2 || (m.dims == 2 && m.rows != 1 && m.cols != 1 && !m.empty()))
        CV_Error_(Error::StsBadArg, ("%s must be one row or column of %s, not %s", name,
                                     typeToString(type).c_str(), shapeText(m).c_str()));
    const int total = static_cast<int>(m.total());
    if (count >= 0 && total != count)
        CV_Error_(Error::StsUnmatchedSizes, ("%s must have %d elements, not %d", name, count, total));
    if (!m.isContinuous())
        m = m.clone();
    return total > 0 ? asColumn(m) : m.reshape(1, 0);
}

//! K x C CV_32F with at least one column, or a vector of K floats (C = 1) or Vec4f (C = 4); K may be 0.
inline Mat matrixArgument(InputArray array, const char* name)
{
    Mat m = array.getMat();
    if (m.empty())
        return Mat(0, std::max(m.dims == 2 ? m.cols : 0, 1), CV_32F);
    if (!m.isContinuous())
        m = m.clone();
    if (array.isVector() || m.dims == 1)
        m = asColumn(m);
    if (m.type() == CV_32FC4 && m.dims == 2 && m.cols == 1)
        m = m.reshape(1);
    if (m.type() != CV_32FC1 || m.dims != 2)
        CV_Error_(Error::StsBadArg, ("%s must be a matrix of CV_32F, not %s", name, shapeText(m).c_str()));
    return m;
}

inline void checkSameRows(const Mat& a, const char* nameOfA, const Mat& b, const char* nameOfB)
{
    if (a.rows != b.rows)
        CV_Error_(Error::StsUnmatchedSizes, ("%s and %s must have as many rows as each other, not %d and %d",
                                             nameOfA, nameOfB, a.rows, b.rows));
}

//! Negated comparison on purpose: NaN fails it.
inline void checkRange(double value, double low, double high, const char* name)
{
    if (!(value >= low && value <= high))
        CV_Error_(Error::StsOutOfRange, ("%s must be in %g..%g, not %g", name, low, high, value));
}

inline void checkPositive(double value, const char* name)
{
    if (!(value > 0 && value <= DBL_MAX))
        CV_Error_(Error::StsOutOfRange, ("%s must be above 0 and finite, not %g", name, value));
}

inline void checkImageSize(Size size)
{
    if (size.width < 0 || size.height < 0)
        CV_Error_(Error::StsOutOfRange,
                  ("imageSize must not be negative, but is %d x %d", size.width, size.height));
}

//! What a loss is divided by: its inverse must be a float.
inline void checkNormalizer(double value)
{
    if (!(value >= 1e-30 && value <= 1e30))
        CV_Error_(Error::StsOutOfRange, ("normalizer must be in 1e-30..1e30, not %g", value));
}

inline void checkNotNegative(double value, const char* name)
{
    if (!(value >= 0 && value <= DBL_MAX))
        CV_Error_(Error::StsOutOfRange, ("%s must be at least 0 and finite, not %g", name, value));
}

} // namespace dnn_rpn
} // namespace cv

#endif
