// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_GRAPH_OPS_WINDOW_HPP
#define OPENCV_DNN_RPN_TRAIN_GRAPH_OPS_WINDOW_HPP

#include "../node_reader.hpp"
#include "../node_writer.hpp"

namespace cv {
namespace dnn_rpn_train {

// What convolutions and poolings have in common: windows that go over an image.

Shape windowShape(const ShapeArgs& args);
void windowGrid(const Node& node, Grid& grid);

//! The input, which may be padded by a node of its own, and the window's attributes.
void readWindow(NodeReader& reader, Node& node);
//! Padding that is given by the size of the output, when the kernel is known.
void readAutoPad(const NodeReader& reader, Node& node);
//! All of it, for poolings.
void readPoolingWindow(NodeReader& reader, Node& node);

void writeWindow(const Node& node, NodeWriter& writer);
void writePads(const Node& node, NodeWriter& writer);

} // namespace dnn_rpn_train
} // namespace cv

#endif
