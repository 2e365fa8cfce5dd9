// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TARGETS_HPP
#define OPENCV_DNN_RPN_TARGETS_HPP

#include "opencv2/core.hpp"
#include "opencv2/dnn_rpn/workspace.hpp"

namespace cv {
namespace dnn_rpn {

//! @addtogroup dnn_rpn
//! @{

//! What matchAnchors() gives an anchor that has no object. Values >= 0 are indices of objects.
enum AnchorMatch
{
    MATCH_NEGATIVE = -1, //!< background
    MATCH_IGNORED = -2   //!< takes no part in any loss
};

//! The rule by which anchors get objects (Faster R-CNN, Ren et al. 2015, section 3.1.2).
struct CV_EXPORTS_W_SIMPLE MatchParams
{
    CV_WRAP MatchParams();

    CV_PROP_RW float positiveIoU; //!< at least this IoU with some object: positive; default 0.7
    CV_PROP_RW float negativeIoU; //!< below this IoU with every object: negative; default 0.3
    //! the anchors that overlap an object most are positive whatever the IoU; default true
    CV_PROP_RW bool lowQuality;
    //! a negative anchor with at least this share in one ignore region is ignored; default 0.5
    CV_PROP_RW float ignoreIoF;
};

/** @brief Gives every anchor an object, the background, or nothing.

An anchor's object is the one it overlaps most (equal: the lower index). With lowQuality, every
anchor that reaches an object's highest IoU over all anchors (if above 0) becomes positive, for the
object that the anchor itself overlaps most, as torchvision's Matcher does.

@param anchors K x 4 CV_32F
@param objects G x 4 CV_32F; G may be 0: then every anchor is negative or ignored
@param ignoreRegions R x 4 CV_32F, R may be 0. Only negatives become ignored; positives stay.
@param matches K CV_32S: an index into objects, MATCH_NEGATIVE or MATCH_IGNORED
@param params thresholds, 0 <= negativeIoU <= positiveIoU <= 1
*/
CV_EXPORTS_W void matchAnchors(InputArray anchors, InputArray objects, InputArray ignoreRegions,
                               OutputArray matches, const MatchParams& params = MatchParams());
//! @overload
CV_EXPORTS void matchAnchors(InputArray anchors, InputArray objects, InputArray ignoreRegions,
                             OutputArray matches, const MatchParams& params, Workspace& workspace);

/** @brief Keeps a random, balanced part of the matches and sets the rest to MATCH_IGNORED.

The sampling of the ordinary RPN: up to `count * positiveShare` positives; negatives fill up to
`count`. Every subset is equally likely, and the same seed gives the same subset on any machine.

@param matches K CV_32S as matchAnchors() gives them, changed in place
@param count anchors to keep, >= 0; 256 in the papers
@param positiveShare of count, 0..1
@param seed of the random numbers
*/
CV_EXPORTS_W void sampleAnchors(InputOutputArray matches, int count, float positiveShare, int seed);
//! @overload
CV_EXPORTS void sampleAnchors(InputOutputArray matches, int count, float positiveShare, int seed,
                              Workspace& workspace);

/** @brief The regression targets: encodeBoxes() of each positive anchor's object, 0 for all others.

@param anchors K x 4 CV_32F
@param objects G x 4 CV_32F
@param matches K CV_32S
@param deltas K x 4 CV_32F
@param weights as for encodeBoxes()
*/
CV_EXPORTS_W void encodeTargets(InputArray anchors, InputArray objects, InputArray matches,
                                OutputArray deltas, const Scalar& weights = Scalar(1, 1, 1, 1));

/** @brief Matches as the labels that the losses take.

@param matches K CV_32S
@param classes G CV_32S: the objects' labels 1..C; empty: every object has label 1
@param labels K CV_32S: 0 background, 1..C an object's label, -1 ignored
@return the number of labels > 0
*/
CV_EXPORTS_W int matchLabels(InputArray matches, InputArray classes, OutputArray labels);

//! @}

} // namespace dnn_rpn
} // namespace cv

#endif
