// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "preview_options.hpp"

#include <cstdio>
#include <filesystem>

#include "opencv2/dnn_rpn/private/file.hpp"
#include "opencv2/imgcodecs.hpp"

#include "processes.hpp"
#include "program.hpp"

using namespace cv::dnn_rpn_train;
namespace fs = std::filesystem;

bool preview(cv::CommandLineParser& options, const Dataset& dataset, const TrainParams& params)
{
    const bool only = options.get<bool>("preview_only");
    if (!options.has("preview"))
    {
        if (only)
            CV_Error(cv::Error::StsBadArg, "--preview_only needs --preview=FOLDER");
        return true;
    }
    if (!isFirstProcess())
        return !only;
    const fs::path folder(options.get<cv::String>("preview"));
    const int count = countOption(options, "preview_count", 1, 100000);
    std::error_code error;
    fs::create_directories(folder, error);
    if (!fs::is_directory(folder))
        CV_Error_(cv::Error::StsError,
                  ("cannot make the folder '%s': %s", folder.string().c_str(), error.message().c_str()));
    int number = 0;
    for (const PreviewImage& p : previewTraining(dataset, params, count))
    {
        const cv::String name =
            cv::format("%03d_%s.png", number++, fs::path(p.source).stem().string().c_str());
        std::vector<uchar> bytes;
        cv::imencode(".png", p.image, bytes);
        cv::dnn_rpn::writeFile((folder / name).string(), std::string(bytes.begin(), bytes.end()));
    }
    std::printf("wrote %d images as the network sees them to %s\n", number, folder.string().c_str());
    std::fflush(stdout);
    return !only;
}
