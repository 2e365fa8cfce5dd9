// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// CVAT for images 1.1: one XML file with <annotations> and an <image> with its shapes for each image.
#include "../precomp.hpp"
#include "reading.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "text.hpp"
#include "xml.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! The box of a shape; false if it has none, as points and lines.
bool boxOf(const pugi::xml_node& shape, const std::string& where, Vec4d& box)
{
    const std::string kind = shape.name();
    const auto number = [&](const char* name) { return attributeNumber(shape, name, where); };
    if (kind == "box")
    {
        box = Vec4d{number("xtl"), number("ytl"), number("xbr"), number("ybr")};
        const double angle = shape.attribute("rotation") ? number("rotation") * CV_PI / 180 : 0;
        const double w = box[2] - box[0], h = box[3] - box[1], cx = (box[0] + box[2]) / 2,
                     cy = (box[1] + box[3]) / 2;
        const double rx = (std::abs(w * std::cos(angle)) + std::abs(h * std::sin(angle))) / 2,
                     ry = (std::abs(w * std::sin(angle)) + std::abs(h * std::cos(angle))) / 2;
        if (angle != 0)
            box = Vec4d(cx - rx, cy - ry, cx + rx, cy + ry);
        return true;
    }
    if (kind == "ellipse")
    {
        const double cx = number("cx"), cy = number("cy"), rx = number("rx"), ry = number("ry");
        box = Vec4d(cx - rx, cy - ry, cx + rx, cy + ry);
        return true;
    }
    if (kind == "mask")
    {
        const double left = number("left"), top = number("top");
        box = Vec4d(left, top, left + number("width"), top + number("height"));
        return true;
    }
    std::string points = kind == "polygon" ? shape.attribute("points").as_string() : "";
    std::replace(points.begin(), points.end(), ';', ',');
    std::vector<double> numbers;
    for (const std::string& column : columnsOf(points))
    {
        double value = 0;
        if (!parseFinite(column, value))
            return false;
        numbers.push_back(value);
    }
    return boundsOf(numbers, box);
}

void readImage(const pugi::xml_node& node, const std::string& file, Reading& reading)
{
    RawImage image;
    image.source = reading.files().pathOf(file);
    const std::string name = node.attribute("name").as_string();
    const std::string found = reading.imageFolder().findImage(name, "", {reading.split, parentOf(file)});
    if (found.empty())
    {
        reading.leaveOutImage(format("'%s': no image '%s' in '%s'", image.source.c_str(),
                                     clipped(name, 300).c_str(), reading.imageFolder().root().c_str()));
        return;
    }
    image.path = reading.imageFolder().pathOf(found);
    image.size = Size(node.attribute("width").as_int(), node.attribute("height").as_int());
    for (const pugi::xml_node& shape : node.children())
    {
        if (shape.type() != pugi::node_element || !shape.attribute("label"))
            continue;
        RawObject o;
        o.entry = static_cast<int>(image.objects.size()) + image.refused + 1;
        const std::string label = shape.attribute("label").as_string(),
                          where = format("'%s', shape %d (%s in '%s')", image.source.c_str(), o.entry,
                                         label.c_str(), name.c_str());
        try
        {
            if (boxOf(shape, where, o.box))
                reading.add(image, o, label);
            else
                reading.leaveOutObject(image, where + ": a " + shape.name() + " has no box");
        }
        catch (const cv::Exception& e)
        {
            reading.leaveOutObject(image, e.err);
        }
    }
    reading.images.push_back(image);
}

bool isCvat(const Folder& files)
{
    return !xmlFiles(files, "annotations").empty();
}

void readCvat(Reading& reading)
{
    reading.noun = "shape";
    reading.manyInFile = true;
    std::vector<std::unique_ptr<pugi::xml_document>> documents;
    std::vector<std::string> files = xmlFiles(reading.files(), "annotations");
    if (files.empty())
        CV_Error_(Error::StsError, ("no XML file in '%s' has <annotations>", reading.files().root().c_str()));
    std::set<std::string> known = splitsIn(files);
    for (const std::string& file : files)
    {
        documents.emplace_back(new pugi::xml_document);
        loadXml(reading.files().pathOf(file), *documents.back());
        for (const pugi::xml_node& image : documents.back()->child("annotations").children("image"))
            if (image.attribute("subset"))
                known.insert(image.attribute("subset").as_string());
        if (documents.back()->child("annotations").child("track"))
            reading.remarks.add("'" + reading.files().pathOf(file) +
                                "': tracks of a video are passed over; export \"CVAT for images\" for them");
    }
    const std::string split = reading.choose(known);
    for (size_t i = 0; i < files.size(); i++)
        for (const pugi::xml_node& image : documents[i]->child("annotations").children("image"))
            if (image.attribute("subset") ? split.empty() || split == image.attribute("subset").as_string()
                                          : belongsTo(files[i], split))
                readImage(image, files[i], reading);
}

} // namespace

const Format data_formats::cvat{"cvat", "an XML file with <annotations>: CVAT for images", isCvat, readCvat};

} // namespace dnn_rpn_train
} // namespace cv
