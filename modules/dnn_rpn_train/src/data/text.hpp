// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DATA_TEXT_HPP
#define OPENCV_DNN_RPN_TRAIN_DATA_TEXT_HPP

#include <string>
#include <vector>

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn_train {

//! The whole file; cv::Exception names it if it cannot be read. Takes no more memory than the file's size.
CV_EXPORTS std::string readBytes(const std::string& path);

/** @brief Bytes as UTF-8, without byte order mark. UTF-16 with a mark is told by it; what is no UTF-8 and of
no
known encoding is escaped.
@param encoding as an XML declaration names it, such as GBK; empty: UTF-8
@param what the file, for the exception if the encoding is not known or does not fit */
CV_EXPORTS std::string toUtf8(const std::string& bytes, const std::string& encoding, const std::string& what);

//! A text file as UTF-8, line by line, without line ends and without blanks around the lines.
CV_EXPORTS std::vector<std::string> readLines(const std::string& path);

//! Without blanks around it; control characters and runs of blanks in it become one blank.
CV_EXPORTS std::string cleanName(const std::string& text);

std::string trimmed(const std::string& text);
std::string lowered(std::string text);

//! Split at blanks; at commas and semicolons where there are no blanks.
std::vector<std::string> columnsOf(const std::string& line);

//! parseNumber() for annotations, where blanks around a number and a plus before it do not matter, and NaN
//! and infinity are none.
CV_EXPORTS bool parseFinite(const std::string& text, double& value);

//! The beginning of a text, for a message.
std::string clipped(const std::string& text, size_t most = 80);

} // namespace dnn_rpn_train
} // namespace cv

#endif
