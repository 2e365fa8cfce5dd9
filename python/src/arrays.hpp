// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef DNN_RPN_PYTHON_ARRAYS_HPP
#define DNN_RPN_PYTHON_ARRAYS_HPP

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include "opencv2/core.hpp"

namespace nb = nanobind;

//! What arguments are taken as; numpy arrays of other types or with gaps are converted by nanobind.
typedef nb::ndarray<const float, nb::c_contig, nb::device::cpu> Floats;
typedef nb::ndarray<const int32_t, nb::c_contig, nb::device::cpu> Ints;
typedef nb::ndarray<const uint8_t, nb::c_contig, nb::device::cpu> Bytes;

//! What is given back.
typedef nb::ndarray<nb::numpy> Array;

//! A header on the array's memory, with its dimensions; a list of numbers becomes a column.
template<typename NdArray>
cv::Mat matOf(const NdArray& array, int type)
{
    std::vector<int> shape;
    for (size_t i = 0; i < array.ndim(); i++)
        shape.push_back(static_cast<int>(array.shape(i)));
    if (shape.size() < 2)
        shape.resize(2, 1);
    void* const data = const_cast<void*>(static_cast<const void*>(array.data()));
    if (shape.size() == 2)
        return cv::Mat(shape[0], shape[1], type, shape[0] * shape[1] > 0 ? data : nullptr);
    return cv::Mat(static_cast<int>(shape.size()), shape.data(), type, data);
}

inline cv::Mat matOf(const Floats& array)
{
    return matOf(array, CV_32F);
}
inline cv::Mat matOf(const Ints& array)
{
    return matOf(array, CV_32S);
}
inline cv::Mat matOf(const Bytes& array)
{
    return matOf(array, CV_8U);
}
template<typename NdArray>
cv::Mat matOf(const std::optional<NdArray>& array)
{
    return array ? matOf(*array) : cv::Mat();
}

//! Rows x columns or rows x columns x 3 or 4.
cv::Mat imageOf(const Bytes& array);

//! A numpy array that owns the matrix. @param flat a single column becomes a list of numbers
Array arrayOf(const cv::Mat& mat, bool flat = false);

//! The same of boxes, which have four columns even if there are none.
inline Array boxArrayOf(const cv::Mat& mat)
{
    return arrayOf(mat.empty() ? cv::Mat(0, 4, CV_32F) : mat);
}
inline Array listOf(const cv::Mat& mat, int type)
{
    return arrayOf(mat.empty() ? cv::Mat(0, 1, type) : mat, true);
}
Array listOf(const std::vector<int>& numbers);

// One file each.
void bindOperators(nb::module_& m);
void bindDetector(nb::module_& m);
void bindData(nb::module_& m);
void bindTrainer(nb::module_& m);
void bindMetrics(nb::module_& m);

#endif
