// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "export_roi.hpp"
#include "export.hpp"
#include "export_decode.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

/** @brief The second stage with deltas as DetectionOutput wants them: of weights 1, and, where each class has
a box of its own, with one for the background, too. */
Graph withPlainDeltas(const RoiHead& roi)
{
    Graph g = roi.graph();
    const int added = roi.parameters().classAgnostic ? 0 : 4;
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

//! P x columns: 1 where the row of the table holds a proposal, 0 where it is filled up.
Value mask(Formula& f, const Value& table, int columns)
{
    const Value score = f.reshape(f.slice(table, 2, 3, 3), {-1, 1});
    // A product of matrices spreads the column, which cv::dnn 4.6 cannot do with every operator. Whatever
    // score a proposal has, times this it is above 1.
    Value spread, all;
    f.node("Gemm",
           {score, f.floats({columns, 1}, std::vector<float>(columns, 1e30f)),
            f.floats({columns}, std::vector<float>(columns, 0.f))},
           spread)
        .integer("transB", 1);
    f.node("Clip", {spread}, all).real("min", 0).real("max", 1);
    return all;
}

} // namespace

void addSecondStage(OnnxWriter& writer, const RoiHead& roi, const std::string& proposals,
                    const std::string& features)
{
    const RoiParams& p = roi.parameters();
    const Graph graph = withPlainDeltas(roi);
    const int columns = roi.classes() + 1;
    Formula f(writer, "roi.decode");
    writer.addNode("CropAndResize", graph.nodes[0].name, {features, proposals})
        .integer("width", p.pooled.width)
        .integer("height", p.pooled.height);
    writer.addGraph(graph, graph.nodes[0].name);
    writer.addNode("Softmax", "roi.probabilities", {graph.nodes[roi.logitsNode()].name}).integer("axis", 1);
    writer.addNode("Mul", "roi.scores", {"roi.probabilities", mask(f, proposals, columns)});
    const int boxes = p.classAgnostic ? 1 : columns;
    const Value scores = f.reshape("roi.scores", {1, -1}),
                codes =
                    cornerCodes(f, f.reshape(graph.nodes[roi.deltasNode()].name, {1, -1, 4 * boxes}), boxes),
                priors = sizedPriors(f, f.slice(proposals, 3, 7, 3));
    const dnn_rpn::DetectionParams& d = p.detections;
    const int all = p.proposals.postNms * roi.classes();
    writer.addNode("DetectionOutput", "detections", {codes, scores, priors})
        .output(outputName)
        .integer("num_classes", columns)
        .integer("share_location", p.classAgnostic)
        .integer("background_label_id", 0)
        .text("code_type", "CORNER")
        .integer("variance_encoded_in_target", 0)
        .integer("clip", 1)
        .real("nms_threshold", d.nmsThreshold)
        .real("confidence_threshold", d.scoreThreshold)
        .integer("top_k", d.preNms > 0 ? d.preNms : -1)
        .integer("keep_top_k", d.maxDetections > 0 ? d.maxDetections : all);
    writer.addOutput(outputName, {1, 1, -1, 7});
}

} // namespace dnn_rpn_train
} // namespace cv
