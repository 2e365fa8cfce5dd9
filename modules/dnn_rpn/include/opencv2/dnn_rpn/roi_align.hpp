// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_ROI_ALIGN_HPP
#define OPENCV_DNN_RPN_ROI_ALIGN_HPP

#include "opencv2/core.hpp"
#include "opencv2/dnn_rpn/workspace.hpp"

namespace cv {
namespace dnn_rpn {

//! @addtogroup dnn_rpn
//! @{

//! How a region of interest (RoI) lies on the feature map, and how densely it is sampled.
struct CV_EXPORTS_W_SIMPLE RoiAlignParams
{
    CV_WRAP RoiAlignParams();

    CV_PROP_RW float spatialScale; //!< cells of the feature map a pixel: 1 / stride; default 1
    //! samples a bin along each axis; 0: as many as cells, rounded up; default 0
    CV_PROP_RW int samplingRatio;
    CV_PROP_RW bool aligned; //!< the middle of the first cell is at 0.5, as for boxes; default true
};

/** @brief Features of each region, resampled to one size (Mask R-CNN, He et al. 2017, section 3).

A RoI is scaled by spatialScale, moved by half a cell if aligned, and cut into bins. A bin is the mean
of samplingRatio x samplingRatio samples, evenly spread, each bilinear between the four nearest cells.
A sample more than a cell outside the map's cells (below -1, beyond H or W) counts as 0; nearer ones
take the value at the border. The same as torchvision's roi_align:

- aligned: RoIs of no or negative size are taken as they stand; with adaptive sampling they have no
  samples and give 0.
- legacy (not aligned): no shift, and RoIs smaller than a cell are taken as one cell wide and high.

Any number of threads gives the same bits.

@param features N x C x H x W CV_32F, each at least 1
@param boxes R x 4 CV_32F, finite, within +-1e6 cells; may reach beyond the image
@param batchIndices R CV_32S, the image 0..N - 1 of each box; empty: all are of image 0
@param pooled columns x rows of bins
@param output R x C x rows x columns CV_32F
@param params scale and sampling
*/
CV_EXPORTS_W void roiAlign(InputArray features, InputArray boxes, InputArray batchIndices, Size pooled,
                           OutputArray output, const RoiAlignParams& params = RoiAlignParams());
//! @overload
CV_EXPORTS void roiAlign(InputArray features, InputArray boxes, InputArray batchIndices, Size pooled,
                         OutputArray output, const RoiAlignParams& params, Workspace& workspace);

/** @brief The gradient of roiAlign() with respect to the features. Boxes get none.

Any number of threads gives the same bits.

@param outputGrad R x C x rows x columns CV_32F, the gradient with respect to the output
@param boxes as given to roiAlign()
@param batchIndices as given to roiAlign()
@param featuresShape N, C, H, W
@param featuresGrad N x C x H x W CV_32F; every element is written
@param params as given to roiAlign()
*/
CV_EXPORTS_W void roiAlignBackward(InputArray outputGrad, InputArray boxes, InputArray batchIndices,
                                   const std::vector<int>& featuresShape, OutputArray featuresGrad,
                                   const RoiAlignParams& params = RoiAlignParams());
//! @overload
CV_EXPORTS void roiAlignBackward(InputArray outputGrad, InputArray boxes, InputArray batchIndices,
                                 const std::vector<int>& featuresShape, OutputArray featuresGrad,
                                 const RoiAlignParams& params, Workspace& workspace);

//! @}

} // namespace dnn_rpn
} // namespace cv

#endif
