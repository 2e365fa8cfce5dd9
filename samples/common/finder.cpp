// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "finder.hpp"

#include <algorithm>
#include <climits>
#include <sstream>

#include "device.hpp"
#include "program.hpp"

using namespace cv;

namespace {

//! "cat:0.5,dog:0.3" as one number a class; the others get `threshold`.
std::vector<float> thresholdsOption(CommandLineParser& options, const std::vector<String>& classes,
                                    float threshold)
{
    const String text = options.get<String>("thresholds");
    std::vector<float> thresholds(classes.size(), threshold);
    std::istringstream parts(text);
    for (std::string part; std::getline(parts, part, ',');)
    {
        const size_t colon = part.rfind(':');
        const auto at = std::find(classes.begin(), classes.end(), part.substr(0, colon));
        float value = 0;
        char rest = 0;
        if (at == classes.end() || colon == std::string::npos ||
            std::sscanf(part.c_str() + colon + 1, "%f%c", &value, &rest) != 1 || !(value >= 0 && value <= 1))
        {
            String known;
            for (const String& name : classes)
                known += " " + name;
            CV_Error_(Error::StsBadArg, ("--thresholds=%s: '%s' is no class and number in 0..1, such as "
                                         "%s:0.5; the classes are:%s",
                                         text.c_str(), part.c_str(), classes[0].c_str(), known.c_str()));
        }
        thresholds[at - classes.begin()] = value;
    }
    return thresholds;
}

std::vector<FoundBox> asBoxes(const Mat& boxes, const Mat& scores, const Mat& labels)
{
    std::vector<FoundBox> found;
    for (int i = 0; i < boxes.rows; i++)
        found.push_back({*boxes.ptr<Vec4f>(i), scores.at<float>(i), labels.at<int>(i), 0});
    return found;
}

} // namespace

String finderKeys()
{
    return "{threshold   |<none>| boxes with a lower score are left out; without it the model says which}"
           "{thresholds  |<none>| for single classes instead, as in cat:0.5,dog:0.3}"
           "{suppression |hard  | of boxes that overlap a better one: none, hard, or soft: linear, gaussian}"
           "{nms         |0.3   | IoU above which the lower-scored of two boxes is left out (hard), or loses "
           "(linear)}"
           "{sigma       |0.5   | of gaussian: the smaller, the more an overlap costs}"
           "{across      |false | boxes of different classes suppress each other, too}"
           "{max         |0     | how many boxes an image at most; 0: all}"
           "{tile        |<none>| look at each image in tiles of that size, such as 640x640: for small "
           "objects}"
           "{overlap     |0.2   | share of a tile that neighbours have in common}"
           "{batch       |1     | images that the network takes at a time}"
           "{track       |false | follow objects from image to image and number them; boxes that no track "
           "has "
           "yet are left out}"
           "{device      |cpu   | what runs the network: " +
           deviceNames() + "}";
}

Finder::Finder(CommandLineParser& options)
    : detector(options.get<String>("model")), batch(countOption(options, "batch", 1, 1024)),
      overlap(static_cast<float>(numberOption(options, "overlap", 0, 0.9)))
{
    readThresholds(options);
    readSuppression(options);
    detector.setMaxDetections(countOption(options, "max", 0, INT_MAX));
    if (options.has("tile"))
        tile = sizeOption(options, "tile");
    if (!tile.empty() && batch > 1)
        CV_Error(Error::StsBadArg, "--batch and --tile do not go together: tiles are looked at one by one");
    useDevice(detector, options.get<String>("device"));
}

void Finder::readThresholds(CommandLineParser& options)
{
    float threshold = options.has("threshold") ? static_cast<float>(numberOption(options, "threshold", 0, 1))
                                               : detector.description().scoreThreshold;
    if (flagOption(options, "track"))
    {
        if (options.has("thresholds"))
            CV_Error(Error::StsBadArg,
                     "--track and --thresholds do not go together: a track begins at --threshold");
        dnn_rpn::TrackerParams params;
        params.highScore = params.newScore = threshold;
        params.lowScore = threshold = threshold / 5; // as ByteTrack's 0.1 is to 0.5
        tracker = std::make_unique<dnn_rpn::Tracker>(params);
    }
    detector.setClassThresholds(options.has("thresholds") ? thresholdsOption(options, classes(), threshold)
                                                          : std::vector<float>(classes().size(), threshold));
}

void Finder::readSuppression(CommandLineParser& options)
{
    const std::vector<String> methods = {"none", "hard", "linear", "gaussian"}; // as in Suppression
    const String method = choiceOption(options, "suppression", methods);
    const double nms = numberOption(options, "nms", 0, 1), sigma = numberOption(options, "sigma", 1e-3, 1e3);
    detector.setSuppression(
        static_cast<int>(std::find(methods.begin(), methods.end(), method) - methods.begin()),
        static_cast<float>(method == "gaussian" ? sigma : nms));
    detector.setNmsAcrossClasses(flagOption(options, "across"));
}

std::vector<std::vector<FoundBox>> Finder::find(const std::vector<Mat>& images)
{
    std::vector<Mat> boxes(1), scores(1), labels(1);
    clock.start();
    if (tile.empty())
        detector.detectBatch(images, boxes, scores, labels);
    else
        detector.detectTiles(images[0], boxes[0], scores[0], labels[0], tile, overlap);
    clock.stop();
    count += static_cast<int>(images.size());

    std::vector<std::vector<FoundBox>> found;
    for (size_t i = 0; i < images.size(); i++)
    {
        found.push_back(asBoxes(boxes[i], scores[i], labels[i]));
        if (!tracker)
            continue;
        std::vector<int> ids;
        tracker->update(boxes[i], scores[i], labels[i], ids);
        std::vector<FoundBox> followed;
        for (size_t k = 0; k < ids.size(); k++)
            if (ids[k] > 0)
            {
                followed.push_back(found.back()[k]);
                followed.back().id = ids[k];
            }
        found.back() = followed;
    }
    return found;
}

double Finder::imagesPerSecond() const
{
    return clock.getTimeSec() > 0 ? count / clock.getTimeSec() : 0;
}
