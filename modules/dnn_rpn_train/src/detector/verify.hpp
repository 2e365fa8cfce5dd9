// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DETECTOR_VERIFY_HPP
#define OPENCV_DNN_RPN_TRAIN_DETECTOR_VERIFY_HPP

#include <string>

#include "exporter.hpp"

namespace cv {
namespace dnn_rpn_train {

// What an Exporter compares.
void compareBoxes(const std::string& file, const ExportReference& reference);
void compareHeads(const std::string& file, const ExportReference& reference);

/** @brief Runs an exported file in cv::dnn and compares it with the network it came from, on a drawn
image; cv::Exception says what differs, or that the network gives numbers that are not finite.
@param file bytes of the ONNX file
@param kind of the file; of those that cv::dnn 4 does not run only the network's numbers are looked at
@param network runs forward on the image
@param head of the network
@param size of the input
@param roi the second stage, or null
@param roiNetwork runs it */
CV_EXPORTS void verifyExport(const std::string& file, dnn_rpn::ExportKind kind, Network& network,
                             const AnchorHead& head, Size size, const RoiHead* roi = nullptr,
                             Network* roiNetwork = nullptr);

} // namespace dnn_rpn_train
} // namespace cv

#endif
