// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "look.hpp"

#include "opencv2/imgcodecs.hpp"
#include "opencv2/imgproc.hpp"

namespace cv {
namespace dnn_rpn_train {

uint64 lookOf(const std::string& path, uint64 otherwise)
{
    Mat image, small;
    try
    {
        image = imread(path, IMREAD_REDUCED_GRAYSCALE_8);
    }
    catch (const cv::Exception&)
    {}
    if (image.empty())
        return otherwise;
    resize(image, small, Size(9, 8), 0, 0, INTER_AREA);
    uint64 bits = 0;
    for (int y = 0; y < 8; y++)
        for (int x = 0; x < 8; x++)
            bits = bits << 1 | (small.at<uchar>(y, x) < small.at<uchar>(y, x + 1));
    // Dark or plain ones look alike however little they have in common: their brightness counts, too.
    return bits ^ (static_cast<uint64>(mean(small)[0] / 16) * 0x9E3779B97F4A7C15ull);
}

} // namespace dnn_rpn_train
} // namespace cv
