// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// Looks at a data set before anybody trains on it.

#include <algorithm>
#include <cstdio>
#include <map>
#include <sstream>

#include "opencv2/dnn_rpn/private/file.hpp"
#include "opencv2/dnn_rpn_train/params.hpp"

#include "common/data_options.hpp"
#include "common/json.hpp"
#include "common/output_guard.hpp"
#include "common/program.hpp"

using namespace cv;
using namespace cv::dnn_rpn_train;

namespace {

const String about = R"(
Looks at a folder of annotated images as rpn_train reads it: which format it is, what was repaired or left out, how
many objects there are of each class and size, and what spoils trainings and scores: images that are there twice or in
training and test, class names that are nearly the same, rare classes, objects too small to see.

  rpn_data --data=images --html=data.html
  rpn_data --data=images --size=640x480 --anchors
)";

const String keys =
    "{data        |       | folder of annotated images, as for rpn_train }"
    "{splits      | auto  | the parts to look at, the one to train on first, as in train,test; auto: "
    "those of train, val and test that there are }"
    "{format      | auto  | what the files are; auto: what they look like }"
    "{annotations | <none> | a file or folder with the annotations, where they lie elsewhere }"
    "{images      | <none> | the folder with the images, where they lie elsewhere }"
    "{strict      | false | the first entry that cannot be used is an error }"
    "{size        | 320x240 | width x height of the network's input }"
    "{cell        | 16    | side of a feature map's cell in pixels of it }"
    "{rare        | 10    | tell classes with fewer objects in the first part }"
    "{files       | true  | read the images: tells damaged ones and duplicates }"
    "{anchors     | false | fit anchors to the objects, and tell which share of them they reach }"
    "{anchor_sizes | 5    | so many sizes }"
    "{anchor_ratios | 3   | so many ratios }"
    "{json        | <none> | write it all to this file, too }"
    "{html        | <none> | and to this page, with images }";

//! The parts that an option names; with auto, those that are there.
std::vector<NamedDataset> readParts(CommandLineParser& options)
{
    const String folder = options.get<String>("data"), splits = options.get<String>("splits");
    const bool automatic = splits == "auto";
    DatasetParams params = readDatasetParams(options);
    std::vector<NamedDataset> parts;
    std::istringstream names(automatic ? "train,val,test" : std::string(splits));
    String firstError;
    for (std::string name; std::getline(names, name, ',');)
        try
        {
            NamedDataset part;
            part.set = Dataset::read(folder, name, params);
            part.name = part.set.unsplit ? "all" : name;
            // A name that is not there may be taken for another one's.
            const auto same = [&](const NamedDataset& other) {
                return other.set.images.size() == part.set.images.size() &&
                       other.set.images[0].path == part.set.images[0].path;
            };
            if (std::none_of(parts.begin(), parts.end(), same))
                parts.push_back(part);
            if (part.set.unsplit)
                break;
        }
        catch (const cv::Exception& e)
        {
            if (!automatic)
                throw;
            if (firstError.empty())
                firstError = e.err;
        }
    if (parts.empty())
        CV_Error(Error::StsError, firstError);
    return parts;
}

void print(const std::vector<NamedDataset>& parts, const std::vector<Finding>& findings)
{
    for (const NamedDataset& part : parts)
    {
        std::printf("%s: %zu images, %d objects, %zu classes, read as %s; left out: %d images, %d objects\n",
                    part.name.c_str(), part.set.images.size(), part.set.countObjects(),
                    part.set.classes.size(), part.set.format.c_str(), part.set.imagesLeftOut,
                    part.set.objectsLeftOut);
        std::printf("  %-24s %8s %8s %8s %8s %8s %8s\n", "class", "objects", "images", "small", "medium",
                    "large", "ignored");
        for (const ClassCount& c : countClasses(part.set))
            std::printf("  %-24s %8d %8d %8d %8d %8d %8d\n", c.name.c_str(), c.objects, c.images, c.small,
                        c.medium, c.large, c.ignored);
    }
    std::printf("\n");
    for (const Finding& finding : findings)
        std::printf("%s: %s\n", finding.kind.c_str(), finding.text.c_str());
    if (findings.empty())
        std::printf("nothing was noticed\n");
}

