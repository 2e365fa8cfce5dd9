// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "found_writer.hpp"

#include <filesystem>

#include "opencv2/dnn_rpn/private/file.hpp"
#include "opencv2/imgcodecs.hpp"

namespace {

//! A class's name as the name of a folder.
std::string folderName(const cv::String& name)
{
    std::string folder = name;
    for (char& c : folder)
        if (static_cast<unsigned char>(c) < ' ' || std::string("/\\:*?\"<>|").find(c) != std::string::npos)
            c = '_';
    return folder.empty() || folder[0] == '.' ? "_" + folder : folder;
}

class CropWriter : public FoundWriter
{
public:
    explicit CropWriter(const FoundOutput& output_) : output(output_) {}

    void add(const FoundImage& image) override
    {
        const std::string stem = std::filesystem::path(image.name).stem().string();
        for (size_t i = 0; i < image.boxes.size(); i++)
        {
            const FoundBox& b = image.boxes[i];
            const cv::Mat crop = image.pixels(wholePixels(b.box, image.pixels.size()));
            std::vector<uchar> bytes;
            cv::imencode(".png", crop, bytes);
            const std::string name = stem + (output.tracked ? cv::format("_track%d.png", b.id)
                                                            : cv::format("_%d.png", static_cast<int>(i) + 1));
            cv::dnn_rpn::writeFile(
                fileIn(output.folder + "/" + folderName(output.classes[b.label - 1]), name),
                std::string(bytes.begin(), bytes.end()));
        }
    }

private:
    const FoundOutput output;
};

} // namespace

std::unique_ptr<FoundWriter> writeCrops(const FoundOutput& output)
{
    return std::make_unique<CropWriter>(output);
}
