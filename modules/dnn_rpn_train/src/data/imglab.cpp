// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// imglab of dlib: one XML file with <dataset> and, for each image, boxes by top, left, width and height.
#include "../precomp.hpp"
#include "reading.hpp"

#include "text.hpp"
#include "xml.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

void readBox(const pugi::xml_node& node, RawImage& image, Reading& reading)
{
    RawObject o;
    o.entry = static_cast<int>(image.objects.size()) + image.refused + 1;
    const std::string name = node.child("label") ? node.child("label").text().as_string() : "object",
                      where = format("'%s', box %d (%s in '%s')", image.source.c_str(), o.entry, name.c_str(),
                                     image.path.c_str());
    try
    {
        const double left = attributeNumber(node, "left", where), top = attributeNumber(node, "top", where);
        o.box = Vec4d(left, top, left + attributeNumber(node, "width", where),
                      top + attributeNumber(node, "height", where));
        o.ignored = node.attribute("ignore").as_int() != 0;
        reading.add(image, o, name);
    }
    catch (const cv::Exception& e)
    {
        reading.leaveOutObject(image, e.err);
    }
}

bool isImglab(const Folder& files)
{
    return !xmlFiles(files, "dataset").empty();
}

void readImglab(Reading& reading)
{
    reading.noun = "box";
    reading.manyInFile = true;
    const std::vector<std::string> files = xmlFiles(reading.files(), "dataset");
    if (files.empty())
        CV_Error_(Error::StsError, ("no XML file in '%s' has <dataset>", reading.files().root().c_str()));
    const std::string split = chooseFile(reading, files);
    for (const std::string& file : files)
    {
        if (!belongsTo(file, split))
            continue;
        const std::string path = reading.files().pathOf(file);
        pugi::xml_document xml;
        loadXml(path, xml);
        for (const pugi::xml_node& node : xml.child("dataset").child("images").children("image"))
        {
            RawImage image;
            image.source = path;
            const std::string name = node.attribute("file").as_string(),
                              found = reading.imageFolder().findImage(name, "", {split, parentOf(file)});
            if (found.empty())
            {
                reading.leaveOutImage(format("'%s': no image '%s' in '%s'", path.c_str(),
                                             clipped(name, 300).c_str(),
                                             reading.imageFolder().root().c_str()));
                continue;
            }
            image.path = reading.imageFolder().pathOf(found);
            for (const pugi::xml_node& box : node.children("box"))
                readBox(box, image, reading);
            reading.images.push_back(image);
        }
    }
}

} // namespace

const Format data_formats::imglab{"imglab", "an XML file with <dataset>: imglab", isImglab, readImglab};

} // namespace dnn_rpn_train
} // namespace cv
