// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// YOLO: a text file for each image, with a class and the shares of the image that make a box in each line;
// also polygons and oriented boxes, whose bounding boxes count. Darknet lists the images of a split in a text
// file.
#include "../precomp.hpp"
#include "reading.hpp"

#include <cmath>

#include "text.hpp"
#include "yolo_names.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! A line as numbers; cv::Exception says with `where` what is wrong.
class Line
{
public:
    Line(const std::string& text, const YoloDescription& d, const std::string& where)
    {
        columns = columnsOf(text);
        for (size_t i = 1; i < columns.size(); i++)
        {
            double value = 0;
            if (!parseFinite(columns[i], value))
                refuse(text, where);
            numbers.push_back(value);
        }
        const size_t count = numbers.size();
        const bool keypoints =
            d.keypoints > 0 ? count == 4u + static_cast<size_t>(d.keypoints) : marksVisible();
        const bool confident = count == 5 || count == 9; // a score is the last column
        if (count < 4 || (count % 2 != 0 && !confident && !keypoints))
            refuse(text, where);
        const bool polygon = count > 5 && !keypoints;
        const size_t shares = polygon ? count - count % 2 : 4;
        for (size_t i = 0; i < shares; i++)
            if (!(numbers[i] >= (polygon || i < 2 ? -1 : 0) && numbers[i] <= 2))
                CV_Error_(Error::StsParseError,
                          ("%s: %g is no share of an image (centre x, centre y, width, height, each of 1)",
                           where.c_str(), numbers[i]));
        if (polygon)
            boundsOf(
                std::vector<double>(numbers.begin(), numbers.begin() + static_cast<std::ptrdiff_t>(shares)),
                box);
        else
            box = Vec4d(numbers[0] - numbers[2] / 2, numbers[1] - numbers[3] / 2, numbers[0] + numbers[2] / 2,
                        numbers[1] + numbers[3] / 2);
    }

    const std::string& classText() const { return columns[0]; }

    Vec4d box; //!< shares of the image

private:
    [[noreturn]] static void refuse(const std::string& text, const std::string& where)
    {
        CV_Error_(Error::StsParseError, ("%s: '%s' is not a class and the four numbers of a box",
                                         where.c_str(), clipped(text).c_str()));
    }

    //! Keypoints of x, y and 0, 1 or 2 for how much is seen, behind a box.
    bool marksVisible() const
    {
        if (numbers.size() < 7 || (numbers.size() - 4) % 3 != 0)
            return false;
        bool beyond = false;
        for (size_t i = 6; i < numbers.size(); i += 3)
        {
            if (numbers[i] != 0 && numbers[i] != 1 && numbers[i] != 2)
                return false;
            beyond = beyond || numbers[i] == 2;
        }
        return beyond;
    }

    std::vector<std::string> columns;
    std::vector<double> numbers;
};

//! Objects of one image, their classes still by number.
struct Numbered
{
    size_t image;
    RawObject object;
    std::string text; //!< of the class
    int number;       //!< of the class, -1 if it is a word
};

//! Reads the label files of a split.
class YoloReader
{
public:
    YoloReader(Reading& reading_, const YoloDescription& description_)
        : reading(reading_), description(description_)
    {}

    void add(const std::string& image)
    {
        RawImage raw;
        raw.path = reading.imageFolder().pathOf(image);
        const std::string labels = reading.files().findLabels(image);
        if (!labels.empty())
        {
            raw.source = reading.files().pathOf(labels);
            used.insert(labels);
        }
        reading.images.push_back(raw);
        if (!labels.empty())
            readLabels(reading.images.size() - 1);
    }

    //! Gives the objects their classes, once all numbers are known.
    void finish()
    {
        const int shift = firstNumber();
        const bool named = !description.names.empty();
        int most = named ? static_cast<int>(description.names.size()) : 100000, highest = -1;
        std::map<std::string, int> byName;
        for (size_t i = 0; i < description.names.size(); i++)
            byName.emplace(cleanName(description.names[i]), static_cast<int>(i));
        for (const Numbered& n : objects)
            highest = n.number < most ? std::max(highest, n.number) : highest;
        std::vector<std::string> names = description.names;
        while (!named && static_cast<int>(names.size()) <= highest)
            names.push_back(std::to_string(names.size()));
        reading.declare(names);
        for (Numbered& n : objects)
        {
            RawImage& image = reading.images[n.image];
            const auto word = byName.find(cleanName(n.text));
            const int index = n.number >= 0 ? n.number - shift : word != byName.end() ? word->second : -1;
            if (index >= 0 && index < most)
                reading.add(image, n.object, names[index]);
            else
                reading.leaveOutObject(image, format("'%s', line %d: the class is %s, not in %d..%d",
                                                     image.source.c_str(), n.object.entry,
                                                     clipped(n.text).c_str(), shift, most - 1 + shift));
        }
    }

