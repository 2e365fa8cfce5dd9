// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_ATSS_HPP
#define OPENCV_DNN_RPN_ATSS_HPP

#include "opencv2/core.hpp"
#include "opencv2/dnn_rpn/workspace.hpp"

namespace cv {
namespace dnn_rpn {

//! @addtogroup dnn_rpn
//! @{

//! The rule of matchAnchorsAtss().
struct CV_EXPORTS_W_SIMPLE AtssParams
{
    CV_WRAP AtssParams();

    //! anchors of each level that an object may get, >= 1; default 9. With several anchors a cell the
    //! authors' code takes so many times 9.
    CV_PROP_RW int candidates;
    //! an object that would get no anchor gets the candidate that overlaps it most and that no other object
    //! has; not in the paper; default true
    CV_PROP_RW bool lowQuality;
    //! a negative anchor with at least this share in one ignore region is ignored; default 0.5
    CV_PROP_RW float ignoreIoF;
};

/** @brief Adaptive training sample selection (ATSS, Zhang et al., CVPR 2020, algorithm 1): every object gets
a handful of anchors, whatever its size, where a fixed IoU gives a large object many times more than a small
one.

An object's candidates are the anchors of each level whose centres are nearest to its own (equal: the lower
index). Those are positive whose IoU with the object is at least the mean plus the standard deviation of the
candidates' IoUs (n - 1 below the root, as in the authors' code; 0 for a single candidate), and whose centre
lies in the object, at least 0.01 from its edges. Of several objects an anchor gets the one that it overlaps
most (equal: the lower index). All other anchors are negative: none is ignored for its IoU.

The rule wants anchors of sizes below and above the objects', on levels or at each cell: where all candidates
are smaller than the object they overlap it alike, and no IoU may reach mean plus deviation.

@param anchors K x 4 CV_32F, level after level
@param levelCounts anchors of each level, K in all; empty: one level
@param objects G x 4 CV_32F; G may be 0. Objects without area get no anchor
@param ignoreRegions R x 4 CV_32F, R may be 0. Only negatives become ignored
@param matches K CV_32S: an index into objects, MATCH_NEGATIVE or MATCH_IGNORED
@param params candidates and ignore regions
*/
CV_EXPORTS_W void matchAnchorsAtss(InputArray anchors, const std::vector<int>& levelCounts,
                                   InputArray objects, InputArray ignoreRegions, OutputArray matches,
                                   const AtssParams& params = AtssParams());
//! @overload
CV_EXPORTS void matchAnchorsAtss(InputArray anchors, const std::vector<int>& levelCounts, InputArray objects,
                                 InputArray ignoreRegions, OutputArray matches, const AtssParams& params,
                                 Workspace& workspace);

//! @}

} // namespace dnn_rpn
} // namespace cv

#endif
