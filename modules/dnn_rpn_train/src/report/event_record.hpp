// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_REPORT_EVENT_RECORD_HPP
#define OPENCV_DNN_RPN_TRAIN_REPORT_EVENT_RECORD_HPP

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn_train {

//! Numbers with the names that TensorBoard shows them by.
typedef std::vector<std::pair<std::string, float>> Scalars;

//! The CRC-32C (Castagnoli) of the bytes.
CV_EXPORTS uint32_t crc32c(const std::string& bytes);

//! A record of a TFRecord file: length, bytes, and of both the masked checksum.
CV_EXPORTS std::string tfRecord(const std::string& bytes);

//! The message tensorflow.Event that a file begins with. @param seconds since 1970
CV_EXPORTS std::string versionEvent(double seconds);

//! The Event behind which what the file's forerunners say of `step` and later does not count.
CV_EXPORTS std::string sessionStartEvent(double seconds, int64_t step);

//! An Event with a Summary of numbers.
CV_EXPORTS std::string scalarsEvent(double seconds, int64_t step, const Scalars& scalars);

} // namespace dnn_rpn_train
} // namespace cv

#endif
