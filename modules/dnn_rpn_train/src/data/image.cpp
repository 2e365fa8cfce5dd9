// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "opencv2/dnn_rpn_train/dataset.hpp"

#include <climits>

#include "opencv2/imgcodecs.hpp"

#include "text.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! The decoder fills what a cut-off JPEG lacks with grey and only warns, so look for the end marker here.
bool isCutOff(const std::string& bytes)
{
    if (bytes.size() < 4 || bytes[0] != '\xff' || bytes[1] != '\xd8')
        return false; // no JPEG
    // Over the segments before the scan: a thumbnail in one of them has an end marker of its own.
    size_t at = 2;
    while (at + 4 <= bytes.size() && bytes[at] == '\xff' && bytes[at + 1] != '\xda')
        at += 2 + (static_cast<uchar>(bytes[at + 2]) << 8) + static_cast<uchar>(bytes[at + 3]);
    return at >= bytes.size() || bytes.find("\xff\xd9", at) == std::string::npos;
}

//! Why OpenCV decodes none of it. @param error what it said
std::string reasonOf(const std::string& bytes, const std::string& error)
{
    if (error.find("IMAGE_PIXELS") != std::string::npos || error.find("IMAGE_WIDTH") != std::string::npos ||
        error.find("IMAGE_HEIGHT") != std::string::npos)
        return "is larger than OpenCV decodes; the environment variables OPENCV_IO_MAX_IMAGE_PIXELS, "
               "OPENCV_IO_MAX_IMAGE_WIDTH and OPENCV_IO_MAX_IMAGE_HEIGHT raise the limits";
    if (bytes.compare(0, 4, "GIF8") == 0)
        return "is a GIF, which this OpenCV cannot decode; convert it to PNG";
    return "is no image that OpenCV can decode";
}

} // namespace

Mat readImage(const AnnotatedImage& image)
{
    const std::string bytes = readBytes(image.path);
    if (bytes.empty() || bytes.size() > INT_MAX)
        CV_Error_(Error::StsError,
                  ("'%s' is %s", image.path.c_str(), bytes.empty() ? "empty" : "larger than 2 GB"));
    const Mat raw(1, static_cast<int>(bytes.size()), CV_8U, const_cast<char*>(bytes.data()));
    Mat pixels;
    std::string error;
    try
    {
        pixels = imdecode(raw, IMREAD_COLOR);
        // Some tools annotate the pixels as stored, others as the EXIF orientation turns them.
        const bool turned = image.size.area() > 0 && pixels.size() != image.size &&
                            pixels.size() == Size(image.size.height, image.size.width);
        if (turned)
            pixels = imdecode(raw, IMREAD_COLOR | IMREAD_IGNORE_ORIENTATION);
    }
    catch (const cv::Exception& e)
    {
        pixels.release();
        error = e.what();
    }
    if (pixels.empty())
        CV_Error_(Error::StsError, ("'%s' %s", image.path.c_str(), reasonOf(bytes, error).c_str()));
    if (isCutOff(bytes))
        CV_Error_(Error::StsError, ("'%s' is cut off: a JPEG without its end", image.path.c_str()));
    if (image.size.area() > 0 && pixels.size() != image.size)
        CV_Error_(Error::StsUnmatchedSizes,
                  ("'%s' is %dx%d, but its annotation says %dx%d: are the boxes of another "
                   "image?",
                   image.path.c_str(), pixels.cols, pixels.rows, image.size.width, image.size.height));
    return pixels;
}

} // namespace dnn_rpn_train
} // namespace cv
