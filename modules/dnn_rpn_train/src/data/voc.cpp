// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// Pascal VOC: one XML file an image, with lists of names in ImageSets/Main, or without, as LabelImg, Label
// Studio, Roboflow, FiftyOne and Kaggle have it: beside the images or in a folder.
#include "../precomp.hpp"
#include "reading.hpp"

#include <cmath>

#include "text.hpp"
#include "xml.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! The points of a polygon: x1, y1, x2, y2 .. or <pt><x/><y/></pt>.
std::vector<double> outlineOf(const pugi::xml_node& polygon, const std::string& where)
{
    std::vector<double> points;
    for (const pugi::xml_node& point : polygon.children("pt"))
        for (const char* side : {"x", "y"})
            points.push_back(childNumber(point, side, where));
    for (int i = 1; polygon.child(format("x%d", i).c_str()); i++)
        for (const char* side : {"x", "y"})
            points.push_back(childNumber(polygon, format("%s%d", side, i).c_str(), where));
    return points;
}

//! The box of an object in whatever way it is drawn; false if it has none.
bool boxOf(const pugi::xml_node& node, const std::string& where, Vec4d& box)
{
    if (const pugi::xml_node corners = node.child("bndbox"))
    {
        // In braces, so that the first of several mistakes is the one that is told.
        box = Vec4d{childNumber(corners, "xmin", where), childNumber(corners, "ymin", where),
                    childNumber(corners, "xmax", where), childNumber(corners, "ymax", where)};
        return true;
    }
    if (const pugi::xml_node turned = node.child("robndbox"))
    {
        const double cx = childNumber(turned, "cx", where), cy = childNumber(turned, "cy", where),
                     w = childNumber(turned, "w", where), h = childNumber(turned, "h", where),
                     angle = childNumber(turned, "angle", where); // radians
        const double rx = (std::abs(w * std::cos(angle)) + std::abs(h * std::sin(angle))) / 2,
                     ry = (std::abs(w * std::sin(angle)) + std::abs(h * std::cos(angle))) / 2;
        box = Vec4d(cx - rx, cy - ry, cx + rx, cy + ry);
        return true;
    }
    return boundsOf(outlineOf(node.child("polygon"), where), box);
}

bool isDifficult(const pugi::xml_node& node)
{
    const std::string text = lowered(trimmed(node.child("difficult").text().as_string()));
    return !text.empty() && text != "0" && text != "false" && text != "no" && text != "unspecified";
}

void readObject(const pugi::xml_node& node, int entry, RawImage& image, Reading& reading)
{
    RawObject o;
    o.entry = entry;
    const std::string name = node.child("name").text().as_string();
    const std::string where =
        format("'%s', object %d (%s)", image.source.c_str(), entry, cleanName(clipped(name)).c_str());
    try
    {
        if (!boxOf(node, where, o.box))
        {
            reading.leaveOutObject(image, where + " has no bndbox");
            return;
        }
    }
    catch (const cv::Exception& e)
    {
        reading.leaveOutObject(image, e.err);
        return;
    }
    o.ignored = isDifficult(node);
    reading.add(image, o, name);
}

