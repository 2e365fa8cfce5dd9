// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DETECTOR_EXPORTER_HPP
#define OPENCV_DNN_RPN_TRAIN_DETECTOR_EXPORTER_HPP

#include <string>

#include "anchor_head.hpp"
#include "roi_head.hpp"

namespace cv {
namespace dnn_rpn_train {

//! A detector as exporters see it.
struct ExportParts
{
    const Graph& graph;     //!< with the head
    const AnchorHead& head; //!< its limits are those of the file: proposals without classes, detections with
    Size size;              //!< of the input
    const RoiHead* roi;     //!< the second stage, or null
};

//! A detector that has been run on one image, for comparison with what a file gives.
struct ExportReference
{
    Mat image;          //!< 8-bit BGR, of the input's size
    Network& network;   //!< has run forward on it
    Mat logits, deltas; //!< of the head, AnchorHead::heads()
    const AnchorHead& head;
    Size size;
    const RoiHead* roi; //!< the second stage, or null
    Network* roiNetwork;
};

//! A kind of model file: all that the trainer knows about it.
struct Exporter
{
    dnn_rpn::ExportKind kind;
    //! The bytes of the ONNX file.
    std::string (*write)(const ExportParts& parts);
    /** Runs the file in cv::dnn and compares; cv::Exception says what differs. Does nothing for detectors
    whose files cv::dnn 4 does not run; null if that is all of them. */
    void (*compare)(const std::string& file, const ExportReference& reference);
};

//! All of them; each stands beside what it writes.
#define DNN_RPN_EXPORTERS(X) X(opencv) X(onnx) X(heads)

namespace exporters {
#define DNN_RPN_DECLARE(exporter) extern const Exporter exporter;
DNN_RPN_EXPORTERS(DNN_RPN_DECLARE)
#undef DNN_RPN_DECLARE
} // namespace exporters

CV_EXPORTS const Exporter& exporterOf(dnn_rpn::ExportKind kind);

} // namespace dnn_rpn_train
} // namespace cv

#endif
