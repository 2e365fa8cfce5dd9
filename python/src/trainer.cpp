// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include <functional>
#include <optional>

#include "arrays.hpp"
#include "metrics.hpp"

#include <nanobind/stl/function.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include "opencv2/dnn_rpn_train.hpp"

using namespace cv;
using namespace cv::dnn_rpn_train;
using nb::literals::operator""_a;

namespace {

//! Text as TrainParams::set() takes it: numbers, names, true and false, lists with commas; a tuple is a size.
std::string textOf(nb::handle value)
{
    if (nb::isinstance<nb::bool_>(value))
        return nb::cast<bool>(value) ? "true" : "false";
    if (nb::isinstance<nb::list>(value) || nb::isinstance<nb::tuple>(value))
    {
        const char* const between = nb::isinstance<nb::tuple>(value) ? "x" : ",";
        std::string all;
        for (nb::handle item : value)
            all += (all.empty() ? "" : between) + textOf(item);
        return all;
    }
    return nb::str(value).c_str();
}

void construct(TrainParams* self, const std::string& detector, const nb::kwargs& values)
{
    new (self) TrainParams(dnn_rpn::kindOf<DetectorKind>(detector, "detector"));
    for (const auto& value : values)
        self->set(nb::str(value.first).c_str(), textOf(value.second));
}

void fit(Trainer& t, const Dataset& training, const std::optional<Dataset>& validation,
         const std::optional<std::function<bool(const StepStats&)>>& afterStep)
{
    const nb::gil_scoped_release released;
    t.start(training, validation ? *validation : Dataset());
    bool goOn = true;
    for (StepStats stats; goOn && t.step(stats);)
    {
        const nb::gil_scoped_acquire acquired;
        if (PyErr_CheckSignals() != 0)
            throw nb::python_error();
        goOn = !afterStep || (*afterStep)(stats);
    }
    t.finish();
}

std::tuple<Array, Array, Array> detect(Trainer& t, const Bytes& image)
{
    Mat boxes, scores, labels;
    const Mat pixels = imageOf(image);
    {
        const nb::gil_scoped_release released;
        t.detect(pixels, boxes, scores, labels);
    }
    return {boxArrayOf(boxes), listOf(scores, CV_32F), listOf(labels, CV_32S)};
}

void bindStats(nb::module_& m)
{
    nb::class_<StepStats>(m, "StepStats", "What one step did.")
        .def_ro("step", &StepStats::step)
        .def_ro("steps", &StepStats::steps)
        .def_ro("epoch", &StepStats::epoch)
        .def_ro("epochs", &StepStats::epochs)
        .def_ro("loss", &StepStats::loss)
        .def_ro("loss_cls", &StepStats::lossCls)
        .def_ro("loss_reg", &StepStats::lossReg)
        .def_ro("loss_roi_cls", &StepStats::lossRoiCls)
        .def_ro("loss_roi_reg", &StepStats::lossRoiReg)
        .def_ro("learning_rate", &StepStats::learningRate)
        .def_ro("gradient_norm", &StepStats::gradientNorm)
        .def_ro("positives", &StepStats::positives)
        .def_ro("images_per_second", &StepStats::imagesPerSecond)
        .def_ro("evaluated", &StepStats::evaluated)
        .def_prop_ro("validation", [](const StepStats& s) { return dictOf(s.validation); });
}

} // namespace

void bindTrainer(nb::module_& m)
{
    bindStats(m);
    nb::class_<TrainParams>(
        m, "TrainParams",
        "Everything that a training depends on besides the images; names and defaults are those "
        "of rpn_train's options (doc/parameters.md).")
        .def("__init__", &construct, "detector"_a = "rpn", "values"_a,
             "detector: rpn, retina or faster_rcnn; parameters by name, as in epochs=8, size=\"320x240\".")
        .def(
            "set",
            [](TrainParams& p, const std::string& name, nb::object value) { p.set(name, textOf(value)); },
            "name"_a, "value"_a)
        .def(
            "get", [](const TrainParams& p, const std::string& name) { return p.get(name); }, "name"_a)
        .def_static(
            "read", [](const std::string& path) { return TrainParams::read(path); }, "path"_a,
            "Those that MODEL.yml says it was trained with.")
        .def_static(
            "parameters",
            [] {
                std::vector<std::pair<String, String>> all;
                for (const ParameterInfo& p : TrainParams::parameters())
                    all.emplace_back(p.name, p.help + ". " + p.values);
                return all;
            },
            "Names and what they do.")
        .def_rw("classes", &TrainParams::classes, "Names of the classes; not for rpn.");
    nb::class_<Trainer>(m, "Trainer",
                        "Trains a region proposal network or a detector and writes it as a model file.")
        .def(nb::init<const TrainParams&>(), "params"_a)
        .def("summary", &Trainer::summary, "dataset"_a)
        .def("fit", &fit, "training"_a, "validation"_a = nb::none(), "after_step"_a = nb::none(),
             "Trains; after_step(stats) is called after each step and returns False to stop.")
        .def(
            "evaluate",
            [](Trainer& t, const Dataset& d) {
                dnn_rpn::Metrics metrics;
                {
                    const nb::gil_scoped_release released;
                    metrics = t.evaluate(d);
                }
                return dictOf(metrics);
            },
            "dataset"_a, "COCO's AP and AR by their names.")
        .def("detect", &detect, "image"_a, "Boxes, scores and labels, as the exported file gives them.")
        .def(
            "export",
            [](Trainer& t, const std::string& path, const std::string& kind) {
                const dnn_rpn::ExportKind k = dnn_rpn::kindOf<dnn_rpn::ExportKind>(kind, "kind");
                const nb::gil_scoped_release released;
                t.exportModel(path, k);
            },
            "path"_a, "kind"_a = "opencv", "Writes MODEL.onnx and MODEL.yml; opencv, onnx or heads.");
}
