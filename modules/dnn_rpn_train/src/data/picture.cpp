// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "opencv2/dnn_rpn_train/dataset.hpp"
#include "opencv2/dnn_rpn/file.hpp"

#include "opencv2/imgcodecs.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! The decoder fills what a cut-off JPEG lacks with grey and only warns, so look for the end marker here.
bool isCutOff(const std::string& bytes)
{
    const bool jpeg = bytes.size() > 2 && bytes[0] == '\xff' && bytes[1] == '\xd8';
    if (!jpeg)
        return false;
    // Some cameras pad the file behind the marker.
    const size_t tail = std::min<size_t>(bytes.size() - 2, 64 << 10);
    return bytes.find("\xff\xd9", bytes.size() - tail) == std::string::npos;
}

} // namespace

Mat readPicture(const AnnotatedImage& image)
{
    const std::string bytes = dnn_rpn::readFile(image.path);
    if (bytes.empty())
        CV_Error_(Error::StsError, ("'%s' is empty", image.path.c_str()));
    const Mat raw(1, static_cast<int>(bytes.size()), CV_8U, const_cast<char*>(bytes.data()));
    Mat picture;
    try
    {
        picture = imdecode(raw, IMREAD_COLOR);
        // Some tools annotate the pixels as stored, others as the EXIF orientation turns them.
        const bool turned = image.size.area() > 0 && picture.size() != image.size &&
                            picture.size() == Size(image.size.height, image.size.width);
        if (turned)
            picture = imdecode(raw, IMREAD_COLOR | IMREAD_IGNORE_ORIENTATION);
    }
    catch (const cv::Exception&)
    {
        picture.release();
    }
    if (picture.empty())
        CV_Error_(Error::StsError, ("'%s' is no picture that OpenCV can decode", image.path.c_str()));
    if (isCutOff(bytes))
        CV_Error_(Error::StsError, ("'%s' is cut off: a JPEG without its end", image.path.c_str()));
    return picture;
}

} // namespace dnn_rpn_train
} // namespace cv
