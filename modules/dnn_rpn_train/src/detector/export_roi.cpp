// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "export_roi.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

/** @brief The second stage with deltas as DetectionOutput wants them: of weights 1, and, where each class has a box of
its own, with one for the background, too. */
Graph withPlainDeltas(const RoiHead& roi)
{
    Graph g = roi.graph();
    const int added = roi.parameters().sharedDeltas ? 0 : 4;
    const Node& node = g.nodes[roi.deltasNode()];
    for (int p : node.parameters)
    {
        const Tensor& own = roi.graph().parameters[p].value;
        Shape s = own.shape();
        int& count = p == node.parameters[1] ? s.c : s.n;
        const size_t length = s.total() / count;
        const int rows = count;
        count += added;
        Tensor plain(s);
        plain.setTo(0);
        for (int i = 0; i < rows; i++)
            for (size_t j = 0; j < length; j++)
                plain.data()[(i + added) * length + j] =
                    own.data()[i * length + j] /
                    static_cast<float>(roi.parameters().detections.deltaWeights[i % 4]);
        g.parameters[p].value = plain;
    }
    return g;
}

//! Columns first..last-1 of a table 1 x 1 x P x 7.
std::string addColumns(OnnxWriter& writer, const std::string& name, const std::string& table, int first,
                       int last)
{
    writer.addConstant(name + ".first", {first});
    writer.addConstant(name + ".last", {last});
    writer.addConstant(name + ".axis", {3});
    writer.addNode("Slice", name, {table, name + ".first", name + ".last", name + ".axis"});
    return name;
}

std::string addReshape(OnnxWriter& writer, const std::string& name, const std::string& value,
                       const std::vector<int64_t>& shape)
{
    writer.addConstant(name + ".shape", shape);
    writer.addNode("Reshape", name, {value, name + ".shape"});
    return name;
}

//! P x columns: 1 where the row of the table holds a proposal, 0 where it is filled up.
std::string addMask(OnnxWriter& writer, const std::string& table, int columns)
{
    const std::string score =
        addReshape(writer, "roi.mask.scores", addColumns(writer, "roi.mask.column", table, 2, 3), {-1, 1});
    // A product of matrices spreads the column, which cv::dnn 4.6 cannot do with every operator. Whatever score a
    // proposal has, times this it is above 1.
    const std::vector<float> large(columns, 1e30f);
    writer.addConstant("roi.mask.weight", {columns, 1}, large.data());
    const std::vector<float> none(columns, 0.f);
    writer.addConstant("roi.mask.bias", {columns}, none.data());
    writer.addNode("Gemm", "roi.mask.spread", {score, "roi.mask.weight", "roi.mask.bias"})
        .integer("transB", 1);
    writer.addNode("Clip", "roi.mask", {"roi.mask.spread"}).real("min", 0).real("max", 1);
    return "roi.mask";
}

} // namespace

void addSecondStage(OnnxWriter& writer, const RoiHead& roi, const std::string& proposals,
                    const std::string& features)
{
    const RoiParams& p = roi.parameters();
    const Graph graph = withPlainDeltas(roi);
    const int columns = roi.classes() + 1;
    writer.addNode("CropAndResize", graph.nodes[0].name, {features, proposals})
        .integer("width", p.pooled.width)
        .integer("height", p.pooled.height);
    writer.addGraph(graph, graph.nodes[0].name);
    writer.addNode("Softmax", "roi.probabilities", {graph.nodes[roi.logitsNode()].name}).integer("axis", 1);
    writer.addNode("Mul", "roi.scores", {"roi.probabilities", addMask(writer, proposals, columns)});
    const std::string scores = addReshape(writer, "roi.scores.row", "roi.scores", {1, -1}),
                      deltas =
                          addReshape(writer, "roi.deltas.row", graph.nodes[roi.deltasNode()].name, {1, -1}),
                      boxes = addReshape(writer, "roi.boxes.row",
                                         addColumns(writer, "roi.boxes", proposals, 3, 7), {1, 1, -1});
    const dnn_rpn::DetectionParams& d = p.detections;
    const int all = p.proposals.postNms * roi.classes();
    writer.addNode("DetectionOutput", "detections", {deltas, scores, boxes})
        .output("onnx_node!detections")
        .integer("num_classes", columns)
        .integer("share_location", p.sharedDeltas)
        .integer("background_label_id", 0)
        .text("code_type", "CENTER_SIZE")
        .integer("variance_encoded_in_target", 1)
        .integer("clip", 1)
        .real("nms_threshold", d.nmsThreshold)
        .real("confidence_threshold", d.scoreThreshold)
        .integer("top_k", d.preNms > 0 ? d.preNms : -1)
        .integer("keep_top_k", d.maxDetections > 0 ? d.maxDetections : all);
    writer.addOutput("onnx_node!detections", {1, 1, -1, 7});
}

} // namespace dnn_rpn_train
} // namespace cv
