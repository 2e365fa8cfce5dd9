// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "opencv2/dnn_rpn_train/inspect.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "look.hpp"
#include "text.hpp"
#include "../params/hash.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

const size_t shownImages = 8, shownNames = 5;

//! An image of a part.
struct Place
{
    size_t part;
    const AnnotatedImage* image;
};

//! "a, b, c and 7 more"
String listed(const std::vector<String>& names)
{
    String text;
    const size_t shown = std::min(names.size(), shownNames);
    for (size_t i = 0; i < shown; i++)
        text += (i == 0 ? "" : ", ") + names[i];
    return names.size() > shown ? text + format(" and %zu more", names.size() - shown) : text;
}

String quoted(const String& name)
{
    return "'" + name + "'";
}

double areaOf(const Object& object)
{
    return static_cast<double>(object.box[2] - object.box[0]) * (object.box[3] - object.box[1]);
}

double iou(const Vec4f& a, const Vec4f& b)
{
    const double width = std::min(a[2], b[2]) - std::max(a[0], b[0]),
                 height = std::min(a[3], b[3]) - std::max(a[1], b[1]);
    if (!(width > 0 && height > 0))
        return 0;
    const auto area = [](const Vec4f& box) {
        return static_cast<double>(box[2] - box[0]) * (box[3] - box[1]);
    };
    return width * height / (area(a) + area(b) - width * height);
}

//! A name without what people vary: case, blanks, dashes, underscores.
std::string bare(const String& name)
{
    std::string left;
    for (char c : lowered(name))
        if (c != ' ' && c != '_' && c != '-' && c != '.')
            left += c;
    return left;
}

//! Gathers the findings, one look at the parts after the other.
class Inspector
{
public:
    Inspector(const std::vector<NamedDataset>& parts_, const InspectParams& params_)
        : parts(parts_), params(params_)
    {}

    std::vector<Finding> run()
    {
        readers();
        empty();
        if (params.files)
            files();
        listedTwice();
        classNames();
        classCounts();
        objectsTwice();
        smallObjects();
        return found;
    }

private:
    void add(const String& kind, int count, const String& text, const std::vector<Place>& places = {})
    {
        Finding f;
        f.kind = kind;
        f.count = count;
        f.text = text;
        for (size_t i = 0; i < std::min(places.size(), shownImages); i++)
            f.images.push_back(*places[i].image);
        found.push_back(f);
    }

    //! Calls use(place) for each image.
    template<typename Use>
    void forEachImage(const Use& use) const
    {
        for (size_t p = 0; p < parts.size(); p++)
            for (const AnnotatedImage& image : parts[p].set.images)
                use(Place{p, &image});
    }

    //! As in "train and test".
    String namesOf(const std::set<size_t>& which) const
    {
        String text;
        for (size_t p : which)
            text += (text.empty() ? "" : p == *which.rbegin() ? " and " : ", ") + parts[p].name;
        return text;
    }

    void readers()
    {
        for (const NamedDataset& part : parts)
            for (const String& remark : part.set.remarks)
                add("read", 1, part.name + ": " + remark);
    }

    void empty()
    {
        std::vector<Place> none;
        forEachImage([&](const Place& place) {
            if (place.image->objects.empty())
                none.push_back(place);
        });
        if (!none.empty())
            add("images without objects", static_cast<int>(none.size()),
                format("%zu images have no objects; they teach what background is: %s", none.size(),
                       listed(paths(none)).c_str()),
                none);
    }

    void files();
    void duplicates(const std::vector<Place>& places, const std::vector<uint64>& keys, const char* kind,
                    const char* verb, std::set<std::pair<String, String>>& told);

    void listedTwice()
    {
        std::map<String, std::set<size_t>> partsOf;
        std::map<String, Place> places;
        forEachImage([&](const Place& place) {
            partsOf[place.image->path].insert(place.part);
            places.emplace(place.image->path, place);
        });
        std::map<std::set<size_t>, std::vector<Place>> shared;
        for (const auto& p : partsOf)
            if (p.second.size() > 1)
                shared[p.second].push_back(places.at(p.first));
        for (const auto& s : shared)
            add("images in several parts", static_cast<int>(s.second.size()),
                format("%zu images are in %s: a score on what was trained on says little: %s",
                       s.second.size(), namesOf(s.first).c_str(), listed(paths(s.second)).c_str()),
                s.second);
    }