    //! Label files that belong to no image tell of a mistake in the names.
    std::string unusedLabels(const std::string& split) const
    {
        for (const std::string& name : reading.files().withExtension("txt"))
            if (!used.count(name) && belongsTo(parentOf(name), split) &&
                name.find("labels/") != std::string::npos && lowered(baseName(name)) != "classes.txt")
                return name;
        return std::string();
    }

private:
    void readLabels(size_t index)
    {
        RawImage& image = reading.images[index];
        int number = 0;
        std::set<std::string> seen;
        for (const std::string& line : readLines(image.source))
        {
            number++;
            if (line.empty() || line[0] == '#')
                continue;
            if (!seen.insert(line).second)
            {
                reading.remarks.add(
                    "lines were there more than once",
                    format("'%s', line %d is there twice; it counts once", image.source.c_str(), number));
                continue;
            }
            const std::string where = format("'%s', line %d", image.source.c_str(), number);
            try
            {
                readLine(Line(line, description, where), index, number);
            }
            catch (const cv::Exception& e)
            {
                reading.leaveOutObject(image, e.err);
            }
        }
    }

    void readLine(const Line& line, size_t index, int number)
    {
        Numbered n{index, RawObject(), line.classText(), -1};
        n.object.entry = number;
        n.object.box = line.box;
        n.object.relative = true;
        double value = 0;
        if (parseFinite(n.text, value))
        {
            if (value != std::floor(value) || value < 0 || value > 100000)
                CV_Error_(
                    Error::StsParseError,
                    ("'%s', line %d: the class is %s, not in 0..%d", reading.images[index].source.c_str(),
                     number, clipped(n.text).c_str(),
                     description.names.empty() ? 100000 : static_cast<int>(description.names.size()) - 1));
            n.number = static_cast<int>(value);
        }
        objects.push_back(n);
    }

    //! 1 if the names are numbered from 1, and so are the labels.
    int firstNumber()
    {
        if (description.firstNumber == 0)
            return 0;
        bool zero = false;
        for (const Numbered& n : objects)
            zero = zero || n.number == 0;
        reading.remarks.add(format("'%s' counts the classes from 1, the labels from %d",
                                   description.file.c_str(), zero ? 0 : 1));
        return zero ? 0 : 1;
    }

    Reading& reading;
    const YoloDescription& description;
    std::vector<Numbered> objects;
    std::set<std::string> used;
};

//! Text files that list images, by their names without extension.
std::map<std::string, std::string> findLists(const Folder& files)
{
    std::map<std::string, std::string> lists;
    for (const std::string& name : files.withExtension("txt"))
    {
        const std::string stem = withoutExtension(baseName(name));
        if (!files.findImage("", stem).empty() || partsOf(name).size() > 3)
            continue; // labels of that image
        for (const std::string& line : readLines(files.pathOf(name)))
        {
            if (line.empty())
                continue;
            if (isImageName(line) && !files.findImage(line, "").empty())
                lists.emplace(stem, name);
            break;
        }
    }
    return lists;
}

std::vector<std::string> imagesOfList(Reading& reading, const std::string& list)
{
    std::vector<std::string> images;
    const std::string path = reading.files().pathOf(list);
    for (const std::string& line : readLines(path))
    {
        if (line.empty())
            continue;
        const std::string found = reading.imageFolder().findImage(line, "");
        if (found.empty())
            reading.leaveOutImage(format("'%s' lists '%s', but there is no such image", path.c_str(),
                                         clipped(line, 300).c_str()));
        else
            images.push_back(found);
    }
    return images;
}

