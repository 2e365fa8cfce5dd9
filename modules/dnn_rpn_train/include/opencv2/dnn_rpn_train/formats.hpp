// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_FORMATS_HPP
#define OPENCV_DNN_RPN_TRAIN_FORMATS_HPP

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn_train {

//! @addtogroup dnn_rpn_train
//! @{

//! The names that DatasetParams::format takes besides auto, such as voc and coco.
CV_EXPORTS_W std::vector<String> datasetFormats();

//! @}

} // namespace dnn_rpn_train
} // namespace cv

#endif
