// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_PARAMS_KINDS_HPP
#define OPENCV_DNN_RPN_TRAIN_PARAMS_KINDS_HPP

#include "opencv2/dnn_rpn_train/params.hpp"

namespace cv {
namespace dnn_rpn {

template<>
CV_EXPORTS const std::vector<KindRow<dnn_rpn_train::AnchorLoss>>& kindRows<dnn_rpn_train::AnchorLoss>();
template<>
CV_EXPORTS const std::vector<KindRow<dnn_rpn_train::RegionLoss>>& kindRows<dnn_rpn_train::RegionLoss>();
template<>
CV_EXPORTS const std::vector<KindRow<dnn_rpn_train::FocalNormalizer>>&
kindRows<dnn_rpn_train::FocalNormalizer>();
template<>
CV_EXPORTS const std::vector<KindRow<dnn_rpn_train::GradientStop>>& kindRows<dnn_rpn_train::GradientStop>();
template<>
CV_EXPORTS const std::vector<KindRow<dnn_rpn_train::AnchorAssignment>>&
kindRows<dnn_rpn_train::AnchorAssignment>();
template<>
CV_EXPORTS const std::vector<KindRow<dnn_rpn_train::BoxLoss>>& kindRows<dnn_rpn_train::BoxLoss>();
template<>
CV_EXPORTS const std::vector<KindRow<dnn_rpn_train::RateSchedule>>& kindRows<dnn_rpn_train::RateSchedule>();
template<>
CV_EXPORTS const std::vector<KindRow<dnn_rpn_train::Precision>>& kindRows<dnn_rpn_train::Precision>();
template<>
CV_EXPORTS const std::vector<KindRow<dnn_rpn_train::BatchNormMode>>& kindRows<dnn_rpn_train::BatchNormMode>();
template<>
CV_EXPORTS const std::vector<KindRow<dnn_rpn_train::Normalisation>>& kindRows<dnn_rpn_train::Normalisation>();
template<>
CV_EXPORTS const std::vector<KindRow<dnn_rpn_train::ChannelOrder>>& kindRows<dnn_rpn_train::ChannelOrder>();

} // namespace dnn_rpn
} // namespace cv

#endif
