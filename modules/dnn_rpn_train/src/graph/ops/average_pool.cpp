// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "window.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! OpenCV 4.6 counts no padding, whatever count_include_pad says.
void writePadding(const Node& node, NodeWriter& writer)
{
    OnnxNode pad;
    pad.type = "Pad";
    pad.name = writer.node.name + ".padded";
    pad.inputs = {writer.node.inputs[0]};
    pad.text("mode", "constant");
    const std::vector<int64_t> pads{0, 0, node.padTop, node.padLeft, 0, 0, node.padBottom, node.padRight};
    if (writer.operatorSet == 10)
        pad.integers("pads", pads).real("value", 0.f);
    else
    {
        writer.constants.push_back({writer.node.name + ".pads", {}, {}, pads});
        pad.inputs.push_back(writer.constants.back().name);
    }
    writer.node.inputs[0] = pad.name;
    writer.before.push_back(pad);
}

void write(const Node& node, NodeWriter& writer)
{
    writeWindow(node, writer);
    if (node.countPadding && std::max({node.padTop, node.padLeft, node.padBottom, node.padRight}) > 0)
        writePadding(node, writer);
    else
        writePads(node, writer);
    writer.node.integer("ceil_mode", node.ceilMode).integer("count_include_pad", node.countPadding);
}

} // namespace

const Operator ops::AveragePool{"AveragePool", windowShape,       Operator::sameChannels,
                                windowGrid,    readPoolingWindow, write};

} // namespace dnn_rpn_train
} // namespace cv
