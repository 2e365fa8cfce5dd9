// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "augment_options.hpp"

#include "program.hpp"

using cv::dnn_rpn_train::AugmentParams;

namespace {

struct Row
{
    const char* option;
    double AugmentParams::*value;
    double highest;
    const char* meaning;
};

const Row rows[] = {
    {"flip", &AugmentParams::flip, 1, "probability of mirroring left and right"},
    {"flip_vertically", &AugmentParams::flipVertically, 1, "probability of mirroring top and bottom"},
    {"turn", &AugmentParams::turn, 1, "probability of a turn by 90, 180 or 270 degrees"},
    {"mosaic", &AugmentParams::mosaic, 1, "probability of four pictures in one"},
    {"visible", &AugmentParams::visible, 1, "objects cut to less than this share are ignored"},
    {"colour", &AugmentParams::colour, 1, "probability each of brightness, contrast, saturation and hue"},
    {"brightness", &AugmentParams::brightness, 1, "at most so much lighter or darker, of 1"},
    {"contrast", &AugmentParams::contrast, 1, "at most this share more or less"},
    {"saturation", &AugmentParams::saturation, 1, "at most this share more or less"},
    {"hue", &AugmentParams::hue, 180, "at most so many degrees"},
    {"blur", &AugmentParams::blur, 1, "probability of a Gaussian blur"},
    {"blur_sigma", &AugmentParams::blurSigma, 100, "its largest standard deviation in pixels"},
    {"noise", &AugmentParams::noise, 1, "probability of Gaussian noise"},
    {"noise_sigma", &AugmentParams::noiseSigma, 255, "its largest standard deviation, of 255"},
};

} // namespace

cv::String augmentKeys()
{
    cv::String keys = "{augment |flip | how pictures are varied: none, flip, light or strong; the options "
                      "below change that}"
                      "{zoom |<none> | range of scales, such as 0.5,2; 1,1: none}";
    for (const Row& row : rows)
        keys += cv::format("{%s |<none> | %s}", row.option, row.meaning);
    return keys;
}

AugmentParams augmentOptions(cv::CommandLineParser& options)
{
    AugmentParams p =
        AugmentParams::preset(choiceOption(options, "augment", {"none", "flip", "light", "strong"}));
    for (const Row& row : rows)
        if (options.has(row.option))
            p.*row.value = numberOption(options, row.option, 0, row.highest);
    if (options.has("zoom"))
    {
        const std::vector<float> range = numbersOption(options, "zoom");
        if (range.size() != 2 || range[0] < 0.1f || range[1] < range[0] || range[1] > 10)
            CV_Error_(cv::Error::StsBadArg, ("--zoom=%s is no range such as 0.5,2 within 0.1..10",
                                             options.get<cv::String>("zoom").c_str()));
        p.zoomRange = cv::Vec2d(range[0], range[1]);
        p.zoom = p.zoomRange == cv::Vec2d(1, 1) ? 0 : 1;
    }
    return p;
}
