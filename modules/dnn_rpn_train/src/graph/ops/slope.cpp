// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "slope.hpp"

namespace cv {
namespace dnn_rpn_train {

void readSlope(NodeReader& reader, Node& node, float otherwise)
{
    node.inputs = {reader.value(0)};
    node.alpha = reader.real("alpha", otherwise);
    if (node.alpha < 0)
        reader.refuse(format("alpha %g is below 0", node.alpha));
}

void writeSlope(const Node& node, NodeWriter& writer)
{
    writer.node.real("alpha", node.alpha);
}

} // namespace dnn_rpn_train
} // namespace cv
