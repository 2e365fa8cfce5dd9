// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "processes.hpp"

#include <algorithm>
#include <cstdio>
#include <thread>

#ifdef __linux__
#include <unistd.h>
#endif

#include "opencv2/dnn_rpn_train/threads.hpp"

#include "program.hpp"

using namespace cv;
using cv::dnn_rpn_train::Ranks;

const char* const rankTimeoutHelp = "with several processes (mpirun): seconds that one waits for another "
                                    "before all of them end; more than the first needs to write a model";
const char* const rankTimeoutDefault = "600";

String rankTimeoutKey()
{
    return String("{rank_timeout |") + rankTimeoutDefault + "| " + rankTimeoutHelp + "}";
}

void joinProcesses(CommandLineParser& options, int argc, char** argv)
{
    Ranks::join(numberOption(options, "rank_timeout", 1, 1e6));
    Ranks& ranks = Ranks::ofProcess();
    if (ranks.count() == 1)
        return;
    std::string all;
    for (int i = 1; i < argc; i++)
        all += std::string(i > 1 ? " " : "") + argv[i];
    requireSameEverywhere("options", all);
    std::printf("%d processes work together, %d on this machine\n", ranks.count(), ranks.countHere());
    std::fflush(stdout);
#ifdef _WIN32
    const char* const nowhere = "NUL";
#else
    const char* const nowhere = "/dev/null";
#endif
    if (!ranks.first() && !std::freopen(nowhere, "w", stdout))
        CV_Error_(Error::StsError, ("cannot open '%s'", nowhere));
}

bool isFirstProcess()
{
    return Ranks::ofProcess().first();
}

void requireSameEverywhere(const String& what, const std::string& text)
{
    Ranks& ranks = Ranks::ofProcess();
    if (ranks.count() == 1)
        return;
    const std::vector<std::string> all = ranks.gather(text);
    for (size_t r = 1; r < all.size(); r++)
        if (all[r] != all[0])
            CV_Error_(Error::StsBadArg, ("rank %d has other %s than rank 0: '%s', not '%s'",
                                         static_cast<int>(r), what.c_str(), all[r].c_str(), all[0].c_str()));
}

int ownProcessors()
{
    const int own = cv::dnn_rpn_train::availableProcessors(), processes = Ranks::ofProcess().countHere();
    if (processes == 1)
        return own;
    // A launcher may have given each process its own, or all of them the same.
    int machine = static_cast<int>(std::thread::hardware_concurrency());
#ifdef __linux__
    machine = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
#endif
    return std::max(1, std::min(own, machine / processes));
}
