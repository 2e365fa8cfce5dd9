// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DATA_SAMPLE_HPP
#define OPENCV_DNN_RPN_TRAIN_DATA_SAMPLE_HPP

#include <vector>

#include "opencv2/dnn_rpn_train/dataset.hpp"
#include "../graph/tensor.hpp"

namespace cv {
namespace dnn_rpn_train {

//! A decoded image and its objects, boxes in its pixels.
struct CV_EXPORTS Sample
{
    Mat image; //!< 8-bit BGR
    std::vector<Object> objects;
};

//! Changes the size of an image, and its objects with it. The aspect ratio gives way, as it does in
//! cv::dnn::blobFromImage() when the model runs. Boxes are cut to the image, empty ones dropped.
CV_EXPORTS Sample resizeSample(const Mat& image, const std::vector<Object>& objects, Size size);

//! Puts images into one tensor.
CV_EXPORTS Tensor stack(const std::vector<Mat>& images);

} // namespace dnn_rpn_train
} // namespace cv

#endif
