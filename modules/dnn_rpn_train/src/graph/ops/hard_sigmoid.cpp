// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "../node_reader.hpp"
#include "../node_writer.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

void read(NodeReader& reader, Node& node)
{
    node.inputs = {reader.value(0)};
    node.alpha = reader.real("alpha", 0.2f);
    node.beta = reader.real("beta", 0.5f);
}

// cv::dnn takes any product with a HardSigmoid of these numbers for HardSwish of what the HardSigmoid is of
// (OpenCV 4.6 to 5.1; doc/upstream/hard_swish_fusion.md). A ReLU between them changes no number and makes it
// look the other way.
void write(const Node& node, NodeWriter& writer)
{
    OnnxNode hard = writer.node;
    hard.real("alpha", node.alpha).real("beta", node.beta);
    if (node.alpha != 1.f / 6 || node.beta != 0.5f)
    {
        writer.node = hard;
        return;
    }
    hard.name += ".hard";
    writer.before.push_back(hard);
    writer.node.type = "Relu";
    writer.node.inputs = {hard.name};
}

} // namespace

const Operator ops::HardSigmoid{
    "HardSigmoid", Operator::sameShape, Operator::sameChannels, Operator::sameGrid, read, write};

} // namespace dnn_rpn_train
} // namespace cv
