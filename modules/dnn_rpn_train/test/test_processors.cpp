// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "scratch.hpp"
#include "opencv2/core/utility.hpp"
#include "../src/engine/processors.hpp"

namespace opencv_test {
namespace {

TEST(Processors, quotasOfVersion2)
{
    const Scratch s;
    writeText(s / "self", "0::/user/job\n");
    EXPECT_EQ(0, quotaOf(s / "self", s / "none"));
    writeText(s / "fs/user/job/cpu.max", "max 100000\n");
    EXPECT_EQ(0, quotaOf(s / "self", s / "fs"));
    writeText(s / "fs/user/job/cpu.max", "150000 100000\n");
    EXPECT_EQ(2, quotaOf(s / "self", s / "fs"));
    writeText(s / "fs/user/cpu.max", "100000 100000\n");
    EXPECT_EQ(1, quotaOf(s / "self", s / "fs")) << "a group above limits those in it";
}

TEST(Processors, quotasOfVersion1)
{
    const Scratch s;
    writeText(s / "self", "4:memory:/job\n3:cpu,cpuacct:/job\n");
    writeText(s / "fs/cpu/job/cpu.cfs_quota_us", "-1\n");
    writeText(s / "fs/cpu/job/cpu.cfs_period_us", "100000\n");
    EXPECT_EQ(0, quotaOf(s / "self", s / "fs"));
    writeText(s / "fs/cpu/job/cpu.cfs_quota_us", "300000\n");
    EXPECT_EQ(3, quotaOf(s / "self", s / "fs"));
    // A container sees its own group as the root, under whatever path the host has it.
    writeText(s / "self", "3:cpu,cpuacct:/docker/0123\n");
    writeText(s / "fs/cpu/cpu.cfs_quota_us", "50000\n");
    writeText(s / "fs/cpu/cpu.cfs_period_us", "100000\n");
    EXPECT_EQ(1, quotaOf(s / "self", s / "fs"));
}

TEST(Processors, noMoreThreadsThanProcessors)
{
    const int before = cv::getNumThreads();
    cv::setNumThreads(1);
    EXPECT_EQ(1, trainingThreads());
    cv::setNumThreads(1000);
    EXPECT_EQ(availableProcessors(), trainingThreads());
    cv::setNumThreads(before);
    EXPECT_GE(availableProcessors(), 1);
}

} // namespace
} // namespace opencv_test
