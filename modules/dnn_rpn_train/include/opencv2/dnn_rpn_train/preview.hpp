// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_PREVIEW_HPP
#define OPENCV_DNN_RPN_TRAIN_PREVIEW_HPP

#include "opencv2/dnn_rpn_train/dataset.hpp"
#include "opencv2/dnn_rpn_train/params.hpp"

namespace cv {
namespace dnn_rpn_train {

//! @addtogroup dnn_rpn_train
//! @{

//! One image of a batch, drawn for a person.
struct CV_EXPORTS PreviewImage
{
    Mat image;     //!< 8-bit BGR, boxes drawn: objects green, ignored ones orange
    String source; //!< path of the image that it was made of; of a mosaic, the first
};

/** @brief What the network sees in the first steps of a training, to be looked at before hours are spent
on it.

The values are those of the batches, augmentation and all. Small ones are enlarged by a whole factor,
pixel by pixel, to at least 640 columns or rows.

@param dataset only the images that are needed are decoded
@param params size, batch, seed and augment count
@param count how many images
@return the images in order; cv::Exception as Trainer::start() throws it */
CV_EXPORTS std::vector<PreviewImage> previewTraining(const Dataset& dataset, const TrainParams& params,
                                                     int count);

//! @}

} // namespace dnn_rpn_train
} // namespace cv

#endif
