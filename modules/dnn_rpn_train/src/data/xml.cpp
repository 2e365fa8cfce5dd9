// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "xml.hpp"

#include <algorithm>
#include <cmath>

#include "reading.hpp"
#include "text.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! encoding="..." of the declaration in the first line; "" where there is none.
std::string declaredEncoding(const std::string& bytes)
{
    const std::string head = bytes.substr(0, std::min<size_t>(bytes.find("?>"), 200));
    const size_t word = head.find("<?xml") == std::string::npos ? head.npos : head.find("encoding");
    const size_t open = word == std::string::npos ? word : head.find_first_of("\"'", word);
    const size_t close = open == std::string::npos ? open : head.find(head[open], open + 1);
    return close == std::string::npos ? std::string() : head.substr(open + 1, close - open - 1);
}

//! The name of the first tag, by the file's beginning; "" if there is none.
std::string rootTag(const std::string& path)
{
    std::string text = headOf(path).substr(0, 8192);
    text.erase(std::remove(text.begin(), text.end(), '\0'), text.end()); // two bytes a letter
    for (size_t at = text.find('<'); at != std::string::npos; at = text.find('<', at + 1))
    {
        if (text.compare(at, 4, "<!--") == 0)
        {
            at = text.find("-->", at);
            if (at == std::string::npos)
                break;
            continue;
        }
        if (text[at + 1] == '?' || text[at + 1] == '!')
            continue;
        const size_t end = text.find_first_of(" \t\r\n/>", at + 1);
        return text.substr(at + 1, std::min(end, text.size()) - at - 1);
    }
    return std::string();
}

double number(const std::string& text, const std::string& what, const std::string& where)
{
    double value = 0;
    if (!parseFinite(text, value) || std::abs(value) > 1e6)
        CV_Error_(Error::StsParseError,
                  ("%s: %s is '%s', not a number", where.c_str(), what.c_str(), clipped(text).c_str()));
    return value;
}

} // namespace

void loadXml(const std::string& path, pugi::xml_document& xml)
{
    const std::string bytes = readBytes(path);
    // Two bytes a letter without a mark.
    const bool wide = bytes.size() > 1 && (bytes[0] == 0 || bytes[1] == 0);
    const std::string encoding = wide ? (bytes[0] == 0 ? "UTF-16BE" : "UTF-16LE") : declaredEncoding(bytes);
    const std::string text = toUtf8(bytes, encoding, path);
    const pugi::xml_parse_result parsed =
        xml.load_buffer(text.data(), text.size(), pugi::parse_default, pugi::encoding_utf8);
    if (!parsed)
        CV_Error_(Error::StsParseError, ("cannot read '%s': %s", path.c_str(), parsed.description()));
}

std::vector<std::string> xmlFiles(const Folder& files, const std::string& tag)
{
    const size_t enough = 100;
    std::vector<std::string> all = files.withExtension("xml"), found;
    all.resize(std::min(all.size(), enough));
    for (const std::string& name : all)
        if (rootTag(files.pathOf(name)) == tag)
            found.push_back(name);
    return found;
}

double childNumber(const pugi::xml_node& parent, const char* child, const std::string& where)
{
    return number(parent.child(child).text().as_string(), std::string("<") + child + ">", where);
}

double attributeNumber(const pugi::xml_node& node, const char* attribute, const std::string& where)
{
    return number(node.attribute(attribute).as_string(), attribute, where);
}

} // namespace dnn_rpn_train
} // namespace cv
