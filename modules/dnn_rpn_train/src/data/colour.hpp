// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DATA_COLOUR_HPP
#define OPENCV_DNN_RPN_TRAIN_DATA_COLOUR_HPP

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief A change of an image's colours: with `v` a pixel's BGR and `g` its grey,

`v' = contrast * (R * (g + saturation * (v - g)) - mean) + mean + 255 * brightness`,

where `R` turns about the grey axis by `hue` degrees and `mean` is the image's mean grey. All of it is
one affine map of three channels, so nothing is cut off in between. */
struct CV_EXPORTS ColourChange
{
    double brightness = 0, contrast = 1, saturation = 1, hue = 0;
};

CV_EXPORTS Mat changeColour(const Mat& image, const ColourChange& change);

//! @param sigma standard deviation in pixels; 0 changes nothing
CV_EXPORTS Mat blurImage(const Mat& image, double sigma);

//! @param sigma standard deviation of what is added to every value, of 255
CV_EXPORTS Mat addNoise(const Mat& image, double sigma, RNG& rng);

} // namespace dnn_rpn_train
} // namespace cv

#endif
