// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_ANCHOR_OPERATORS_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_ANCHOR_OPERATORS_HPP

#include "opencv2/dnn_rpn/proposals.hpp"
#include "opencv2/dnn_rpn/targets.hpp"
#include "../graph/tensor.hpp"

namespace cv {
namespace dnn_rpn_train {

//! What a head at anchors says on one feature map, for all images of a batch, and where the gradients go if
//! any are wanted: in the engine's memory and layout. The anchors of a cell are the outermost of the
//! channels.
struct AnchorMaps
{
    const Tensor *logits, *deltas;
    Tensor *logitsGradient = nullptr, *deltasGradient = nullptr;
};

//! A head's last forward pass.
struct AnchorOutputs
{
    std::vector<AnchorMaps> levels;
    int columns = 1;              //!< logits an anchor
    Mat anchors;                  //!< K x 4, of all levels
    std::vector<int> levelCounts; //!< anchors of each
};

//! Focal loss of the logits and smooth L1 of the deltas, as AnchorHead describes them.
struct AnchorLossTask
{
    bool softmax = false;
    dnn_rpn::MatchParams match;

    // Of all images, those of each behind those of the one before; `starts` say where each begins, and the
    // count.
    Mat objects, classes; //!< classes are empty where objects are told from background only
    Mat ignored;
    std::vector<int> objectStarts, ignoredStarts;

    double alpha = 0.25, gamma = 2, beta = 1. / 9;
    // The sums are divided by these, times max(1, positive anchors) if so.
    double logitsNormalizer = 1, deltasNormalizer = 1;
    bool byPositives = true;
};

struct AnchorLossValues
{
    double logits = 0, deltas = 0;
    int positives = 0;
};

/** @brief The operators of dnn_rpn where an engine has its values, for engines whose memory is not the
host's.
*/
class CV_EXPORTS AnchorOperators
{
public:
    virtual ~AnchorOperators();
    //! Targets, losses and gradients; the host gets to see but the sums.
    virtual AnchorLossValues loss(const AnchorOutputs& outputs, const AnchorLossTask& task) = 0;
    //! Proposals of one image of a batch, from one logit an anchor or two.
    virtual void propose(const AnchorOutputs& outputs, int image, Size size,
                         const dnn_rpn::ProposalParams& limits, OutputArray boxes, OutputArray scores) = 0;
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
