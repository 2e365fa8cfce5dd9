// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DATA_YOLO_NAMES_HPP
#define OPENCV_DNN_RPN_TRAIN_DATA_YOLO_NAMES_HPP

#include <map>

#include "reading.hpp"

namespace cv {
namespace dnn_rpn_train {

//! What the files beside YOLO's images and labels say.
struct YoloDescription
{
    std::string file; //!< where the names are from; "" if there is none
    std::vector<std::string>
        names;           //!< of the classes, in the order of their numbers; empty if they are not told
    int firstNumber = 0; //!< 1 if the file counts from 1
    int keypoints = 0;   //!< numbers behind each box
    //! By train, val and test: folders or lists of images, as they are written there.
    std::map<std::string, std::vector<std::string>> places;
};

//! Reads data.yaml or another such YAML file, obj.names, classes.txt, or _darknet.labels.
YoloDescription readYoloDescription(Reading& reading);

//! Whether there is such a file.
bool hasYoloDescription(const Folder& files);

} // namespace dnn_rpn_train
} // namespace cv

#endif
