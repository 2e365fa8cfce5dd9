// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef DNN_RPN_SAMPLES_EVAL_PAGE_HPP
#define DNN_RPN_SAMPLES_EVAL_PAGE_HPP

#include "report.hpp"

//! An image for the page, with what is drawn on it.
struct PageImage
{
    cv::String name;
    int missed = 0, wrong = 0; //!< objects without a box, boxes without an object
    cv::Mat drawn;
};

//! What the page shows besides the numbers.
struct PageContents
{
    cv::String model, data; //!< where both come from, for the headline
    std::vector<std::pair<cv::String, cv::dnn_rpn::PrecisionRecall>> curves; //!< with their names
    std::vector<PageImage> mostMissed, mostWrong;
};

//! One file of HTML, with everything that it shows inside.
cv::String evalPage(const Evaluation& evaluation, const PageContents& contents);

#endif
