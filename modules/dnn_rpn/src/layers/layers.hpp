// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_LAYERS_PRIVATE_HPP
#define OPENCV_DNN_RPN_LAYERS_PRIVATE_HPP

#include "opencv2/dnn.hpp"

namespace cv {
namespace dnn_rpn {

// The constructors that the layer factory gets.

Ptr<dnn::Layer> makeProposals(dnn::LayerParams& params);
Ptr<dnn::Layer> makeSigmoidFocalLoss(dnn::LayerParams& params);
Ptr<dnn::Layer> makeSoftmaxFocalLoss(dnn::LayerParams& params);
Ptr<dnn::Layer> makeRoiAlign(dnn::LayerParams& params);
Ptr<dnn::Layer> makeRoiPool(dnn::LayerParams& params);
Ptr<dnn::Layer> makeNonMaxSuppression(dnn::LayerParams& params);
Ptr<dnn::Layer> makeTopK(dnn::LayerParams& params);

// These stand in for layers that OpenCV has, under the domain's names only.
Ptr<dnn::Layer> makeAdd(dnn::LayerParams& params);
Ptr<dnn::Layer> makeSub(dnn::LayerParams& params);
Ptr<dnn::Layer> makeMul(dnn::LayerParams& params);
Ptr<dnn::Layer> makeDiv(dnn::LayerParams& params);
Ptr<dnn::Layer> makeClip(dnn::LayerParams& params);
Ptr<dnn::Layer> makeGather(dnn::LayerParams& params);

} // namespace dnn_rpn
} // namespace cv

#endif
