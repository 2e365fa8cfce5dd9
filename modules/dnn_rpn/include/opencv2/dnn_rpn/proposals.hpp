// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_PROPOSALS_HPP
#define OPENCV_DNN_RPN_PROPOSALS_HPP

#include "opencv2/core.hpp"
#include "opencv2/dnn_rpn/workspace.hpp"

namespace cv {
namespace dnn_rpn {

//! @addtogroup dnn_rpn
//! @{

//! How many proposals are looked at and kept.
struct CV_EXPORTS_W_SIMPLE ProposalParams
{
    CV_WRAP ProposalParams();

    CV_PROP_RW int preNms;         //!< highest-scored anchors a level that are decoded; 0: all; default 1000
    CV_PROP_RW int postNms;        //!< proposals kept of all levels together; 0: all; default 300
    CV_PROP_RW float nmsThreshold; //!< IoU above which the lower-scored proposal is dropped; default 0.7
    CV_PROP_RW float minSize; //!< in pixels: smaller width or height after clipping is dropped; default 0
    CV_PROP_RW float scoreThreshold; //!< lower scores are dropped; default: none are
};

/** @brief Proposals of one image from an RPN's outputs.

For each level: the preNms highest scores are decoded, clipped to the image, filtered by size,
and suppressed (never across levels, as in FPN, Lin et al. 2017); the postNms best of all levels
come out by falling score. Equal scores: the lower index first. Anchors whose scores or deltas are NaN are
dropped.

@param scores K CV_32F, any order-preserving measure; returned as they are
@param deltas K x 4 CV_32F
@param anchors K x 4 CV_32F
@param levelCounts anchors of each level, summing up to K; empty: one level
@param imageSize of the network's input
@param boxes P x 4 CV_32F
@param proposalScores P CV_32F
@param params limits
*/
CV_EXPORTS_W void generateProposals(InputArray scores, InputArray deltas, InputArray anchors,
                                    const std::vector<int>& levelCounts, Size imageSize, OutputArray boxes,
                                    OutputArray proposalScores,
                                    const ProposalParams& params = ProposalParams());
//! @overload
CV_EXPORTS void generateProposals(InputArray scores, InputArray deltas, InputArray anchors,
                                  const std::vector<int>& levelCounts, Size imageSize, OutputArray boxes,
                                  OutputArray proposalScores, const ProposalParams& params,
                                  Workspace& workspace);

/** @brief The probability that an anchor holds an object, from an RPN's logits.

@param logits K x 1 CV_32F (sigmoid form) or K x 2 CV_32F (softmax form, column 0 the background)
@param scores K x 1 CV_32F in 0..1
*/
CV_EXPORTS_W void objectness(InputArray logits, OutputArray scores);

//! @}

} // namespace dnn_rpn
} // namespace cv

#endif
