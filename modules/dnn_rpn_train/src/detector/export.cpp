// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "export.hpp"
#include "export_decode.hpp"
#include "export_onnx.hpp"
#include "export_roi.hpp"
#include "verify.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! The name of a level's part; with one level it is the whole.
std::string partName(const std::string& name, const AnchorHead& head, size_t level)
{
    return head.levels().size() == 1 ? name : name + "." + std::to_string(level);
}

//! Adds a node that joins the levels' parts, if there are several.
void join(OnnxWriter& writer, const std::string& name, const AnchorHead& head, int axis)
{
    std::vector<std::string> parts;
    for (size_t level = 0; level < head.levels().size(); level++)
        parts.push_back(partName(name, head, level));
    if (parts.size() > 1)
        writer.addNode("Concat", name, parts).integer("axis", axis);
}

//! Maps of N x (A columns) x rows x cols as N x K x columns, level after level.
void addAnchorsFirst(OnnxWriter& writer, const Graph& graph, const AnchorHead& head,
                     int (AnchorHead::*nodeOf)(int) const, const std::string& name, int columns)
{
    for (size_t level = 0; level < head.levels().size(); level++)
    {
        const std::string part = partName(name, head, level);
        const std::string& map = graph.nodes[(head.*nodeOf)(static_cast<int>(level))].name;
        writer.addNode("Transpose", part + ".cells", {map}).integers("perm", {0, 2, 3, 1});
        writer.addConstant(part + ".shape", {0, -1, columns});
        writer.addNode("Reshape", part, {part + ".cells", part + ".shape"});
    }
    join(writer, name, head, 1);
}

void addHeads(OnnxWriter& writer, const Graph& graph, const AnchorHead& head, int columns)
{
    addAnchorsFirst(writer, graph, head, &AnchorHead::logitsNode, "logits", columns);
    addAnchorsFirst(writer, graph, head, &AnchorHead::deltasNode, "deltas", 4);
}

/** @brief A sigmoid classifier with one more column before the classes, which is 0 after the sigmoid:
DetectionOutput wants a background. */
Graph withBackground(const Graph& graph, const AnchorHead& head)
{
    Graph g = graph;
    const Node& node = g.nodes[head.logitsNode()];
    const int columns = head.columns(), anchors = head.levels()[0].count();
    for (int p : node.parameters)
    {
        const Tensor& narrow = graph.parameters[p].value;
        const bool isBias = p == node.parameters[1];
        Shape s = narrow.shape();
        const size_t length = s.total() / (anchors * columns); // of an output channel
        (isBias ? s.c : s.n) = anchors * (columns + 1);
        Tensor wide(s);
        wide.setTo(0);
        for (int a = 0; a < anchors; a++)
        {
            float* to = wide.data() + a * (columns + 1) * length;
            if (isBias)
                *to = -100;
            const float* from = narrow.data() + a * columns * length;
            std::copy(from, from + columns * length, to + length);
        }
        g.parameters[p].value = wide;
    }
    return g;
}

//! The anchors of all levels, as cv::dnn's layer makes them for the size of the image.
void addAnchors(OnnxWriter& writer, const Graph& graph, const AnchorHead& head)
{
    for (size_t i = 0; i < head.levels().size(); i++)
    {
        const dnn_rpn::AnchorLevel& level = head.levels()[i];
        const std::string& map = graph.nodes[head.logitsNode(static_cast<int>(i))].name;
        writer.addNode("PriorBox", partName("anchors", head, i), {map, graph.nodes[0].name})
            .reals("width", level.widths)
            .reals("height", level.heights)
            .real("step", static_cast<float>(level.stride))
            .real("offset", level.offset)
            .integer("flip", 0)
            .integer("clip", 0)
            .reals("variance", {1, 1, 1, 1});
    }
    join(writer, "anchors", head, 2);
}

/** @brief Standard operators only; outputs `logits` [N, K, AnchorHead::columns()] and `deltas` [N, K, 4], or
what exportSecondHeads() gives. */
std::string exportHeads(const ExportParts& parts)
{
    const Graph& graph = parts.graph;
    const AnchorHead& head = parts.head;
    if (parts.roi)
        return exportSecondHeads(graph, head, *parts.roi);
    OnnxWriter writer;
    writer.addInput(graph.nodes[0].name, {-1, 3, -1, -1});
    writer.addGraph(graph);
    addHeads(writer, graph, head, head.columns());
    writer.addOutput("logits", {-1, -1, head.columns()});
    writer.addOutput("deltas", {-1, -1, 4});
    return writer.bytes();
}

