// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "found_writer.hpp"

#include <algorithm>
#include <filesystem>
#include <sstream>

namespace fs = std::filesystem;

const std::vector<FoundFormat>& foundFormats()
{
    static const std::vector<FoundFormat> formats{
        {"json", "", "detections.json", writeJson},
        {"coco", "coco", "a data set (instances.json) and results for pycocotools (results.json)", writeCoco},
        {"yolo", "yolo", "a text file an image, and classes.txt", writeYolo},
        {"voc", "voc", "Pascal VOC's XML, an image each", writeVoc},
        {"csv", "csv", "detections.csv, a row a box", writeCsv},
        {"crops", "crops", "each box as an image, a folder a class", writeCrops},
    };
    return formats;
}

std::vector<FoundFormat> formatsOption(const cv::String& option, const cv::String& list)
{
    const std::vector<FoundFormat>& all = foundFormats();
    std::vector<FoundFormat> chosen{all[0]};
    std::istringstream names(list);
    for (std::string name; std::getline(names, name, ',');)
    {
        const auto format =
            std::find_if(all.begin(), all.end(), [&](const FoundFormat& f) { return name == f.name; });
        if (format == all.end())
        {
            std::string known;
            for (const FoundFormat& f : all)
                known += std::string(known.empty() ? "" : ", ") + f.name;
            CV_Error_(cv::Error::StsBadArg, ("%s=%s: '%s' is none of %s", option.c_str(), list.c_str(),
                                             name.c_str(), known.c_str()));
        }
        if (std::none_of(chosen.begin(), chosen.end(), [&](const FoundFormat& f) { return name == f.name; }))
            chosen.push_back(*format);
    }
    return chosen;
}

cv::String fileIn(const cv::String& folder, const cv::String& name)
{
    std::error_code error;
    fs::create_directories(std::string(folder), error);
    if (error)
        CV_Error_(cv::Error::StsError,
                  ("cannot make the folder '%s': %s", folder.c_str(), error.message().c_str()));
    return (fs::path(folder) / std::string(name)).string();
}

cv::Rect wholePixels(const cv::Vec4f& box, cv::Size image)
{
    const int x1 = std::min(std::max(cvRound(box[0]), 0), image.width - 1),
              y1 = std::min(std::max(cvRound(box[1]), 0), image.height - 1);
    const int x2 = std::min(std::max(cvRound(box[2]), x1 + 1), image.width),
              y2 = std::min(std::max(cvRound(box[3]), y1 + 1), image.height);
    return cv::Rect(x1, y1, x2 - x1, y2 - y1);
}
