// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_DETECTOR_TRAITS_HPP
#define OPENCV_DNN_RPN_DETECTOR_TRAITS_HPP

#include "opencv2/dnn_rpn/kinds.hpp"

namespace cv {
namespace dnn_rpn {

//! @addtogroup dnn_rpn
//! @{

//! What a kind of detector has. Code asks for this, rather than for the kind.
struct DetectorTraits
{
    bool hasClasses;   //!< its detections have classes; without, they are proposals
    bool hasTwoStages; //!< the second one looks at the first one's proposals

    bool hasProposals() const { return hasTwoStages || !hasClasses; }
};

//! Of each kind; cv::Exception for a number that is none.
CV_EXPORTS const DetectorTraits& traitsOf(DetectorKind kind);

//! @}

} // namespace dnn_rpn
} // namespace cv

#endif
