// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DATA_LOOK_HPP
#define OPENCV_DNN_RPN_TRAIN_DATA_LOOK_HPP

#include <string>

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief What an image looks like in 64 bits: which of 8 x 8 fields is darker than its right neighbour
(Krawetz 2013, difference hash), and how bright it is.
@param path of the image, which is decoded small
@param otherwise what an image that cannot be decoded looks like */
uint64 lookOf(const std::string& path, uint64 otherwise);

} // namespace dnn_rpn_train
} // namespace cv

#endif
