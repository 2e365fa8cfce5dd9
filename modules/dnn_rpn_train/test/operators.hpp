// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_TEST_DNN_RPN_TRAIN_OPERATORS_HPP
#define OPENCV_TEST_DNN_RPN_TRAIN_OPERATORS_HPP

#include "naive.hpp"

namespace opencv_test {

//! One operator with its inputs, as a graph would hold it.
struct OperatorCase
{
    std::string name;
    Node node;
    std::vector<cv::dnn_rpn_train::Shape> inputs;
    cv::dnn_rpn_train::Shape output;
    std::vector<cv::dnn_rpn_train::Shape> parameters = {};
    std::vector<char> frozen = {}; //!< by parameter; none if empty
    bool training = false;
};

/** @brief Every operator in each way that could go wrong. Engines, files and graphs are tested with all of
them: a new operator needs no other test than its cases here, and its definition in naive.cpp. */
const std::vector<OperatorCase>& operatorCases();

cv::dnn_rpn_train::Tensor randomTensor(const cv::dnn_rpn_train::Shape& shape, RNG& rng);
//! Random numbers; variances of BatchNorm are positive.
void drawParameters(cv::dnn_rpn_train::Graph& graph, RNG& rng);

//! The operator behind an image of three channels: a convolution makes each of its inputs.
cv::dnn_rpn_train::Graph graphOf(const OperatorCase& c, RNG& rng);
//! The image's shape for it.
cv::dnn_rpn_train::Shape imageOf(const OperatorCase& c);

} // namespace opencv_test

#endif
