// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// COCO: one JSON file a split, with images, categories and annotations. CVAT, FiftyOne, Label Studio,
// Roboflow and others write it under names of their own.
#include "../precomp.hpp"
#include "reading.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <map>

#include "json_reader.hpp"
#include "text.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! Whether the beginning of the file looks like COCO; the whole may be half a gigabyte.
bool looksLikeCoco(const std::string& path)
{
    const std::string text = headOf(path);
    const auto has = [&](const char* word) { return text.find(word) != std::string::npos; };
    const size_t first = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
    return first != std::string::npos && text[first] == '{' && !has("\"shapes\"") &&
           (has("\"image_id\"") || has("\"images\"") || has("\"file_name\""));
}

std::vector<std::string> cocoFiles(const Folder& files)
{
    std::vector<std::string> all = files.withExtension("json"), found;
    const bool many = all.size() > 50; // rather a file an image
    for (const std::string& name : all)
    {
        const std::string base = lowered(baseName(name));
        const bool telling = base.find("coco") != std::string::npos ||
                             base.find("instances") != std::string::npos ||
                             base.find("annotations") != std::string::npos || base == "labels.json";
        if ((!many || telling) && looksLikeCoco(files.pathOf(name)))
            found.push_back(name);
    }
    // COCO's own captions and keypoints stand beside the boxes of the same images.
    std::vector<std::string> instances;
    for (const std::string& name : found)
        if (baseName(name).compare(0, 10, "instances_") == 0)
            instances.push_back(name);
    return instances.empty() ? found : instances;
}

struct Annotation
{
    int64 image = 0, category = 0;
    Vec4d box;
    int entry = 0;
    bool boxed = false, crowd = false, complete = false;
    const char *outline = nullptr, *outlineEnd = nullptr;
};

struct Category
{
    std::string name, parent;
    bool used = false;
};

//! Reads one file.
class CocoReader
{
public:
    CocoReader(Reading& reading_, const std::string& file_, const std::string& split_)
        : reading(reading_), file(file_), path(reading_.files().pathOf(file_)), split(split_),
          bytes(readBytes(path)), json(bytes, path)
    {}

    void read();

private:
    std::string where(const char* what, int entry) const
    {
        return format("'%s', %s %d", path.c_str(), what, entry);
    }
    int64 readId(const std::string& text);
    void readCategories();
    void readImages();
    void readAnnotations();
    void readAnnotation(Annotation& a);
    bool boxOfOutline(const Annotation& a, Vec4d& box) const;
    void addImage(int entry, bool identified, int64 id, const std::string& name, const Size& size);
    void addObject(const Annotation& a);
    void declareCategories();

    Reading& reading;
    const std::string file, path, split;
    const std::string bytes;
    JsonReader json;
    std::map<int64, Category> categories;  // in the order of their numbers
    std::unordered_map<int64, int> images; // from the file's numbers to ours; -1: left out
    std::unordered_map<std::string, int> byPath;
    std::unordered_map<std::string, int64> words; // ids that are no numbers
    std::vector<Annotation> annotations;
    bool listed[3] = {};
};

int64 CocoReader::readId(const std::string& text)
{
    int64 whole = 0;
    const char* const end = text.data() + text.size();
    const std::from_chars_result r = std::from_chars(text.data(), end, whole);
    if (r.ec == std::errc() && r.ptr == end)
        return whole;
    double value = 0;
    if (parseFinite(text, value) && value == std::floor(value) && std::abs(value) < 9e15)
        return static_cast<int64>(value);
    return words.emplace(text, std::numeric_limits<int64>::min() + static_cast<int64>(words.size()))
        .first->second;
}

