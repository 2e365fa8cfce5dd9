// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "export_onnx.hpp"
#include "../onnx/formula.hpp"

#include "opencv2/dnn_rpn.hpp"

namespace cv {
namespace dnn_rpn_train {

using namespace dnn_rpn;

namespace {

//! Boxes, their scores and their labels (whole numbers; empty: all are 1).
struct Found
{
    Value boxes, scores, labels;
};

//! width, height as floats: the last two dimensions, exchanged.
Value sizeOf(Formula& f, const Value& map)
{
    const Value shape = f.op("Shape", {map});
    return f.toFloat(f.concat({f.slice(shape, 3, 4, 0), f.slice(shape, 2, 3, 0)}, 0));
}

/** @brief decodeBoxes() and clipBoxes().
@param deltas, anchors .. x 4, of shapes that broadcast
@param rank of what comes out */
Value decode(Formula& f, const Value& deltas, const Value& anchors, const Scalar& weights, const Value& size,
             int rank)
{
    const int axis = rank - 1;
    const float limit = static_cast<float>(4.135166556742356); // decodeBoxes()'s maxLogSize
    const Value own =
        weights == Scalar(1, 1, 1, 1)
            ? deltas
            : f.op("Div",
                   {deltas, f.floats({4}, {static_cast<float>(weights[0]), static_cast<float>(weights[1]),
                                           static_cast<float>(weights[2]), static_cast<float>(weights[3])})});
    const Value low = f.slice(anchors, 0, 2, axis), high = f.slice(anchors, 2, 4, axis);
    const Value extent = f.op("Sub", {high, low});
    const Value half = f.number(0.5f);
    const Value centre = f.op("Add", {low, f.op("Mul", {extent, half})});
    const Value newCentre = f.op("Add", {centre, f.op("Mul", {f.slice(own, 0, 2, axis), extent})});
    const Value logSize = f.op("Min", {f.slice(own, 2, 4, axis), f.number(limit)});
    const Value newHalf = f.op("Mul", {f.op("Mul", {extent, f.op("Exp", {logSize})}), half});
    const Value zero = f.number(0);
    auto clipped = [&](const Value& corner) { return f.op("Max", {f.op("Min", {corner, size}), zero}); };
    return f.concat({clipped(f.op("Sub", {newCentre, newHalf})), clipped(f.op("Add", {newCentre, newHalf}))},
                    axis);
}

//! generateAnchors() for a map of whatever size: K x 4, the anchors of a cell next to each other.
Value anchorsOf(Formula& f, const Value& map, const AnchorLevel& level)
{
    const Value shape = f.op("Shape", {map});
    auto steps = [&](int axis, const std::vector<int64_t>& dims) {
        const Value count = f.reshape(f.slice(shape, axis, axis + 1, 0), {});
        const Value numbers =
            f.op("Range", {f.reshape(f.whole({0}), {}), count, f.reshape(f.whole({1}), {})});
        const float stride = static_cast<float>(level.stride);
        const Value along =
            axis == 3 ? f.floats({4}, {stride, 0, stride, 0}) : f.floats({4}, {0, stride, 0, stride});
        return f.op("Mul", {f.reshape(f.toFloat(numbers), dims), along});
    };
    std::vector<float> first;
    const float centre = level.offset * static_cast<float>(level.stride);
    for (int a = 0; a < level.count(); a++)
        first.insert(first.end(), {centre - level.widths[a] / 2, centre - level.heights[a] / 2,
                                   centre + level.widths[a] / 2, centre + level.heights[a] / 2});
    const Value cells = f.op("Add", {steps(2, {-1, 1, 1, 1}), steps(3, {1, -1, 1, 1})});
    return f.reshape(f.op("Add", {cells, f.floats({level.count(), 4}, first)}), {-1, 4});
}

//! 1 x (A columns) x rows x cols -> K x columns.
Value anchorsFirst(Formula& f, const Value& map, int columns)
{
    Value cells;
    f.node("Transpose", {map}, cells).integers("perm", {0, 2, 3, 1});
    return f.reshape(cells, {-1, columns});
}

//! Scores of boxes with a side below minSize become -1, which no threshold lets through.
Value withoutSmall(Formula& f, const Found& found, float minSize)
{
    if (minSize <= 0)
        return found.scores;
    const Value extent = f.op("Sub", {f.slice(found.boxes, 2, 4, 1), f.slice(found.boxes, 0, 2, 1)});
    Value least;
    f.node("ReduceMin", {extent}, least).integers("axes", {1}).integer("keepdims", 0);
    return f.op("Where", {f.op("Less", {least, f.number(minSize)}), f.number(-1), found.scores});
}

/** @brief nms() or, with labels, nmsPerClass(): the boxes of each class are moved to a place of their own.
@param most how many at most, 0: all
@param lowest scores that are not above it are dropped */
Found suppressed(Formula& f, const Found& found, const Value& size, float iou, int most, float lowest)
{
    Value apart = found.boxes;
    if (!found.labels.empty())
    {
        Value longest;
        f.node("ReduceMax", {size}, longest).integers("axes", {0}).integer("keepdims", 1);
        const Value step = f.op("Add", {longest, f.number(1)});
        apart = f.op("Add", {found.boxes, f.reshape(f.op("Mul", {f.toFloat(found.labels), step}), {-1, 1})});
    }
    const Value count = most > 0 ? f.whole({most}) : f.op("Shape", {found.scores});
    const Value kept = f.op("NonMaxSuppression", {f.op("Unsqueeze", {apart, f.whole({0})}),
                                                  f.op("Unsqueeze", {found.scores, f.whole({0, 1})}), count,
                                                  f.floats({1}, {iou}), f.floats({1}, {lowest})});
    const Value indices = f.reshape(f.slice(kept, 2, 3, 1), {-1});
    // No rule says in which order they come.
    Value order;
    Found best;
    best.scores = f.top(f.gather(found.scores, indices), most, order);
    const Value rows = f.gather(indices, order);
    best.boxes = f.gather(found.boxes, rows);
    if (!found.labels.empty())
        best.labels = f.gather(found.labels, rows);
    return best;
}

//! A lower bound that is left out of what is wanted: scores of exactly `threshold` are kept, unless that is
//! 0, as OpenCV 5 takes no bound below.
float justBelow(float threshold)
{
    return std::max(0.f, std::nextafter(threshold, -1.f));
}

//! generateProposals()
Found proposals(Formula& f, const Graph& graph, const AnchorHead& head, const ProposalParams& limits,
                const Value& size)
{
    std::vector<Value> boxes, scores;
    for (size_t i = 0; i < head.levels().size(); i++)
    {
        const Value logitsMap = graph.nodes[head.logitsNode(static_cast<int>(i))].name,
                    deltasMap = graph.nodes[head.deltasNode(static_cast<int>(i))].name;
        const Value logits = anchorsFirst(f, logitsMap, head.columns());
        Value probability;
        if (head.softmax())
        {
            Value both;
            f.node("Softmax", {logits}, both).integer("axis", 1);
            probability = f.reshape(f.slice(both, 1, 2, 1), {-1});
        }
        else
            probability = f.reshape(f.op("Sigmoid", {logits}), {-1});
        Value indices;
        Found level;
        level.scores = f.top(probability, limits.preNms, indices);
        level.boxes =
            decode(f, f.gather(anchorsFirst(f, deltasMap, 4), indices),
                   f.gather(anchorsOf(f, logitsMap, head.levels()[i]), indices), Scalar(1, 1, 1, 1), size, 2);
        level.scores = withoutSmall(f, level, limits.minSize);
        level =
            suppressed(f, level, size, limits.nmsThreshold, limits.postNms, justBelow(limits.scoreThreshold));
        boxes.push_back(level.boxes);
        scores.push_back(level.scores);
    }
    if (boxes.size() == 1)
        return {boxes[0], scores[0], ""};
    Value order;
    Found all;
    all.scores = f.top(f.concat(scores, 0), limits.postNms, order);
    all.boxes = f.gather(f.concat(boxes, 0), order);
    return all;
}

/** @brief generateDetections() of one level, without its suppression.
@param scores K x C
@param deltas K x 4 or K x 4 C
@param anchors K x 4 */
Found candidates(Formula& f, const Value& scores, const Value& deltas, const Value& anchors, int classes,
                 bool shared, const DetectionParams& limits, const Value& size)
{
    Value pairs;
    Found found;
    found.scores = f.top(f.reshape(scores, {-1}), limits.preNms, pairs);
    const Value count = f.whole({classes}), rows = f.op("Div", {pairs, count});
    const Value own = shared ? f.gather(deltas, rows) : f.gather(f.reshape(deltas, {-1, 4}), pairs);
    found.boxes = decode(f, own, f.gather(anchors, rows), limits.deltaWeights, size, 2);
    found.labels = f.op("Add", {f.op("Sub", {pairs, f.op("Mul", {rows, count})}), f.whole({1})});
    found.scores = withoutSmall(f, found, limits.minSize);
    return found;
}

//! Probabilities of the classes from logits with or without a column for the background.
Value classScores(Formula& f, const Value& logits, int classes, bool softmax)
{
    if (!softmax)
        return f.op("Sigmoid", {logits});
    Value all;
    f.node("Softmax", {logits}, all).integer("axis", 1);
    return f.slice(all, 1, classes + 1, 1);
}

//! AnchorHead::detect()
Found oneStage(Formula& f, const Graph& graph, const AnchorHead& head, const Value& size)
{
    const DetectionParams& limits = head.parameters().detections;
    std::vector<Value> boxes, scores, labels;
    for (size_t i = 0; i < head.levels().size(); i++)
    {
        const Value logitsMap = graph.nodes[head.logitsNode(static_cast<int>(i))].name,
                    deltasMap = graph.nodes[head.deltasNode(static_cast<int>(i))].name;
        const Value p =
            classScores(f, anchorsFirst(f, logitsMap, head.columns()), head.classes(), head.softmax());
        const Found level =
            candidates(f, p, anchorsFirst(f, deltasMap, 4), anchorsOf(f, logitsMap, head.levels()[i]),
                       head.classes(), true, limits, size);
        boxes.push_back(level.boxes);
        scores.push_back(level.scores);
        labels.push_back(level.labels);
    }
    const Found all{f.concat(boxes, 0), f.concat(scores, 0), f.concat(labels, 0)};
    return suppressed(f, all, size, limits.nmsThreshold, limits.maxDetections, limits.scoreThreshold);
}

/** @brief The regions whose RoiAlign with one sample a bin is what Crop cuts out; see there.
@param size of the image */
Value regionsOf(Formula& f, const Value& boxes, const Value& map, Size pooled, const Value& size)
{
    const std::vector<float> columnsRows{static_cast<float>(pooled.width), static_cast<float>(pooled.height)};
    const Value samples = f.floats({2}, columnsRows),
                gaps = f.floats({2}, {columnsRows[0] - 1, columnsRows[1] - 1});
    const Value scale = f.op("Div", {f.op("Sub", {sizeOf(f, map), f.number(1)}), size});
    const Value low = f.slice(boxes, 0, 2, 1), high = f.slice(boxes, 2, 4, 1), half = f.number(0.5f);
    const Value bin = f.op("Div", {f.op("Mul", {f.op("Sub", {high, low}), scale}), gaps});
    const Value first =
        f.op("Add", {f.op("Mul", {low, scale}), f.op("Sub", {half, f.op("Mul", {bin, half})})});
    return f.concat({first, f.op("Add", {first, f.op("Mul", {bin, samples})})}, 1);
}

//! Regions R x 4 and what the second stage says of them: R x (C + 1) and R x 4 or 4 C. The last region is
//! none: OpenCV 5 has no product of 0 rows.
struct Prediction
{
    Value regions, logits, deltas;
};

//! RoiHead::predict(), with logits rather than probabilities.
Prediction predict(Formula& f, OnnxWriter& writer, const Graph& trunk, const RoiHead& roi, const Value& boxes,
                   const Value& size)
{
    const Size pooled = roi.parameters().pooled;
    const Value map = trunk.nodes[roi.featuresNode()].name;
    const Value regions = f.concat({boxes, f.floats({1, 4}, {0, 0, 1, 1})}, 0);
    const Value images = f.toWhole(f.op("Mul", {f.reshape(f.slice(regions, 0, 1, 1), {-1}), f.number(0)}));
    Value crops;
    f.node("RoiAlign", {map, regionsOf(f, regions, map, pooled, size), images}, crops)
        .text("mode", "avg")
        .text("coordinate_transformation_mode", "half_pixel")
        .integer("output_height", pooled.height)
        .integer("output_width", pooled.width)
        .integer("sampling_ratio", 1)
        .real("spatial_scale", 1);
    writer.addGraph(roi.graph(), crops);
    return {regions, roi.graph().nodes[roi.logitsNode()].name, roi.graph().nodes[roi.deltasNode()].name};
}

//! RoiHead::detect()
Found secondStage(Formula& f, const RoiHead& roi, const Prediction& prediction, const Value& size)
{
    const RoiParams& p = roi.parameters();
    const Value scores = classScores(f, prediction.logits, roi.classes(), true);
    const std::vector<float> lowest(roi.classes(), -1); // no threshold lets them through
    const Value own = f.concat({f.slice(scores, 0, -1, 0), f.floats({1, roi.classes()}, lowest)}, 0);
    const Found all = candidates(f, own, prediction.deltas, prediction.regions, roi.classes(),
                                 p.classAgnostic, p.detections, size);
    return suppressed(f, all, size, p.detections.nmsThreshold, p.detections.maxDetections,
                      p.detections.scoreThreshold);
}

//! An output of the file: a value under that name.
void addOutput(OnnxWriter& writer, const std::string& name, const Value& value,
               const std::vector<int64_t>& dims, bool whole = false)
{
    writer.addNode("Identity", name, {value});
    writer.addOutput(name, dims, whole);
}

//! What all files begin with.
void addTrunk(OnnxWriter& writer, const Graph& graph)
{
    writer.addInput(graph.nodes[0].name, {1, 3, -1, -1});
    writer.addGraph(graph);
}

/** @brief The whole detector in standard operators of ONNX, set 16: TopK, NonMaxSuppression, RoiAlign.

For ONNX Runtime, OpenCV 5 and others. One image a run, of any size that the network takes. Outputs: `boxes`
D x 4 in pixels of the input, `scores` D, falling, and `labels` D (int64, 1..C). What comes out is what
AnchorHead::propose(), AnchorHead::detect() or RoiHead::detect() give. */
std::string exportForOnnx(const ExportParts& parts)
{
    const Graph& graph = parts.graph;
    const AnchorHead& head = parts.head;
    const RoiHead* const roi = parts.roi;
    OnnxWriter writer(16);
    addTrunk(writer, graph);
    Formula f(writer);
    const Value size = sizeOf(f, graph.nodes[0].name);
    Found found;
    if (head.classes() > 0)
        found = oneStage(f, graph, head, size);
    else
        found =
            proposals(f, graph, head, roi ? roi->parameters().proposals : head.parameters().proposals, size);
    if (roi)
    {
        const Prediction prediction = predict(f, writer, graph, *roi, found.boxes, size);
        found = secondStage(f, *roi, prediction, size);
    }
    if (found.labels.empty())
        found.labels = f.toWhole(f.op("Add", {f.op("Mul", {found.scores, f.number(0)}), f.number(1)}));
    addOutput(writer, "boxes", found.boxes, {-1, 4});
    addOutput(writer, "scores", found.scores, {-1});
    addOutput(writer, "labels", found.labels, {-1}, true);
    return writer.bytes();
}

} // namespace

const Exporter exporters::onnx{EXPORT_ONNX, exportForOnnx, nullptr};

std::string exportSecondHeads(const Graph& graph, const AnchorHead& head, const RoiHead& roi)
{
    OnnxWriter writer(16);
    addTrunk(writer, graph);
    Formula f(writer);
    const Value size = sizeOf(f, graph.nodes[0].name);
    const Found found = proposals(f, graph, head, roi.parameters().proposals, size);
    const Prediction prediction = predict(f, writer, graph, roi, found.boxes, size);
    const int columns = roi.parameters().classAgnostic ? 4 : 4 * roi.classes();
    addOutput(writer, "proposals", found.boxes, {-1, 4});
    addOutput(writer, "logits", f.slice(prediction.logits, 0, -1, 0), {-1, roi.classes() + 1});
    addOutput(writer, "deltas", f.slice(prediction.deltas, 0, -1, 0), {-1, columns});
    return writer.bytes();
}

} // namespace dnn_rpn_train
} // namespace cv
