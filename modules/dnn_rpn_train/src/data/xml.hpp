// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DATA_XML_HPP
#define OPENCV_DNN_RPN_TRAIN_DATA_XML_HPP

#include <string>
#include <vector>

#include <pugixml.hpp>

#include "folder.hpp"
#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn_train {

//! Reads a file of whatever encoding it declares; cv::Exception names it if it does not parse.
void loadXml(const std::string& path, pugi::xml_document& xml);

//! XML files whose first tag is that one. Of a folder with many, which then are files of an image each, only
//! the first ones are looked at.
std::vector<std::string> xmlFiles(const Folder& files, const std::string& tag);

//! The number in a child or an attribute; cv::Exception with `where`, its name and its text if it is none.
double childNumber(const pugi::xml_node& parent, const char* child, const std::string& where);
double attributeNumber(const pugi::xml_node& node, const char* attribute, const std::string& where);

} // namespace dnn_rpn_train
} // namespace cv

#endif
