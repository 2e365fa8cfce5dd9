// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// CreateML: a JSON array with an object for each image, boxes by centre and size.
#include "../precomp.hpp"
#include "reading.hpp"

#include "json_reader.hpp"
#include "text.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

std::vector<std::string> createMlFiles(const Folder& files)
{
    std::vector<std::string> all = files.withExtension("json"), found;
    all.resize(std::min<size_t>(all.size(), 100));
    for (const std::string& name : all)
    {
        const std::string text = headOf(files.pathOf(name));
        const size_t first = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
        if (first != std::string::npos && text[first] == '[' &&
            text.find("\"coordinates\"") != std::string::npos)
            found.push_back(name);
    }
    return found;
}

//! One annotation: its label, and its box if it has one.
bool readAnnotation(JsonReader& json, std::string& label, Vec4d& box)
{
    double x = 0, y = 0, width = -1, height = -1;
    std::string key;
    label.clear();
    while (json.nextKey(key))
        if (key == "label")
            json.text(label);
        else if (key == "coordinates" && json.enterObject())
        {
            while (json.nextKey(key))
                if (double* const number = key == "x"        ? &x
                                           : key == "y"      ? &y
                                           : key == "width"  ? &width
                                           : key == "height" ? &height
                                                             : nullptr)
                    json.number(*number);
                else
                    json.skip();
        }
        else
            json.skip();
    box = Vec4d(x - width / 2, y - height / 2, x + width / 2, y + height / 2);
    return width >= 0 && height >= 0;
}

void readEntry(JsonReader& json, const std::string& file, int entry, Reading& reading)
{
    RawImage image;
    image.source = reading.files().pathOf(file);
    std::string key, name, label;
    struct Box
    {
        std::string label;
        Vec4d box;
        bool whole;
    };
    std::vector<Box> boxes;
    while (json.nextKey(key))
        if (key == "image" || key == "imagefilename" || key == "filename")
            json.text(name);
        else if ((key == "annotations" || key == "annotation") && json.enterArray())
        {
            while (json.nextItem())
                if (json.enterObject())
                {
                    Box b;
                    b.whole = readAnnotation(json, b.label, b.box);
                    boxes.push_back(b);
                }
                else
                    json.skip();
        }
        else
            json.skip();
    const std::string found = reading.imageFolder().findImage(name, "", {parentOf(file)});
    if (found.empty())
    {
        reading.leaveOutImage(format("'%s', image %d: no image '%s' in '%s'", image.source.c_str(), entry,
                                     clipped(name, 300).c_str(), reading.imageFolder().root().c_str()));
        return;
    }
    image.path = reading.imageFolder().pathOf(found);
    int number = 0;
    for (const Box& b : boxes)
    {
        RawObject o;
        o.entry = ++number;
        o.box = b.box;
        if (b.whole)
            reading.add(image, o, b.label);
        else
            reading.leaveOutObject(
                image, format("'%s', annotation %d (%s in '%s') has no coordinates x, y, width and "
                              "height",
                              image.source.c_str(), number, clipped(b.label).c_str(), image.path.c_str()));
    }
    reading.images.push_back(image);
}

bool isCreateMl(const Folder& files)
{
    return !createMlFiles(files).empty();
}

void readCreateMl(Reading& reading)
{
    reading.noun = "annotation";
    reading.manyInFile = true;
    const std::vector<std::string> files = createMlFiles(reading.files());
    if (files.empty())
        CV_Error_(Error::StsError, ("no JSON file in '%s' is a list of images with coordinates",
                                    reading.files().root().c_str()));
    const std::string split = chooseFile(reading, files);
    for (const std::string& file : files)
    {
        if (!belongsTo(file, split))
            continue;
        const std::string path = reading.files().pathOf(file), bytes = readBytes(path);
        JsonReader json(bytes, path);
        int entry = 0;
        for (json.enterArray(); json.nextItem();)
            if (json.enterObject())
                readEntry(json, file, ++entry, reading);
            else
                json.skip();
        json.finish();
    }
}

} // namespace

const Format data_formats::createml{"createml", "a JSON list of images with coordinates", isCreateMl,
                                    readCreateMl};

} // namespace dnn_rpn_train
} // namespace cv
