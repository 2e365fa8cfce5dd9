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
    node.alpha = reader.real("alpha", 1.f);
    if (node.alpha < 0)
        reader.refuse(format("alpha %g is below 0", node.alpha));
}

void write(const Node& node, NodeWriter& writer)
{
    writer.node.real("alpha", node.alpha);
}

} // namespace

const Operator ops::Elu{"Elu", Operator::sameShape, Operator::sameChannels, Operator::sameGrid, read, write};

} // namespace dnn_rpn_train
} // namespace cv
