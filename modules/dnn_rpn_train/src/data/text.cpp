// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "text.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

#ifdef DNN_RPN_HAVE_ICONV
#include <iconv.h>
#endif

#include "opencv2/dnn_rpn_train/dataset.hpp"
#include "../params/number_text.hpp"

namespace cv {
namespace dnn_rpn_train {

std::string readBytes(const std::string& path)
{
    std::error_code error;
    if (std::filesystem::is_directory(path, error))
        CV_Error_(Error::StsError, ("cannot read '%s': it is a folder", path.c_str()));
    std::ifstream in(path, std::ios::binary | std::ios::ate);
    std::string bytes;
    if (in)
    {
        bytes.resize(static_cast<size_t>(std::max<std::streamoff>(0, in.tellg())));
        in.seekg(0);
        in.read(&bytes[0], static_cast<std::streamsize>(bytes.size()));
    }
    if (!in)
        CV_Error_(Error::StsError, ("cannot read '%s': %s", path.c_str(), std::strerror(errno)));
    return bytes;
}

namespace {

//! Bytes of the UTF-8 character that begins there; 0 if it is none.
size_t characterAt(const std::string& text, size_t at)
{
    const auto byte = [&](size_t i) {
        return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u;
    };
    const unsigned first = byte(0);
    const size_t length = first < 0x80                    ? 1
                          : first >= 0xC2 && first < 0xE0 ? 2
                          : first >= 0xE0 && first < 0xF0 ? 3
                          : first >= 0xF0 && first < 0xF5 ? 4
                                                          : 0;
    for (size_t i = 1; i < length; i++)
        if ((byte(i) & 0xC0) != 0x80)
            return 0;
    const unsigned second = byte(1);
    const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90),
               beyond = (first == 0xED && second > 0x9F) || (first == 0xF4 && second > 0x8F);
    return overlong || beyond ? 0 : length;
}

bool isBlank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

#ifdef DNN_RPN_HAVE_ICONV
std::string convert(const std::string& bytes, const std::string& encoding, const std::string& what)
{
    const iconv_t converter = iconv_open("UTF-8", encoding.c_str());
    if (converter == reinterpret_cast<iconv_t>(-1))
        CV_Error_(Error::StsParseError, ("'%s': its encoding '%s' is not known here; save it as UTF-8",
                                         what.c_str(), clipped(encoding).c_str()));
    std::string text(bytes.size() * 4 + 4, '\0'), input = bytes;
    char *from = &input[0], *to = &text[0];
    size_t left = input.size(), room = text.size();
    const bool done = iconv(converter, &from, &left, &to, &room) != static_cast<size_t>(-1);
    iconv_close(converter);
    if (!done)
        CV_Error_(Error::StsParseError,
                  ("'%s': byte %d is none of its encoding %s; save it as UTF-8", what.c_str(),
                   static_cast<int>(bytes.size() - left), encoding.c_str()));
    text.resize(text.size() - room);
    return text;
}
#else
std::string convert(const std::string&, const std::string& encoding, const std::string& what)
{
    CV_Error_(Error::StsNotImplemented,
              ("'%s': this build converts no encodings such as %s; save it as UTF-8", what.c_str(),
               encoding.c_str()));
}
#endif

} // namespace

std::string toUtf8(const std::string& bytes, const std::string& encoding, const std::string& what)
{
    if (bytes.compare(0, 3, "\xEF\xBB\xBF") == 0)
        return escapeInvalidUtf8(bytes.substr(3));
    if (bytes.compare(0, 2, "\xFF\xFE") == 0)
        return convert(bytes.substr(2), "UTF-16LE", what);
    if (bytes.compare(0, 2, "\xFE\xFF") == 0)
        return convert(bytes.substr(2), "UTF-16BE", what);
    const std::string name = lowered(encoding);
    if (name.empty() || name == "utf-8" || name == "utf8" || name == "us-ascii" || name == "ascii")
        return escapeInvalidUtf8(bytes);
    return convert(bytes, encoding, what);
}

std::vector<std::string> readLines(const std::string& path)
{
    const std::string text = toUtf8(readBytes(path), "", path);
    std::vector<std::string> lines;
    for (size_t begin = 0; begin < text.size();)
    {
        const size_t end = std::min(text.find_first_of("\r\n", begin), text.size());
        lines.push_back(trimmed(text.substr(begin, end - begin)));
        begin = end + (text.compare(end, 2, "\r\n") == 0 ? 2 : 1);
    }
    return lines;
}

std::string cleanName(const std::string& text)
{
    std::string clean;
    for (char c : text)
        if (static_cast<unsigned char>(c) > ' ' && c != '\x7f')
            clean += c;
        else if (!clean.empty() && clean.back() != ' ')
            clean += ' ';
    if (!clean.empty() && clean.back() == ' ')
        clean.pop_back();
    return clean;
}

std::string trimmed(const std::string& text)
{
    size_t begin = 0, end = text.size();
    while (begin < end && isBlank(text[begin]))
        begin++;
    while (end > begin && isBlank(text[end - 1]))
        end--;
    return text.substr(begin, end - begin);
}

std::string lowered(std::string text)
{
    for (char& c : text)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return text;
}

std::vector<std::string> columnsOf(const std::string& line)
{
    const char* const separators = line.find_first_of(" \t") == std::string::npos ? ",;" : " \t";
    std::vector<std::string> columns;
    for (size_t begin = line.find_first_not_of(separators); begin < line.size();)
    {
        const size_t end = std::min(line.find_first_of(separators, begin), line.size());
        columns.push_back(line.substr(begin, end - begin));
        begin = line.find_first_not_of(separators, end);
    }
    return columns;
}

bool parseFinite(const std::string& text, double& value)
{
    const std::string bare = trimmed(text);
    return parseNumber(bare.compare(0, 1, "+") == 0 ? bare.substr(1) : bare, value) && std::isfinite(value);
}

std::string clipped(const std::string& text, size_t most)
{
    return text.size() <= most ? text : text.substr(0, most) + "...";
}

String escapeInvalidUtf8(const String& text)
{
    String valid;
    for (size_t at = 0; at < text.size();)
        if (const size_t length = characterAt(text, at))
        {
            valid.append(text, at, length);
            at += length;
        }
        else
            valid += format("\\x%02X", static_cast<unsigned char>(text[at++]));
    return valid;
}

} // namespace dnn_rpn_train
} // namespace cv
