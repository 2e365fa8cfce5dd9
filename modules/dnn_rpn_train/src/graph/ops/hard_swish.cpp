// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "../node_reader.hpp"
#include "gate.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

void read(NodeReader& reader, Node& node)
{
    node.inputs = {reader.value(0)};
    node.alpha = 1.f / 6;
    node.beta = 0.5f;
}

void write(const Node& node, NodeWriter& writer)
{
    writeGated(writer, "HardSigmoid").real("alpha", node.alpha).real("beta", node.beta);
}

} // namespace

const Operator ops::HardSwish{
    "HardSwish", Operator::sameShape, Operator::sameChannels, Operator::sameGrid, read, write};

} // namespace dnn_rpn_train
} // namespace cv
