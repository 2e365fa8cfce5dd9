// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_LEVELS_HPP
#define OPENCV_DNN_RPN_LEVELS_HPP

#include "arena.hpp"
#include "check.hpp"

namespace cv {
namespace dnn_rpn {

//! The first anchor of each level, and behind them the number of all anchors; no counts: one level.
inline ArenaVector<int> levelStarts(const std::vector<int>& levelCounts, int anchors, Arena& arena)
{
    double total = 0;
    for (int count : levelCounts)
    {
        checkNotNegative(count, "each of levelCounts");
        total += count;
    }
    if (!levelCounts.empty() && total != anchors)
        CV_Error_(Error::StsUnmatchedSizes,
                  ("levelCounts sum up to %.0f, but there are %d anchors", total, anchors));
    ArenaVector<int> starts(&arena);
    starts.reserve(levelCounts.size() + 2);
    starts.push_back(0);
    for (int count : levelCounts)
        starts.push_back(starts.back() + count);
    if (levelCounts.empty())
        starts.push_back(anchors);
    return starts;
}

} // namespace dnn_rpn
} // namespace cv

#endif
