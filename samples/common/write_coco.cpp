// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "found_writer.hpp"
#include "json.hpp"

#include <map>

#include "opencv2/dnn_rpn/private/file.hpp"
#include "opencv2/dnn_rpn_train/dataset.hpp"

namespace {

using cv::dnn_rpn::writeFile;
using cv::dnn_rpn_train::escapeInvalidUtf8;

//! The ids of a data set, which results for it must have.
class KnownIds
{
public:
    explicit KnownIds(const cv::String& path_) : path(path_)
    {
        try
        {
            const Json set = Json::parse(cv::dnn_rpn::readFile(path));
            for (const Json& image : set.at("images"))
            {
                const std::string file = image.at("file_name").get<std::string>();
                images[file.substr(file.find_last_of("/\\") + 1)] = image.at("id").get<int64_t>();
            }
            for (const Json& category : set.at("categories"))
                categories[category.at("name").get<std::string>()] = category.at("id").get<int64_t>();
        }
        catch (const Json::exception& e)
        {
            CV_Error_(cv::Error::StsParseError,
                      ("--coco_ids=%s is no COCO annotation file: %s", path.c_str(), e.what()));
        }
    }

    int64_t image(const std::string& name) const { return find(images, name, "image"); }
    int64_t category(const std::string& name) const { return find(categories, name, "category"); }

private:
    int64_t find(const std::map<std::string, int64_t>& ids, const std::string& name, const char* what) const
    {
        const auto found = ids.find(name);
        if (found == ids.end())
            CV_Error_(cv::Error::StsObjectNotFound,
                      ("--coco_ids=%s has no %s '%s'", path.c_str(), what, name.c_str()));
        return found->second;
    }

    const cv::String path;
    std::map<std::string, int64_t> images, categories;
};

class CocoWriter : public FoundWriter
{
public:
    explicit CocoWriter(const FoundOutput& output_) : output(output_)
    {
        if (!output.cocoIds.empty())
            known = std::make_unique<KnownIds>(output.cocoIds);
        for (size_t i = 0; i < output.classes.size(); i++)
        {
            const std::string name = escapeInvalidUtf8(output.classes[i]);
            categoryIds.push_back(known ? known->category(name) : static_cast<int64_t>(i + 1));
            categories.push_back({{"id", categoryIds.back()}, {"name", name}});
        }
    }

    void add(const FoundImage& image) override
    {
        const std::string name = escapeInvalidUtf8(image.name);
        const int64_t id = known ? known->image(name) : ++imageCount;
        append(images, Json{{"id", id},
                            {"file_name", name},
                            {"width", image.pixels.cols},
                            {"height", image.pixels.rows}});
        for (const FoundBox& b : image.boxes)
        {
            const double width = double(b.box[2]) - b.box[0], height = double(b.box[3]) - b.box[1];
            Json entry{{"image_id", id},
                       {"category_id", categoryIds[b.label - 1]},
                       {"bbox", {b.box[0], b.box[1], width, height}},
                       {"score", b.score}};
            append(results, entry);
            entry["id"] = ++boxCount;
            entry["area"] = width * height;
            entry["iscrowd"] = 0;
            if (output.tracked)
                entry["attributes"] = {{"track_id", b.id}};
            append(annotations, entry);
        }
    }

    void finish() override
    {
        writeFile(fileIn(output.folder, "instances.json"),
                  "{\"images\": [\n" + images + "],\n\"categories\": " + categories.dump() +
                      ",\n\"annotations\": [\n" + annotations + "]}\n");
        writeFile(fileIn(output.folder, "results.json"), "[\n" + results + "]\n");
    }

private:
    static void append(std::string& list, const Json& entry)
    {
        list += (list.empty() ? "" : ",\n") + entry.dump();
    }

    const FoundOutput output;
    std::unique_ptr<KnownIds> known;
    std::vector<int64_t> categoryIds;
    Json categories = Json::array();
    std::string images, annotations, results; //!< entries, to be put into lists
    int64_t imageCount = 0, boxCount = 0;
};

} // namespace

std::unique_ptr<FoundWriter> writeCoco(const FoundOutput& output)
{
    return std::make_unique<CocoWriter>(output);
}
