// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "reading.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "text.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

const size_t shownExamples = 5;

std::string chosenFolder(const String& folder, const String& other)
{
    if (other.empty())
        return folder;
    std::error_code error;
    const std::filesystem::path within = std::filesystem::path(folder) / other;
    return std::filesystem::exists(other, error) || !std::filesystem::exists(within, error) ? other
                                                                                            : within.string();
}

//! Of an image without a size.
std::string whyUnreadable(const std::string& path)
{
    try
    {
        AnnotatedImage image;
        image.path = path;
        readImage(image);
    }
    catch (const cv::Exception& e)
    {
        return e.err;
    }
    return "'" + path + "' is an image without a size";
}

std::string asText(const Vec4d& b)
{
    return format("[%g %g %g %g]", b[0], b[1], b[2], b[3]);
}

} // namespace

std::string headOf(const std::string& path)
{
    std::ifstream in(path, std::ios::binary);
    std::string head(1 << 20, '\0');
    in.read(&head[0], static_cast<std::streamsize>(head.size()));
    head.resize(static_cast<size_t>(std::max<std::streamsize>(0, in.gcount())));
    return head;
}

bool boundsOf(const std::vector<double>& points, Vec4d& box)
{
    if (points.size() < 4)
        return false;
    box = Vec4d(points[0], points[1], points[0], points[1]);
    for (size_t i = 0; i + 1 < points.size(); i += 2)
    {
        box[0] = std::min(box[0], points[i]);
        box[1] = std::min(box[1], points[i + 1]);
        box[2] = std::max(box[2], points[i]);
        box[3] = std::max(box[3], points[i + 1]);
    }
    return true;
}

void Remarks::add(const std::string& kind, const std::string& text)
{
    Kind& k = kinds[kind];
    if (k.examples.size() < shownExamples)
        k.examples.push_back(text);
    k.count++;
}

std::vector<String> Remarks::lines() const
{
    std::vector<String> all(single.begin(), single.end());
    for (const auto& k : kinds)
    {
        all.insert(all.end(), k.second.examples.begin(), k.second.examples.end());
        const int more = k.second.count - static_cast<int>(k.second.examples.size());
        if (more > 0)
            all.push_back(format("%d more %s", more, k.first.c_str()));
    }
    return all;
}

Reading::Reading(const String& folder, const String& split_, const DatasetParams& params_)
    : split(split_), params(params_), annotations(chosenFolder(folder, params_.annotations))
{
    if (!params.images.empty())
        otherImages.emplace_back(chosenFolder(folder, params.images));
    else if (!params.annotations.empty())
        otherImages.emplace_back(folder);
}

void Reading::leaveOutImage(const std::string& why)
{
    if (params.strict)
        CV_Error_(Error::StsParseError, ("%s", why.c_str()));
    if (imagesLeftOut++ == 0)
        firstImageLeftOut = why;
    remarks.add("images were left out", "left out: " + why);
}

void Reading::leaveOutObject(RawImage& image, const std::string& why)
{
    if (params.strict)
        CV_Error_(Error::StsParseError, ("%s", why.c_str()));
    if (image.refused++ == 0)
        image.whyRefused = why;
    if (objectsLeftOut++ == 0)
        firstObjectLeftOut = why;
    remarks.add("objects were left out", "left out: " + why);
}

int Reading::nameOf(const std::string& name)
{
    const auto added = numbers.emplace(name, static_cast<int>(names.size()));
    if (added.second)
        names.push_back(name);
    return added.first->second;
}

void Reading::add(RawImage& image, RawObject object, const std::string& className)
{
    const size_t longest = 256;
    const std::string name = cleanName(escapeInvalidUtf8(className));
    object.name = name.empty() || name.size() > longest ? -1 : nameOf(name);
    if (name.empty() || name.size() > longest)
        leaveOutObject(image,
                       where(image, object) + (name.empty() ? " has no name"
                                                            : ": the name of its class is longer than " +
                                                                  std::to_string(longest) + " letters"));
    else
        image.objects.push_back(object);
}

