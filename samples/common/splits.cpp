// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "splits.hpp"

#include <cstdio>
#include <cstdlib>

#include "opencv2/dnn_rpn/private/file.hpp"
#include "data_options.hpp"
#include "processes.hpp"
#include "program.hpp"

using namespace cv;
using namespace cv::dnn_rpn_train;

namespace {

const double defaultShare = 0.2;

void print(const String& split, const Dataset& set)
{
    std::printf("%s: %zu images, %d objects, %zu classes\n", split.c_str(), set.images.size(),
                set.countObjects(), set.classes.size());
    for (const String& remark : set.remarks)
        std::printf("  note: %s\n", remark.c_str());
}

//! The share that an option names, or 0 if it names a split.
double shareOf(const String& val)
{
    char* end = nullptr;
    const double share = std::strtod(val.c_str(), &end);
    return end == val.c_str() + val.size() && share > 0 && share < 1 ? share : 0;
}

//! A row an image, as a table that people open.
void writeParts(const String& path, const std::vector<Dataset>& parts)
{
    std::string rows = "image,part\n";
    const char* const names[] = {"train", "val"};
    for (size_t i = 0; i < parts.size(); i++)
        for (const AnnotatedImage& image : parts[i].images)
            rows += "\"" + image.path + "\"," + names[i] + "\n";
    dnn_rpn::writeFile(path, rows);
}

} // namespace

std::pair<Dataset, Dataset> readSplits(CommandLineParser& options, int seed, const String& stem)
{
    const String folder = options.get<String>("data"), train = options.get<String>("train"),
                 val = options.get<String>("val");
    DatasetParams params = readDatasetParams(options);
    const Dataset training = Dataset::read(folder, train, params);
    print(training.unsplit ? "all" : train, training);
    if (val == "none" || options.get<int>("folds") > 0)
        return {training, Dataset()};
    const double share = shareOf(val) > 0 ? shareOf(val) : training.unsplit ? defaultShare : 0;
    if (share > 0)
    {
        const std::vector<Dataset> parts = splitDataset(training, {1 - share, share}, seed);
        if (isFirstProcess())
            writeParts(stem + ".splits.csv", parts);
        std::printf("held out for scoring: %zu images, %d objects; %s.splits.csv tells which\n",
                    parts[1].images.size(), parts[1].countObjects(), stem.c_str());
        return {parts[0], parts[1]};
    }
    params.classes = training.classes;
    const Dataset validation = Dataset::read(folder, val, params);
    print(val, validation);
    return {training, validation};
}
