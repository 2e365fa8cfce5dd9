// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DATA_ANNOTATION_HPP
#define OPENCV_DNN_RPN_TRAIN_DATA_ANNOTATION_HPP

#include <string>

#include "opencv2/dnn_rpn_train/dataset.hpp"

namespace cv {
namespace dnn_rpn_train {

//! Whether a file of that name may be a picture: .jpg, .jpeg, .png or .bmp, in any case.
bool isPictureName(const std::string& path);

//! What an annotation says before class names have numbers.
struct NamedObject
{
    std::string name;
    Object object;
};

/** @brief Takes a box as it was annotated: cuts it at the picture's border and drops it if nothing is
left, both with a remark.
@param box x1, y1, x2, y2
@param size of the picture; 0 x 0 if it is not known
@param where file and object, for messages
@return whether the object is to be kept; cv::Exception if the corners are exchanged */
bool takeBox(Vec4d box, const Size& size, const std::string& where, std::vector<String>& remarks,
             Object& object);

/** @brief Gives the objects their labels and the pictures their objects.
@param named the objects of every picture
@param classes names of the labels 1..C; cv::Exception names picture and class that is not among them */
void labelObjects(const std::vector<std::vector<NamedObject>>& named, const std::vector<String>& classes,
                  Dataset& set);

} // namespace dnn_rpn_train
} // namespace cv

#endif
