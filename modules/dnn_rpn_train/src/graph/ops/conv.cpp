// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "window.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

Shape shape(const ShapeArgs& args)
{
    Shape out = windowShape(args);
    const Shape& weight = args.parameter(0);
    if (weight.c * args.node.group != out.c)
        args.refuse(format("weights for %d channels, input with %d", weight.c * args.node.group, out.c));
    out.c = weight.n;
    return out;
}

int channels(const Graph& graph, const Node& node, const std::vector<int>&)
{
    return graph.parameters[node.parameters.at(0)].value.shape().n;
}

void read(NodeReader& reader, Node& node)
{
    readWindow(reader, node);
    node.group = static_cast<int>(reader.integer("group", 1));
    if (!reader.isConstant(1) || reader.dims(1).size() != 4)
        reader.refuse("its weights are no four-dimensional constant");
    const std::vector<int64_t> dims = reader.dims(1);
    const Shape shape(static_cast<int>(dims[0]), static_cast<int>(dims[1]), static_cast<int>(dims[2]),
                      static_cast<int>(dims[3]));
    if (reader.node.find<std::vector<int64_t>>("kernel_shape") && node.kernel != Size(shape.w, shape.h))
        reader.refuse(format("kernel_shape %dx%d, but weights of %dx%d", node.kernel.height,
                             node.kernel.width, shape.h, shape.w));
    node.kernel = Size(shape.w, shape.h);
    readAutoPad(reader, node);
    if (node.group < 1 || shape.n % node.group)
        reader.refuse(format("%d outputs in %d groups", shape.n, node.group));
    node.parameters = {reader.parameterOf(1, ".weight", shape, true),
                       reader.parameterOf(2, ".bias", Shape(1, shape.n, 1, 1), false)};
}

void write(const Node& node, NodeWriter& writer)
{
    writeWindow(node, writer);
    writePads(node, writer);
    writer.node.integers("dilations", {node.dilation.height, node.dilation.width})
        .integer("group", node.group);
}

} // namespace

const Operator ops::Conv{"Conv", shape, channels, windowGrid, read, write};

} // namespace dnn_rpn_train
} // namespace cv
