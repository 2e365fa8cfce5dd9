// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "colour.hpp"

#include "opencv2/imgproc.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

const Matx13d grey(0.114, 0.587, 0.299); //!< of BGR, ITU-R BT.601, as cv::cvtColor() has it

//! Rodrigues' rotation about (1, 1, 1).
Matx33d turnAboutGrey(double degrees)
{
    const double a = degrees * CV_PI / 180, c = std::cos(a), s = std::sin(a) / std::sqrt(3.), m = (1 - c) / 3;
    return Matx33d(c + m, m - s, m + s, m + s, c + m, m - s, m - s, m + s, c + m);
}

} // namespace

Mat changeColour(const Mat& image, const ColourChange& change)
{
    const Matx33d saturate =
        change.saturation * Matx33d::eye() + (1 - change.saturation) * (Matx31d::ones() * grey);
    const Matx33d linear = change.contrast * (turnAboutGrey(change.hue) * saturate);
    const Scalar means = mean(image);
    const double level = grey.dot(Matx13d(means[0], means[1], means[2])),
                 shift = (1 - change.contrast) * level + 255 * change.brightness;
    Matx34d map;
    for (int i = 0; i < 3; i++)
    {
        for (int j = 0; j < 3; j++)
            map(i, j) = linear(i, j);
        map(i, 3) = shift;
    }
    Mat changed;
    transform(image, changed, map);
    return changed;
}

Mat blurImage(const Mat& image, double sigma)
{
    Mat blurred;
    if (sigma > 0)
        GaussianBlur(image, blurred, Size(), sigma);
    else
        image.copyTo(blurred);
    return blurred;
}

Mat addNoise(const Mat& image, double sigma, RNG& rng)
{
    Mat noise(image.size(), CV_16SC3), noisy;
    rng.fill(noise, RNG::NORMAL, 0, sigma);
    add(image, noise, noisy, noArray(), CV_8U);
    return noisy;
}

} // namespace dnn_rpn_train
} // namespace cv
