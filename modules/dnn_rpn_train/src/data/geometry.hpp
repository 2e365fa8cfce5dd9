// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DATA_GEOMETRY_HPP
#define OPENCV_DNN_RPN_TRAIN_DATA_GEOMETRY_HPP

#include "sample.hpp"

namespace cv {
namespace dnn_rpn_train {

//! Mirrors. @param code as for cv::flip(): 1 left and right, 0 top and bottom
CV_EXPORTS Sample flipSample(const Sample& sample, int code = 1);

//! Turns clockwise. @param quarters of a whole turn, 0..3
CV_EXPORTS Sample turnSample(const Sample& sample, int quarters);

//! Part of an image, and where on a canvas it is shown; whole pixels, so that boxes can follow exactly.
struct CV_EXPORTS View
{
    Rect from, to;
};

//! A canvas without images: ImageNet's mean colour, which preprocessing turns into 0, as a
//! convolution's padding is.
CV_EXPORTS Sample emptyCanvas(Size size);

/** @brief Draws a part of an image on a canvas, resized, and adds the objects in it, cut to the part.

An object of which less than the share `visible` of its area is left becomes ignored. What is left of
it is not background, and to drop it would teach just that; it is too little to learn the object from.
*/
CV_EXPORTS void show(const Sample& source, const View& view, double visible, Sample& canvas);

/** @brief Chooses the part of an image to show, by chance.

One of the objects that are not ignored is drawn first and kept whole: the part is placed around it, and
made larger where it would not fit. A part larger than the image shows all of it, and the canvas around.

@param source image and objects
@param tile where to show it
@param window columns x rows of the image that fill the tile
*/
CV_EXPORTS View chooseView(const Sample& source, Rect tile, Size2d window, RNG& rng);

} // namespace dnn_rpn_train
} // namespace cv

#endif
