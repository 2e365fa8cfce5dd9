// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "opencv2/dnn_rpn_train/log.hpp"
#include "../train/step_stats.hpp"

#include <filesystem>
#include <sstream>

#include "opencv2/dnn_rpn/private/file.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

std::string header()
{
    std::string names;
    for (const StepColumn& column : stepColumns())
        names += (names.empty() ? "" : ",") + std::string(column.name);
    return names;
}

bool parseRow(const std::string& line, StepStats& stats)
{
    std::istringstream cells(line);
    std::string cell;
    for (const StepColumn& column : stepColumns())
    {
        if (!std::getline(cells, cell, ','))
            cell.clear();
        if (!column.parse(cell, stats))
            return false;
    }
    return true;
}

} // namespace

TrainingLog::TrainingLog(const String& path_, int done) : path(path_)
{
    const std::string part = path + ".part";
    std::string rows = header() + "\n";
    if (done > 0)
    {
        // An interrupted run left the first, one that ended early on request the second.
        std::ifstream in(std::filesystem::exists(part) ? part : std::string(path));
        for (std::string line; std::getline(in, line);)
        {
            StepStats stats;
            if (parseRow(line, stats) && stats.step <= done)
            {
                rows += line + "\n";
                kept.push_back(stats);
            }
        }
    }
    dnn_rpn::writeFile(part, rows);
    file.open(part, std::ios::app);
    check();
}

void TrainingLog::add(const StepStats& stats)
{
    std::string row;
    for (const StepColumn& column : stepColumns())
        row += (row.empty() ? "" : ",") + column.text(stats);
    file << row << '\n';
    if (stats.step % 20 == 0)
        file.flush();
    check();
}

void TrainingLog::save()
{
    file.flush();
    check();
    dnn_rpn::syncFile(path + ".part");
}

void TrainingLog::finish()
{
    save();
    file.close();
    check();
    std::filesystem::rename(path + ".part", path);
}

void TrainingLog::check() const
{
    if (!file)
        CV_Error_(Error::StsError, ("cannot write '%s.part'; is the disk full?", path.c_str()));
}

} // namespace dnn_rpn_train
} // namespace cv