    void classNames()
    {
        std::map<std::string, std::set<String>> alike;
        for (const NamedDataset& part : parts)
            for (const String& name : part.set.classes)
                alike[bare(name)].insert(name);
        for (const auto& a : alike)
            if (a.second.size() > 1)
            {
                std::vector<String> names;
                for (const String& name : a.second)
                    names.push_back(quoted(name));
                add("class names that are nearly the same", static_cast<int>(names.size()),
                    "the classes " + listed(names) + " differ by case, blanks or punctuation only");
            }
    }

    void classCounts();

    void objectsTwice()
    {
        std::vector<Place> twice;
        int count = 0;
        forEachImage([&](const Place& place) {
            const std::vector<Object>& objects = place.image->objects;
            int own = 0;
            for (size_t i = 0; i < objects.size(); i++)
                for (size_t k = 0; k < i; k++)
                    own += objects[i].label == objects[k].label && iou(objects[i].box, objects[k].box) > 0.95;
            count += own;
            if (own > 0)
                twice.push_back(place);
        });
        if (count > 0)
            add("objects that are there twice", count,
                format("%d objects have nearly the box of another one of their class (IoU above 0.95), in %s",
                       count, listed(paths(twice)).c_str()),
                twice);
    }

    void smallObjects()
    {
        std::vector<Place> places;
        int small = 0, all = 0;
        forEachImage([&](const Place& place) {
            const Size size = place.image->size;
            if (size.area() <= 0)
                return;
            int own = 0;
            for (const Object& object : place.image->objects)
            {
                const double width = (object.box[2] - object.box[0]) * params.size.width / size.width,
                             height = (object.box[3] - object.box[1]) * params.size.height / size.height;
                own += !object.ignored && width < params.cell && height < params.cell;
                all += !object.ignored;
            }
            small += own;
            if (own > 0)
                places.push_back(place);
        });
        if (small > 0)
            add("objects smaller than a cell", small,
                format(
                    "%d of %d objects are smaller than a cell of %d pixels when images are resized to %dx%d: "
                    "a larger input, or a pyramid with finer levels, shows them",
                    small, all, params.cell, params.size.width, params.size.height),
                places);
    }

    std::vector<String> paths(const std::vector<Place>& places) const
    {
        std::vector<String> all;
        for (const Place& place : places)
            all.push_back(quoted(place.image->path));
        return all;
    }

    const std::vector<NamedDataset>& parts;
    const InspectParams params;
    std::vector<Finding> found;
};

void Inspector::files()
{
    std::vector<Place> places;
    std::set<String> seen;
    forEachImage([&](const Place& place) {
        if (seen.insert(place.image->path).second)
            places.push_back(place);
    });
    const int count = static_cast<int>(places.size());
    std::vector<uint64> bytes(places.size()), looks(places.size());
    std::vector<String> damage(places.size());
    parallel_for_(Range(0, count), [&](const Range& range) {
        for (int i = range.start; i < range.end; i++)
            try
            {
                const AnnotatedImage& image = *places[i].image;
                Hash hash;
                hash.add(readBytes(image.path));
                bytes[i] = hash.value();
                readImage(image);
                looks[i] = lookOf(image.path, static_cast<uint64>(i));
            }
            catch (const cv::Exception& e)
            {
                damage[i] = e.err;
                bytes[i] = looks[i] = static_cast<uint64>(i); // like no other
            }
    });
    std::vector<String> damaged;
    for (const String& why : damage)
        if (!why.empty())
            damaged.push_back(why);
    if (!damaged.empty())
        add("damaged images", static_cast<int>(damaged.size()),
            format("%zu images cannot be used: %s", damaged.size(), listed(damaged).c_str()));
    std::set<std::pair<String, String>> told;
    duplicates(places, bytes, "exact duplicates", "are the same file as another one", told);
    duplicates(places, looks, "near duplicates", "look like another one", told);
}

