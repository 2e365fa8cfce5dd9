// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "../node_reader.hpp"
#include "../node_writer.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

Shape shape(const ShapeArgs& args)
{
    for (int p : args.node.parameters)
    {
        const Parameter& parameter = args.graph.parameters[p];
        if (parameter.value.shape().c != args.inputs[0].c)
            args.refuse(format("'%s' has %d channels, the input %d", parameter.name.c_str(),
                               parameter.value.shape().c, args.inputs[0].c));
    }
    return args.inputs[0];
}

void read(NodeReader& reader, Node& node)
{
    if (reader.inputCount() != 5)
        reader.refuse(format("it has %d inputs, not 5", reader.inputCount()));
    node.inputs = {reader.value(0)};
    if (reader.integer("training_mode", 0) != 0)
        CV_LOG_WARNING(nullptr, "node '"
                                    << reader.node.name
                                    << "' (BatchNormalization) is in training mode: its running mean and "
                                       "variance are taken as if it were not");
    node.epsilon = reader.real("epsilon", 1e-5f);
    for (float variance : reader.floats(4))
        if (!(variance + node.epsilon > 0))
            reader.refuse(format("a variance is %g, with an epsilon of %g", variance, node.epsilon));
    static const char* const roles[] = {"", ".scale", ".bias", ".mean", ".variance"};
    for (int j = 1; j < 5; j++)
    {
        const int channels = static_cast<int>(reader.floats(j).size());
        node.parameters.push_back(reader.parameterOf(j, roles[j], Shape(1, channels, 1, 1), false, false));
    }
}

void write(const Node& node, NodeWriter& writer)
{
    writer.node.real("epsilon", node.epsilon);
}

} // namespace

const Operator ops::BatchNorm{"BatchNormalization", shape, Operator::sameChannels,
                              Operator::sameGrid,   read,  write};

} // namespace dnn_rpn_train
} // namespace cv
