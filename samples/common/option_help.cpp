// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "option_help.hpp"

#include <cstdio>
#include <sstream>

namespace {

const size_t column = 26, width = 100;

void printOption(const Option& option)
{
    std::string line = "  --" + option.name;
    if (!option.value.empty() && option.value != "<none>")
        line += "=" + option.value;
    // A default as long as a path begins a line of its own.
    if (line.size() + 1 > column)
    {
        std::printf("%s\n", line.c_str());
        line.clear();
    }
    line.resize(std::max(line.size(), column), ' ');
    std::istringstream words(option.help);
    for (std::string word; words >> word;)
    {
        if (line.size() + 1 + word.size() > width)
        {
            std::printf("%s\n", line.c_str());
            line.assign(column, ' ');
        }
        line += (line.size() > column ? " " : "") + word;
    }
    std::printf("%s\n", line.c_str());
}

//! Calls use(option) for each, and heading(group) before the first of each group.
template<typename Heading, typename Use>
void forEachInGroups(const std::vector<Option>& options, const Heading& heading, const Use& use)
{
    std::vector<cv::String> groups;
    for (const Option& option : options)
        if (std::find(groups.begin(), groups.end(), option.group) == groups.end())
            groups.push_back(option.group);
    for (const cv::String& group : groups)
    {
        heading(group);
        for (const Option& option : options)
            if (option.group == group)
                use(option);
    }
}

} // namespace

cv::String optionKeys(const std::vector<Option>& options)
{
    cv::String keys;
    for (const Option& option : options)
        keys += "{" + option.name + "|" + option.value + "| }";
    return keys;
}

void printOptions(const std::vector<Option>& options, bool all)
{
    std::vector<Option> shown;
    for (const Option& option : options)
        if (all || option.common)
            shown.push_back(option);
    forEachInGroups(
        shown, [](const cv::String& group) { std::printf("\n%s\n", group.c_str()); }, printOption);
}

void printMarkdown(const std::vector<Option>& options)
{
    forEachInGroups(
        options,
        [](const cv::String& group) {
            std::printf("\n## %s\n\n| parameter | default | is |\n|---|---|---|\n", group.c_str());
        },
        [](const Option& option) {
            std::printf("| `%s` | %s | %s |\n", option.name.c_str(),
                        option.value == "<none>" ? "" : option.value.c_str(), option.help.c_str());
        });
}