String listOf(const std::vector<float>& numbers)
{
    String text;
    for (float number : numbers)
        text += (text.empty() ? "" : ",") + format("%.3g", number);
    return text;
}

void printFit(const char* what, const AnchorFit& fit)
{
    std::printf(
        "%s: --anchors=%s --ratios=%s\n  mean IoU of the best anchor %.3f; reached at IoU 0.5: %.1f %%, 0.6: "
        "%.1f %%, 0.7: %.1f %%\n",
        what, listOf(fit.sizes).c_str(), listOf(fit.ratios).c_str(), fit.meanIoU, 100 * fit.recall[0],
        100 * fit.recall[1], 100 * fit.recall[2]);
}

//! The defaults of a head on one level, and anchors that fit.
std::map<String, AnchorFit> fitOf(CommandLineParser& options, const Dataset& set, const InspectParams& params)
{
    const TrainParams defaults;
    std::map<String, AnchorFit> fits;
    fits["rpn"] =
        rateAnchors(set, params.size, params.cell, {16, 32, 64, 128, 256}, defaults.rpn.anchorRatios);
    fits["fitted"] = fitAnchors(set, params.size, params.cell, countOption(options, "anchor_sizes", 1, 100),
                                countOption(options, "anchor_ratios", 1, 100));
    printFit("the anchors of rpn", fits["rpn"]);
    printFit("anchors that fit", fits["fitted"]);
    return fits;
}

void writeJson(const String& path, const std::vector<NamedDataset>& parts,
               const std::vector<Finding>& findings, const std::map<String, AnchorFit>& fits)
{
    Json all;
    all["parts"] = Json::array();
    for (const NamedDataset& part : parts)
    {
        Json p = {{"name", part.name},
                  {"format", part.set.format},
                  {"images", part.set.images.size()},
                  {"objects", part.set.countObjects()},
                  {"imagesLeftOut", part.set.imagesLeftOut},
                  {"objectsLeftOut", part.set.objectsLeftOut},
                  {"classes", Json::array()}};
        for (const ClassCount& c : countClasses(part.set))
            p["classes"].push_back({{"name", escapeInvalidUtf8(c.name)},
                                    {"objects", c.objects},
                                    {"images", c.images},
                                    {"small", c.small},
                                    {"medium", c.medium},
                                    {"large", c.large},
                                    {"ignored", c.ignored}});
        all["parts"].push_back(p);
    }
    all["findings"] = Json::array();
    for (const Finding& finding : findings)
    {
        Json f = {
            {"kind", finding.kind}, {"count", finding.count}, {"text", escapeInvalidUtf8(finding.text)}};
        for (const AnnotatedImage& image : finding.images)
            f["images"].push_back(escapeInvalidUtf8(image.path));
        all["findings"].push_back(f);
    }
    for (const auto& [name, fit] : fits)
        all["anchors"][name] = {
            {"sizes", fit.sizes}, {"ratios", fit.ratios}, {"meanIoU", fit.meanIoU}, {"recall", fit.recall}};
    dnn_rpn::writeFile(path, all.dump(2) + "\n");
    std::printf("wrote %s\n", path.c_str());
}

void look(CommandLineParser& options)
{
    const String data = options.get<String>("data"),
                 json = options.has("json") ? options.get<String>("json") : String(),
                 html = options.has("html") ? options.get<String>("html") : String();
    checkOutputs({{"--json", json}, {"--html", html}}, {{"--data", data}});
    for (const String& path : {json, html})
        if (!path.empty())
            checkWritable(path);
    InspectParams params;
    params.size = sizeOption(options, "size");
    params.cell = countOption(options, "cell", 1, 4096);
    params.rare = countOption(options, "rare", 0, 1000000);
    params.files = flagOption(options, "files");

    const std::vector<NamedDataset> parts = readParts(options);
    const std::vector<Finding> findings = inspect(parts, params);
    print(parts, findings);
    std::map<String, AnchorFit> fits;
    if (flagOption(options, "anchors"))
        fits = fitOf(options, parts[0].set, params);
    if (!json.empty())
        writeJson(json, parts, findings, fits);
    if (!html.empty())
    {
        dnn_rpn::writeFile(html, datasetPage(data, parts, findings));
        std::printf("wrote %s\n", html.c_str());
    }
}

} // namespace

int main(int argc, char** argv)
{
    return runProgram(argc, argv, about, keys, look);
}
