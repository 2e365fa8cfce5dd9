// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "annotation.hpp"
#include "opencv2/dnn_rpn/private/file.hpp"

#include <filesystem>
#include <map>
#include <set>

#include <nlohmann/json.hpp>

namespace cv {
namespace dnn_rpn_train {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

//! The file of a split, and the folders that its pictures may lie in.
struct Place
{
    fs::path file;
    std::vector<fs::path> pictures;
};

Place findSplit(const fs::path& root, const std::string& split)
{
    const std::vector<fs::path> folders{root / split, root / "images" / split, root / "images", root};
    const std::vector<fs::path> files{root / "annotations" / ("instances_" + split + ".json"),
                                      root / "annotations" / (split + ".json"),
                                      root / split / "_annotations.coco.json"};
    for (const fs::path& file : files)
        if (fs::is_regular_file(file))
            return Place{file, folders};
    CV_Error_(Error::StsError,
              ("no annotations of the split '%s': none of '%s', '%s', '%s' is there", split.c_str(),
               files[0].string().c_str(), files[1].string().c_str(), files[2].string().c_str()));
}

json parse(const std::string& path)
{
    // Outlines make up most of such a file and are of no use here.
    const auto wanted = [](int, json::parse_event_t event, json& value) {
        return event != json::parse_event_t::key || value != "segmentation";
    };
    try
    {
        return json::parse(dnn_rpn::readFile(path), wanted);
    }
    catch (const json::exception& e)
    {
        CV_Error_(Error::StsParseError, ("'%s' is no JSON: %s", path.c_str(), e.what()));
    }
}

//! A member of an object; cv::Exception says where it is missing or of another type.
template<typename Value>
Value member(const json& object, const char* name, const std::string& where)
{
    try
    {
        return object.at(name).get<Value>();
    }
    catch (const json::exception&)
    {
        CV_Error_(Error::StsParseError, ("%s: '%s' is missing or of a wrong type", where.c_str(), name));
    }
}

//! The entries of one of the file's lists.
const json& list(const json& root, const char* name, const std::string& path)
{
    const auto at = root.is_object() ? root.find(name) : root.end();
    if (at == root.end() || !at->is_array())
        CV_Error_(Error::StsParseError, ("'%s' has no list '%s'", path.c_str(), name));
    return *at;
}

std::string findPicture(const Place& place, const std::string& name, const std::string& where)
{
    std::error_code tooLong;
    for (const fs::path& folder : place.pictures)
        if (fs::is_regular_file(folder / name, tooLong))
            return (folder / name).string();
    CV_Error_(Error::StsError, ("%s: no picture '%s' in '%s' or '%s'", where.c_str(), name.c_str(),
                                place.pictures[0].string().c_str(), place.pictures[1].string().c_str()));
}

} // namespace

Dataset Dataset::readCOCO(const String& folder, const String& split, const std::vector<String>& wanted)
{
    const Place place = findSplit(folder, split);
    const std::string path = place.file.string();
    const json root = parse(path);
    const auto entry = [&](const char* name, int index) {
        return format("'%s', %s %d", path.c_str(), name, index);
    };

    std::map<int64, std::string> categories; // in the order of their numbers
    int index = 0;
    for (const json& c : list(root, "categories", path))
    {
        const std::string where = entry("category", ++index);
        if (!categories.emplace(member<int64>(c, "id", where), member<std::string>(c, "name", where)).second)
            CV_Error_(Error::StsParseError, ("%s: another one has the same id", where.c_str()));
    }

    Dataset set;
    std::map<int64, size_t> images; // from the file's numbers to ours
    index = 0;
    for (const json& i : list(root, "images", path))
    {
        const std::string where = entry("picture", ++index);
        AnnotatedImage image;
        image.path = findPicture(place, member<std::string>(i, "file_name", where), where);
        image.size = Size(member<int>(i, "width", where), member<int>(i, "height", where));
        if (image.size.width < 1 || image.size.height < 1)
            CV_Error_(Error::StsParseError, ("%s: the picture's size is %dx%d", where.c_str(),
                                             image.size.width, image.size.height));
        if (!images.emplace(member<int64>(i, "id", where), set.images.size()).second)
            CV_Error_(Error::StsParseError, ("%s: another one has the same id", where.c_str()));
        set.images.push_back(image);
    }
    if (set.images.empty())
        CV_Error_(Error::StsError, ("'%s' lists no pictures", path.c_str()));

    std::vector<std::vector<NamedObject>> named(set.images.size());
    index = 0;
    for (const json& a : list(root, "annotations", path))
    {
        std::string where = entry("annotation", ++index);
        const auto image = images.find(member<int64>(a, "image_id", where));
        const auto category = categories.find(member<int64>(a, "category_id", where));
        if (image == images.end() || category == categories.end())
            CV_Error_(Error::StsParseError, ("%s: there is no %s of its id", where.c_str(),
                                             image == images.end() ? "picture" : "category"));
        NamedObject o;
        o.name = category->second;
        where += format(" (%s in '%s')", o.name.c_str(), set.images[image->second].path.c_str());
        const std::vector<double> box = member<std::vector<double>>(a, "bbox", where);
        if (box.size() != 4)
            CV_Error_(Error::StsParseError, ("%s: bbox has %d numbers, not x, y, width and height",
                                             where.c_str(), static_cast<int>(box.size())));
        if (!(box[2] >= 0 && box[3] >= 0))
            CV_Error_(Error::StsParseError, ("%s: the box is %g x %g large", where.c_str(), box[2], box[3]));
        o.object.ignored = a.contains("iscrowd") && member<int>(a, "iscrowd", where) != 0;
        if (takeBox(Vec4d(box[0], box[1], box[0] + box[2], box[1] + box[3]), set.images[image->second].size,
                    where, set.remarks, o.object))
            named[image->second].push_back(o);
    }

    std::vector<String> classes = wanted;
    if (wanted.empty())
        for (const auto& c : categories)
            classes.push_back(c.second);
    labelObjects(named, classes, set);
    return set;
}

} // namespace dnn_rpn_train
} // namespace cv
