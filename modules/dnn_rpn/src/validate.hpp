// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_VALIDATE_HPP
#define OPENCV_DNN_RPN_VALIDATE_HPP

#include "opencv2/dnn_rpn/anchors.hpp"
#include "opencv2/dnn_rpn/detections.hpp"
#include "opencv2/dnn_rpn/proposals.hpp"
#include "check.hpp"

namespace cv {
namespace dnn_rpn {

// Checks of whole structures, for the operators that take them and for files that hold them.

//! Returns the number of anchors.
int checkLevel(const AnchorLevel& level, Size featureSize);

inline void checkParams(const ProposalParams& params)
{
    checkNotNegative(params.preNms, "preNms");
    checkNotNegative(params.postNms, "postNms");
    checkRange(params.nmsThreshold, 0, 1, "nmsThreshold");
    checkNotNegative(params.minSize, "minSize");
    if (std::isnan(params.scoreThreshold))
        CV_Error(Error::StsOutOfRange, "scoreThreshold must be a number, not nan");
}

void checkParams(const DetectionParams& params);

} // namespace dnn_rpn
} // namespace cv

#endif
