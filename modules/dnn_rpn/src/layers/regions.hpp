// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_LAYER_REGIONS_HPP
#define OPENCV_DNN_RPN_LAYER_REGIONS_HPP

#include "layer.hpp"

namespace cv {
namespace dnn_rpn {

/** The regions that a layer pools features of.

They come as rows of x1 y1 x2 y2, with the images aside or all of image 0, or as rows of
image x1 y1 x2 y2. A row of a negative image is padding. */
struct Regions
{
    Regions(const Mat& rois, const Mat& indices);

    //! What is pooled of padding counts as zeros.
    void clearPadding(Mat& pooled) const;

    Mat boxes;                     //!< R x 4
    std::vector<int> batchIndices; //!< R; 0 for padding, whose boxes are zeros
    std::vector<int> padding;      //!< rows
};

//! Which of features, regions and images a constant is, at least `first`.
int positionOfRegions(const Mat& constant, int first);

//! R x C x rows x columns.
Shape pooledShape(const Shape& features, const Shape& rois, Size pooled);

} // namespace dnn_rpn
} // namespace cv

#endif
