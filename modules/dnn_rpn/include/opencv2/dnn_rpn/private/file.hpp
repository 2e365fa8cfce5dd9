// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_PRIVATE_FILE_HPP
#define OPENCV_DNN_RPN_PRIVATE_FILE_HPP

#include <string>

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn {

/** @brief The whole file as bytes; cv::Exception names it if it cannot be read. */
CV_EXPORTS std::string readFile(const std::string& path);

/** @brief Writes beside the path, waits until it is on the disk and renames, so that the path never holds
half a file, whatever happens to the program or the machine; cv::Exception if the folder cannot be written or
the disk is full, and then what was there before is still there. */
CV_EXPORTS void writeFile(const std::string& path, const std::string& bytes);

//! Waits until what was written to a file, or the names in a folder, are on the disk, where the system can
//! tell.
CV_EXPORTS void syncFile(const std::string& path);

} // namespace dnn_rpn
} // namespace cv

#endif
