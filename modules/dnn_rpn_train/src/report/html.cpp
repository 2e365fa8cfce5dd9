// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "html.hpp"

#include <cmath>
#include <iomanip>
#include <locale>
#include <sstream>

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/wrappers.pb.h>

namespace cv {
namespace dnn_rpn_train {

namespace {

const char dash[] = "\u2013";

//! A stream that writes numbers as C does, whatever the program's locale.
std::ostringstream numbers()
{
    std::ostringstream out;
    out.imbue(std::locale::classic());
    return out;
}

//! Without the zeros that end a fraction.
std::string withoutZeros(const std::string& text)
{
    if (text.find('.') == std::string::npos)
        return text;
    const std::string shorter = text.substr(0, text.find_last_not_of('0') + 1);
    return shorter.back() == '.' ? shorter.substr(0, shorter.size() - 1) : shorter;
}

} // namespace

std::string escapeHtml(const std::string& text)
{
    std::string escaped;
    for (const char c : text)
        switch (c)
        {
        case '&':
            escaped += "&amp;";
            break;
        case '<':
            escaped += "&lt;";
            break;
        case '>':
            escaped += "&gt;";
            break;
        case '"':
            escaped += "&quot;";
            break;
        case '\'':
            escaped += "&#39;";
            break;
        default:
            escaped += c;
        }
    return escaped;
}

std::string fixedPoint(double value, int decimals)
{
    if (!std::isfinite(value))
        return dash;
    std::ostringstream out = numbers();
    out << std::fixed << std::setprecision(decimals) << std::abs(value);
    std::string text = out.str();
    const size_t point = std::min(text.find('.'), text.size());
    for (size_t at = point; at > 3; at -= 3)
        text.insert(at - 3, ",");
    const bool zero = text.find_first_of("123456789") == std::string::npos;
    return (value < 0 && !zero ? "\u2212" : "") + text;
}

std::string readable(double value, int digits)
{
    if (!std::isfinite(value))
        return dash;
    if (value == 0)
        return "0";
    const int exponent = static_cast<int>(std::floor(std::log10(std::abs(value))));
    if (exponent >= -4 && exponent < 7)
        return withoutZeros(fixedPoint(value, std::max(0, digits - 1 - exponent)));
    static const char* const superscripts[] = {"\u2070", "\u00b9", "\u00b2", "\u00b3", "\u2074",
                                               "\u2075", "\u2076", "\u2077", "\u2078", "\u2079"};
    std::string power = exponent < 0 ? "\u207b" : "";
    for (const char c : std::to_string(std::abs(exponent)))
        power += superscripts[c - '0'];
    return withoutZeros(fixedPoint(value / std::pow(10., exponent), digits - 1)) + "\u00d710" + power;
}

std::string readableTime(double seconds)
{
    const long long s = std::llround(std::max(0., seconds));
    std::ostringstream out = numbers();
    out << std::setfill('0');
    if (s >= 3600)
        out << s / 3600 << ':' << std::setw(2) << s / 60 % 60;
    else
        out << s / 60;
    out << ':' << std::setw(2) << s % 60;
    return out.str();
}

std::string plain(double value)
{
    std::ostringstream out = numbers();
    out << std::setprecision(7) << value;
    return out.str();
}

std::string base64(const std::vector<uchar>& bytes)
{
    // protobuf's JSON writes bytes so.
    google::protobuf::BytesValue message;
    message.set_value(bytes.data(), bytes.size());
    std::string json;
    CV_Assert(google::protobuf::util::MessageToJsonString(message, &json).ok());
    return json.substr(1, json.size() - 2); // without the quotes
}

} // namespace dnn_rpn_train
} // namespace cv
