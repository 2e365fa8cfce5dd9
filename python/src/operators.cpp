// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include <optional>

#include "arrays.hpp"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include "opencv2/dnn_rpn.hpp"

using namespace cv;
using namespace cv::dnn_rpn;
using nb::literals::operator""_a;

namespace {

typedef std::tuple<double, double, double, double> Weights;

Scalar scalarOf(const Weights& w)
{
    return Scalar(std::get<0>(w), std::get<1>(w), std::get<2>(w), std::get<3>(w));
}

Array anchors(int width, int height, int stride, const std::vector<float>& sizes,
              const std::vector<float>& ratios, float offset)
{
    Mat all;
    generateAnchors(AnchorLevel(stride, sizes, ratios, offset), Size(width, height), all);
    return boxArrayOf(all);
}

std::pair<Array, Array> soft(const Floats& boxes, const Floats& scores, const std::string& method,
                             float strength, float minScore)
{
    std::vector<int> keep;
    Mat lowered;
    if (method == "linear")
        softNmsLinear(matOf(boxes), matOf(scores), strength, keep, lowered, minScore);
    else if (method == "gaussian")
        softNmsGaussian(matOf(boxes), matOf(scores), strength, keep, lowered, minScore);
    else
        CV_Error_(Error::StsBadArg, ("method is linear or gaussian, not '%s'", method.c_str()));
    return {listOf(keep), listOf(lowered, CV_32F)};
}

void bindBoxes(nb::module_& m)
{
    m.def(
        "box_iou",
        [](const Floats& a, const Floats& b) {
            Mat overlaps;
            boxIoU(matOf(a), matOf(b), overlaps);
            return arrayOf(overlaps);
        },
        "a"_a, "b"_a, "IoU of each of N boxes with each of M: N x M. Boxes are x1, y1, x2, y2.");
    m.def(
        "encode_boxes",
        [](const Floats& boxes, const Floats& anchors, const Weights& weights) {
            Mat deltas;
            encodeBoxes(matOf(boxes), matOf(anchors), deltas, scalarOf(weights));
            return boxArrayOf(deltas);
        },
        "boxes"_a, "anchors"_a, "weights"_a = Weights(1, 1, 1, 1),
        "Offsets of boxes from as many anchors: N x 4.");
    m.def(
        "decode_boxes",
        [](const Floats& deltas, const Floats& anchors, const Weights& weights) {
            Mat boxes;
            decodeBoxes(matOf(deltas), matOf(anchors), boxes, scalarOf(weights));
            return boxArrayOf(boxes);
        },
        "deltas"_a, "anchors"_a, "weights"_a = Weights(1, 1, 1, 1), "What encode_boxes() undoes: N x 4.");
}

void bindSuppression(nb::module_& m)
{
    m.def(
        "nms",
        [](const Floats& boxes, const Floats& scores, float threshold, const std::optional<Ints>& labels,
           int most) {
            std::vector<int> keep;
            if (labels)
                nmsPerClass(matOf(boxes), matOf(scores), matOf(*labels), threshold, keep, most);
            else
                nms(matOf(boxes), matOf(scores), threshold, keep, most);
            return listOf(keep);
        },
        "boxes"_a, "scores"_a, "threshold"_a, "labels"_a = nb::none(), "max_count"_a = 0,
        "Indices of the boxes that are kept, by falling score; with labels, each class on its own.");
    m.def("soft_nms", &soft, "boxes"_a, "scores"_a, "method"_a = "gaussian", "strength"_a = 0.5f,
          "min_score"_a = 0.001f,
          "Indices and lowered scores. The strength is IoU (linear) or sigma (gaussian).");
}

void bindAnchors(nb::module_& m)
{
    m.def("generate_anchors", &anchors, "width"_a, "height"_a, "stride"_a, "sizes"_a,
          "ratios"_a = std::vector<float>{0.5f, 1, 2}, "offset"_a = 0.5f,
          "Anchors of a feature map of width x height cells: K x 4, over rows, columns, then shapes.");
    m.def(
        "match_anchors",
        [](const Floats& anchors, const Floats& objects, float positive, float negative, bool lowQuality) {
            MatchParams params;
            params.positiveIoU = positive;
            params.negativeIoU = negative;
            params.lowQuality = lowQuality;
            Mat matches;
            matchAnchors(matOf(anchors), matOf(objects), noArray(), matches, params);
            return listOf(matches, CV_32S);
        },
        "anchors"_a, "objects"_a, "positive"_a = 0.7f, "negative"_a = 0.3f, "low_quality"_a = true,
        "The object of each anchor, or -1 (negative), -2 (ignored).");
}

void bindFocalLoss(nb::module_& m, const char* name, const char* what,
                   double (*loss)(InputArray, InputArray, OutputArray, double, double, double))
{
    m.def(
        name,
        [loss](const Floats& logits, const Ints& labels, double alpha, double gamma, double normalizer) {
            Mat grad;
            const double value = loss(matOf(logits), matOf(labels), grad, alpha, gamma, normalizer);
            return std::pair<double, Array>(value, arrayOf(grad));
        },
        "logits"_a, "labels"_a, "alpha"_a = 0.25, "gamma"_a = 2., "normalizer"_a = 1., what);
}

void bindLosses(nb::module_& m)
{
    bindFocalLoss(m, "sigmoid_focal_loss",
                  "Loss and gradient of K x C logits; labels are 0 (background), 1..C, or -1 (ignored).",
                  sigmoidFocalLoss);
    bindFocalLoss(m, "softmax_focal_loss",
                  "The same of K x (C + 1) logits, whose first column is the background.", softmaxFocalLoss);
    m.def(
        "smooth_l1_loss",
        [](const Floats& deltas, const Floats& targets, const Ints& labels, double beta, double normalizer) {
            Mat grad;
            const double loss =
                smoothL1Loss(matOf(deltas), matOf(targets), matOf(labels), grad, beta, normalizer);
            return std::pair<double, Array>(loss, boxArrayOf(grad));
        },
        "deltas"_a, "targets"_a, "labels"_a, "beta"_a = 1. / 9, "normalizer"_a = 1.,
        "Loss and gradient over the rows whose label is above 0.");
}

void bindRegions(nb::module_& m)
{
    m.def(
        "roi_align",
        [](const Floats& features, const Floats& boxes, const std::optional<Ints>& batch, int height,
           int width, float scale) {
            Mat out;
            RoiAlignParams params;
            params.spatialScale = scale;
            roiAlign(matOf(features), matOf(boxes), matOf(batch), Size(width, height), out, params);
            return arrayOf(out);
        },
        "features"_a, "boxes"_a, "batch_indices"_a = nb::none(), "height"_a = 7, "width"_a = 7,
        "spatial_scale"_a = 1.f,
        "Features N x C x H x W cut out in R boxes, scaled to cells: R x C x height x width.");
}

} // namespace

void bindOperators(nb::module_& m)
{
    bindBoxes(m);
    bindSuppression(m);
    bindAnchors(m);
    bindLosses(m);
    bindRegions(m);
}
