// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_MODEL_FILE_HPP
#define OPENCV_DNN_RPN_MODEL_FILE_HPP

#include <string>

#include "opencv2/dnn_rpn/model_limits.hpp"

namespace cv {
namespace dnn_rpn {

/** @brief Looks at an ONNX file before cv::dnn does: that it is one, that each value that a node takes is
given by an earlier one, that constants have the bytes that their shape wants, and that it is within the limits.
cv::Exception names the file and what is wrong. */
CV_EXPORTS void checkOnnx(const std::string& path, const ModelLimits& limits);

//! The size and the depth of a description, which FileStorage reads by recursion.
CV_EXPORTS void checkYaml(const std::string& path, const ModelLimits& limits);

} // namespace dnn_rpn
} // namespace cv

#endif
