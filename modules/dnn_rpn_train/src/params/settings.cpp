// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "settings.hpp"
#include "hash.hpp"
#include "number_text.hpp"
#include "table.hpp"

#include <map>

#include "opencv2/dnn_rpn/private/file.hpp"

#include "../engine/engine.hpp"
#include "../engine/processors.hpp"

namespace cv {
namespace dnn_rpn_train {

using namespace dnn_rpn;

namespace {

std::string hashOfFile(const String& path)
{
    Hash hash;
    hash.add(dnn_rpn::readFile(path));
    return hash.text();
}

} // namespace

Settings namesAndValues(const TrainParams& params)
{
    Settings all;
    for (const ParameterRow& row : parameterTable())
        if (row.isFor(params.detector()) &&
            row.name != std::string("augment")) // a name for those that follow it
            all.push_back({row.name, textOf(row.field(params))});
    return all;
}

Settings settingsOf(const TrainParams& p)
{
    const std::string engine = p.engine == "auto" ? Engine::names().front() : std::string(p.engine);
    String classes;
    for (const String& name : p.classes)
        classes += (classes.empty() ? "" : ",") + name;
    Settings all{{"detector", nameOf(p.detector())},
                 {"classes", classes},
                 {"threads", engine == "eigen" || engine == "cuda" ? "any" : numberText(trainingThreads())}};
    for (auto [name, value] : namesAndValues(p))
    {
        if (name == "engine")
            value = engine;
        else if (name == "backbone" && value != "small")
            value = "a file with hash " + hashOfFile(p.backbone);
        all.push_back({name, value});
    }
    return all;
}

void requireSame(const Settings& then, const Settings& now, const std::string& path)
{
    const std::map<std::string, std::string> before(then.begin(), then.end()), after(now.begin(), now.end());
    auto value = [](const std::map<std::string, std::string>& all, const std::string& name) {
        const auto at = all.find(name);
        return at == all.end() ? std::string("not there") : at->second;
    };
    std::map<std::string, std::string> names = before;
    names.insert(after.begin(), after.end());
    std::string differences;
    for (const auto& n : names)
        if (value(before, n.first) != value(after, n.first))
            differences += (differences.empty() ? "" : "; ") + n.first + " was " + value(before, n.first) +
                           " and is " + value(after, n.first) + " now";
    if (!differences.empty())
        CV_Error_(Error::StsBadArg, ("cannot resume from '%s', which belongs to another training: %s",
                                     path.c_str(), differences.c_str()));
}

} // namespace dnn_rpn_train
} // namespace cv
