// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_MODEL_LIMITS_HPP
#define OPENCV_DNN_RPN_MODEL_LIMITS_HPP

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn {

//! @addtogroup dnn_rpn
//! @{

/** @brief How large a model may be that Detector hands to cv::dnn, whose importer is made for files that one
trusts: it follows names that are not there, and takes the memory that a file asks for. Files of dnn_rpn_train
keep far within the defaults. */
struct CV_EXPORTS_W_SIMPLE ModelLimits
{
    CV_WRAP ModelLimits();

    CV_PROP_RW double fileBytes;        //!< of MODEL.onnx; 1 GiB
    CV_PROP_RW int nodes;               //!< 20,000
    CV_PROP_RW double tensorElements;   //!< of a constant; 2^28
    CV_PROP_RW double descriptionBytes; //!< of MODEL.yml; 16 MiB
    CV_PROP_RW int descriptionDepth;    //!< lists and maps within each other in MODEL.yml; 16
};

//! The limits that this process holds to, the defaults at first.
CV_EXPORTS_W ModelLimits modelLimits();

/** @brief Sets them for every Detector and ModelDescription that is read from then on, in all threads. */
CV_EXPORTS_W void setModelLimits(const ModelLimits& limits);

//! @}

} // namespace dnn_rpn
} // namespace cv

#endif