void Inspector::duplicates(const std::vector<Place>& places, const std::vector<uint64>& keys,
                           const char* kind, const char* verb, std::set<std::pair<String, String>>& told)
{
    std::unordered_map<uint64, size_t> first;
    std::map<std::set<size_t>, std::vector<Place>> pairs; // by the parts that they are in
    std::map<std::set<size_t>, int> counts;
    for (size_t i = 0; i < places.size(); i++)
    {
        const auto added = first.emplace(keys[i], i);
        const Place &one = places[added.first->second], &other = places[i];
        if (added.second || !told.emplace(one.image->path, other.image->path).second)
            continue;
        const std::set<size_t> where{one.part, other.part};
        counts[where]++;
        pairs[where].push_back(one);
        pairs[where].push_back(other);
    }
    for (const auto& p : pairs)
    {
        const bool across = p.first.size() > 1;
        std::vector<String> names;
        for (size_t i = 0; i < p.second.size(); i += 2)
            names.push_back(quoted(p.second[i].image->path) + " = " + quoted(p.second[i + 1].image->path));
        add(kind + String(across ? " across parts" : ""), counts[p.first],
            format("%d images of %s %s%s: %s", counts[p.first], namesOf(p.first).c_str(), verb,
                   across ? ", in another part" : "", listed(names).c_str()),
            p.second);
    }
}

void Inspector::classCounts()
{
    std::map<String, std::vector<int>> counts; // objects by part
    for (size_t p = 0; p < parts.size(); p++)
        for (const ClassCount& c : countClasses(parts[p].set))
        {
            std::vector<int>& own = counts[c.name];
            own.resize(parts.size(), 0);
            own[p] += c.objects;
        }
    std::vector<String> rare, untrained, unused;
    for (const auto& c : counts)
    {
        const int trained = c.second[0], elsewhere = *std::max_element(c.second.begin(), c.second.end());
        if (elsewhere == 0)
            unused.push_back(quoted(c.first));
        else if (trained == 0)
            untrained.push_back(quoted(c.first));
        else if (trained < params.rare)
            rare.push_back(quoted(c.first) + format(" (%d)", trained));
    }
    const auto tell = [&](const char* kind, const std::vector<String>& names, const String& text) {
        if (!names.empty())
            add(kind, static_cast<int>(names.size()), text + listed(names));
    };
    tell("rare classes", rare,
         format("classes with fewer than %d objects in %s: ", params.rare, parts[0].name.c_str()));
    tell("classes that are not trained", untrained,
         "classes without objects in " + parts[0].name + ", though another part has some: ");
    tell("classes without objects", unused, "classes that no object is of: ");
}

} // namespace

std::vector<ClassCount> countClasses(const Dataset& dataset)
{
    std::vector<ClassCount> counts(dataset.classes.size());
    for (size_t i = 0; i < counts.size(); i++)
        counts[i].name = dataset.classes[i];
    for (const AnnotatedImage& image : dataset.images)
    {
        std::set<int> here;
        for (const Object& object : image.objects)
        {
            ClassCount& c = counts.at(static_cast<size_t>(object.label) - 1);
            here.insert(object.label);
            if (object.ignored)
            {
                c.ignored++;
                continue;
            }
            const double area = areaOf(object);
            c.objects++;
            (area <= 32 * 32 ? c.small : area <= 96 * 96 ? c.medium : c.large)++;
        }
        for (int label : here)
            counts[static_cast<size_t>(label) - 1].images++;
    }
    return counts;
}

std::vector<Finding> inspect(const std::vector<NamedDataset>& parts, const InspectParams& params)
{
    if (parts.empty())
        CV_Error(Error::StsBadArg, "there is no part of a data set to inspect");
    return Inspector(parts, params).run();
}

} // namespace dnn_rpn_train
} // namespace cv
