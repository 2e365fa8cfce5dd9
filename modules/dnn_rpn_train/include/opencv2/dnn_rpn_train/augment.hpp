// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_AUGMENT_HPP
#define OPENCV_DNN_RPN_TRAIN_AUGMENT_HPP

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn_train {

//! @addtogroup dnn_rpn_train
//! @{

/** @brief How training images are varied. Probabilities are 0..1 and per image; what is not drawn stays
as it is. The defaults mirror half of the images and change nothing else.

Everything follows from the training's seed and the step: another number of threads or a run that is
taken up again gives the same images. doc/augmentation.md shows what each does.
*/
struct CV_EXPORTS AugmentParams
{
    double flip = 0.5;         //!< probability of mirroring left and right
    double flipVertically = 0; //!< probability of mirroring top and bottom
    double turn = 0;           //!< probability of a turn by 90, 180 or 270 degrees

    double zoom = 0;            //!< probability of another scale
    Vec2d zoomRange{0.8, 1.25}; //!< of the scale, drawn evenly in its logarithm; 0.1..10
    double mosaic = 0;          //!< probability of four images, each in a quarter
    double visible = 0.3;       //!< an object cut to less than this share of its area becomes ignored, 0..1

    double colour = 0.5;   //!< probability of each of the next four
    double brightness = 0; //!< at most so much is added or taken; 1 is the way from black to white; 0..1
    double contrast = 0;   //!< the distances from the mean grow or shrink by at most this share, 0..1
    double saturation = 0; //!< the distances from grey grow or shrink by at most this share, 0..1
    double hue = 0;        //!< colours turn by at most so many degrees, 0..180

    double blur = 0;       //!< probability of a Gaussian blur
    double blurSigma = 1;  //!< largest standard deviation, in pixels of the network's input, 0..100
    double noise = 0;      //!< probability of Gaussian noise on every value
    double noiseSigma = 8; //!< largest standard deviation, of 255, 0..255

    //! Share of the training, at its end, whose images are only mirrored and turned, 0..1: in use the
    //! network sees images as they are (RTMDet, Lyu et al. 2022, section 3.4).
    double cleanEnd = 0;

    /** @brief A set of values that suits many tasks.
    @param name "none": images as they are. "flip": the defaults. "light": scale and colour as well,
    little of each. "strong": for small data sets and long trainings, mosaics too. No preset turns or
    mirrors top and bottom: most objects have an up.
    @return the values; cv::Exception for another name */
    static AugmentParams preset(const String& name);

    //! cv::Exception names the member that is out of its range.
    void check() const;

    //! The same that only mirrors and turns.
    AugmentParams clean() const;

    //! Whether an image can only come as it is or with left and right exchanged.
    bool onlyMirrors() const;
};

//! @}

} // namespace dnn_rpn_train
} // namespace cv

#endif
