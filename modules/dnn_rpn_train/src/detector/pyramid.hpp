// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DETECTOR_PYRAMID_HPP
#define OPENCV_DNN_RPN_TRAIN_DETECTOR_PYRAMID_HPP

#include <vector>

#include "opencv2/dnn_rpn_train/params.hpp"
#include "../graph/graph.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief A feature pyramid on a backbone (Lin et al., Feature Pyramid Networks, CVPR 2017, section 3).

Where the backbone has a map of a level's stride, a 1x1 convolution of it is added to the
level above, enlarged (nearest), and a 3x3 convolution smooths the sum. Of one stride, the backbone's map is
the last one that all behind it goes through, unless it is given. Levels above the backbone's last are 3x3
convolutions of stride 2 on the level below, with ReLU between two of them (RetinaNet, Lin et al., ICCV 2017,
section 4).

@param params which levels, and their channels
@param graph with the backbone; gets the nodes of the pyramid
@param maps of the backbone, one of each stride, finest first. One: the levels' maps are looked for among the
nodes that it is made from. Several: they are the levels', which must all be among them up to the coarsest.
Where the finest is made from nodes of the coarsest's stride, coarser maps are in the finer ones already, and
the 1x1 convolutions alone are the levels
@param input width x height of the images: each of the maps must be half as large as the one before it.
cv::Exception tells sizes near it that suit, and the strides that the backbone has where one is missing
@param rng of the weights
@return the levels' nodes, finest first */
CV_EXPORTS std::vector<int> addPyramid(const PyramidParams& params, Graph& graph,
                                       const std::vector<int>& maps, Size input, RNG& rng);

} // namespace dnn_rpn_train
} // namespace cv

#endif
