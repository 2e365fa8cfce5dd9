// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_IGNORE_REGIONS_HPP
#define OPENCV_DNN_RPN_IGNORE_REGIONS_HPP

#include "box.hpp"

namespace cv {
namespace dnn_rpn {

//! Negative anchors with at least this share in one region become MATCH_IGNORED.
inline void ignoreNegatives(const Mat& anchors, const Mat& regions, float ignoreIoF, int* matches)
{
    for (int k = 0; k < anchors.rows && regions.rows > 0; k++)
        for (int r = 0; r < regions.rows && matches[k] == MATCH_NEGATIVE; r++)
        {
            const float* anchor = anchors.ptr<float>(k);
            if (shareOf(anchor, boxArea(anchor), regions.ptr<float>(r)) >= ignoreIoF)
                matches[k] = MATCH_IGNORED;
        }
}

} // namespace dnn_rpn
} // namespace cv

#endif
