// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_ANCHORS_HPP
#define OPENCV_DNN_RPN_ANCHORS_HPP

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn {

//! @addtogroup dnn_rpn
//! @{

/** @brief The anchors of one feature map: A shapes, repeated at every cell.

The centre of cell (row, column) lies at `((column + offset) * stride, (row + offset) * stride)`.
With offset 0.5 that is the middle of the cell's square; torchvision and Detectron2 use 0.
*/
struct CV_EXPORTS_W_SIMPLE AnchorLevel
{
    CV_WRAP AnchorLevel();

    /** @brief Shapes of all sizes x ratios, sizes outermost.

    @param stride pixels of the input between neighbouring cells, > 0
    @param sizes square roots of the areas, in pixels, each > 0
    @param ratios height / width, each > 0: width = size / sqrt(ratio), height = size * sqrt(ratio)
    @param offset position of the first centre, in strides
    */
    CV_WRAP AnchorLevel(int stride, const std::vector<float>& sizes, const std::vector<float>& ratios,
                        float offset = 0.5f);

    //! A, the number of shapes per cell.
    CV_WRAP int count() const { return static_cast<int>(widths.size()); }

    CV_PROP_RW int stride;                 //!< pixels of the input between neighbouring cells
    CV_PROP_RW float offset;               //!< position of the first centre, in strides
    CV_PROP_RW std::vector<float> widths;  //!< A widths in pixels
    CV_PROP_RW std::vector<float> heights; //!< A heights in pixels
};

/** @brief All anchors of one feature map.

@param level shapes, stride and offset
@param featureSize columns x rows of the feature map; either may be 0
@param anchors K x 4 CV_32F boxes, K = rows * columns * A. They may reach beyond the image.
*/
CV_EXPORTS_W void generateAnchors(const AnchorLevel& level, Size featureSize, OutputArray anchors);

/** @brief All anchors of several feature maps, one level after the other.

@param levels one entry a level
@param featureSizes columns x rows of each level's feature map, as many as levels
@param anchors K x 4 CV_32F boxes
@param levelCounts how many of the K anchors belong to each level
*/
CV_EXPORTS void generateAnchors(const std::vector<AnchorLevel>& levels, const std::vector<Size>& featureSizes,
                                OutputArray anchors, std::vector<int>& levelCounts);

/** @brief Shapes of anchors that suit a set of objects, and how well they do. */
struct CV_EXPORTS_W_SIMPLE AnchorFit
{
    CV_WRAP AnchorFit();

    CV_PROP_RW std::vector<float> widths;  //!< of the shapes, by rising area
    CV_PROP_RW std::vector<float> heights; //!< as many
    CV_PROP_RW double meanIoU;             //!< of each object with its best shape, about the same centre
    CV_PROP_RW double coverage;            //!< share of the objects for which that IoU is at least minIoU
};

/** @brief Shapes of anchors by k-means over the objects' shapes, with the distance

    d(object, shape) = 1 - IoU(object, shape)        both about the same centre

(YOLO9000, Redmon and Farhadi, CVPR 2017, section 2). The start is that of k-means++ (Arthur and
Vassilvitskii, SODA 2007): each further shape is an object's, drawn with a probability proportional to
d from the nearest so far. A mean of widths and heights does not always lower d, so the best shapes that
occurred are returned.

    AnchorFit fit = fitAnchors(objects, 9);
    AnchorLevel level;
    level.widths = fit.widths;
    level.heights = fit.heights;

@param boxes N x 4 CV_32F objects in pixels of the network's input, N >= 1, each with positive width and
height (else cv::Exception names the row)
@param count shapes to find, >= 1. Where the objects have fewer different shapes, just these are returned.
@param minIoU what counts as covered, 0..1
@param seed of the random numbers; the same seed gives the same shapes on any machine and any number of
threads
*/
CV_EXPORTS_W AnchorFit fitAnchors(InputArray boxes, int count, double minIoU = 0.5, int seed = 1);

//! @}

} // namespace dnn_rpn
} // namespace cv

#endif
