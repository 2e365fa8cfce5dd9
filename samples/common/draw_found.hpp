// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef DNN_RPN_SAMPLES_DRAW_FOUND_HPP
#define DNN_RPN_SAMPLES_DRAW_FOUND_HPP

#include "found.hpp"

//! A colour for each class; neighbours in the list of classes are far apart. @param label from 1
cv::Scalar colourOf(int label);

/** @brief Draws the boxes with class, score and, where there is one, the track's number.
@param classes names of the labels; those of a single class are not worth writing */
void drawFound(cv::Mat& image, const std::vector<FoundBox>& boxes, const std::vector<cv::String>& classes);

#endif
