// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "window.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

void write(const Node& node, NodeWriter& writer)
{
    writeWindow(node, writer);
    writePads(node, writer);
    writer.node.integer("ceil_mode", node.ceilMode);
}

} // namespace

const Operator ops::MaxPool{"MaxPool",  windowShape,       Operator::sameChannels,
                            windowGrid, readPoolingWindow, write};

} // namespace dnn_rpn_train
} // namespace cv
