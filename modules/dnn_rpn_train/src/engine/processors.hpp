// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_PROCESSORS_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_PROCESSORS_HPP

#include <string>

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief How many processors control groups leave to a process: the least quota on the way from its group to
the root, rounded up. Where that is not limited, or there are no control groups: 0.

Version 2 has `cpu.max` ("200000 100000", or "max 100000"), version 1 `cpu.cfs_quota_us` and
`cpu.cfs_period_us` (Linux, Documentation/admin-guide/cgroup-v2.rst and scheduler/sched-bwc.rst).
@param groups /proc/self/cgroup
@param root /sys/fs/cgroup */
CV_EXPORTS int quotaOf(const std::string& groups, const std::string& root);

//! The threads that a training uses: OpenCV's number, but no more than availableProcessors().
CV_EXPORTS int trainingThreads();

} // namespace dnn_rpn_train
} // namespace cv

#endif
