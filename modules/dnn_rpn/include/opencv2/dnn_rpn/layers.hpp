// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_LAYERS_HPP
#define OPENCV_DNN_RPN_LAYERS_HPP

#include "opencv2/dnn.hpp"

namespace cv {
namespace dnn_rpn {

CV_EXPORTS_W void registerLayers();
CV_EXPORTS_W void unregisterLayers();
CV_EXPORTS_W dnn::Net readOnnx(const String& path);
CV_EXPORTS_W dnn::Net readOnnx(const std::vector<uchar>& bytes);

} // namespace dnn_rpn
} // namespace cv

#endif
