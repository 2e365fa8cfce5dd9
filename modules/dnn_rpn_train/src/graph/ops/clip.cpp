// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "../node_reader.hpp"
#include "../node_writer.hpp"

#include <cfloat>

namespace cv {
namespace dnn_rpn_train {

namespace {

void read(NodeReader& reader, Node& node)
{
    node.inputs = {reader.value(0)};
    const float *lower = reader.node.find<float>("min"), *upper = reader.node.find<float>("max");
    node.lower = lower ? *lower : -FLT_MAX;
    node.upper = upper ? *upper : FLT_MAX;
    // Since operator set 11 the bounds are inputs.
    if (reader.hasInput(1))
        node.lower = reader.floats(1)[0];
    if (reader.hasInput(2))
        node.upper = reader.floats(2)[0];
}

void write(const Node& node, NodeWriter& writer)
{
    if (writer.operatorSet == 10)
    {
        writer.node.real("min", node.lower).real("max", node.upper);
        return;
    }
    writer.addInput(".min", {}, {node.lower});
    writer.addInput(".max", {}, {node.upper});
}

} // namespace

const Operator ops::Clip{"Clip", Operator::sameShape, Operator::sameChannels, Operator::sameGrid, read,
                         write};

} // namespace dnn_rpn_train
} // namespace cv
