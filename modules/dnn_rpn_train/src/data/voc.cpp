// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "annotation.hpp"

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <pugixml.hpp>

namespace cv {
namespace dnn_rpn_train {

namespace fs = std::filesystem;

namespace {

double number(const pugi::xml_node& parent, const char* child, const std::string& where)
{
    const std::string text = parent.child(child).text().as_string();
    size_t used = 0;
    double value = 0;
    try
    {
        value = std::stod(text, &used);
    }
    catch (const std::exception&)
    {}
    const bool rest = text.find_first_not_of(" \t\r\n", used) != std::string::npos;
    if (used == 0 || rest || !(std::abs(value) <= 1e6))
        CV_Error_(Error::StsParseError,
                  ("%s: <%s> is '%s', not a number", where.c_str(), child, text.c_str()));
    return value;
}

std::vector<NamedObject> readObjects(const pugi::xml_node& root, const std::string& path, const Size& size,
                                     std::vector<String>& remarks)
{
    std::vector<NamedObject> objects;
    int index = 0;
    for (const pugi::xml_node& node : root.children("object"))
    {
        NamedObject o;
        o.name = node.child("name").text().as_string();
        const std::string where = format("'%s', object %d (%s)", path.c_str(), ++index, o.name.c_str());
        if (o.name.empty())
            CV_Error_(Error::StsParseError, ("%s has no name", where.c_str()));
        const pugi::xml_node corners = node.child("bndbox");
        if (!corners)
            CV_Error_(Error::StsParseError, ("%s has no bndbox", where.c_str()));
        // In braces, so that the first of several mistakes is the one that is told.
        const Vec4d box{number(corners, "xmin", where), number(corners, "ymin", where),
                        number(corners, "xmax", where), number(corners, "ymax", where)};
        o.object.ignored = node.child("difficult").text().as_int() != 0;
        if (takeBox(box, size, where, remarks, o.object))
            objects.push_back(o);
    }
    return objects;
}

//! The picture of an annotation: one of the list's name, else the file that the annotation names.
std::string findPicture(const fs::path& folder, const std::string& name, const std::string& named)
{
    for (const char* extension : {".jpg", ".jpeg", ".png", ".bmp", ".JPG", ".JPEG", ".PNG"})
        if (fs::is_regular_file(folder / (name + extension)))
            return (folder / (name + extension)).string();
    const fs::path stated = folder / fs::path(named).filename();
    std::error_code tooLong;
    if (!named.empty() && fs::is_regular_file(stated, tooLong))
        return stated.string();
    CV_Error_(Error::StsError,
              ("no picture '%s' (.jpg, .jpeg, .png or .bmp) in '%s'", name.c_str(), folder.string().c_str()));
}

} // namespace

Dataset Dataset::readVOC(const String& folder, const String& split, const std::vector<String>& wanted)
{
    const fs::path root(folder);
    for (const char* part : {"JPEGImages", "Annotations", "ImageSets/Main"})
        if (!fs::is_directory(root / part))
            CV_Error_(Error::StsError, ("'%s' is no data set in Pascal VOC layout: it has no folder '%s'",
                                        folder.c_str(), part));
    const fs::path list = root / "ImageSets" / "Main" / (split + ".txt");
    std::ifstream lines(list);
    if (!lines)
    {
        String known;
        for (const fs::directory_entry& e : fs::directory_iterator(list.parent_path()))
            known += " " + e.path().stem().string();
        CV_Error_(Error::StsError,
                  ("cannot read '%s'; the splits there are:%s", list.string().c_str(), known.c_str()));
    }

    Dataset set;
    std::vector<std::vector<NamedObject>> named;
    std::set<std::string> found;
    for (std::string line; std::getline(lines, line);)
    {
        std::string name;
        if (!(std::istringstream(line) >> name))
            continue;
        const std::string path = (root / "Annotations" / (name + ".xml")).string();
        pugi::xml_document xml;
        const pugi::xml_parse_result parsed = xml.load_file(path.c_str());
        if (!parsed)
            CV_Error_(Error::StsParseError, ("cannot read '%s': %s", path.c_str(), parsed.description()));
        const pugi::xml_node annotation = xml.child("annotation");
        if (!annotation)
            CV_Error_(Error::StsParseError, ("'%s' has no <annotation>", path.c_str()));

        AnnotatedImage image;
        image.path = findPicture(root / "JPEGImages", name, annotation.child("filename").text().as_string());
        image.size = Size(annotation.child("size").child("width").text().as_int(),
                          annotation.child("size").child("height").text().as_int());
        if (image.size.width < 0 || image.size.height < 0)
            CV_Error_(Error::StsParseError, ("'%s': the picture's size is %dx%d", path.c_str(),
                                             image.size.width, image.size.height));
        named.push_back(readObjects(annotation, path, image.size, set.remarks));
        for (const NamedObject& o : named.back())
            found.insert(o.name);
        set.images.push_back(image);
    }
    if (set.images.empty())
        CV_Error_(Error::StsError, ("'%s' lists no pictures", list.string().c_str()));

    labelObjects(named, wanted.empty() ? std::vector<String>(found.begin(), found.end()) : wanted, set);
    return set;
}

} // namespace dnn_rpn_train
} // namespace cv
