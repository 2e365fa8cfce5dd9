// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_ROI_POOL_HPP
#define OPENCV_DNN_RPN_ROI_POOL_HPP

#include "opencv2/core.hpp"
#include "opencv2/dnn_rpn/workspace.hpp"

namespace cv {
namespace dnn_rpn {

//! @addtogroup dnn_rpn
//! @{

/** @brief The largest feature in each bin of each region (Fast R-CNN, Girshick 2015, section 2.1).

The same as torchvision's roi_pool: a RoI's corners are scaled and rounded to cells, both inclusive, so
that it is at least one cell wide and high; bins are rounded outwards to whole cells and may overlap. A
bin that lies outside the map gives 0. A NaN is never the largest; where nothing exceeds -FLT_MAX, that
is the value. The first of equals, row by row, is the largest.

@param features N x C x H x W CV_32F, each at least 1
@param boxes R x 4 CV_32F, finite, within +-1e6 cells; may reach beyond the image
@param batchIndices R CV_32S, the image 0..N - 1 of each box; empty: all are of image 0
@param pooled columns x rows of bins
@param output R x C x rows x columns CV_32F
@param argmax R x C x rows x columns CV_32S: row * W + column of the largest feature, -1 where there is none
@param spatialScale cells of the feature map a pixel: 1 / stride
*/
CV_EXPORTS_W void roiPool(InputArray features, InputArray boxes, InputArray batchIndices, Size pooled,
                          OutputArray output, OutputArray argmax, float spatialScale = 1.f);
//! @overload
CV_EXPORTS void roiPool(InputArray features, InputArray boxes, InputArray batchIndices, Size pooled,
                        OutputArray output, OutputArray argmax, float spatialScale, Workspace& workspace);

/** @brief The gradient of roiPool() with respect to the features.

Any number of threads gives the same bits.

@param outputGrad R x C x rows x columns CV_32F, the gradient with respect to the output
@param argmax as roiPool() gave it
@param batchIndices as given to roiPool()
@param featuresShape N, C, H, W
@param featuresGrad N x C x H x W CV_32F; every element is written
*/
CV_EXPORTS_W void roiPoolBackward(InputArray outputGrad, InputArray argmax, InputArray batchIndices,
                                  const std::vector<int>& featuresShape, OutputArray featuresGrad);
//! @overload
CV_EXPORTS void roiPoolBackward(InputArray outputGrad, InputArray argmax, InputArray batchIndices,
                                const std::vector<int>& featuresShape, OutputArray featuresGrad,
                                Workspace& workspace);

//! @}

} // namespace dnn_rpn
} // namespace cv

#endif
