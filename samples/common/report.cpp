// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "report.hpp"

#include <cstdio>

#include "opencv2/dnn_rpn/private/file.hpp"
#include "opencv2/dnn_rpn_train/dataset.hpp"

#include "json.hpp"

using cv::dnn_rpn::Metrics;
using cv::dnn_rpn::PrecisionRecall;

const std::vector<MetricRow>& metricRows()
{
    static const std::vector<MetricRow> rows = {
        {"AR1", &Metrics::AR1, "recall of the best box an image, mean over IoU 0.50:0.05:0.95"},
        {"AR10", &Metrics::AR10, "the same of the 10 best"},
        {"AR100", &Metrics::AR100, "the same of 100"},
        {"AR300", &Metrics::AR300, "the same of 300"},
        {"AR1000", &Metrics::AR1000, "the same of 1000"},
        {"ARsmall", &Metrics::ARsmall, "AR100 of objects up to 32 x 32 pixels"},
        {"ARmedium", &Metrics::ARmedium, "AR100 of objects up to 96 x 96"},
        {"ARlarge", &Metrics::ARlarge, "AR100 of larger ones"},
        {"AR1000small", &Metrics::AR1000small, "AR1000 of objects up to 32 x 32 pixels"},
        {"AR1000medium", &Metrics::AR1000medium, "AR1000 of objects up to 96 x 96"},
        {"AR1000large", &Metrics::AR1000large, "AR1000 of larger ones"},
        {"AP", &Metrics::AP, "precision, mean over recall and over IoU 0.50:0.05:0.95"},
        {"AP50", &Metrics::AP50, "precision at IoU 0.50"},
        {"AP75", &Metrics::AP75, "precision at IoU 0.75"},
        {"APsmall", &Metrics::APsmall, "AP of objects up to 32 x 32 pixels"},
        {"APmedium", &Metrics::APmedium, "AP of objects up to 96 x 96"},
        {"APlarge", &Metrics::APlarge, "AP of larger ones"},
        {"vocAP", &Metrics::vocAP, "Pascal VOC 2010 at IoU 0.50"},
        {"vocAP07", &Metrics::vocAP07, "Pascal VOC 2007 at IoU 0.50"},
    };
    return rows;
}

cv::String metricText(double value)
{
    return value < 0 ? "none" : cv::format("%.4f", value);
}

void printMetrics(const Metrics& metrics)
{
    std::printf("%d images, %d objects, %d boxes\n", metrics.images, metrics.objects, metrics.detections);
    for (const MetricRow& row : metricRows())
        std::printf("  %-12s %6s  %s\n", row.key, metricText(metrics.*row.value).c_str(), row.meaning);
    std::fflush(stdout);
}

void printClasses(const Evaluation& e)
{
    std::printf("  %-20s %7s %6s %6s %6s %6s %6s  best F1, at score\n", "class", "objects", "AP", "AP50",
                "AP75", "AR100", "vocAP");
    for (size_t i = 0; i < e.classes.size(); i++)
        std::printf("  %-20s %7d %6s %6s %6s %6s %6s  %.4f   %.4f\n", e.classes[i].c_str(),
                    e.metrics.classObjects[i], metricText(e.metrics.classAP[i]).c_str(),
                    metricText(e.metrics.classAP50[i]).c_str(), metricText(e.metrics.classAP75[i]).c_str(),
                    metricText(e.metrics.classAR100[i]).c_str(), metricText(e.metrics.classVocAP[i]).c_str(),
                    e.curves[i].bestF1, e.curves[i].bestScore);
    std::fflush(stdout);
}

void printMisses(const Evaluation& e)
{
    const MissGroup& all = e.misses.front();
    std::printf("at score %.3f: %d of %d objects found", e.threshold, all.counts[FATE_FOUND], all.objects());
    for (int fate = FATE_FOUND + 1; fate < fateCount; fate++)
        if (all.counts[fate] > 0)
            std::printf(", %d %s", all.counts[fate], fateRow(fate).heading);
    std::printf("; false boxes:");
    for (int kind = 0; kind < falseCount; kind++)
        std::printf("%s %d %s", kind ? "," : "", e.falseBoxes[kind], falseBoxRow(kind).heading);
    std::printf("\n");
    for (const cv::String& line : e.advice)
        std::printf("  %s\n", line.c_str());
    std::fflush(stdout);
}

namespace {

Json asJson(const Metrics& metrics)
{
    Json json{{"images", metrics.images}, {"objects", metrics.objects}, {"boxes", metrics.detections}};
    for (const MetricRow& row : metricRows())
        json[row.key] = metrics.*row.value;
    return json;
}

} // namespace

void writeMetrics(const cv::String& path, const Metrics& metrics)
{
    cv::dnn_rpn::writeFile(path, asJson(metrics).dump(4) + "\n");
}

void writeEvaluation(const cv::String& path, const Evaluation& e)
{
    Json json = asJson(e.metrics);
    json["nms"] = e.nms;
    json["threshold"] = e.threshold;
    json["classes"] = Json::array();
    for (size_t i = 0; i < e.classes.size(); i++)
    {
        const PrecisionRecall& curve = e.curves[i];
        json["classes"].push_back({{"class", cv::dnn_rpn_train::escapeInvalidUtf8(e.classes[i])},
                                   {"classObjects", e.metrics.classObjects[i]},
                                   {"classBoxes", e.metrics.classDetections[i]},
                                   {"classAP", e.metrics.classAP[i]},
                                   {"classAP50", e.metrics.classAP50[i]},
                                   {"classAP75", e.metrics.classAP75[i]},
                                   {"classAR100", e.metrics.classAR100[i]},
                                   {"classVocAP", e.metrics.classVocAP[i]},
                                   {"classVocAP07", e.metrics.classVocAP07[i]},
                                   {"bestF1", curve.bestF1},
                                   {"bestScore", curve.bestScore},
                                   {"scores", curve.scores},
                                   {"precision", curve.precision},
                                   {"recall", curve.recall}});
    }
    json["confusion"] = Json::array();
    for (int i = 0; i < e.confusion.rows; i++)
        json["confusion"].push_back(
            std::vector<int>(e.confusion.ptr<int>(i), e.confusion.ptr<int>(i) + e.confusion.cols));
    json["misses"] = Json::array();
    for (const MissGroup& group : e.misses)
    {
        Json row{{"by", group.by}, {"group", cv::dnn_rpn_train::escapeInvalidUtf8(group.name)}};
        for (int fate = 0; fate < fateCount; fate++)
            row[fateRow(fate).key] = group.counts[fate];
        json["misses"].push_back(row);
    }
    for (int kind = 0; kind < falseCount; kind++)
        json["falseBoxes"][falseBoxRow(kind).key] = e.falseBoxes[kind];
    json["advice"] = Json::array();
    for (const cv::String& line : e.advice)
        json["advice"].push_back(cv::dnn_rpn_train::escapeInvalidUtf8(line));
    cv::dnn_rpn::writeFile(path, json.dump(4) + "\n");
}
