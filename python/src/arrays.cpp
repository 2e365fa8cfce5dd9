// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include <optional>

#include "arrays.hpp"

cv::Mat imageOf(const Bytes& array)
{
    const bool coloured =
        array.ndim() == 3 && (array.shape(2) == 3 || array.shape(2) == 4 || array.shape(2) == 1);
    if (array.ndim() != 2 && !coloured)
        CV_Error(cv::Error::StsBadArg,
                 "an image must be rows x columns, or rows x columns x 3 (BGR) or 4, of uint8");
    const int channels = coloured ? static_cast<int>(array.shape(2)) : 1;
    return cv::Mat(static_cast<int>(array.shape(0)), static_cast<int>(array.shape(1)), CV_8UC(channels),
                   const_cast<uint8_t*>(array.data()));
}

Array arrayOf(const cv::Mat& mat, bool flat)
{
    cv::Mat* const owned = new cv::Mat(mat.isContinuous() ? mat : mat.clone());
    nb::capsule owner(owned, [](void* p) noexcept { delete static_cast<cv::Mat*>(p); });
    std::vector<size_t> shape;
    if (flat)
        shape.push_back(owned->total());
    else
        for (int i = 0; i < owned->dims; i++)
            shape.push_back(static_cast<size_t>(owned->size[i]));
    if (owned->channels() > 1)
        shape.push_back(static_cast<size_t>(owned->channels()));
    const nb::dlpack::dtype type = owned->depth() == CV_32S   ? nb::dtype<int32_t>()
                                   : owned->depth() == CV_8U  ? nb::dtype<uint8_t>()
                                   : owned->depth() == CV_64F ? nb::dtype<double>()
                                                              : nb::dtype<float>();
    return Array(owned->data, shape.size(), shape.data(), owner, nullptr, type);
}

Array listOf(const std::vector<int>& numbers)
{
    return arrayOf(cv::Mat(numbers, true), true);
}
