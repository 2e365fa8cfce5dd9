// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_HTML_HPP
#define OPENCV_DNN_RPN_TRAIN_HTML_HPP

#include <string>

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn_train {

//! The text as it may stand between tags and in a quoted attribute.
CV_EXPORTS std::string escapeHtml(const std::string& text);

//! For people: 0.532, 12.3, 1,234, 1.2×10⁻⁵; a dash if it is no number. In UTF-8.
CV_EXPORTS std::string readable(double value, int digits = 3);

//! For people: a number with so many decimals, thousands set apart; a dash if it is no number.
CV_EXPORTS std::string fixedPoint(double value, int decimals);

//! Seconds as 4:05 or 1:04:05.
CV_EXPORTS std::string readableTime(double seconds);

//! For scripts and attributes: shortest form without loss to 7 digits, whatever the locale.
CV_EXPORTS std::string plain(double value);

//! RFC 4648, with padding.
CV_EXPORTS std::string base64(const std::vector<uchar>& bytes);

} // namespace dnn_rpn_train
} // namespace cv

#endif
