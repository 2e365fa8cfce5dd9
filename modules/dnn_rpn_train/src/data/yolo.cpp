// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "annotation.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <yaml-cpp/yaml.h>

namespace cv {
namespace dnn_rpn_train {

namespace fs = std::filesystem;

namespace {

//! The folders of a split.
struct Place
{
    fs::path pictures, labels;
};

Place findSplit(const fs::path& root, const std::string& split)
{
    const std::vector<Place> places{{root / "images" / split, root / "labels" / split},
                                    {root / split / "images", root / split / "labels"}};
    for (const Place& p : places)
        if (fs::is_directory(p.pictures) && fs::is_directory(p.labels))
            return p;
    CV_Error_(Error::StsError,
              ("no split '%s': '%s' and '%s' are not both there, nor are '%s' and '%s'", split.c_str(),
               places[0].pictures.string().c_str(), places[0].labels.string().c_str(),
               places[1].pictures.string().c_str(), places[1].labels.string().c_str()));
}

//! The member names of a data.yaml: a list, or a map from numbers.
std::vector<String> readYaml(const std::string& path)
{
    try
    {
        const YAML::Node names = YAML::LoadFile(path)["names"];
        std::map<int, String> classes;
        int number = 0;
        if (names.IsSequence())
            for (const YAML::Node& name : names)
                classes[number++] = name.as<std::string>();
        else if (names.IsMap())
            for (const auto& entry : names)
                classes[entry.first.as<int>()] = entry.second.as<std::string>();
        std::vector<String> list;
        for (const auto& c : classes)
        {
            if (c.first != static_cast<int>(list.size()))
                CV_Error_(Error::StsParseError,
                          ("'%s': names has no %d", path.c_str(), static_cast<int>(list.size())));
            list.push_back(c.second);
        }
        if (list.empty())
            CV_Error_(Error::StsParseError, ("'%s' has no names", path.c_str()));
        return list;
    }
    catch (const YAML::Exception& e)
    {
        CV_Error_(Error::StsParseError, ("cannot read '%s': %s", path.c_str(), e.what()));
    }
}

std::vector<String> readNames(const fs::path& path)
{
    std::ifstream lines(path);
    std::vector<String> names;
    for (std::string line; std::getline(lines, line);)
    {
        line.erase(line.find_last_not_of(" \t\r") + 1);
        if (!line.empty())
            names.push_back(line);
    }
    if (names.empty())
        CV_Error_(Error::StsParseError, ("'%s' has no names", path.string().c_str()));
    return names;
}

//! The names of the numbers in the label files; empty if there is no file of them.
std::vector<String> readClasses(const fs::path& root, const Place& place)
{
    for (const char* name : {"data.yaml", "data.yml"})
        if (fs::is_regular_file(root / name))
            return readYaml((root / name).string());
    for (const fs::path& path : {root / "classes.txt", root / "obj.names", place.labels / "classes.txt"})
        if (fs::is_regular_file(path))
            return readNames(path);
    return {};
}

std::vector<NamedObject> readObjects(const fs::path& path, const Size& size, std::vector<String>& classes,
                                     bool known, std::vector<String>& remarks)
{
    std::ifstream lines(path);
    if (!lines)
        CV_Error_(Error::StsError, ("cannot read '%s'", path.string().c_str()));
    std::vector<NamedObject> objects;
    int number = 0;
    for (std::string line; std::getline(lines, line);)
    {
        const std::string where = format("'%s', line %d", path.string().c_str(), ++number);
        line.erase(line.find_last_not_of(" \t\r") + 1);
        if (line.empty())
            continue;
        std::istringstream text(line);
        int label = -1;
        Vec4d box; // centre and size as shares of the picture
        std::string rest;
        if (!(text >> label >> box[0] >> box[1] >> box[2] >> box[3]) || text >> rest)
            CV_Error_(Error::StsParseError,
                      ("%s: '%s' is not a class and the four numbers of a box", where.c_str(), line.c_str()));
        const int most = known ? static_cast<int>(classes.size()) : 100000;
        if (label < 0 || label >= most)
            CV_Error_(Error::StsParseError,
                      ("%s: the class is %d, not in 0..%d", where.c_str(), label, most - 1));
        for (int i = 0; i < 4; i++)
            if (!(box[i] >= (i < 2 ? -1 : 0) && box[i] <= 2))
                CV_Error_(Error::StsParseError,
                          ("%s: %g is no share of a picture (centre x, centre y, width, "
                           "height, each of 1)",
                           where.c_str(), box[i]));
        while (static_cast<int>(classes.size()) <= label)
            classes.push_back(std::to_string(classes.size()));
        NamedObject o;
        o.name = classes[label];
        // Rounded decimals of a box that touches the border are no reason for a remark.
        const double eps = 1e-4;
        Vec4d corners((box[0] - box[2] / 2) * size.width, (box[1] - box[3] / 2) * size.height,
                      (box[0] + box[2] / 2) * size.width, (box[1] + box[3] / 2) * size.height);
        for (int i = 0; i < 4; i++)
        {
            const double side = i % 2 ? size.height : size.width;
            if (std::abs(corners[i]) < eps * side)
                corners[i] = 0;
            else if (std::abs(corners[i] - side) < eps * side)
                corners[i] = side;
        }
        if (takeBox(corners, size, where, remarks, o.object))
            objects.push_back(o);
    }
    return objects;
}

} // namespace

Dataset Dataset::readYOLO(const String& folder, const String& split, const std::vector<String>& wanted)
{
    const fs::path root(folder);
    const Place place = findSplit(root, split);
    std::vector<String> classes = readClasses(root, place);
    const bool known = !classes.empty();

    Dataset set;
    std::map<fs::path, fs::path> files; // label files of pictures, by the picture
    for (const fs::directory_entry& e : fs::directory_iterator(place.pictures))
        if (e.is_regular_file() && isPictureName(e.path().string()))
            files[e.path()] = place.labels / (e.path().stem().string() + ".txt");
    if (files.empty())
        CV_Error_(Error::StsError, ("there are no pictures in '%s'", place.pictures.string().c_str()));
    for (const auto& f : files)
    {
        AnnotatedImage image;
        image.path = f.first.string();
        set.images.push_back(image);
    }
    // Boxes are shares of a picture, and its size is nowhere but in it.
    parallel_for_(Range(0, static_cast<int>(set.images.size())), [&](const Range& range) {
        for (int i = range.start; i < range.end; i++)
            set.images[i].size = readPicture(set.images[i]).size();
    });

    std::vector<std::vector<NamedObject>> named;
    for (const AnnotatedImage& image : set.images)
    {
        const fs::path labels = files[image.path];
        named.push_back(fs::exists(labels) ? readObjects(labels, image.size, classes, known, set.remarks)
                                           : std::vector<NamedObject>());
    }
    labelObjects(named, wanted.empty() ? classes : wanted, set);
    return set;
}

} // namespace dnn_rpn_train
} // namespace cv
