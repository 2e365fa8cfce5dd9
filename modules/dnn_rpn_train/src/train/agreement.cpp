// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "agreement.hpp"
#include "../params/hash.hpp"

#include <map>
#include <sstream>

#include "opencv2/core/utility.hpp"
#include "opencv2/dnn_rpn/private/file.hpp"

#ifndef _WIN32
#include <dlfcn.h>
#endif

namespace cv {
namespace dnn_rpn_train {

Settings buildOf()
{
    Settings all{{"version of OpenCV", getVersionString()}};
#if defined(__VERSION__)
    all.push_back({"compiler", __VERSION__});
#endif
#ifndef _WIN32
    Dl_info info;
    if (dladdr(reinterpret_cast<void*>(&buildOf), &info) && info.dli_fname)
    {
        Hash hash;
        hash.add(dnn_rpn::readFile(info.dli_fname));
        all.push_back({"build of this library", hash.text()});
    }
#endif
    return all;
}

namespace {

//! A line each; values have none.
std::string textOf(const Settings& settings)
{
    std::string text;
    for (const auto& setting : settings)
        text += setting.first + "\t" + setting.second + "\n";
    return text;
}

std::map<std::string, std::string> valuesOf(const std::string& text)
{
    std::map<std::string, std::string> all;
    std::istringstream lines(text);
    for (std::string name, value; std::getline(lines, name, '\t') && std::getline(lines, value);)
        all[name] = value;
    return all;
}

} // namespace

void requireAgreement(Ranks& ranks, const Settings& own)
{
    if (ranks.count() == 1)
        return;
    const std::vector<std::string> all = ranks.gather(textOf(own));
    const std::map<std::string, std::string> first = valuesOf(all[0]);
    for (size_t r = 1; r < all.size(); r++)
    {
        if (all[r] == all[0])
            continue;
        std::map<std::string, std::string> other = valuesOf(all[r]);
        std::string differences;
        for (const auto& [name, value] : first)
            if (other[name] != value)
                differences += (differences.empty() ? "" : "; ") + name + " is '" + value +
                               "' on rank 0 and '" + other[name] + "' on rank " + std::to_string(r);
        CV_Error_(Error::StsBadArg,
                  ("the processes do not train the same: %s",
                   differences.empty() ? "one has settings that another lacks" : differences.c_str()));
    }
}

} // namespace dnn_rpn_train
} // namespace cv
