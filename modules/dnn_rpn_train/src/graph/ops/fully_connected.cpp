// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "../graph.hpp"
#include "../node_writer.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

Shape shape(const ShapeArgs& args)
{
    const Shape &weight = args.parameter(0), &in = args.inputs[0];
    if (weight.c != in.c || weight.h != in.h || weight.w != in.w)
        args.refuse(format("weights for %dx%dx%d, input of %dx%dx%d", weight.c, weight.h, weight.w, in.c,
                           in.h, in.w));
    return Shape(in.n, weight.n, 1, 1);
}

int channels(const Graph& graph, const Node& node, const std::vector<int>&)
{
    return graph.parameters[node.parameters.at(0)].value.shape().n;
}

void grid(const Node& node, Grid&)
{
    CV_Error_(Error::StsBadArg, ("node '%s' is fully connected and has no cells", node.name.c_str()));
}

void write(const Node&, NodeWriter& writer)
{
    OnnxNode flatten;
    flatten.type = "Flatten";
    flatten.name = writer.node.name + ".flat";
    flatten.inputs = {writer.node.inputs[0]};
    flatten.integer("axis", 1);
    writer.node.inputs[0] = flatten.name;
    writer.before.push_back(flatten);
    writer.node.type = "Gemm";
    writer.node.integer("transB", 1);
}

} // namespace

const Operator ops::FullyConnected{"FullyConnected", shape, channels, grid, nullptr, write};

} // namespace dnn_rpn_train
} // namespace cv
