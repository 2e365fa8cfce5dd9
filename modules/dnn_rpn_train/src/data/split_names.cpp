// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "reading.hpp"

#include <algorithm>

#include "text.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! "train" of train, training, trainval, train2017; "val" of val, valid, validation, dev; "test" of test,
//! testing.
std::string roleOf(const std::string& name)
{
    static const struct
    {
        const char *word, *role;
    } words[] = {{"trainval", "train"}, {"training", "train"}, {"train", "train"}, {"validation", "val"},
                 {"valid", "val"},      {"minival", "val"},    {"val", "val"},     {"dev", "val"},
                 {"eval", "val"},       {"testing", "test"},   {"test", "test"}};
    const std::string lower = lowered(name);
    for (const auto& w : words)
    {
        const std::string word = w.word;
        if (lower.compare(0, word.size(), word) == 0 &&
            lower.find_first_not_of("0123456789_-", word.size()) == std::string::npos)
            return w.role;
    }
    return std::string();
}

//! The words that a file's name and its folders' names consist of.
std::vector<std::string> wordsOf(const std::string& file)
{
    std::vector<std::string> words = partsOf(withoutExtension(file));
    if (words.empty())
        return words;
    const std::string stem = words.back();
    for (size_t begin = 0; begin < stem.size();)
    {
        const size_t end = std::min(stem.find_first_of("._- ", begin), stem.size());
        words.push_back(stem.substr(begin, end - begin));
        begin = end + 1;
    }
    // instances_default.json is the split "default".
    if (stem.compare(0, 10, "instances_") == 0)
        words.push_back(stem.substr(10));
    return words;
}

std::string listed(const std::set<std::string>& names)
{
    std::string text;
    for (const std::string& name : names)
        text += " " + name;
    return text;
}

} // namespace

bool looksLikeSplit(const std::string& name)
{
    return !roleOf(name).empty();
}

std::set<std::string> splitsIn(const std::vector<std::string>& files)
{
    std::set<std::string> splits;
    for (const std::string& file : files)
        for (const std::string& word : wordsOf(file))
            if (looksLikeSplit(word))
                splits.insert(word);
    return splits;
}

bool belongsTo(const std::string& file, const std::string& split)
{
    if (split.empty())
        return true;
    for (const std::string& word : wordsOf(file))
        if (lowered(word) == lowered(split))
            return true;
    return false;
}

std::string chooseFile(Reading& reading, const std::vector<std::string>& files)
{
    for (const std::string& file : files)
        if (!reading.split.empty() && belongsTo(file, reading.split))
            return files.size() > 1 || looksLikeSplit(reading.split) ? reading.split : std::string();
    return reading.choose(splitsIn(files));
}

std::string Reading::choose(const std::set<std::string>& known)
{
    if (known.empty())
    {
        unsplit = true;
        if (!split.empty())
            remarks.add(format("'%s' has no splits: all its images are read as '%s'",
                               annotations.root().c_str(), split.c_str()));
        return std::string();
    }
    if (split.empty() || known.count(split))
        return split;
    // A test set may be called val, never the other way round, and what is for training is for nothing else.
    const std::string role = roleOf(split);
    std::vector<std::string> roles{role};
    if (role == "test")
        roles.push_back("val");
    for (const std::string& wanted : roles)
    {
        std::set<std::string> fitting;
        for (const std::string& name : known)
            if (lowered(name) == lowered(split) || (!wanted.empty() && roleOf(name) == wanted))
                fitting.insert(name);
        if (fitting.size() > 1)
            CV_Error_(Error::StsError, ("there is no split '%s' in '%s', and several that could be meant:%s",
                                        split.c_str(), annotations.root().c_str(), listed(fitting).c_str()));
        if (fitting.size() == 1)
        {
            remarks.add(format("there is no split '%s' in '%s': '%s' is read", split.c_str(),
                               annotations.root().c_str(), fitting.begin()->c_str()));
            return *fitting.begin();
        }
    }
    CV_Error_(Error::StsError, ("there is no split '%s' in '%s'; the splits there are:%s", split.c_str(),
                                annotations.root().c_str(), listed(known).c_str()));
}

} // namespace dnn_rpn_train
} // namespace cv
