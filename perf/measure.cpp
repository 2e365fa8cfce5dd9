// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "measure.hpp"

#include <malloc.h>

#include <chrono>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>

#include "opencv2/core.hpp"
#include "opencv2/core/utility.hpp"

std::vector<double> timeCalls(const std::function<void()>& call, double seconds, int calls)
{
    typedef std::chrono::steady_clock Clock;
    typedef std::chrono::duration<double, std::milli> Milliseconds;
    std::vector<double> times;
    const Clock::time_point start = Clock::now();
    for (Clock::time_point now = start;
         Milliseconds(now - start).count() < 1000 * seconds || static_cast<int>(times.size()) < calls;)
    {
        call();
        const Clock::time_point end = Clock::now();
        times.push_back(Milliseconds(end - now).count());
        now = end;
    }
    return times;
}

//! A line of /proc/self/status, in bytes.
static double statusOf(const std::string& key)
{
    std::ifstream status("/proc/self/status");
    std::string word;
    while (status >> word)
        if (word == key)
        {
            double kilobytes = 0;
            status >> kilobytes;
            return 1024 * kilobytes;
        }
    CV_Error(cv::Error::StsError, "/proc/self/status has no " + key);
}

double peakGrowth(const std::function<void()>& call)
{
    // What free() kept must not hide what the call asks for.
    mallopt(M_MMAP_THRESHOLD, 64 << 10);
    malloc_trim(0);
    std::ofstream("/proc/self/clear_refs") << 5; // the peak starts anew
    const double before = statusOf("VmRSS:");
    call();
    return statusOf("VmHWM:") - before;
}

std::function<void()> copying(double bytes)
{
    const int size = static_cast<int>(bytes / 2);
    auto from = std::make_shared<cv::Mat>(1, size, CV_8U, cv::Scalar(1));
    auto to = std::make_shared<cv::Mat>(1, size, CV_8U, cv::Scalar(2));
    return [=] {
        const int piece = 64 << 10;
        cv::parallel_for_(cv::Range(0, (size + piece - 1) / piece), [&](const cv::Range& range) {
            for (int i = range.start; i < range.end; i++)
                std::memcpy(to->data + i * piece, from->data + i * piece, std::min(piece, size - i * piece));
        });
    };
}