void Reading::declare(const std::vector<std::string>& classes)
{
    for (const std::string& name : classes)
    {
        const std::string clean = cleanName(escapeInvalidUtf8(name));
        if (static_cast<size_t>(nameOf(clean)) < declared)
            remarks.add("classes were joined",
                        format("the class '%s' is there twice; both are taken for one", clean.c_str()));
        declared = names.size();
    }
}

std::string Reading::where(const RawImage& image, const RawObject& object) const
{
    const std::string name = object.name >= 0 ? clipped(names[object.name]) : "?";
    return format("'%s', %s %d (%s%s)", image.source.c_str(), noun, object.entry, name.c_str(),
                  manyInFile ? (" in '" + image.path + "'").c_str() : "");
}

void Reading::dropRepeated()
{
    std::unordered_map<std::string, size_t> seen;
    std::vector<RawImage> once;
    for (RawImage& image : images)
        if (seen.emplace(image.path, once.size()).second)
            once.push_back(std::move(image));
        else
            remarks.add("images were listed more than once",
                        format("'%s' is listed twice; it counts once", image.path.c_str()));
    images.swap(once);
}

void Reading::checkImages()
{
    std::vector<ImageSize> sizes(images.size());
    parallel_for_(Range(0, static_cast<int>(images.size())), [&](const Range& range) {
        for (int i = range.start; i < range.end; i++)
            sizes[i] = imageSize(images[i].path);
    });
    std::vector<RawImage> good;
    for (size_t i = 0; i < images.size(); i++)
    {
        RawImage& image = images[i];
        const Size there = sizes[i].turned;
        if (there.area() == 0)
            leaveOutImage(whyUnreadable(image.path));
        else if (image.size.area() > 0 && image.size != there && image.size != sizes[i].stored)
            leaveOutImage(
                format("'%s' is %dx%d, but its annotation says %dx%d: are the boxes of another image?",
                       image.path.c_str(), there.width, there.height, image.size.width, image.size.height));
        else if (image.refused > 0 && image.objects.empty())
            leaveOutImage(format("'%s': not one of its objects could be used: %s", image.path.c_str(),
                                 image.whyRefused.c_str()));
        else
        {
            if (image.size.area() <= 0)
                image.size = there;
            good.push_back(std::move(image));
        }
    }
    images.swap(good);
}

bool Reading::place(RawImage& image, const RawObject& raw, Object& object)
{
    const Vec4d sides(image.size.width, image.size.height, image.size.width, image.size.height);
    Vec4d box = raw.box;
    if (raw.relative)
        for (int i = 0; i < 4; i++)
        {
            // Rounded decimals of a box that touches the border are no reason for a remark.
            box[i] = std::abs(box[i]) < 1e-4 ? 0 : std::abs(box[i] - 1) < 1e-4 ? sides[i] : box[i] * sides[i];
        }
    const std::string text = asText(box);
    if (!(box[2] >= box[0] && box[3] >= box[1]))
    {
        leaveOutObject(image, where(image, raw) + ": the box " + text +
                                  " has its corners exchanged (xmin ymin xmax ymax)");
        return false;
    }
    const Vec4d whole = box;
    for (int i = 0; i < 4; i++)
        box[i] = std::min(std::max(box[i], 0.), sides[i]);
    if (box != whole)
        remarks.add("boxes were cut to their images",
                    where(image, raw) + format(": the box %s was cut to the image of %dx%d", text.c_str(),
                                               image.size.width, image.size.height));
    object.box = box;
    object.ignored = raw.ignored;
    if (object.box[2] > object.box[0] && object.box[3] > object.box[1])
        return true;
    remarks.add("boxes without area were dropped",
                where(image, raw) + ": dropped, the box " + text + " has no area");
    return false;
}

void Reading::placeObjects(Dataset& set, std::vector<std::vector<int>>& namesOfObjects)
{
    for (RawImage& raw : images)
    {
        AnnotatedImage image;
        image.path = raw.path;
        image.size = raw.size;
        namesOfObjects.emplace_back();
        for (const RawObject& o : raw.objects)
        {
            Object object;
            if (!place(raw, o, object))
                continue;
            image.objects.push_back(object);
            namesOfObjects.back().push_back(o.name);
        }
        set.images.push_back(image);
    }
}

