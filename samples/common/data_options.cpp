// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "data_options.hpp"

#include <cstdio>

#include "program.hpp"

using namespace cv;
using namespace cv::dnn_rpn_train;

DatasetParams readDatasetParams(CommandLineParser& options)
{
    DatasetParams params;
    params.format = options.get<String>("format");
    params.strict = flagOption(options, "strict");
    if (options.has("annotations"))
        params.annotations = options.get<String>("annotations");
    if (options.has("images"))
        params.images = options.get<String>("images");
    return params;
}

void printShortly(const std::vector<NamedDataset>& parts, Size size)
{
    InspectParams params;
    params.size = size;
    params.files = false; // the training will read them
    for (const Finding& finding : inspect(parts, params))
        if (finding.kind != "read")
            std::printf("  look: %s\n", finding.text.c_str());
}
