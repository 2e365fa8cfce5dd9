// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef DNN_RPN_SAMPLES_FOUND_HPP
#define DNN_RPN_SAMPLES_FOUND_HPP

#include <vector>

#include "opencv2/core.hpp"

//! One detection.
struct FoundBox
{
    cv::Vec4f box; //!< x1, y1, x2, y2 in pixels of the image
    float score;
    int label; //!< 1..C
    int id;    //!< of its track, from 1; 0 if nothing is tracked
};

//! An image and what was found in it.
struct FoundImage
{
    cv::String name; //!< of its file; frames of a video have names as files would have
    cv::Mat pixels;  //!< 8-bit BGR, nothing drawn on it
    std::vector<FoundBox> boxes;
};

#endif
