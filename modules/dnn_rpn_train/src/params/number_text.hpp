// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_PARAMS_NUMBER_TEXT_HPP
#define OPENCV_DNN_RPN_TRAIN_PARAMS_NUMBER_TEXT_HPP

#include <charconv>
#include <string>
#include <vector>

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn_train {

// Numbers as text, whatever the locale of the application is.

//! The shortest text that reads back as the same number.
template<typename Number>
std::string numberText(Number value)
{
    char buffer[32];
    return std::string(buffer, std::to_chars(buffer, buffer + sizeof(buffer), value).ptr);
}

//! Whether the whole text is a number, which `value` then is.
template<typename Number>
bool parseNumber(const std::string& text, Number& value)
{
    const char *first = text.data(), *last = first + text.size();
    const auto [end, error] = std::from_chars(first, last, value);
    return error == std::errc() && end == last && !text.empty();
}

//! "16,32.5" as numbers; false if a part is none.
template<typename Number>
bool parseNumbers(const std::string& text, std::vector<Number>& values, char separator = ',')
{
    values.clear();
    for (size_t first = 0; first <= text.size();)
    {
        const size_t end = std::min(text.find(separator, first), text.size());
        Number value = 0;
        if (!parseNumber(text.substr(first, end - first), value))
            return false;
        values.push_back(value);
        first = end + 1;
    }
    return true;
}

//! "16,32.5"
template<typename Numbers>
std::string numbersText(const Numbers& values, const char* separator = ",")
{
    std::string list;
    for (auto value : values)
        list += (list.empty() ? "" : separator) + numberText(value);
    return list;
}

} // namespace dnn_rpn_train
} // namespace cv

#endif
