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

#include "opencv2/dnn_rpn/model.hpp"
#include "opencv2/dnn_rpn/tracker.hpp"

using namespace cv;
using namespace cv::dnn_rpn;
using nb::literals::operator""_a;

namespace {

typedef std::tuple<Array, Array, Array> Detections;

Detections detectionsOf(const Mat& boxes, const Mat& scores, const Mat& labels)
{
    return Detections(boxArrayOf(boxes), listOf(scores, CV_32F), listOf(labels, CV_32S));
}

float thresholdOf(const Detector& detector, const std::optional<float>& threshold)
{
    return threshold ? *threshold : detector.description().scoreThreshold;
}

Detections detect(Detector& d, const Bytes& image, const std::optional<float>& threshold)
{
    Mat boxes, scores, labels;
    const Mat pixels = imageOf(image);
    {
        const nb::gil_scoped_release released;
        d.detect(pixels, boxes, scores, labels, thresholdOf(d, threshold));
    }
    return detectionsOf(boxes, scores, labels);
}

std::vector<Detections> detectBatch(Detector& d, const std::vector<Bytes>& images,
                                    const std::optional<float>& threshold)
{
    std::vector<Mat> batch, boxes, scores, labels;
    for (const Bytes& image : images)
        batch.push_back(imageOf(image));
    {
        const nb::gil_scoped_release released;
        d.detectBatch(batch, boxes, scores, labels, thresholdOf(d, threshold));
    }
    std::vector<Detections> all;
    for (size_t i = 0; i < batch.size(); i++)
        all.push_back(detectionsOf(boxes[i], scores[i], labels[i]));
    return all;
}

Detections detectTiles(Detector& d, const Bytes& image, std::pair<int, int> tile, float overlap,
                       const std::optional<float>& threshold)
{
    Mat boxes, scores, labels;
    const Mat pixels = imageOf(image);
    {
        const nb::gil_scoped_release released;
        d.detectTiles(pixels, boxes, scores, labels, Size(tile.first, tile.second), overlap,
                      thresholdOf(d, threshold));
    }
    return detectionsOf(boxes, scores, labels);
}

void setSuppression(Detector& d, const std::string& method, float strength)
{
    const std::vector<std::string> methods{"none", "hard", "linear", "gaussian"}; // as in Suppression
    const auto found = std::find(methods.begin(), methods.end(), method);
    if (found == methods.end())
        CV_Error_(Error::StsBadArg, ("method is none, hard, linear or gaussian, not '%s'", method.c_str()));
    d.setSuppression(static_cast<int>(found - methods.begin()), strength);
}

} // namespace

void bindDetector(nb::module_& m)
{
    nb::class_<Detector>(
        m, "Detector",
        "Runs a trained model, MODEL.onnx with MODEL.yml beside it. Images are uint8, BGR, grey or "
        "BGRA. Detections are boxes D x 4 (x1, y1, x2, y2 in pixels), scores D and labels D "
        "(from 1), by falling score. One instance a thread.")
        .def(nb::init<const std::string&>(), "model"_a)
        .def("detect", &detect, "image"_a, "threshold"_a = nb::none(),
             "Boxes, scores and labels; without a threshold, from the model's own on.")
        .def("detect_batch", &detectBatch, "images"_a, "threshold"_a = nb::none(),
             "The same of several images by one run of the network.")
        .def("detect_tiles", &detectTiles, "image"_a, "tile"_a = std::pair<int, int>(0, 0),
             "overlap"_a = 0.2f, "threshold"_a = nb::none(),
             "Small objects in a large image, tile by tile (width, height).")
        .def("set_suppression", &setSuppression, "method"_a, "strength"_a = 0.5f,
             "Suppresses once more: none, hard (IoU), linear (IoU) or gaussian (sigma).")
        .def("set_max_detections", &Detector::setMaxDetections, "count"_a)
        .def_prop_ro(
            "classes", [](const Detector& d) { return d.description().classes; }, "Names of the labels 1..C.")
        .def_prop_ro(
            "score_threshold", [](const Detector& d) { return d.description().scoreThreshold; },
            "A sensible one for showing boxes.")
        .def_prop_ro(
            "input_size",
            [](const Detector& d) {
                return std::pair<int, int>(d.description().inputSize.width, d.description().inputSize.height);
            },
            "Width and height that the network was trained at.");

    nb::class_<Track>(m, "Track", "One object over time.")
        .def_ro("id", &Track::id)
        .def_ro("label", &Track::label)
        .def_ro("score", &Track::score)
        .def_ro("hits", &Track::hits)
        .def_ro("missed", &Track::missed)
        .def_prop_ro("box", [](const Track& t) {
            return std::tuple<double, double, double, double>(t.box.x, t.box.y, t.box.x + t.box.width,
                                                              t.box.y + t.box.height);
        });
    nb::class_<Tracker>(m, "Tracker",
                        "Follows the detections of a video: the same object has the same number.")
        .def(
            "__init__",
            [](Tracker* self, float high, float low, float begin, int hits, int missed) {
                TrackerParams p;
                p.highScore = high;
                p.lowScore = low;
                p.newScore = begin;
                p.minHits = hits;
                p.maxMissed = missed;
                new (self) Tracker(p);
            },
            "high_score"_a = 0.5f, "low_score"_a = 0.1f, "new_score"_a = 0.5f, "min_hits"_a = 2,
            "max_missed"_a = 30)
        .def(
            "update",
            [](Tracker& t, const Floats& boxes, const Floats& scores, const std::optional<Ints>& labels) {
                Mat ids;
                t.update(matOf(boxes), matOf(scores), matOf(labels), ids);
                return listOf(ids, CV_32S);
            },
            "boxes"_a, "scores"_a, "labels"_a = nb::none(),
            "The number of each detection's track, from 1; 0 where it has none (yet).")
        .def("tracks", &Tracker::tracks, "The tracks that are not over.")
        .def("reset", &Tracker::reset);
}