//! Images in the folder that an entry of data.yaml means: the one that agrees with most of the entry's end.
std::vector<std::string> imagesIn(const Folder& files, const std::string& entry)
{
    const std::vector<std::string> wanted = partsOf(entry);
    std::vector<std::string> images;
    for (size_t skip = 0; skip < wanted.size() && images.empty(); skip++)
    {
        std::string folder;
        for (size_t i = skip; i < wanted.size(); i++)
            folder += wanted[i] + "/";
        for (const std::string& image : files.images())
            if (image.compare(0, folder.size(), folder) == 0)
                images.push_back(image);
    }
    return images;
}

std::vector<std::string> imagesOfPlaces(Reading& reading, const std::vector<std::string>& places,
                                        const std::map<std::string, std::string>& lists)
{
    std::vector<std::string> images;
    for (const std::string& place : places)
    {
        const auto list = lists.find(withoutExtension(baseName(place)));
        const bool listed = extensionOf(place) == "txt" && list != lists.end();
        const std::vector<std::string> more =
            listed ? imagesOfList(reading, list->second) : imagesIn(reading.imageFolder(), place);
        images.insert(images.end(), more.begin(), more.end());
    }
    return images;
}

//! The images of the split that is asked for, by folders, lists or data.yaml.
std::vector<std::string> chooseImages(Reading& reading, const YoloDescription& description,
                                      std::string& split)
{
    const std::map<std::string, std::string> lists = findLists(reading.files());
    const std::vector<std::string>& all = reading.imageFolder().images();
    std::set<std::string> folders, known;
    for (const std::string& image : all)
        folders.insert(parentOf(image));
    known = splitsIn({folders.begin(), folders.end()});
    for (const std::string& folder : folders) // images/anything is a split, too, if it is asked for by name
        if (!reading.split.empty() && belongsTo(folder, reading.split))
            known.insert(reading.split);
    for (const auto& list : lists)
        known.insert(list.first);
    std::map<std::string, std::vector<std::string>> placed;
    for (const auto& place : description.places)
    {
        const std::vector<std::string> images = imagesOfPlaces(reading, place.second, lists);
        if (!images.empty() && (known.empty() || place.first == reading.split))
            placed[place.first] = images;
    }
    for (const auto& place : placed)
        known.insert(place.first);
    split = reading.choose(known);
    if (split.empty())
        return all;
    if (lists.count(split))
        return imagesOfList(reading, lists.at(split));
    std::vector<std::string> images;
    for (const std::string& image : all)
        if (belongsTo(parentOf(image), split))
            images.push_back(image);
    return images.empty() && placed.count(split) ? placed[split] : images;
}

bool looksLikeLabels(const std::string& path)
{
    const std::string head = headOf(path).substr(0, 4096);
    const size_t begin = head.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
    if (begin == std::string::npos)
        return false;
    return columnsOf(trimmed(head.substr(begin, head.find_first_of("\r\n", begin) - begin))).size() >= 4;
}

bool isYolo(const Folder& files)
{
    int looked = 0;
    for (const std::string& image : files.images())
    {
        const std::string labels = files.findLabels(image);
        if (!labels.empty() && looksLikeLabels(files.pathOf(labels)))
            return true;
        if (++looked == 1000)
            break;
    }
    bool labelled = false;
    for (const std::string& name : files.withExtension("txt"))
        labelled = labelled || ("/" + name).find("/labels/") != std::string::npos;
    return labelled && (!files.images().empty() || hasYoloDescription(files));
}

void readYolo(Reading& reading)
{
    reading.noun = "line";
    reading.labelFiles = true;
    const YoloDescription description = readYoloDescription(reading);
    std::string split;
    const std::vector<std::string> images = chooseImages(reading, description, split);
    if (images.empty())
        CV_Error_(Error::StsError, ("there are no images%s%s in '%s'", split.empty() ? "" : " of the split ",
                                    split.c_str(), reading.imageFolder().root().c_str()));
    YoloReader reader(reading, description);
    for (const std::string& image : images)
        reader.add(image);
    reader.finish();
    const std::string unused = reader.unusedLabels(split);
    if (!unused.empty())
        reading.remarks.add("files of labels have no image",
                            "'" + reading.files().pathOf(unused) +
                                "' has labels, but there is no image of that name");
}

} // namespace

const Format data_formats::yolo{"yolo", "text files of the images' names: YOLO, Darknet", isYolo, readYolo};

} // namespace dnn_rpn_train
} // namespace cv
