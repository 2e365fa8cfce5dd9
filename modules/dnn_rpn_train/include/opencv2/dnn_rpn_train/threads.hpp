// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_THREADS_HPP
#define OPENCV_DNN_RPN_TRAIN_THREADS_HPP

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn_train {

//! @addtogroup dnn_rpn_train
//! @{

/** @brief The processors that this process may use: its affinity and its control group's quota count, not the
machine alone. More threads than that only wait for one another, so a training takes no more. */
CV_EXPORTS_W int availableProcessors();

//! @}

} // namespace dnn_rpn_train
} // namespace cv

#endif
