// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DETECTOR_BACKBONE_HPP
#define OPENCV_DNN_RPN_TRAIN_DETECTOR_BACKBONE_HPP

#include <string>
#include <vector>

#include "opencv2/dnn_rpn_train/params.hpp"
#include "../graph/graph.hpp"

namespace cv {
namespace dnn_rpn_train {

//! A feature extractor in a graph.
struct CV_EXPORTS Backbone
{
    std::vector<int> maps; //!< nodes that heads, or a pyramid, stand on: one of each stride, finest first
    int last = -1;         //!< the last node: what is behind it is not the backbone's
    std::string told;      //!< which maps were taken of a file and what was left off, in a line
};

/** @brief Starts a graph: the image as cv::dnn::blobFromImage(image) gives it (BGR, 0..255), what the feature
extractor wants to see as a frozen 1x1 convolution (addPreprocessing()), and the feature extractor.

Of a file, the maps are those that `features` names, or those of FeatureMaps::found(). Without a pyramid one
of them is taken: the coarsest of those with cells of 16 pixels or less, else the finest. With a pyramid those
that are its levels are taken if all are there up to the coarsest map; else the coarsest, and the pyramid
finds stages before it.

@param graph an empty graph
@param params backbone: ONNX file, or "small": eight 3x3 convolutions with batch normalisation, which is
trained, stride 16, 96 channels, drawn at random; features; pyramid; normalise and channelOrder: AUTO is what
the file says, or else ImageNet's
@param rng for "small" */
CV_EXPORTS Backbone addBackbone(Graph& graph, const TrainParams& params, RNG& rng);

//! @overload With one map, of a file the first that is found.
//! @return the map
CV_EXPORTS int addBackbone(Graph& graph, const std::string& backbone, RNG& rng);

//! Weights from a normal distribution of that deviation.
CV_EXPORTS void drawWeights(Tensor& weights, double deviation, RNG& rng);

} // namespace dnn_rpn_train
} // namespace cv

#endif
