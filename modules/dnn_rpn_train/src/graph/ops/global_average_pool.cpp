// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "../node_reader.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

Shape shape(const ShapeArgs& args)
{
    return Shape(args.inputs[0].n, args.inputs[0].c, 1, 1);
}

void grid(const Node&, Grid& grid)
{
    grid.cells = false;
}

//! Also as ReduceMean over rows and columns, whose axes are an input since operator set 18.
void read(NodeReader& reader, Node& node)
{
    node.inputs = {reader.value(0)};
    if (reader.node.type != "ReduceMean")
        return;
    std::vector<int64_t> axes;
    if (const std::vector<int64_t>* given = reader.node.find<std::vector<int64_t>>("axes"))
        axes = *given;
    else if (reader.hasInput(1))
        axes = reader.wholeNumbers(1);
    for (int64_t& axis : axes)
        axis += axis < 0 ? 4 : 0;
    std::sort(axes.begin(), axes.end());
    if (axes != std::vector<int64_t>{2, 3})
        reader.refuse("only means over rows and columns (axes 2 and 3) are known");
}

} // namespace

const Operator ops::GlobalAveragePool{"GlobalAveragePool",    shape,       Operator::sameChannels, grid, read,
                                      Operator::writeNothing, "ReduceMean"};

} // namespace dnn_rpn_train
} // namespace cv
