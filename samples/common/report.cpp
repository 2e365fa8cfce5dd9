// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "report.hpp"

#include <cstdio>

#include "opencv2/dnn_rpn/file.hpp"

namespace {

struct Row
{
    const char* key;
    double cv::dnn_rpn::Metrics::*value;
    const char* meaning;
};

using cv::dnn_rpn::Metrics;

const Row rows[] = {
    {"AR10", &Metrics::AR10, "recall of the 10 best boxes a picture, mean over IoU 0.50:0.05:0.95"},
    {"AR100", &Metrics::AR100, "the same of 100"},
    {"AR300", &Metrics::AR300, "the same of 300"},
    {"AR1000", &Metrics::AR1000, "the same of 1000"},
    {"ARsmall", &Metrics::ARsmall, "AR1000 of objects below 32 x 32 pixels"},
    {"ARmedium", &Metrics::ARmedium, "AR1000 of objects up to 96 x 96"},
    {"ARlarge", &Metrics::ARlarge, "AR1000 of larger ones"},
    {"AP", &Metrics::AP, "precision, mean over recall and over IoU 0.50:0.05:0.95"},
    {"AP50", &Metrics::AP50, "precision at IoU 0.50"},
    {"AP75", &Metrics::AP75, "precision at IoU 0.75"},
    {"vocAP", &Metrics::vocAP, "Pascal VOC 2010 at IoU 0.50"},
};

} // namespace

void printMetrics(const Metrics& metrics)
{
    std::printf("%d pictures, %d objects, %d boxes\n", metrics.images, metrics.objects, metrics.detections);
    for (const Row& row : rows)
        if (metrics.*row.value < 0)
            std::printf("  %-9s   none  %s\n", row.key, row.meaning);
        else
            std::printf("  %-9s %6.4f  %s\n", row.key, metrics.*row.value, row.meaning);
    std::fflush(stdout);
}

void writeMetrics(const cv::String& path, const Metrics& metrics)
{
    cv::FileStorage json("scores.json", cv::FileStorage::WRITE | cv::FileStorage::MEMORY);
    json << "images" << metrics.images << "objects" << metrics.objects << "boxes" << metrics.detections;
    for (const Row& row : rows)
        json << row.key << metrics.*row.value;
    cv::dnn_rpn::writeFile(path, json.releaseAndGetString());
}
