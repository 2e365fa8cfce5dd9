// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "opencv2/dnn_rpn_train/events.hpp"
#include "event_record.hpp"
#include "../train/step_stats.hpp"

#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>

namespace cv {
namespace dnn_rpn_train {

using dnn_rpn::Metrics;
namespace fs = std::filesystem;

namespace {

double secondsNow()
{
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

//! A name that is not taken, of the pattern by which TensorBoard tells event files.
String newFile(const String& folder, double seconds)
{
    const String stem =
        (fs::path(folder) / format("events.out.tfevents.%010.0f.dnn_rpn", std::floor(seconds))).string();
    String path = stem;
    for (int i = 1; fs::exists(path); i++)
        path = stem + format(".%d", i);
    return path;
}

struct Score
{
    const char* name;
    double Metrics::*value;
};

const Score scores[] = {{"AP", &Metrics::AP},         {"AP50", &Metrics::AP50},   {"AP75", &Metrics::AP75},
                        {"AR10", &Metrics::AR10},     {"AR100", &Metrics::AR100}, {"AR300", &Metrics::AR300},
                        {"AR1000", &Metrics::AR1000}, {"vocAP", &Metrics::vocAP}};

} // namespace

struct EventLog::Impl
{
    Impl(const String& folder, int done)
    {
        std::error_code ignored; // told when the file is opened
        fs::create_directories(std::string(folder), ignored);
        path = newFile(folder, secondsNow());
        file.open(path, std::ios::binary | std::ios::app);
        write(versionEvent(secondsNow()));
        write(sessionStartEvent(secondsNow(), done + 1));
        flush();
    }

    void write(const std::string& event)
    {
        file << tfRecord(event);
        check();
        if (secondsNow() > flushed + 1)
            flush();
    }

    void flush()
    {
        file.flush();
        check();
        flushed = secondsNow();
    }

    void check() const
    {
        if (!file)
            CV_Error_(Error::StsError,
                      ("cannot write '%s'; is the folder writable and the disk not full?", path.c_str()));
    }

    String path;
    std::ofstream file;
    double flushed = 0;
};

EventLog::EventLog(const String& folder, int done) : impl(makePtr<Impl>(folder, done)) {}

EventLog::~EventLog() {}

void EventLog::add(const StepStats& stats)
{
    Scalars scalars;
    for (const StepColumn& column : stepColumns())
    {
        const double value = column.valueOf(stats);
        if (column.plot != NoPlot && std::isfinite(value))
            scalars.emplace_back("step/" + std::string(column.name), static_cast<float>(value));
    }
    scalars.emplace_back("step/epoch", static_cast<float>(stats.epoch));
    impl->write(scalarsEvent(secondsNow(), stats.step, scalars));
    if (stats.evaluated)
        addValidation(stats.step, stats.validation);
}

void EventLog::addValidation(int step, const Metrics& metrics)
{
    Scalars scalars;
    for (const Score& score : scores)
        if (metrics.*score.value >= 0)
            scalars.emplace_back("validation/" + std::string(score.name),
                                 static_cast<float>(metrics.*score.value));
    impl->write(scalarsEvent(secondsNow(), step, scalars));
}

void EventLog::addScalar(const String& tag, double value, int step)
{
    if (tag.empty())
        CV_Error(Error::StsBadArg, "a number needs a tag");
    impl->write(scalarsEvent(secondsNow(), step, {{escapeInvalidUtf8(tag), static_cast<float>(value)}}));
}

void EventLog::flush()
{
    impl->flush();
}

const String& EventLog::path() const
{
    return impl->path;
}

} // namespace dnn_rpn_train
} // namespace cv
