// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "export.hpp"
#include "export_roi.hpp"
#include "../onnx/writer.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! N x (A columns) x rows x cols -> N x K x columns. Returns the name of the value.
std::string addAnchorsFirst(OnnxWriter& writer, const std::string& value, const std::string& name,
                            int columns)
{
    writer.addNode("Transpose", name + ".cells", {value}).integers("perm", {0, 2, 3, 1});
    writer.addConstant(name + ".shape", {0, -1, columns});
    writer.addNode("Reshape", name, {name + ".cells", name + ".shape"});
    return name;
}

/** @brief A sigmoid classifier as the softmax classifier that gives the same probabilities: sigmoid(x)
is the second of softmax(0, x). DetectionOutput wants both columns. */
Graph withBackground(const Graph& graph, const Rpn& rpn)
{
    Graph g = graph;
    const Node& node = g.nodes[rpn.logitsNode()];
    for (int p : node.parameters)
    {
        const Tensor& narrow = graph.parameters[p].value;
        const bool isBias = p == node.parameters[1];
        Shape s = narrow.shape();
        const int count = isBias ? s.c : s.n;
        const size_t length = s.total() / count;
        (isBias ? s.c : s.n) = 2 * count;
        Tensor wide(s);
        wide.setTo(0);
        for (int a = 0; a < count; a++)
            std::copy(narrow.data() + a * length, narrow.data() + (a + 1) * length,
                      wide.data() + (2 * a + 1) * length);
        g.parameters[p].value = wide;
    }
    return g;
}

} // namespace

std::string exportHeads(const Graph& graph, const Rpn& rpn)
{
    const int columns = rpn.softmax() ? 2 : 1;
    OnnxWriter writer;
    writer.addInput(graph.nodes[0].name, {-1, 3, -1, -1});
    writer.addGraph(graph);
    writer.addOutput(addAnchorsFirst(writer, graph.nodes[rpn.logitsNode()].name, "logits", columns),
                     {-1, -1, columns});
    writer.addOutput(addAnchorsFirst(writer, graph.nodes[rpn.deltasNode()].name, "deltas", 4), {-1, -1, 4});
    return writer.bytes();
}

std::string exportForOpenCV(const Graph& graph, const Rpn& rpn, Size size, const RoiHead* roi)
{
    const std::string picture = graph.nodes[0].name, logitsMap = graph.nodes[rpn.logitsNode()].name,
                      deltasMap = graph.nodes[rpn.deltasNode()].name;
    const dnn_rpn::AnchorLevel& level = rpn.level();
    const dnn_rpn::ProposalParams& limits = roi ? roi->parameters().proposals : rpn.parameters().proposals;
    // DetectionOutput gives a table of that many rows, so "all" must be a number: every anchor.
    const Shape cells = graph.shapes(Shape(1, 3, size.height, size.width))[rpn.logitsNode()];
    const int keep = limits.postNms > 0 ? limits.postNms : static_cast<int>(cells.plane()) * level.count();
    OnnxWriter writer;
    // The importer asks DetectionOutput for its shape at once, so the size must be there; a net that is
    // given a picture of another size works out all shapes again.
    writer.addInput(picture, {1, 3, size.height, size.width});
    writer.addGraph(rpn.softmax() ? graph : withBackground(graph, rpn));

    writer.addNode("Softmax", "scores", {addAnchorsFirst(writer, logitsMap, "logits", 2)}).integer("axis", 2);
    writer.addNode("Flatten", "scores.flat", {"scores"}).integer("axis", 1);
    addAnchorsFirst(writer, deltasMap, "deltas", 4);
    writer.addNode("Flatten", "deltas.flat", {"deltas"}).integer("axis", 1);
    writer.addNode("PriorBox", "anchors", {logitsMap, picture})
        .reals("width", level.widths)
        .reals("height", level.heights)
        .real("step", static_cast<float>(level.stride))
        .real("offset", level.offset)
        .integer("flip", 0)
        .integer("clip", 0)
        .reals("variance", {1, 1, 1, 1});
    const char* const name = roi ? "proposals" : "detections";
    OnnxWriter::NodeRef boxes =
        writer.addNode("DetectionOutput", name, {"deltas.flat", "scores.flat", "anchors"})
            .integer("num_classes", 2)
            .integer("share_location", 1)
            .integer("background_label_id", 0)
            .text("code_type", "CENTER_SIZE")
            .integer("variance_encoded_in_target", 0)
            .integer("clip", 1)
            .real("nms_threshold", limits.nmsThreshold)
            .integer("top_k", limits.preNms > 0 ? limits.preNms : -1)
            .integer("keep_top_k", keep);
    if (roi)
        addSecondStage(writer, *roi, name, graph.nodes[roi->featuresNode()].name);
    else
    {
        boxes.output("onnx_node!detections");
        writer.addOutput("onnx_node!detections", {1, 1, -1, 7});
    }
    return writer.bytes();
}

} // namespace dnn_rpn_train
} // namespace cv
