// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DETECTOR_BACKBONE_HPP
#define OPENCV_DNN_RPN_TRAIN_DETECTOR_BACKBONE_HPP

#include <string>

#include "../graph/graph.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief Starts a graph: the image as cv::dnn::blobFromImage(image) gives it (BGR, 0..255), the
normalisation that ImageNet's feature extractors want (RGB, 0..1, less the mean, over the deviation) as
a frozen 1x1 convolution, and the feature extractor.

@param graph an empty graph
@param backbone ONNX file, or "small": eight 3x3 convolutions with batch normalisation, which is trained,
stride 16, 96 channels, drawn at random
@param rng for "small"
@return the node of the features
*/
CV_EXPORTS int addBackbone(Graph& graph, const std::string& backbone, RNG& rng);

//! Weights from a normal distribution of that deviation.
CV_EXPORTS void drawWeights(Tensor& weights, double deviation, RNG& rng);

} // namespace dnn_rpn_train
} // namespace cv

#endif
