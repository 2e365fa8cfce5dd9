// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DETECTOR_CROP_HPP
#define OPENCV_DNN_RPN_TRAIN_DETECTOR_CROP_HPP

#include <vector>

#include "opencv2/dnn_rpn/workspace.hpp"
#include "../graph/tensor.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief Cuts regions out of a feature map as cv::dnn's layer CropAndResize does: a grid of bilinear samples
from edge to edge of the region, where the image's edges lie on the centres of the map's first and last
cells.

It is RoIAlign with one sample a bin, of regions that are worked out so that the samples fall on the same
points. */
class CV_EXPORTS Crop
{
public:
    //! @param size columns x rows of samples, each at least 2
    explicit Crop(Size size);

    /** @param map N x C x H x W
    @param boxes of each image P_n x 4 CV_32F, in pixels of the image, within it
    @param image width x height
    @return R x C x rows x columns, R the sum of P_n, the images one after the other; until the next call */
    const Tensor& forward(const Tensor& map, const std::vector<Mat>& boxes, Size image);

    //! The gradient with respect to the map, from that with respect to the crops of the last forward(); every
    //! element is written.
    void backward(const Tensor& cropsGradient, Tensor& mapGradient);

private:
    const Size size;
    Mat regions, images; //!< of the last forward(), in cells
    Tensor crops;
    dnn_rpn::Workspace workspace;
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
