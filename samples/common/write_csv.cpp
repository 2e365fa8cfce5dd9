// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "found_writer.hpp"

#include "opencv2/dnn_rpn/private/file.hpp"

namespace {

//! In quotes where commas and the like would end it.
std::string cell(const cv::String& text)
{
    if (text.find_first_of(",;\t\"\n\r") == cv::String::npos)
        return text;
    std::string quoted;
    for (const char c : text)
        quoted += c == '"' ? std::string("\"\"") : std::string(1, c == '\n' || c == '\r' ? ' ' : c);
    return '"' + quoted + '"';
}

class CsvWriter : public FoundWriter
{
public:
    explicit CsvWriter(const FoundOutput& output_)
        : output(output_),
          text(std::string("image,xmin,ymin,xmax,ymax,label,score") + (output.tracked ? ",id\n" : "\n"))
    {}

    void add(const FoundImage& image) override
    {
        const char* const none = output.tracked ? ",,,,,,,\n" : ",,,,,,\n";
        if (image.boxes.empty())
            text += cell(image.name) + none;
        for (const FoundBox& b : image.boxes)
            text += cell(image.name) +
                    cv::format(",%.3f,%.3f,%.3f,%.3f,", b.box[0], b.box[1], b.box[2], b.box[3]) +
                    cell(output.classes[b.label - 1]) + cv::format(",%.6g", b.score) +
                    (output.tracked ? cv::format(",%d\n", b.id) : cv::String("\n"));
    }

    void finish() override { cv::dnn_rpn::writeFile(fileIn(output.folder, "detections.csv"), text); }

private:
    const FoundOutput output;
    std::string text;
};

} // namespace

std::unique_ptr<FoundWriter> writeCsv(const FoundOutput& output)
{
    return std::make_unique<CsvWriter>(output);
}