void Reading::checkShares(size_t objects) const
{
    const int listed = static_cast<int>(images.size()) + imagesLeftOut;
    if (listed == 0)
        CV_Error_(Error::StsError, ("'%s' lists no images%s%s", annotations.root().c_str(),
                                    split.empty() ? "" : " of the split ", split.c_str()));
    if (imagesLeftOut * 2 > listed || images.empty())
        CV_Error_(Error::StsError, ("%d of %d images cannot be used, the first: %s", imagesLeftOut, listed,
                                    firstImageLeftOut.c_str()));
    if (objectsLeftOut > 0 && static_cast<size_t>(objectsLeftOut) * 2 > objects + objectsLeftOut)
        CV_Error_(Error::StsError, ("%d of %d objects cannot be used, the first: %s", objectsLeftOut,
                                    static_cast<int>(objects) + objectsLeftOut, firstObjectLeftOut.c_str()));
    int silent = 0;
    std::string first;
    for (const RawImage& image : images)
        if (image.source.empty() && silent++ == 0)
            first = image.path;
    if (labelFiles && images.size() > 1 && static_cast<size_t>(silent) * 2 >= images.size())
        CV_Error_(Error::StsError, ("%d of %d images have no file with labels, such as '%s': do the names of "
                                    "images and labels agree?",
                                    silent, static_cast<int>(images.size()), first.c_str()));
}

std::vector<String> Reading::classList(const std::vector<std::vector<int>>& namesOfObjects)
{
    std::set<int> used;
    for (const std::vector<int>& image : namesOfObjects)
        used.insert(image.begin(), image.end());
    std::vector<String> classes(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(declared)), others;
    for (int name : used)
        if (static_cast<size_t>(name) >= declared)
            others.push_back(names[name]);
    std::sort(others.begin(), others.end());
    classes.insert(classes.end(), others.begin(), others.end());
    std::map<std::string, String> small;
    for (const String& name : classes)
    {
        const auto same = small.emplace(lowered(name), name);
        if (!same.second)
            remarks.add(format("the classes '%s' and '%s' differ by their letters' case only; they stay two",
                               same.first->second.c_str(), name.c_str()));
    }
    return classes;
}

void Reading::label(Dataset& set, const std::vector<std::vector<int>>& namesOfObjects) const
{
    std::vector<int> labels(names.size(), 0);
    for (size_t i = 0; i < names.size(); i++)
    {
        const auto at = std::find(set.classes.begin(), set.classes.end(), names[i]);
        if (at != set.classes.end())
            labels[i] = static_cast<int>(at - set.classes.begin()) + 1;
    }
    for (size_t i = 0; i < set.images.size(); i++)
        for (size_t k = 0; k < set.images[i].objects.size(); k++)
        {
            const int name = namesOfObjects[i][k];
            if (labels[name] == 0)
                CV_Error_(
                    Error::StsError,
                    ("the annotation of '%s' has an object of class '%s', which is not among the %d classes",
                     set.images[i].path.c_str(), names[name].c_str(), static_cast<int>(set.classes.size())));
            set.images[i].objects[k].label = labels[name];
        }
}

Dataset Reading::finish(const std::string& format_)
{
    dropRepeated();
    checkImages();
    Dataset set;
    std::vector<std::vector<int>> namesOfObjects;
    placeObjects(set, namesOfObjects);
    size_t objects = 0;
    for (const AnnotatedImage& image : set.images)
        objects += image.objects.size();
    checkShares(objects);
    if (set.countObjects() == 0)
        CV_Error_(Error::StsError,
                  ("'%s'%s%s: %d images without one object%s, read as %s", annotations.root().c_str(),
                   split.empty() ? "" : ", split ", split.c_str(), static_cast<int>(set.images.size()),
                   objects > 0 ? " that is not to be ignored" : "", format_.c_str()));
    set.classes = params.classes.empty() ? classList(namesOfObjects) : params.classes;
    label(set, namesOfObjects);
    set.format = format_;
    set.unsplit = unsplit;
    set.imagesLeftOut = imagesLeftOut;
    set.objectsLeftOut = objectsLeftOut;
    set.remarks = remarks.lines();
    return set;
}

} // namespace dnn_rpn_train
} // namespace cv