void CocoReader::readCategories()
{
    int entry = 0;
    std::string key, text;
    while (json.nextItem())
    {
        entry++;
        Category c;
        bool identified = false;
        int64 id = 0;
        if (!json.enterObject())
        {
            json.skip();
            continue;
        }
        while (json.nextKey(key))
            if (key == "id")
            {
                identified = json.text(text);
                id = readId(text);
            }
            else if (key == "name")
            {
                if (json.text(text))
                    c.name = text;
            }
            else if (key == "supercategory")
            {
                if (json.text(text))
                    c.parent = text;
            }
            else
                json.skip();
        if (!identified || c.name.empty())
            CV_Error_(Error::StsParseError, ("%s: '%s' is missing or of a wrong type",
                                             where("category", entry).c_str(), identified ? "name" : "id"));
        if (!categories.emplace(id, c).second)
            CV_Error_(Error::StsParseError,
                      ("%s: another one has the same id", where("category", entry).c_str()));
    }
}

void CocoReader::addImage(int entry, bool identified, int64 id, const std::string& name, const Size& size)
{
    const std::string at = where("image", entry);
    if (!identified || name.empty())
    {
        reading.leaveOutImage(at + (identified ? ": 'file_name'" : ": 'id'") +
                              " is missing or of a wrong type");
        return;
    }
    if (images.count(id))
    {
        reading.leaveOutImage(at + format(" ('%s'): another one has the same id", clipped(name).c_str()));
        return;
    }
    const std::string folder = parentOf(file), base = parentOf(folder),
                      slash = base.empty() ? "" : base + "/";
    std::vector<std::string> near{folder.empty() ? "data" : folder};
    if (!split.empty())
        near.insert(near.end(), {slash + split, slash + "images/" + split});
    near.insert(near.end(), {slash + "images", base});
    const std::string found = reading.imageFolder().findImage(name, "", near);
    if (found.empty())
    {
        reading.leaveOutImage(at + format(": no image '%s' in '%s'", clipped(name, 300).c_str(),
                                          reading.imageFolder().root().c_str()));
        images[id] = -1;
        return;
    }
    RawImage image;
    image.path = reading.imageFolder().pathOf(found);
    image.source = path;
    image.size = size.width > 0 && size.height > 0 ? size : Size();
    const auto added = byPath.emplace(image.path, static_cast<int>(reading.images.size()));
    images[id] = added.first->second;
    if (added.second)
        reading.images.push_back(image);
    else
        reading.remarks.add(
            "images were joined with another entry of the same file",
            at + format(": '%s' is listed twice; its objects are joined", clipped(name).c_str()));
}

void CocoReader::readImages()
{
    int entry = 0;
    std::string key, text, name;
    while (json.nextItem())
    {
        entry++;
        bool identified = false;
        int64 id = 0;
        double sides[2] = {};
        name.clear();
        if (json.enterObject())
        {
            while (json.nextKey(key))
                if (key == "id")
                {
                    identified = json.text(text);
                    id = readId(text);
                }
                else if (key == "file_name")
                {
                    if (json.text(text))
                        name = text;
                }
                else if (key == "width" || key == "height")
                {
                    double side = 0;
                    if (json.number(side) && side >= 0 && side < 1e6)
                        sides[key == "height"] = side;
                }
                else
                    json.skip();
        }
        else
            json.skip();
        addImage(entry, identified, id, name, Size(static_cast<int>(sides[0]), static_cast<int>(sides[1])));
    }
}

void CocoReader::readAnnotation(Annotation& a)
{
    std::string key, text;
    std::vector<double> box;
    bool image = false, category = false;
    while (json.nextKey(key))
        if (key == "image_id")
        {
            image = json.text(text);
            a.image = readId(text);
        }
        else if (key == "category_id")
        {
            category = json.text(text);
            a.category = readId(text);
        }
        else if (key == "bbox")
        {
            a.boxed = json.numbers(box) && box.size() == 4;
            if (a.boxed)
                a.box = Vec4d(box[0], box[1], box[0] + box[2], box[1] + box[3]);
        }
        else if (key == "segmentation")
            json.skip(&a.outline, &a.outlineEnd);
        else if (key == "iscrowd")
            a.crowd = json.flag();
        else
            json.skip();
    a.complete = image && category;
}

void CocoReader::readAnnotations()
{
    while (json.nextItem())
    {
        Annotation a;
        a.entry = static_cast<int>(annotations.size()) + 1;
        if (json.enterObject())
            readAnnotation(a);
        else
            json.skip();
        annotations.push_back(a);
    }
}

