// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "progress.hpp"

#include <algorithm>
#include <cstdio>

#ifdef _WIN32
#include <io.h>
#else
#include <unistd.h>
#endif

#include "opencv2/core.hpp"

namespace {

std::string asTime(double seconds)
{
    const int s = static_cast<int>(seconds + 0.5);
    return s >= 3600 ? cv::format("%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60)
                     : cv::format("%d:%02d", s / 60, s % 60);
}

#ifdef _WIN32
bool isTerminal()
{
    return _isatty(_fileno(stdout)) != 0;
}
#else
bool isTerminal()
{
    return isatty(STDOUT_FILENO) != 0;
}
#endif

} // namespace

Progress::Progress(const std::string& title_, int total_, int done)
    : title(title_), total(total_), first(done), terminal(isTerminal()),
      start(std::chrono::steady_clock::now()), lastDrawn(start - std::chrono::hours(1))
{}

Progress::~Progress()
{
    if (open)
        std::printf("\n");
    std::fflush(stdout);
}

void Progress::show(int done, const std::string& note)
{
    const auto now = std::chrono::steady_clock::now();
    const double seconds = std::chrono::duration<double>(now - start).count();
    const double left = done > first ? seconds / (done - first) * std::max(0, total - done) : 0;
    if (terminal)
    {
        if (done < total && now - lastDrawn < std::chrono::milliseconds(100))
            return;
        lastDrawn = now;
        const int width = 30,
                  filled = total > 0
                               ? std::min(width, static_cast<int>(static_cast<double>(width) * done / total))
                               : width;
        std::printf("\r\033[K%s [%s%s] %d/%d, %s left  %s", title.c_str(), std::string(filled, '#').c_str(),
                    std::string(width - filled, '.').c_str(), done, total, asTime(left).c_str(),
                    note.c_str());
        open = true;
    }
    else
    {
        const int tenth = total > 0 ? std::min(10, static_cast<int>(10. * done / total)) : 10;
        if (tenth == lastTenth)
            return;
        lastTenth = tenth;
        std::printf("%s %d/%d, %s left  %s\n", title.c_str(), done, total, asTime(left).c_str(),
                    note.c_str());
    }
    std::fflush(stdout);
}

void Progress::say(const std::string& line)
{
    std::printf("%s%s\n", open ? "\r\033[K" : "", line.c_str());
    open = false;
    std::fflush(stdout);
}
