// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_DETECTIONS_HPP
#define OPENCV_DNN_RPN_DETECTIONS_HPP

#include "opencv2/core.hpp"
#include "opencv2/dnn_rpn/workspace.hpp"

namespace cv {
namespace dnn_rpn {

//! @addtogroup dnn_rpn
//! @{

//! Which detections are looked at and kept.
struct CV_EXPORTS_W_SIMPLE DetectionParams
{
    CV_WRAP DetectionParams();

    //! highest-scored pairs of anchor and class a level that are decoded; 0: all; default 1000
    CV_PROP_RW int preNms;
    CV_PROP_RW int maxDetections;    //!< detections kept of all classes together; 0: all; default 100
    CV_PROP_RW float scoreThreshold; //!< scores that are not above it are dropped; default 0.05
    //! IoU above which the lower-scored box of a class is dropped; default 0.5
    CV_PROP_RW float nmsThreshold;
    CV_PROP_RW float minSize; //!< in pixels: smaller width or height after clipping is dropped; default 0
    CV_PROP_RW Scalar deltaWeights; //!< as encodeBoxes() took them; default 1, 1, 1, 1
};

/** @brief Detections of one image from the scores of C classes.

For one-stage detectors, and for second stages, whose anchors are the proposals. For each level, the preNms
highest-scored pairs of anchor and class are decoded, clipped to the image and filtered by size. Suppression
is among boxes of one class, over all levels; the maxDetections best come out by falling score. Equal scores:
the lower anchor first, then the lower class. Pairs whose score or deltas are NaN are dropped. The steps are
those of RetinaNet (Lin et al., ICCV 2017, section 4.1) and of Fast R-CNN.

cv::Exception if the arrays do not fit each other or a limit is out of range.

@param scores K x C CV_32F, probabilities or another order-preserving measure, without a background column;
returned as they are. K C must be below 2^31
@param deltas K x 4 CV_32F, shared by the classes, or K x 4C: four columns a class
@param anchors K x 4 CV_32F
@param levelCounts anchors of each level, summing up to K; empty: one level
@param imageSize of the network's input
@param boxes D x 4 CV_32F
@param detectionScores D CV_32F
@param labels D CV_32S, 1..C
@param params limits
*/
CV_EXPORTS_W void generateDetections(InputArray scores, InputArray deltas, InputArray anchors,
                                     const std::vector<int>& levelCounts, Size imageSize, OutputArray boxes,
                                     OutputArray detectionScores, OutputArray labels,
                                     const DetectionParams& params = DetectionParams());
//! @overload
CV_EXPORTS void generateDetections(InputArray scores, InputArray deltas, InputArray anchors,
                                   const std::vector<int>& levelCounts, Size imageSize, OutputArray boxes,
                                   OutputArray detectionScores, OutputArray labels,
                                   const DetectionParams& params, Workspace& workspace);

/** @brief The probabilities of C classes, from logits.

@param logits K x C CV_32F (sigmoid form), or K x (C + 1) CV_32F (softmax form, column 0 the background)
@param softmax which of the two they are
@param scores K x C CV_32F in 0..1
*/
CV_EXPORTS_W void classScores(InputArray logits, bool softmax, OutputArray scores);

//! @}

} // namespace dnn_rpn
} // namespace cv

#endif
