// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "found_writer.hpp"
#include "json.hpp"

#include "opencv2/dnn_rpn/private/file.hpp"
#include "opencv2/dnn_rpn_train/dataset.hpp"

namespace {

using cv::dnn_rpn_train::escapeInvalidUtf8;

class JsonWriter : public FoundWriter
{
public:
    explicit JsonWriter(const FoundOutput& output_) : output(output_) {}

    void add(const FoundImage& image) override
    {
        Json list = Json::array();
        for (const FoundBox& b : image.boxes)
        {
            Json entry{{"label", escapeInvalidUtf8(output.classes[b.label - 1])},
                       {"score", b.score},
                       {"x1", b.box[0]},
                       {"y1", b.box[1]},
                       {"x2", b.box[2]},
                       {"y2", b.box[3]}};
            if (output.tracked)
                entry["id"] = b.id;
            list.push_back(entry);
        }
        text += (text.empty() ? "" : ",\n") +
                Json{{"image", escapeInvalidUtf8(image.name)}, {"detections", list}}.dump(4);
    }

    void finish() override
    {
        cv::dnn_rpn::writeFile(fileIn(output.folder, "detections.json"),
                               "{\"images\": [\n" + text + "\n]}\n");
    }

private:
    const FoundOutput output;
    std::string text;
};

} // namespace

std::unique_ptr<FoundWriter> writeJson(const FoundOutput& output)
{
    return std::make_unique<JsonWriter>(output);
}
