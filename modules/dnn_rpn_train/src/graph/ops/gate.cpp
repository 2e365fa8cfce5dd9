// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "gate.hpp"

namespace cv {
namespace dnn_rpn_train {

OnnxNode& writeGated(NodeWriter& writer, const char* type)
{
    OnnxNode gate;
    gate.type = type;
    gate.name = writer.node.name + ".gate";
    gate.inputs = writer.node.inputs;
    writer.node.type = "Mul";
    writer.node.inputs.push_back(gate.name);
    writer.before.push_back(gate);
    return writer.before.back();
}

} // namespace dnn_rpn_train
} // namespace cv
