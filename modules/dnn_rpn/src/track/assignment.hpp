// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRACK_ASSIGNMENT_HPP
#define OPENCV_DNN_RPN_TRACK_ASSIGNMENT_HPP

namespace cv {
namespace dnn_rpn {

/** @brief Pairs rows with columns, each at most once, so that the sum of the pairs' gains is greatest.

Shortest augmenting paths (the Hungarian method), O(rows^2 columns). Pairs without gain are not made.
@param gains R x C CV_64F, finite; those that are not above 0 forbid a pair
@return the column of each row, or -1 */
CV_EXPORTS std::vector<int> assign(const Mat& gains);

} // namespace dnn_rpn
} // namespace cv

#endif