//! Reads one XML file and finds its image. @param named as a list calls it; "" without a list
void readFile(const std::string& file, const std::string& named, Reading& reading)
{
    RawImage image;
    image.source = reading.files().pathOf(file);
    pugi::xml_document xml;
    try
    {
        loadXml(image.source, xml);
    }
    catch (const cv::Exception& e)
    {
        reading.leaveOutImage(e.err);
        return;
    }
    const pugi::xml_node annotation = xml.child("annotation");
    if (!annotation)
    {
        reading.leaveOutImage("'" + image.source + "' has no <annotation>");
        return;
    }
    // An image of the annotation's own name counts more than what the annotation says, which often is
    // outdated; of two images of that name it is the other way round.
    const std::string stated = cleanName(annotation.child("filename").text().as_string()),
                      stem = withoutExtension(named.empty() ? file : named), folder = parentOf(file),
                      set = parentOf(folder);
    const std::vector<std::string> near{folder.empty() ? "JPEGImages" : folder,
                                        set.empty() ? "JPEGImages" : set + "/JPEGImages", set};
    const bool agree = lowered(baseName(withoutExtension(stated))) == lowered(baseName(stem));
    std::string found = reading.imageFolder().findImage(agree ? stated : std::string(), stem, near);
    if (found.empty())
        found = reading.imageFolder().findImage(stated, withoutExtension(stated), near);
    if (found.empty())
    {
        reading.leaveOutImage(format("'%s': no image '%s' or '%s' in '%s'", image.source.c_str(),
                                     baseName(stem).c_str(), clipped(stated).c_str(),
                                     reading.imageFolder().root().c_str()));
        return;
    }
    image.path = reading.imageFolder().pathOf(found);
    const pugi::xml_node size = annotation.child("size");
    image.size = Size(size.child("width").text().as_int(), size.child("height").text().as_int());
    if (image.size.width < 0 || image.size.height < 0)
    {
        reading.leaveOutImage(format("'%s': the image's size is %dx%d", image.source.c_str(),
                                     image.size.width, image.size.height));
        return;
    }
    int entry = 0;
    for (const pugi::xml_node& objects : {annotation, annotation.child("objects")})
        for (const pugi::xml_node& node : objects.children("object"))
            readObject(node, ++entry, image, reading);
    reading.images.push_back(image);
}

//! A line of a list without quotes and, in the lists of a class, without the 1, 0 or -1 after the name.
std::string listedName(std::string line, const PathIndex& annotations)
{
    if (line.size() > 1 && line[0] == '"' && line.back() == '"')
        line = trimmed(line.substr(1, line.size() - 2));
    if (annotations.count(line) > 0)
        return line;
    const size_t blank = line.find_last_of(" \t");
    const std::string last = blank == std::string::npos ? std::string() : line.substr(blank + 1);
    return last == "1" || last == "-1" || last == "0" ? trimmed(line.substr(0, blank)) : line;
}

void readList(const std::string& list, const std::vector<std::string>& files, Reading& reading)
{
    const PathIndex annotations(files, true);
    const std::string set = parentOf(parentOf(parentOf(list))); // SET/ImageSets/Main/LIST
    const std::string path = reading.files().pathOf(list);
    int named = 0;
    for (const std::string& line : readLines(path))
    {
        if (line.empty())
            continue;
        named++;
        const std::string name = listedName(line, annotations), slash = set.empty() ? "" : set + "/";
        const std::string file = annotations.find(name, {slash + "Annotations", set});
        if (file.empty())
            reading.leaveOutImage(format("'%s' lists '%s', but there is no %s.xml", path.c_str(),
                                         clipped(name).c_str(),
                                         clipped(baseName(withoutExtension(name))).c_str()));
        else
            readFile(file, name, reading);
    }
    if (named == 0)
        CV_Error_(Error::StsError, ("'%s' lists no images", path.c_str()));
}

bool isVoc(const Folder& files)
{
    return !xmlFiles(files, "annotation").empty();
}

void readVoc(Reading& reading)
{
    const Folder& files = reading.files();
    const std::vector<std::string> annotations = files.withExtension("xml");
    if (annotations.empty())
        CV_Error_(Error::StsError, ("there is no XML file in '%s'", files.root().c_str()));
    std::map<std::string, std::vector<std::string>> lists;
    std::set<std::string> known, folders;
    for (const std::string& name : files.withExtension("txt"))
        if (name.find("ImageSets/") != std::string::npos)
        {
            const std::string split = withoutExtension(baseName(name));
            lists[split].push_back(name);
            known.insert(split);
        }
    if (!lists.empty() && !reading.split.empty())
    {
        for (const std::string& list : lists[reading.choose(known)])
            readList(list, annotations, reading);
        return;
    }
    for (const std::string& name : annotations)
        folders.insert(parentOf(name));
    const std::string split = reading.choose(splitsIn({folders.begin(), folders.end()}));
    for (const std::string& name : annotations)
        if (belongsTo(parentOf(name), split))
            readFile(name, "", reading);
}

} // namespace

const Format data_formats::voc{"voc", "XML files with <annotation>: Pascal VOC, LabelImg", isVoc, readVoc};

} // namespace dnn_rpn_train
} // namespace cv
