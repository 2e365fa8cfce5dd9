// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "yolo_names.hpp"

#include <algorithm>

#include <yaml-cpp/yaml.h>

#include "text.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! YAML files, those of the usual name first.
std::vector<std::string> yamlFiles(const Folder& files)
{
    std::vector<std::string> found;
    for (const char* extension : {"yaml", "yml"})
        for (const std::string& name : files.withExtension(extension))
            found.push_back(name);
    std::stable_sort(found.begin(), found.end(), [](const std::string& a, const std::string& b) {
        const auto rank = [](const std::string& name) {
            return (lowered(withoutExtension(baseName(name))) == "data" ? 0 : 1) +
                   2 * static_cast<int>(partsOf(name).size());
        };
        return rank(a) < rank(b);
    });
    return found;
}

YAML::Node parse(const std::string& path)
{
    std::string text = toUtf8(readBytes(path), "", path);
    try
    {
        return YAML::Load(text);
    }
    catch (const YAML::Exception& e)
    {
        // People indent with tabs, which YAML forbids.
        const std::string why = e.what();
        if (text.find('\t') == std::string::npos)
            CV_Error_(Error::StsParseError, ("cannot read '%s': %s", path.c_str(), why.c_str()));
    }
    for (size_t at = text.find('\t'); at != std::string::npos; at = text.find('\t', at))
        text.replace(at, 1, "    ");
    try
    {
        return YAML::Load(text);
    }
    catch (const YAML::Exception& e)
    {
        CV_Error_(Error::StsParseError, ("cannot read '%s': %s", path.c_str(), e.what()));
    }
}

void readNumberedNames(const YAML::Node& names, const std::string& path, YoloDescription& d)
{
    std::map<int, std::string> numbered;
    for (const auto& entry : names)
    {
        double number = 0;
        if (!parseFinite(entry.first.as<std::string>(), number) || number < 0 || number > 100000)
            CV_Error_(Error::StsParseError, ("'%s': names has '%s' where a number belongs", path.c_str(),
                                             clipped(entry.first.as<std::string>()).c_str()));
        numbered[static_cast<int>(number)] = entry.second.as<std::string>();
    }
    if (numbered.empty())
        return;
    d.firstNumber = numbered.count(0) ? 0 : numbered.begin()->first;
    if (d.firstNumber > 1)
        d.firstNumber = 0;
    for (const auto& n : numbered)
    {
        while (static_cast<int>(d.names.size()) + d.firstNumber < n.first)
            d.names.push_back(std::to_string(d.names.size() + static_cast<size_t>(d.firstNumber)));
        d.names.push_back(n.second);
    }
}

std::vector<std::string> textsOf(const YAML::Node& node)
{
    std::vector<std::string> texts;
    if (node.IsScalar())
        texts.push_back(node.as<std::string>());
    else if (node.IsSequence())
        for (const YAML::Node& entry : node)
            if (entry.IsScalar())
                texts.push_back(entry.as<std::string>());
    return texts;
}

//! Whether the YAML file is about a data set.
bool readYaml(const std::string& path, YoloDescription& d, Reading& reading)
{
    const YAML::Node root = parse(path);
    if (!root.IsMap() || (!root["names"] && !root["nc"] && !root["train"]))
        return false;
    d.file = path;
    try
    {
        for (const char* part : {"train", "val", "valid", "test"})
            if (root[part])
                d.places[std::string(part) == "valid" ? "val" : part] = textsOf(root[part]);
        const YAML::Node names = root["names"];
        if (names && names.IsMap())
            readNumberedNames(names, path, d);
        else if (names)
            d.names = textsOf(names);
        if (root["kpt_shape"] && root["kpt_shape"].IsSequence() && root["kpt_shape"].size() == 2)
            d.keypoints = root["kpt_shape"][0].as<int>() * root["kpt_shape"][1].as<int>();
        if (root["nc"] && !d.names.empty() && root["nc"].as<std::string>() != std::to_string(d.names.size()))
            reading.remarks.add(format("'%s': nc is %s, but there are %d names; the names count",
                                       path.c_str(), clipped(root["nc"].as<std::string>()).c_str(),
                                       static_cast<int>(d.names.size())));
    }
    catch (const YAML::Exception& e)
    {
        CV_Error_(Error::StsParseError, ("cannot read '%s': %s", path.c_str(), e.what()));
    }
    return true;
}

//! Files with a name a line, the most telling first.
std::vector<std::string> nameFiles(const Folder& files)
{
    std::vector<std::string> found = files.withExtension("names");
    for (const std::string& name : files.withExtension("labels"))
        found.push_back(name);
    for (const char* usual : {"classes.txt", "obj_names.txt", "names.txt"})
        for (const std::string& name : files.withExtension("txt"))
            if (lowered(baseName(name)) == usual)
                found.push_back(name);
    return found;
}

} // namespace

bool hasYoloDescription(const Folder& files)
{
    return !yamlFiles(files).empty() || !nameFiles(files).empty();
}

YoloDescription readYoloDescription(Reading& reading)
{
    YoloDescription d;
    for (const std::string& file : yamlFiles(reading.files()))
        if (readYaml(reading.files().pathOf(file), d, reading))
            break;
    if (!d.names.empty())
        return d;
    for (const std::string& file : nameFiles(reading.files()))
    {
        for (const std::string& line : readLines(reading.files().pathOf(file)))
            if (!line.empty())
                d.names.push_back(line);
        if (d.names.empty())
            continue;
        d.file = reading.files().pathOf(file);
        return d;
    }
    if (!d.file.empty())
        reading.remarks.add("'" + d.file + "' has no names: the classes are called by their numbers");
    return d;
}

} // namespace dnn_rpn_train
} // namespace cv
