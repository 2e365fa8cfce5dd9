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
    Shape out = args.inputs[0];
    const int scale = args.node.scale;
    // No image that fits into memory has longer sides; a product of ints would overflow.
    if (scale < 1 || std::max(out.h, out.w) > INT_MAX / scale)
        args.refuse(format("its input of %dx%d cannot be enlarged by %d", out.w, out.h, scale));
    out.h *= scale;
    out.w *= scale;
    return out;
}

void grid(const Node& node, Grid& grid)
{
    if (node.scale < 1 || grid.stride % node.scale)
        CV_Error_(Error::StsBadArg, ("node '%s' splits cells of %d pixels into %d", node.name.c_str(),
                                     grid.stride, node.scale));
    const int whole = grid.stride;
    grid.stride /= node.scale;
    grid.centre += 0.5f * (grid.stride - whole);
}

//! Nearest neighbours, by Resize or by Upsample, which it was called before operator set 10.
void read(NodeReader& reader, Node& node)
{
    node.inputs = {reader.value(0)};
    const std::string mode = reader.text("mode", "nearest");
    if (mode != "nearest")
        reader.refuse("mode " + mode + " is not known; only nearest is");
    std::vector<float> scales;
    if (const std::vector<float>* given = reader.node.find<std::vector<float>>("scales"))
        scales = *given;
    // Operator set 11 put the region before the scales.
    const int at = reader.inputCount() > 2 ? 2 : 1;
    if (reader.hasInput(3)) // the lengths themselves
    {
        const float factor = static_cast<float>(reader.enlargement(0, 3));
        scales = {1, 1, factor, factor};
    }
    else if (reader.hasInput(at))
        scales = reader.floats(at);
    if (scales.size() != 4 || scales[0] != 1 || scales[1] != 1 || scales[2] != scales[3] || scales[2] < 1 ||
        scales[2] > NodeReader::highestWindow || scales[2] != std::floor(scales[2]))
        reader.refuse("only scales 1, 1, k, k of a whole number k are known");
    node.scale = static_cast<int>(scales[2]);
    // Wherever the centres of cells are said to lie, a cell must be nearest to the one that it is a part of.
    const std::string centres = reader.text("coordinate_transformation_mode",
                                            at == 1 ? "asymmetric" : "half_pixel"),
                      rounding = reader.text("nearest_mode", at == 1 ? "floor" : "round_prefer_floor");
    const bool halves = centres == "half_pixel" || centres == "pytorch_half_pixel",
               rounds = rounding == "round_prefer_floor" || rounding == "round_prefer_ceil";
    if (!(halves && rounds) &&
        !(rounding == "floor" && (centres == "asymmetric" || centres == "tf_half_pixel_for_nn")) &&
        !(rounding == "round_prefer_floor" && centres == "asymmetric" && node.scale <= 2))
        reader.refuse("centres '" + centres + "' rounded by '" + rounding +
                      "' do not repeat every cell as often as the others");
}

void write(const Node& node, NodeWriter& writer)
{
    const float scale = static_cast<float>(node.scale);
    const bool old = writer.operatorSet == 10;
    if (!old)
        writer.node.inputs.push_back(""); // the region, which only some modes have
    writer.addInput(".scales", {4}, {1, 1, scale, scale});
    writer.node.text("mode", "nearest");
    if (!old) // what set 10 means by it
        writer.node.text("coordinate_transformation_mode", "asymmetric").text("nearest_mode", "floor");
}

} // namespace

const Operator ops::Resize{"Resize", shape, Operator::sameChannels, grid, read, write, "Upsample"};

} // namespace dnn_rpn_train
} // namespace cv
