// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "processors.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "opencv2/core/utility.hpp"
#include "opencv2/dnn_rpn_train/threads.hpp"

#ifdef __linux__
#include <sched.h>
#endif

namespace cv {
namespace dnn_rpn_train {

namespace fs = std::filesystem;

namespace {

//! Processors of one group, rounded up; 0: no limit.
int limitOf(const fs::path& group)
{
    double quota = 0, period = 0;
    std::ifstream v2(group / "cpu.max"), v1(group / "cpu.cfs_quota_us"),
        v1Period(group / "cpu.cfs_period_us");
    const bool known = v2 ? static_cast<bool>(v2 >> quota >> period) : (v1 >> quota && v1Period >> period);
    return known && quota > 0 && period > 0 ? static_cast<int>(std::ceil(quota / period)) : 0;
}

//! The least limit from a group up to the root.
int leastLimit(const fs::path& root, const fs::path& group)
{
    int least = 0;
    for (fs::path at = group.relative_path();; at = at.parent_path())
    {
        const int limit = limitOf(root / at);
        if (limit > 0 && (least == 0 || limit < least))
            least = limit;
        if (at.empty())
            return least;
    }
}

int allowedByAffinity()
{
#ifdef __linux__
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof(set), &set) == 0)
        return CPU_COUNT(&set);
#endif
    return static_cast<int>(std::thread::hardware_concurrency());
}

} // namespace

int quotaOf(const std::string& groups, const std::string& root)
{
    std::ifstream file(groups);
    int least = 0;
    // Lines are "number:controllers:path"; version 2 has number 0 and no controllers.
    for (std::string number, controllers, path;
         std::getline(file, number, ':') && std::getline(file, controllers, ':') && std::getline(file, path);)
    {
        int limit = 0;
        if (controllers.empty())
            limit = leastLimit(root, path);
        else if (("," + controllers + ",").find(",cpu,") != std::string::npos)
            // Inside of a container the path may be the host's, and the group is mounted as the root.
            for (const char* mount : {"cpu", "cpu,cpuacct"})
                limit = std::max(limit, leastLimit(fs::path(root) / mount, path));
        if (limit > 0 && (least == 0 || limit < least))
            least = limit;
    }
    return least;
}

int availableProcessors()
{
    const int quota = quotaOf("/proc/self/cgroup", "/sys/fs/cgroup"),
              allowed = std::max(1, allowedByAffinity());
    return quota > 0 ? std::min(quota, allowed) : allowed;
}

int trainingThreads()
{
    static const int processors = availableProcessors();
    return std::max(1, std::min(getNumThreads(), processors));
}

} // namespace dnn_rpn_train
} // namespace cv
