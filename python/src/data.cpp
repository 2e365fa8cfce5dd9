// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include <optional>

#include "arrays.hpp"

#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "opencv2/dnn_rpn_train/dataset.hpp"

using namespace cv;
using namespace cv::dnn_rpn_train;
using nb::literals::operator""_a;

namespace {

Dataset readDataset(const std::string& folder, const std::string& split,
                    const std::vector<std::string>& classes, const std::string& format,
                    const std::string& annotations, const std::string& images, bool strict)
{
    DatasetParams params;
    params.classes = classes;
    params.format = format;
    params.annotations = annotations;
    params.images = images;
    params.strict = strict;
    const nb::gil_scoped_release released;
    return Dataset::read(folder, split, params);
}

//! @param which 0 boxes, 1 labels, 2 ignored
Array objectsOf(const AnnotatedImage& image, int which)
{
    Mat boxes, labels, ignored;
    asArrays(image.objects, boxes, labels, ignored);
    return which == 0 ? boxArrayOf(boxes) : which == 1 ? listOf(labels, CV_32S) : listOf(ignored, CV_8U);
}

} // namespace

void bindData(nb::module_& m)
{
    nb::class_<AnnotatedImage>(m, "AnnotatedImage", "One image and what is on it.")
        .def_ro("path", &AnnotatedImage::path)
        .def_prop_ro("size",
                     [](const AnnotatedImage& i) { return std::pair<int, int>(i.size.width, i.size.height); })
        .def_prop_ro(
            "boxes", [](const AnnotatedImage& i) { return objectsOf(i, 0); }, nb::rv_policy::automatic,
            "G x 4")
        .def_prop_ro(
            "labels", [](const AnnotatedImage& i) { return objectsOf(i, 1); }, nb::rv_policy::automatic,
            "G, from 1")
        .def_prop_ro(
            "ignored", [](const AnnotatedImage& i) { return objectsOf(i, 2); }, nb::rv_policy::automatic,
            "G, 1 for ignored objects")
        .def(
            "read", [](const AnnotatedImage& i) { return arrayOf(readImage(i)); },
            "Rows x columns x 3, BGR.");
    nb::class_<Dataset>(m, "Dataset", "Annotated images, read but not decoded.")
        .def_static("read", &readDataset, "folder"_a, "split"_a = "",
                    "classes"_a = std::vector<std::string>(), "format"_a = "auto", "annotations"_a = "",
                    "images"_a = "", "strict"_a = false,
                    "Reads a folder as annotation tools leave it: VOC, COCO, YOLO, LabelMe, CVAT, CreateML, "
                    "imglab or "
                    "a table, told by content.")
        .def(
            "split",
            [](const Dataset& d, const std::vector<double>& shares, int seed) {
                return splitDataset(d, shares, seed);
            },
            "shares"_a, "seed"_a = 1, "Deals the images out, each class in proportion.")
        .def("count_objects", &Dataset::countObjects)
        .def("__len__", [](const Dataset& d) { return d.images.size(); })
        .def_ro("classes", &Dataset::classes)
        .def_ro("images", &Dataset::images)
        .def_ro("remarks", &Dataset::remarks, "What was left out, dropped or changed, a line each.")
        .def_ro("format", &Dataset::format);
}
