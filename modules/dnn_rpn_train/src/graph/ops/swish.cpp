// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "../graph.hpp"
#include "../node_writer.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

// Files of our operator sets say it in two nodes.
void write(const Node&, NodeWriter& writer)
{
    OnnxNode gate;
    gate.type = "Sigmoid";
    gate.name = writer.node.name + ".gate";
    gate.inputs = writer.node.inputs;
    writer.before.push_back(gate);
    writer.node.type = "Mul";
    writer.node.inputs.push_back(gate.name);
}

} // namespace

const Operator ops::Swish{
    "Swish", Operator::sameShape, Operator::sameChannels, Operator::sameGrid, Operator::readInput, write};

} // namespace dnn_rpn_train
} // namespace cv