/** @brief The graph with the head's boxes behind it for stock cv::dnn, 4.5.5 and later; the input has the
size that the file names, and may have others.

Nodes of cv::dnn's own layers PriorBox and DetectionOutput stand in the default domain, where the
importer hands unknown operators to its layer factory.

DetectionOutput suppresses boxes of one class whatever their level, and its limit of boxes before that
(preNms) is for each class, not for each level; it has no smallest size and no limit of log sizes. In these it
differs from generateProposals() and generateDetections(). */
std::string exportForOpenCV(const ExportParts& parts)
{
    const Graph& graph = parts.graph;
    const AnchorHead& head = parts.head;
    const Size size = parts.size;
    const RoiHead* const roi = parts.roi;
    const dnn_rpn::ProposalParams& proposals =
        roi ? roi->parameters().proposals : head.parameters().proposals;
    const dnn_rpn::DetectionParams& detections = head.parameters().detections;
    const bool classes = head.classes() > 0;
    const int columns = 1 + std::max(1, head.classes()),
              limit = classes ? detections.preNms : proposals.preNms;
    // DetectionOutput gives a table of that many rows, so "all" must be a number: every anchor for every
    // class.
    int keep = classes ? detections.maxDetections : proposals.postNms;
    if (keep == 0)
    {
        const std::vector<Shape> shapes = graph.shapes(Shape(1, 3, size.height, size.width));
        for (size_t i = 0; i < head.levels().size(); i++)
            keep +=
                static_cast<int>(shapes[head.deltasNode(static_cast<int>(i))].image()) / 4 * (columns - 1);
    }
    OnnxWriter writer;
    // The importer asks DetectionOutput for its shape at once, so the size must be there; a net that is
    // given an image of another size works out all shapes again.
    writer.addInput(graph.nodes[0].name, {1, 3, size.height, size.width});
    writer.addGraph(head.softmax() ? graph : withBackground(graph, head));
    addHeads(writer, graph, head, columns);
    if (head.softmax())
        writer.addNode("Softmax", "scores", {"logits"}).integer("axis", 2);
    else
        writer.addNode("Sigmoid", "scores", {"logits"});
    // OpenCV 5's DetectionModel asks for a layer of the output's name, whichever: this one bears it.
    writer.addNode("Flatten", outputName, {"scores"}).integer("axis", 1).output("scores.flat");
    addAnchors(writer, graph, head);
    Formula f(writer, "decode");
    const Value priors = sizedPriors(f, f.slice("anchors", 0, 1, 1)), codes = cornerCodes(f, "deltas");
    const char* const name = roi ? "proposals" : "detections";
    OnnxWriter::NodeRef node =
        writer.addNode("DetectionOutput", name, {codes, "scores.flat", priors})
            .integer("num_classes", columns)
            .integer("share_location", 1)
            .integer("background_label_id", 0)
            .text("code_type", "CORNER")
            .integer("variance_encoded_in_target", 0)
            .integer("clip", 1)
            .real("nms_threshold", classes ? detections.nmsThreshold : proposals.nmsThreshold)
            .integer("top_k", limit > 0 ? limit : -1)
            .integer("keep_top_k", keep);
    // Scores above it are kept; proposals are also kept where they equal their limit.
    const float lowest =
        classes ? detections.scoreThreshold
                : std::nextafter(proposals.scoreThreshold, -std::numeric_limits<float>::infinity());
    if (std::isfinite(lowest))
        node.real("confidence_threshold", lowest);
    if (roi)
        addSecondStage(writer, *roi, name, graph.nodes[roi->featuresNode()].name);
    else
    {
        node.output(outputName);
        writer.addOutput(outputName, {1, 1, -1, 7});
    }
    return writer.bytes();
}

} // namespace

const Exporter exporters::opencv{dnn_rpn::EXPORT_OPENCV, exportForOpenCV, compareBoxes};
const Exporter exporters::heads{dnn_rpn::EXPORT_HEADS, exportHeads, compareHeads};

dnn_rpn::ModelDescription describe(const Graph& graph, const AnchorHead& head, Size size)
{
    dnn_rpn::ModelDescription d;
    d.inputSize = size;
    d.levels = head.levels();
    const std::vector<Shape> shapes = graph.shapes(Shape(1, 3, size.height, size.width));
    for (size_t level = 0; level < head.levels().size(); level++)
    {
        const Shape& s = shapes[head.logitsNode(static_cast<int>(level))];
        d.featureSizes.push_back(Size(s.w, s.h));
    }
    d.detector = head.classes() > 0 ? dnn_rpn::DETECTOR_RETINANET : dnn_rpn::DETECTOR_RPN;
    d.proposals = head.parameters().proposals;
    d.detections = head.parameters().detections;
    return d;
}

} // namespace dnn_rpn_train
} // namespace cv
