// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include <optional>

#include "arrays.hpp"
#include "metrics.hpp"

#include <nanobind/stl/optional.h>

using namespace cv;
using namespace cv::dnn_rpn;
using nb::literals::operator""_a;

nb::dict dictOf(const Metrics& m)
{
    nb::dict d;
    d["AP"] = m.AP;
    d["AP50"] = m.AP50;
    d["AP75"] = m.AP75;
    d["APsmall"] = m.APsmall;
    d["APmedium"] = m.APmedium;
    d["APlarge"] = m.APlarge;
    d["AR1"] = m.AR1;
    d["AR10"] = m.AR10;
    d["AR100"] = m.AR100;
    d["AR300"] = m.AR300;
    d["AR1000"] = m.AR1000;
    d["vocAP"] = m.vocAP;
    d["vocAP07"] = m.vocAP07;
    d["images"] = m.images;
    d["objects"] = m.objects;
    d["detections"] = m.detections;
    return d;
}

void bindMetrics(nb::module_& m)
{
    nb::class_<Evaluator>(m, "Evaluator", "Collects detections and objects image by image and scores them.")
        .def(nb::init<int>(), "classes"_a = 1)
        .def(
            "add",
            [](Evaluator& e, const Floats& boxes, const Floats& scores, const std::optional<Ints>& labels,
               const Floats& objects, const std::optional<Ints>& objectLabels,
               const std::optional<Bytes>& ignored) {
                e.add(matOf(boxes), matOf(scores), matOf(labels), matOf(objects), matOf(objectLabels),
                      matOf(ignored));
            },
            "boxes"_a, "scores"_a, "labels"_a.none(), "objects"_a, "object_labels"_a = nb::none(),
            "ignored"_a = nb::none(), "One image: D boxes, scores and labels 1..C, G objects with theirs.")
        .def(
            "compute", [](const Evaluator& e) { return dictOf(e.compute()); },
            "COCO's AP and AR by their names, AP50 and so on; -1 where there was nothing to find.")
        .def(
            "confusion",
            [](const Evaluator& e, float threshold, double iou) {
                return arrayOf(e.confusion(threshold, iou));
            },
            "score_threshold"_a, "iou_threshold"_a = 0.5,
            "C+1 x C+1: the object's class by the detection's; row 0 false detections, column 0 missed "
            "objects.");
}
