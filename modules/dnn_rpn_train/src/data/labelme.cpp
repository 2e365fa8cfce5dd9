// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// LabelMe: a JSON file beside each image, with shapes of labelled points.
#include "../precomp.hpp"
#include "reading.hpp"

#include <cmath>

#include "json_reader.hpp"
#include "text.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

struct Shape
{
    std::string label, kind = "polygon";
    std::vector<double> points;
};

bool boxOf(const Shape& shape, Vec4d& box)
{
    if (shape.kind == "circle" && shape.points.size() == 4) // centre and a point on it
    {
        const double x = shape.points[0], y = shape.points[1],
                     r = std::hypot(shape.points[2] - x, shape.points[3] - y);
        box = Vec4d(x - r, y - r, x + r, y + r);
        return true;
    }
    return shape.kind != "point" && shape.kind != "line" && shape.kind != "linestrip" &&
           boundsOf(shape.points, box);
}

Shape readShape(JsonReader& json)
{
    Shape shape;
    std::string key, text;
    std::vector<double> point;
    while (json.nextKey(key))
        if (key == "label")
        {
            if (json.text(text))
                shape.label = text;
        }
        else if (key == "shape_type")
        {
            if (json.text(text))
                shape.kind = text;
        }
        else if (key == "points" && json.enterArray())
        {
            while (json.nextItem())
                if (json.numbers(point) && point.size() == 2)
                    shape.points.insert(shape.points.end(), point.begin(), point.end());
        }
        else
            json.skip();
    return shape;
}

void readFile(const std::string& file, Reading& reading)
{
    RawImage image;
    image.source = reading.files().pathOf(file);
    std::vector<Shape> shapes;
    std::string key, stated;
    double sides[2] = {};
    bool any = false;
    const std::string bytes = readBytes(image.source);
    JsonReader json(bytes, image.source);
    if (json.enterObject())
    {
        while (json.nextKey(key))
            if (key == "shapes" && json.enterArray())
            {
                any = true;
                while (json.nextItem())
                    if (json.enterObject())
                        shapes.push_back(readShape(json));
                    else
                        json.skip();
            }
            else if (key == "imagePath")
                json.text(stated);
            else if (key == "imageWidth" || key == "imageHeight")
                json.number(sides[key == "imageHeight"]);
            else
                json.skip();
    }
    if (!any)
        return; // another tool's
    const std::string found =
        reading.imageFolder().findImage(stated, baseName(withoutExtension(file)), {parentOf(file)});
    if (found.empty())
    {
        reading.leaveOutImage(format("'%s': no image '%s' in '%s'", image.source.c_str(),
                                     clipped(stated, 300).c_str(), reading.imageFolder().root().c_str()));
        return;
    }
    image.path = reading.imageFolder().pathOf(found);
    if (sides[0] >= 1 && sides[1] >= 1 && sides[0] < 1e6 && sides[1] < 1e6)
        image.size = Size(static_cast<int>(sides[0]), static_cast<int>(sides[1]));
    int entry = 0;
    for (const Shape& shape : shapes)
    {
        RawObject o;
        o.entry = ++entry;
        if (boxOf(shape, o.box))
            reading.add(image, o, shape.label);
        else
            reading.leaveOutObject(image, format("'%s', shape %d (%s): a %s of %d points has no box",
                                                 image.source.c_str(), entry, clipped(shape.label).c_str(),
                                                 clipped(shape.kind).c_str(),
                                                 static_cast<int>(shape.points.size() / 2)));
    }
    reading.images.push_back(image);
}

bool isLabelMe(const Folder& files)
{
    std::vector<std::string> all = files.withExtension("json");
    all.resize(std::min<size_t>(all.size(), 20));
    for (const std::string& name : all)
        if (headOf(files.pathOf(name)).find("\"shapes\"") != std::string::npos)
            return true;
    return false;
}

void readLabelMe(Reading& reading)
{
    reading.noun = "shape";
    const std::vector<std::string> files = reading.files().withExtension("json");
    std::set<std::string> folders;
    for (const std::string& file : files)
        folders.insert(parentOf(file));
    const std::string split = reading.choose(splitsIn({folders.begin(), folders.end()}));
    for (const std::string& file : files)
        if (belongsTo(parentOf(file), split))
            try
            {
                readFile(file, reading);
            }
            catch (const cv::Exception& e)
            {
                reading.leaveOutImage(e.err);
            }
}

} // namespace

const Format data_formats::labelme{"labelme", "JSON files with shapes", isLabelMe, readLabelMe};

} // namespace dnn_rpn_train
} // namespace cv
