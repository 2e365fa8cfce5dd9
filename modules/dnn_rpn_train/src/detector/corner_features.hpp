// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DETECTOR_CORNER_FEATURES_HPP
#define OPENCV_DNN_RPN_TRAIN_DETECTOR_CORNER_FEATURES_HPP

#include "../graph/graph.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief Features at the corners of a field's cells: a convolution with ReLU whose output (y, x) is centred
on the pixel (stride y, stride x), from 0 up to the image's right and bottom edges.

cv::dnn's CropAndResize, as TensorFlow's, lays an image's edges on the centres of the first and the last
cell. On features of cells that shifts what a box shows by up to half a cell, depending on where the box lies;
on features of corners the edges are where they should be. What cannot be made up by the choice of kernel
(2x2 or 3x3) and padding, less than a quarter of a cell, is the same everywhere.

@param features node whose field it stands on
@param channels of the result
@param input width x height of the images that the padding is worked out for; at another size, features that
do not reach as far to the right may end a cell earlier or later
@return the node; weights are 0 */
CV_EXPORTS int addCornerFeatures(Graph& graph, const std::string& name, int features, int channels,
                                 Size input);

} // namespace dnn_rpn_train
} // namespace cv

#endif
