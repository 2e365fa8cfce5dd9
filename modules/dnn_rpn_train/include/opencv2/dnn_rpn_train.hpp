// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_HPP
#define OPENCV_DNN_RPN_TRAIN_HPP

/**
@defgroup dnn_rpn_train Training of region proposals and detectors

Annotated images in, a model file out that cv::dnn loads. Read a Dataset, give it to a Trainer,
call fit() and exportModel(). Conventions (boxes, labels, letters for counts) are those of dnn_rpn.
*/

#include "opencv2/dnn_rpn_train/augment.hpp"
#include "opencv2/dnn_rpn_train/dataset.hpp"
#include "opencv2/dnn_rpn_train/events.hpp"
#include "opencv2/dnn_rpn_train/log.hpp"
#include "opencv2/dnn_rpn_train/params.hpp"
#include "opencv2/dnn_rpn_train/preview.hpp"
#include "opencv2/dnn_rpn_train/recipe.hpp"
#include "opencv2/dnn_rpn_train/report.hpp"
#include "opencv2/dnn_rpn_train/threads.hpp"
#include "opencv2/dnn_rpn_train/trainer.hpp"

#endif