bool CocoReader::boxOfOutline(const Annotation& a, Vec4d& box) const
{
    if (!a.outline || *a.outline != '[')
        return false;
    JsonReader outline(json, a.outline, a.outlineEnd);
    std::vector<double> all, part;
    outline.enterArray();
    while (outline.nextItem())
        if (!outline.numbers(part) || part.size() % 2 != 0)
            return false;
        else
            all.insert(all.end(), part.begin(), part.end());
    return boundsOf(all, box);
}

void CocoReader::addObject(const Annotation& a)
{
    const auto image = images.find(a.image);
    const auto category = categories.find(a.category);
    RawImage none;
    if (!a.complete || image == images.end() || category == categories.end())
    {
        reading.leaveOutObject(none, where("annotation", a.entry) +
                                         (!a.complete
                                              ? ": 'image_id' or 'category_id' is missing or of a wrong type"
                                          : image == images.end() ? ": there is no image of its id"
                                                                  : ": there is no category of its id"));
        return;
    }
    if (image->second < 0)
        return; // its image was left out, and named
    RawImage& owner = reading.images[image->second];
    RawObject object;
    object.entry = a.entry;
    object.ignored = a.crowd;
    object.box = a.box;
    if (a.boxed || boxOfOutline(a, object.box))
    {
        reading.add(owner, object, category->second.name);
        return;
    }
    object.name = reading.nameOf(cleanName(category->second.name));
    reading.leaveOutObject(
        owner, reading.where(owner, object) +
                   ": 'bbox' is missing or is not x, y, width and height, and there is no outline");
}

//! Without the names of groups that Roboflow puts first.
void CocoReader::declareCategories()
{
    std::set<std::string> parents;
    for (const auto& c : categories)
        if (c.second.parent != c.second.name)
            parents.insert(c.second.parent);
    std::vector<std::string> names;
    for (const auto& c : categories)
        if (!c.second.used && parents.count(c.second.name))
            reading.remarks.add(
                format("the category '%s' is left out: nothing is of it, and it is the group of others",
                       clipped(c.second.name).c_str()));
        else
            names.push_back(c.second.name);
    reading.declare(names);
}

void CocoReader::read()
{
    static const char* const lists[] = {"categories", "images", "annotations"};
    std::string key;
    if (json.enterObject())
    {
        while (json.nextKey(key))
        {
            int which = 0;
            while (which < 3 && (key != lists[which] || listed[which]))
                which++;
            if (which == 3 || !json.enterArray())
            {
                json.skip();
                continue;
            }
            listed[which] = true;
            if (which == 0)
                readCategories();
            else if (which == 1)
                readImages();
            else
                readAnnotations();
        }
    }
    else
        json.skip();
    json.finish();
    for (int i = 0; i < 3; i++)
        if (!listed[i])
            CV_Error_(Error::StsParseError, ("'%s' has no list '%s'", path.c_str(), lists[i]));
    for (const Annotation& a : annotations) // groups are told by what is used
    {
        const auto category = categories.find(a.category);
        if (category != categories.end())
            category->second.used = true;
    }
    declareCategories();
    for (const Annotation& a : annotations)
        addObject(a);
}

bool isCoco(const Folder& files)
{
    return !cocoFiles(files).empty();
}

void readCoco(Reading& reading)
{
    reading.noun = "annotation";
    reading.manyInFile = true;
    const Folder& files = reading.files();
    const std::vector<std::string> all =
        cocoFiles(files).empty() ? files.withExtension("json") : cocoFiles(files);
    if (all.empty())
        CV_Error_(Error::StsError, ("there is no JSON file in '%s'", files.root().c_str()));
    const std::string split = chooseFile(reading, all);
    for (const std::string& file : all)
        if (belongsTo(file, split))
            CocoReader(reading, file, split).read();
}

} // namespace

const Format data_formats::coco{"coco", "a JSON file with images, annotations and categories", isCoco,
                                readCoco};

} // namespace dnn_rpn_train
} // namespace cv
