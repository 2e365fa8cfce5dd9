// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "json_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include "text.hpp"

namespace cv {
namespace dnn_rpn_train {

JsonReader::JsonReader(const std::string& text, const std::string& path_)
    : start(text.data()), at(text.data()), stop(text.data() + text.size()), path(path_)
{
    if (text.compare(0, 3, "\xEF\xBB\xBF") == 0)
        at += 3;
}

JsonReader::JsonReader(const JsonReader& whole, const char* begin, const char* end)
    : start(whole.start), at(begin), stop(end), path(whole.path)
{}

void JsonReader::fail(const char* what) const
{
    const char* const here = std::min(at, stop);
    const int line = 1 + static_cast<int>(std::count(start, here, '\n'));
    const char* begin = here;
    while (begin > start && begin[-1] != '\n')
        begin--;
    CV_Error_(Error::StsParseError, ("'%s' is no JSON: %s in line %d, column %d: '%s'", path.c_str(), what,
                                     line, static_cast<int>(here - begin) + 1,
                                     cleanName(std::string(here, std::min(here + 20, stop))).c_str()));
}

char JsonReader::peek()
{
    while (at < stop && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
        at++;
    if (at >= stop)
        fail("it ends too early");
    return *at;
}

bool JsonReader::enter(char bracket)
{
    if (peek() != bracket)
        return false;
    at++;
    first = true;
    return true;
}

bool JsonReader::next(char closing)
{
    const char c = peek();
    if (c == closing)
    {
        at++;
        first = false;
        return false;
    }
    if (!first)
    {
        if (c != ',')
            fail("a comma is missing");
        at++;
        peek();
    }
    first = false;
    return true;
}

bool JsonReader::nextKey(std::string& key)
{
    if (!next('}'))
        return false;
    if (*at != '"')
        fail("a name is missing");
    readString(key);
    if (peek() != ':')
        fail("a colon is missing");
    at++;
    return true;
}

bool JsonReader::nextItem()
{
    return next(']');
}

void JsonReader::skipString()
{
    at++;
    for (;;)
    {
        // Nothing but a quote or a backslash matters.
        const char* quote = static_cast<const char*>(std::memchr(at, '"', static_cast<size_t>(stop - at)));
        if (!quote)
        {
            at = stop;
            fail("a text has no end");
        }
        int slashes = 0;
        while (quote - slashes > at && quote[-1 - slashes] == '\\')
            slashes++;
        at = quote + 1;
        if (slashes % 2 == 0)
            return;
    }
}

unsigned JsonReader::hex4()
{
    unsigned value = 0;
    const std::from_chars_result r = std::from_chars(at, std::min(at + 4, stop), value, 16);
    if (r.ec != std::errc() || r.ptr != at + 4)
        fail("\\u wants four digits");
    at += 4;
    return value;
}

void JsonReader::readString(std::string& value)
{
    value.clear();
    for (at++;; at++)
    {
        const char* const begin = at;
        while (at < stop && *at != '"' && *at != '\\')
            at++;
        value.append(begin, at);
        if (at >= stop)
            fail("a text has no end");
        if (*at++ == '"')
            return;
        if (at >= stop)
            fail("a text has no end");
        static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
        if (const char* const escape = *at ? std::strchr(from, *at) : nullptr)
            value += to[escape - from];
        else if (*at != 'u')
            fail("an unknown escape");
        else
        {
            at++;
            unsigned code = hex4();
            if (code >= 0xD800 && code < 0xDC00 && stop - at > 6 && at[0] == '\\' && at[1] == 'u')
            {
                at += 2;
                code = 0x10000 + ((code - 0xD800) << 10) + (hex4() - 0xDC00);
            }
            at--;
            if (code < 0x80)
                value += static_cast<char>(code);
            else if (code < 0x800)
                (value += static_cast<char>(0xC0 | code >> 6)) += static_cast<char>(0x80 | (code & 63));
            else if (code < 0x10000)
                ((value += static_cast<char>(0xE0 | code >> 12)) +=
                 static_cast<char>(0x80 | (code >> 6 & 63))) += static_cast<char>(0x80 | (code & 63));
            else
                (((value += static_cast<char>(0xF0 | code >> 18)) +=
                  static_cast<char>(0x80 | (code >> 12 & 63))) +=
                 static_cast<char>(0x80 | (code >> 6 & 63))) += static_cast<char>(0x80 | (code & 63));
        }
    }
}

void JsonReader::skip(const char** begin, const char** end)
{
    peek();
    const char* const value = at;
    size_t depth = 0;
    do
    {
        const char c = peek();
        if (c == '"')
            skipString();
        else if (c == '{' || c == '[')
        {
            depth++;
            at++;
        }
        else if (c == '}' || c == ']')
        {
            if (depth == 0)
                fail("a value is missing");
            depth--;
            at++;
        }
        else if (c == ',' || c == ':')
        {
            if (depth == 0)
                fail("a value is missing");
            at++;
        }
        else
        {
            const char* const word = at;
            while (at < stop && (*at == '+' || *at == '-' || *at == '.' || (*at >= '0' && *at <= '9') ||
                                 (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z')))
                at++;
            if (at == word)
                fail("a value is missing");
        }
    } while (depth > 0);
    if (begin)
        *begin = value;
    if (end)
        *end = at;
}

bool JsonReader::text(std::string& value)
{
    const char c = peek();
    if (c == '"')
    {
        readString(value);
        return true;
    }
    const char *begin = nullptr, *end = nullptr;
    skip(&begin, &end);
    value.assign(begin, end);
    return c == '-' || (c >= '0' && c <= '9');
}

bool JsonReader::number(double& value)
{
    const char c = peek();
    if (c == '"')
    {
        std::string words;
        readString(words);
        return parseFinite(words, value);
    }
    const char *begin = nullptr, *end = nullptr;
    skip(&begin, &end);
    const std::from_chars_result r = std::from_chars(begin, end, value);
    return r.ec == std::errc() && r.ptr == end && std::isfinite(value);
}

bool JsonReader::flag()
{
    const char *begin = nullptr, *end = nullptr;
    skip(&begin, &end);
    std::string word(begin, end);
    word.erase(std::remove(word.begin(), word.end(), '"'), word.end());
    double value = 0;
    return lowered(word) == "true" || (parseFinite(word, value) && value != 0);
}

bool JsonReader::numbers(std::vector<double>& values)
{
    values.clear();
    if (!enterArray())
    {
        skip();
        return false;
    }
    bool all = true;
    while (nextItem())
    {
        double value = 0;
        all = number(value) && all;
        values.push_back(value);
    }
    return all;
}

void JsonReader::finish()
{
    while (at < stop && (*at == ' ' || (*at >= '\t' && *at <= '\r')))
        at++;
    if (at < stop)
        fail("something comes after its end");
}

} // namespace dnn_rpn_train
} // namespace cv
