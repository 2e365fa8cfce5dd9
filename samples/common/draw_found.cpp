// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "draw_found.hpp"

#include <cmath>

#include "opencv2/imgproc.hpp"

namespace {

//! Black or white, whichever is read more easily on that ground.
cv::Scalar inkOn(const cv::Scalar& ground)
{
    return 0.114 * ground[0] + 0.587 * ground[1] + 0.299 * ground[2] > 140 ? cv::Scalar::all(0)
                                                                           : cv::Scalar::all(255);
}

void drawText(cv::Mat& image, const cv::String& text, cv::Point corner, const cv::Scalar& ground,
              int thickness)
{
    const double scale = 0.4 * thickness;
    int below = 0;
    const cv::Size size = cv::getTextSize(text, cv::FONT_HERSHEY_SIMPLEX, scale, thickness, &below);
    const int height = size.height + below + 2 * thickness;
    // Above the box where there is room, and within the image.
    cv::Rect plate(corner.x, corner.y - height >= 0 ? corner.y - height : corner.y,
                   size.width + 2 * thickness, height);
    plate.x = std::max(0, std::min(plate.x, image.cols - plate.width));
    plate.y = std::max(0, std::min(plate.y, image.rows - plate.height));
    cv::rectangle(image, plate, ground, cv::FILLED);
    cv::putText(image, text, cv::Point(plate.x + thickness, plate.y + thickness + size.height),
                cv::FONT_HERSHEY_SIMPLEX, scale, inkOn(ground), thickness, cv::LINE_AA);
}

} // namespace

cv::Scalar colourOf(int label)
{
    // Hues a golden angle apart never meet again; brightness tells apart those that come near.
    const double hue = std::fmod(0.33 + 0.618034 * (label - 1), 1.);
    const cv::Mat_<cv::Vec3b> hsv(1, 1,
                                  cv::Vec3b(cv::saturate_cast<uchar>(hue * 180), 215, label % 2 ? 235 : 190));
    cv::Mat_<cv::Vec3b> bgr;
    cv::cvtColor(hsv, bgr, cv::COLOR_HSV2BGR);
    return cv::Scalar(bgr(0, 0));
}

void drawFound(cv::Mat& image, const std::vector<FoundBox>& boxes, const std::vector<cv::String>& classes)
{
    const int thickness = std::max(1, std::max(image.cols, image.rows) / 400);
    // The best last, so that nothing covers their text.
    for (auto b = boxes.rbegin(); b != boxes.rend(); ++b)
    {
        const cv::Scalar colour = colourOf(b->id > 0 && classes.size() == 1 ? b->id : b->label);
        const cv::Point corner(cvRound(b->box[0]), cvRound(b->box[1]));
        cv::rectangle(image, corner, cv::Point(cvRound(b->box[2]), cvRound(b->box[3])), colour, thickness,
                      cv::LINE_AA);
        cv::String text = classes.size() > 1 ? classes[b->label - 1] + " " : cv::String();
        text += cv::format("%.2f", b->score);
        if (b->id > 0)
            text += cv::format(" #%d", b->id);
        drawText(image, text, corner, colour, thickness);
    }
}
