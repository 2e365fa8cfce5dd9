// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "example.hpp"
#include "html.hpp"

#include <cmath>

#include "opencv2/imgcodecs.hpp"
#include "opencv2/imgproc.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

const int longestSide = 512, jpegQuality = 80;
const size_t mostBoxes = 100;

std::string rect(const Vec4f& box, const std::string& attributes, const std::string& title)
{
    const auto tenth = [](float v) { return plain(std::round(v * 10) / 10); };
    return "<rect x=\"" + tenth(box[0]) + "\" y=\"" + tenth(box[1]) + "\" width=\"" + tenth(box[2] - box[0]) +
           "\" height=\"" + tenth(box[3] - box[1]) + "\" " + attributes + "><title>" + title +
           "</title></rect>\n";
}

} // namespace

Example::Example(const std::string& name, const Mat& image, const Mat& boxes_, const Mat& scores_,
                 const std::vector<Object>& groundTruth_)
    : title(name), size(image.size()), groundTruth(groundTruth_)
{
    CV_CheckTypeEQ(image.type(), CV_8UC3, "the image must be 8-bit BGR");
    CV_Assert(!image.empty());
    std::vector<Match> all = matchDetections(boxes_, scores_, groundTruth);
    all.resize(std::min(all.size(), mostBoxes));
    for (const Match& v : all)
    {
        boxes.push_back(boxes_.row(v.box));
        scores.push_back(scores_.at<float>(v.box));
        matches.push_back({boxes.rows - 1, v.object});
    }

    const double scale = std::min(1., static_cast<double>(longestSide) / std::max(size.width, size.height));
    Mat small = image;
    if (scale < 1)
        resize(image, small,
               Size(std::max(1, cvRound(size.width * scale)), std::max(1, cvRound(size.height * scale))), 0,
               0, INTER_AREA);
    std::vector<uchar> bytes;
    imencode(".jpg", small, bytes, {IMWRITE_JPEG_QUALITY, jpegQuality});
    jpeg = base64(bytes);
}

std::string Example::html(float threshold) const
{
    std::string rects;
    int objects = 0;
    for (const Object& object : groundTruth)
    {
        rects += rect(object.box, object.ignored ? "class=\"truth ignored\"" : "class=\"truth\"",
                      object.ignored ? "not counted" : "object");
        objects += !object.ignored;
    }
    for (const Match& v : matches)
    {
        const float score = scores.at<float>(v.box);
        const std::string kind = v.object < 0                    ? "wrong"
                                 : groundTruth[v.object].ignored ? "found excused"
                                                                 : "found";
        rects += rect(*boxes.ptr<Vec4f>(v.box),
                      "class=\"" + kind + (score < threshold ? " low" : "") + "\" data-score=\"" +
                          plain(score) + "\"",
                      "score " + fixedPoint(score, 3) + (v.object < 0 ? ", no object" : ""));
    }
    return "<figure data-objects=\"" + std::to_string(objects) + "\"><div class=\"image\"><img alt=\"" +
           escapeHtml(title) + "\" src=\"data:image/jpeg;base64," + jpeg + "\"><svg viewBox=\"0 0 " +
           std::to_string(size.width) + " " + std::to_string(size.height) + "\">\n" + rects +
           "</svg></div><figcaption><b>" + escapeHtml(title) + "</b> <span></span></figcaption></figure>\n";
}

} // namespace dnn_rpn_train
} // namespace cv
