// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// Tables: a row an object, with the image's name, four numbers and the class, with or without a line of
// titles.
#include "../precomp.hpp"
#include "reading.hpp"

#include <algorithm>
#include <filesystem>
#include <initializer_list>

#include "text.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

using Row = std::vector<std::string>;

Row splitRow(const std::string& line, char separator)
{
    Row row(1);
    bool quoted = false;
    for (size_t i = 0; i < line.size(); i++)
        if (line[i] == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"')
            row.back() += line[i++];
        else if (line[i] == '"')
            quoted = !quoted;
        else if (line[i] == separator && !quoted)
            row.emplace_back();
        else
            row.back() += line[i];
    for (std::string& cell : row)
        cell = trimmed(cell);
    return row;
}

char separatorOf(const std::string& line)
{
    const auto count = [&](char c) { return std::count(line.begin(), line.end(), c); };
    return count('\t') > count(',') ? '\t' : count(';') > count(',') ? ';' : ',';
}

//! Which column is what; -1 for those that are not there.
struct Columns
{
    int image = -1, label = -1, box[4] = {-1, -1, -1, -1};
    bool sized = false; //!< the box is x, y, width, height

    bool complete() const { return image >= 0 && box[0] >= 0 && box[1] >= 0 && box[2] >= 0 && box[3] >= 0; }
};

Columns readTitles(const Row& row)
{
    std::map<std::string, int> at;
    for (size_t i = 0; i < row.size(); i++)
    {
        std::string title = lowered(row[i]);
        title.erase(std::remove_if(title.begin(), title.end(),
                                   [](char c) { return c == '_' || c == ' ' || c == '-'; }),
                    title.end());
        at.emplace(title, static_cast<int>(i));
    }
    const auto find = [&](std::initializer_list<const char*> titles) {
        for (const char* title : titles)
            if (at.count(title))
                return at[title];
        return -1;
    };
    Columns c;
    c.image = find(
        {"filename", "imagepath", "path", "image", "imagename", "file", "imageid", "imgname", "img", "name"});
    c.label =
        find({"class", "label", "classname", "labelname", "category", "regionlabel", "object", "classid"});
    c.box[0] = find({"xmin", "x1", "left", "boxxmin", "bboxxmin", "x", "bboxx"});
    c.box[1] = find({"ymin", "y1", "top", "boxymin", "bboxymin", "y", "bboxy"});
    c.box[2] = find({"xmax", "x2", "right", "boxxmax", "bboxxmax"});
    c.box[3] = find({"ymax", "y2", "bottom", "boxymax", "bboxymax"});
    c.sized = c.box[2] < 0 && c.box[3] < 0;
    if (c.sized)
    {
        c.box[2] = find({"width", "w", "bboxwidth", "boxwidth"});
        c.box[3] = find({"height", "h", "bboxheight", "boxheight"});
    }
    return c;
}

//! Columns by what a row without titles holds: a name, four numbers in a row, and a class behind or before
//! them.
Columns guess(const Row& row)
{
    Columns c;
    double number = 0;
    for (size_t i = 0; i + 3 < row.size() && c.box[0] < 0; i++)
        if (parseFinite(row[i], number) && parseFinite(row[i + 1], number) &&
            parseFinite(row[i + 2], number) && parseFinite(row[i + 3], number))
            for (int k = 0; k < 4; k++)
                c.box[k] = static_cast<int>(i) + k;
    for (size_t i = 0; i < row.size(); i++)
    {
        const int column = static_cast<int>(i);
        if (isImageName(row[i]) && c.image < 0)
            c.image = column;
        else if (!row[i].empty() && !parseFinite(row[i], number) && c.label < 0)
            c.label = column;
    }
    if (c.label < 0 && c.box[0] >= 0 && c.box[3] + 1 < static_cast<int>(row.size()))
        c.label = c.box[3] + 1; // a number
    return c;
}

std::vector<std::string> csvFiles(const Folder& files)
{
    std::vector<std::string> found;
    for (const char* extension : {"csv", "tsv"})
        for (const std::string& name : files.withExtension(extension))
        {
            const std::string head = toUtf8(headOf(files.pathOf(name)), "", name);
            const std::string line = head.substr(0, head.find_first_of("\r\n"));
            const Row row = splitRow(line, separatorOf(line));
            if (readTitles(row).complete() || guess(row).complete())
                found.push_back(name);
        }
    return found;
}

//! Reads one table.
class Table
{
public:
    Table(Reading& reading_, const std::string& file_)
        : reading(reading_), file(file_), path(reading_.files().pathOf(file_))
    {}

    void read()
    {
        const std::vector<std::string> lines = readLines(path);
        const char separator = lines.empty() ? ',' : separatorOf(lines[0]);
        columns = lines.empty() ? Columns() : readTitles(splitRow(lines[0], separator));
        const bool titled = columns.complete();
        for (size_t i = titled ? 1 : 0; i < lines.size(); i++)
        {
            if (lines[i].empty())
                continue;
            const Row row = splitRow(lines[i], separator);
            if (!titled && !columns.complete())
                columns = guess(row);
            readRow(row, static_cast<int>(i) + 1);
        }
        reading.images.insert(reading.images.end(), images.begin(), images.end());
    }

private:
    std::string cell(const Row& row, int column) const
    {
        return column >= 0 && column < static_cast<int>(row.size()) ? row[column] : std::string();
    }

    RawImage* imageOf(const std::string& name, int line)
    {
        const auto known = byName.find(name);
        if (known != byName.end())
            return known->second < 0 ? nullptr : &images[known->second];
        std::error_code error;
        const bool absolute =
            std::filesystem::path(name).is_absolute() && std::filesystem::is_regular_file(name, error);
        const std::string found =
            absolute
                ? name
                : reading.imageFolder().findImage(name, baseName(withoutExtension(name)), {parentOf(file)});
        if (found.empty())
        {
            reading.leaveOutImage(format("'%s', line %d: no image '%s' in '%s'", path.c_str(), line,
                                         clipped(name, 300).c_str(), reading.imageFolder().root().c_str()));
            byName[name] = -1;
            return nullptr;
        }
        RawImage image;
        image.path = absolute ? name : reading.imageFolder().pathOf(found);
        image.source = path;
        byName[name] = static_cast<int>(images.size());
        images.push_back(image);
        return &images.back();
    }

    void readRow(const Row& row, int line)
    {
        RawImage* const image = imageOf(cell(row, columns.image), line);
        if (!image)
            return;
        double numbers[4] = {};
        bool whole = true, none = true;
        for (int k = 0; k < 4; k++)
        {
            const std::string text = cell(row, columns.box[k]);
            whole = parseFinite(text, numbers[k]) && whole;
            none = none && text.empty();
        }
        if (none)
            return; // an image without objects
        RawObject o;
        o.entry = line;
        const std::string label = columns.label < 0 ? "object" : cell(row, columns.label);
        if (!whole)
        {
            o.name = reading.nameOf(cleanName(label));
            reading.leaveOutObject(*image, reading.where(*image, o) + ": its box is not four numbers");
            return;
        }
        o.box = columns.sized
                    ? Vec4d(numbers[0], numbers[1], numbers[0] + numbers[2], numbers[1] + numbers[3])
                    : Vec4d(numbers[0], numbers[1], numbers[2], numbers[3]);
        // Shares of the image, as in Open Images.
        o.relative = std::all_of(o.box.val, o.box.val + 4, [](double v) { return v >= 0 && v <= 1; });
        reading.add(*image, o, label);
    }

    Reading& reading;
    const std::string file, path;
    Columns columns;
    std::vector<RawImage> images;
    std::unordered_map<std::string, int> byName;
};

bool isCsv(const Folder& files)
{
    return !csvFiles(files).empty();
}

void readCsv(Reading& reading)
{
    reading.noun = "line";
    reading.manyInFile = true;
    const std::vector<std::string> files = csvFiles(reading.files());
    if (files.empty())
        CV_Error_(Error::StsError, ("no table in '%s' has columns for an image's name and a box, such as "
                                    "image,xmin,ymin,xmax,ymax,label",
                                    reading.files().root().c_str()));
    const std::string split = chooseFile(reading, files);
    for (const std::string& file : files)
        if (belongsTo(file, split))
            Table(reading, file).read();
}

} // namespace

const Format data_formats::csv{"csv", "a table: image,xmin,ymin,xmax,ymax,label", isCsv, readCsv};

} // namespace dnn_rpn_train
} // namespace cv
