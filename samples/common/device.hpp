// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef DNN_RPN_SAMPLES_DEVICE_HPP
#define DNN_RPN_SAMPLES_DEVICE_HPP

#include "opencv2/dnn_rpn/model.hpp"

//! What --device takes, as in "cpu, opencl, cuda".
cv::String deviceNames();

/** @brief Lets the network run on a device; cv::Exception if this OpenCV or this machine lacks it, with those
that are there.
@param device one of deviceNames() */
void useDevice(cv::dnn_rpn::Detector& detector, const cv::String& device);

#endif
