// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "found_writer.hpp"

#include <filesystem>

#include "opencv2/dnn_rpn/private/file.hpp"
#include "opencv2/dnn_rpn_train/dataset.hpp"

namespace {

std::string escaped(const cv::String& text)
{
    std::string xml;
    for (const char c : cv::dnn_rpn_train::escapeInvalidUtf8(text))
        switch (c)
        {
        case '&':
            xml += "&amp;";
            break;
        case '<':
            xml += "&lt;";
            break;
        case '>':
            xml += "&gt;";
            break;
        default:
            xml += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
        }
    return xml;
}

//! As LabelImg writes it: whole pixels, edges as in its own files.
class VocWriter : public FoundWriter
{
public:
    explicit VocWriter(const FoundOutput& output)
        : folder(output.folder + "/Annotations"), classes(output.classes)
    {}

    void add(const FoundImage& image) override
    {
        const cv::Size size = image.pixels.size();
        std::string xml = "<annotation>\n  <filename>" + escaped(image.name) + "</filename>\n" +
                          cv::format("  <size><width>%d</width><height>%d</height><depth>3</depth></size>\n",
                                     size.width, size.height) +
                          "  <segmented>0</segmented>\n";
        for (const FoundBox& b : image.boxes)
        {
            const cv::Rect box = wholePixels(b.box, size);
            xml += "  <object>\n    <name>" + escaped(classes[b.label - 1]) +
                   "</name>\n    <pose>Unspecified</pose><truncated>0</truncated><difficult>0</difficult>\n" +
                   cv::format(
                       "    <bndbox><xmin>%d</xmin><ymin>%d</ymin><xmax>%d</xmax><ymax>%d</ymax></bndbox>\n",
                       box.x, box.y, box.x + box.width, box.y + box.height) +
                   "  </object>\n";
        }
        const std::filesystem::path name = std::filesystem::path(image.name).replace_extension(".xml");
        cv::dnn_rpn::writeFile(fileIn(folder, name.string()), xml + "</annotation>\n");
    }

private:
    const cv::String folder;
    const std::vector<cv::String> classes;
};

} // namespace

std::unique_ptr<FoundWriter> writeVoc(const FoundOutput& output)
{
    return std::make_unique<VocWriter>(output);
}
