// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_PRIVATE_DETECTIONS_HPP
#define OPENCV_DNN_RPN_TRAIN_PRIVATE_DETECTIONS_HPP

#include <string>
#include <vector>

#include "ranks.hpp"

namespace cv {
namespace dnn_rpn_train {

//! Detections of one image: D x 4 CV_32F, D CV_32F by falling score, D CV_32S 1..C.
struct CV_EXPORTS Detections
{
    Mat boxes, scores, labels;
};

//! As bytes, for another process of the same kind of machine.
CV_EXPORTS std::string packed(const std::vector<Detections>& images);
CV_EXPORTS std::vector<Detections> unpacked(const std::string& bytes);

//! What all ranks have found, by rank.
CV_EXPORTS std::vector<Detections> gathered(Ranks& ranks, const std::vector<Detections>& own);

} // namespace dnn_rpn_train
} // namespace cv

#endif
