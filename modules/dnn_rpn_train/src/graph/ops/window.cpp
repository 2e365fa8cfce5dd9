// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../../precomp.hpp"
#include "window.hpp"

#include <cfloat>

namespace cv {
namespace dnn_rpn_train {

namespace {

//! How many windows fit along one side.
int windows(int size, int kernel, int stride, int dilation, int padBefore, int padAfter, bool ceilMode)
{
    const int room = size + padBefore + padAfter - (dilation * (kernel - 1) + 1);
    if (room < 0)
        return 0;
    int count = room / stride + 1;
    // A partial window counts only if it begins inside the image or the padding before it.
    if (ceilMode && room % stride != 0 && count * stride < size + padBefore)
        count++;
    return count;
}

//! Whether all values of a node are 0 or more.
bool noneBelowZero(const Node& node)
{
    return node.op == Op::Relu || node.op == Op::Sigmoid || node.op == Op::HardSigmoid ||
           (node.op == Op::Clip && node.lower >= 0);
}

//! Makes what a Pad node adds the padding of the window that looks at it.
void takePadding(const NodeReader& reader, Node& node, const Padding& p)
{
    // The highest is the same with zeros among numbers of 0 or more, and with the lowest number among any.
    if (node.op == Op::MaxPool
            ? p.value > -FLT_MAX && (p.value != 0 || !noneBelowZero(reader.graph().nodes[p.node]))
            : p.value != 0)
        reader.refuse(
            format("its input is padded with %g, which is not what its own padding means", p.value));
    if (node.op == Op::AveragePool)
    {
        if (!node.countPadding && std::max({node.padTop, node.padLeft, node.padBottom, node.padRight}) > 0)
            reader.refuse("its input is padded, and it has padding of its own that does not count");
        node.countPadding = true;
    }
    node.padTop += p.top;
    node.padLeft += p.left;
    node.padBottom += p.bottom;
    node.padRight += p.right;
}

} // namespace

Shape windowShape(const ShapeArgs& args)
{
    const Node& n = args.node;
    Shape out = args.inputs[0];
    if (n.wholeStrides && (out.h % n.stride.height || out.w % n.stride.width))
        args.refuse("its padding (auto_pad) fits inputs that its stride divides, not " + out.str() +
                    "; sides that are multiples of 32 do");
    out.h = windows(out.h, n.kernel.height, n.stride.height, n.dilation.height, n.padTop, n.padBottom,
                    n.ceilMode);
    out.w =
        windows(out.w, n.kernel.width, n.stride.width, n.dilation.width, n.padLeft, n.padRight, n.ceilMode);
    if (out.h <= 0 || out.w <= 0)
        args.refuse("nothing is left of its input of " + args.inputs[0].str());
    return out;
}

void windowGrid(const Node& node, Grid& grid)
{
    if (node.stride.width != node.stride.height)
        CV_Error_(Error::StsNotImplemented,
                  ("node '%s' has stride %dx%d: only equal strides give square cells", node.name.c_str(),
                   node.stride.width, node.stride.height));
    grid.centre += grid.stride * (0.5f * node.dilation.width * (node.kernel.width - 1) - node.padLeft);
    // No cell of an image that fits into memory is larger; a product of ints would overflow.
    if (grid.stride > (1 << 14) / node.stride.width)
        CV_Error_(Error::StsOutOfRange, ("node '%s': a stride of %d x %d pixels is too large",
                                         node.name.c_str(), grid.stride, node.stride.width));
    grid.stride *= node.stride.width;
}

void readWindow(NodeReader& reader, Node& node)
{
    const Padding* const padding = reader.padding(0);
    node.inputs = {padding ? padding->node : reader.value(0)};
    const std::vector<int> k = reader.integers("kernel_shape", 2, 1, 1),
                           st = reader.integers("strides", 2, 1, 1),
                           d = reader.integers("dilations", 2, 1, 1), p = reader.integers("pads", 4, 0, 0);
    node.kernel = Size(k[1], k[0]);
    node.stride = Size(st[1], st[0]);
    node.dilation = Size(d[1], d[0]);
    node.padTop = p[0];
    node.padLeft = p[1];
    node.padBottom = p[2];
    node.padRight = p[3];
    node.countPadding = reader.integer("count_include_pad", 0) != 0;
    if (padding)
        takePadding(reader, node, *padding);
    // Wider ones give nothing but zeros, and files that are made to exhaust the memory have them.
    const int most =
        64 + std::max(node.dilation.width * node.kernel.width, node.dilation.height * node.kernel.height);
    if (std::max({node.padTop, node.padLeft, node.padBottom, node.padRight}) > most)
        reader.refuse(
            format("its padding goes far beyond its window of %dx%d", node.kernel.width, node.kernel.height));
}

void readAutoPad(const NodeReader& reader, Node& node)
{
    const std::string pad = reader.text("auto_pad", "NOTSET");
    if (pad == "NOTSET" || pad == "VALID")
        return;
    if (pad != "SAME_UPPER" && pad != "SAME_LOWER")
        reader.refuse("auto_pad " + pad + " is not known");
    // One output for each stride: what the last window lacks is put on both sides.
    const auto lacks = [](int kernel, int dilation, int stride) {
        return std::max(dilation * (kernel - 1) + 1 - stride, 0);
    };
    const int rows = lacks(node.kernel.height, node.dilation.height, node.stride.height),
              columns = lacks(node.kernel.width, node.dilation.width, node.stride.width),
              odd = pad == "SAME_LOWER";
    node.padTop += (rows + odd) / 2;
    node.padBottom += rows - (rows + odd) / 2;
    node.padLeft += (columns + odd) / 2;
    node.padRight += columns - (columns + odd) / 2;
    node.wholeStrides = true;
}

void readPoolingWindow(NodeReader& reader, Node& node)
{
    if (!reader.node.find<std::vector<int64_t>>("kernel_shape"))
        reader.refuse("it has no kernel_shape");
    readWindow(reader, node);
    readAutoPad(reader, node);
    // A window must touch the image.
    if (std::max(node.padTop, node.padBottom) >= node.kernel.height ||
        std::max(node.padLeft, node.padRight) >= node.kernel.width)
        reader.refuse("its padding is as large as its kernel");
    if (node.dilation != Size(1, 1))
        reader.refuse("pooling with dilation is not known");
    node.ceilMode = reader.integer("ceil_mode", 0) != 0;
}

void writeWindow(const Node& node, NodeWriter& writer)
{
    writer.node.integers("kernel_shape", {node.kernel.height, node.kernel.width})
        .integers("strides", {node.stride.height, node.stride.width});
}

void writePads(const Node& node, NodeWriter& writer)
{
    writer.node.integers("pads", {node.padTop, node.padLeft, node.padBottom, node.padRight});
}

} // namespace dnn_rpn_train
} // namespace cv
