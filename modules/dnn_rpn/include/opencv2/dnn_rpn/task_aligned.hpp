// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TASK_ALIGNED_HPP
#define OPENCV_DNN_RPN_TASK_ALIGNED_HPP

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn {

//! @addtogroup dnn_rpn
//! @{

//! The rule of matchAnchorsTaskAligned().
struct CV_EXPORTS_W_SIMPLE TaskAlignedParams
{
    CV_WRAP TaskAlignedParams();

    CV_PROP_RW int candidates;      //!< anchors that an object may get, >= 1; default 13
    CV_PROP_RW double scorePower;   //!< alpha, 0..100; default 1
    CV_PROP_RW double overlapPower; //!< beta, 0..100; default 6
    //! a negative anchor with at least this share in one ignore region is ignored; default 0.5
    CV_PROP_RW float ignoreIoF;
};

/** @brief Task-aligned assignment (TOOD, Feng et al., ICCV 2021, section 3.2): an object gets those anchors
that the network itself finds it with best, by score and place together.

Of the anchors whose centres lie in an object, those are its positives that have the highest

    t = score^alpha x IoU^beta

with the score that the anchor gives the object's class and the IoU of the anchor's predicted box with the
object; t is positive (equal t: the lower index). An object without any such anchor gets the one whose centre
is nearest to its own, if no other object has it. Of several objects an anchor gets the one that its predicted
box overlaps most (equal: the lower index). All other anchors are negative.

What the classifier of a positive anchor should say is its quality, 0..1: t over the highest t of its object's
anchors, times the highest IoU of its object's anchors, so that the best one is asked for its own IoU. See
qualityFocalLoss(), and the weights of giouLoss().

@param anchors K x 4 CV_32F
@param boxes K x 4 CV_32F, what the network makes of them: decoded predictions
@param scores K x C CV_32F, probabilities 0..1, column c - 1 for class c; what is not a number counts as 0
@param objects G x 4 CV_32F; G may be 0. Objects without area get no anchor
@param classes G CV_32S, 1..C; empty: all are of class 1
@param ignoreRegions R x 4 CV_32F, R may be 0. Only negatives become ignored
@param matches K CV_32S: an index into objects, MATCH_NEGATIVE or MATCH_IGNORED
@param quality K CV_32F, 0 where an anchor is not positive
@param params how many anchors, and what counts how much
*/
CV_EXPORTS_W void matchAnchorsTaskAligned(InputArray anchors, InputArray boxes, InputArray scores,
                                          InputArray objects, InputArray classes, InputArray ignoreRegions,
                                          OutputArray matches, OutputArray quality,
                                          const TaskAlignedParams& params = TaskAlignedParams());

//! @}

} // namespace dnn_rpn
} // namespace cv

#endif
