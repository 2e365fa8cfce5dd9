// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DATA_AUGMENT_HPP
#define OPENCV_DNN_RPN_TRAIN_DATA_AUGMENT_HPP

#include "opencv2/dnn_rpn_train/augment.hpp"
#include "sample.hpp"

namespace cv {
namespace dnn_rpn_train {

//! True with that probability; takes one number.
CV_EXPORTS bool chance(RNG& rng, double probability);

/** @brief Brings a decoded image to the resolution that augmentation can use, which is what is worth
keeping in memory: the network's where it only mirrors and paints; else the image's own, but no more than
the largest zoom shows pixel by pixel.
@param size of the network's input */
CV_EXPORTS Sample prepareSample(const Mat& image, const std::vector<Object>& objects, Size size,
                                const AugmentParams& params);

/** @brief Varies an image: turn; scale and part; colours; blur; noise; mirror, in this order. Each image
of a mosaic is varied on its own, and then all are mirrored together.

Turned or scaled objects keep the shape that they have in the network's input otherwise: an image is
stretched to the input as it is upright, and what it shows is turned and scaled under that.

@param sources one from prepareSample(), or four for a mosaic
@param size of the network's input, and of the sample that is returned
@param flip mirror left and right; params.flip is the caller's
@param rng where everything else comes from
*/
CV_EXPORTS Sample augmentSample(const std::vector<Sample>& sources, Size size, const AugmentParams& params,
                                bool flip, RNG& rng);

} // namespace dnn_rpn_train
} // namespace cv

#endif
