// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "found_writer.hpp"

#include <filesystem>

#include "opencv2/dnn_rpn/private/file.hpp"

namespace {

using cv::dnn_rpn::writeFile;

//! Without scores: annotation tools take a class and four numbers, and nothing else.
class YoloWriter : public FoundWriter
{
public:
    explicit YoloWriter(const FoundOutput& output)
        : folder(output.folder + "/labels"), classes(output.classes)
    {
        std::string names;
        for (cv::String name : classes)
        {
            for (char& c : name) // a line a name
                c = c == '\n' || c == '\r' ? ' ' : c;
            names += name + "\n";
        }
        writeFile(fileIn(folder, "classes.txt"), names); // where LabelImg looks for it
    }

    void add(const FoundImage& image) override
    {
        std::string text;
        const double width = image.pixels.cols, height = image.pixels.rows;
        for (const FoundBox& b : image.boxes)
            text += cv::format("%d %.6f %.6f %.6f %.6f\n", b.label - 1, (b.box[0] + b.box[2]) / 2 / width,
                               (b.box[1] + b.box[3]) / 2 / height, (b.box[2] - b.box[0]) / width,
                               (b.box[3] - b.box[1]) / height);
        const std::filesystem::path name = std::filesystem::path(image.name).replace_extension(".txt");
        writeFile(fileIn(folder, name.string()), text);
    }

private:
    const cv::String folder;
    const std::vector<cv::String> classes;
};

} // namespace

std::unique_ptr<FoundWriter> writeYolo(const FoundOutput& output)
{
    return std::make_unique<YoloWriter>(output);
}
