// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_EXAMPLE_HPP
#define OPENCV_DNN_RPN_TRAIN_EXAMPLE_HPP

#include <string>

#include "../train/operating_point.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief An image of a training report with the ground truth and what was found, as HTML: the image embedded
as JPEG, the boxes as SVG over it, so that the page's script can choose among them. */
class CV_EXPORTS Example
{
public:
    //! As TrainingReport::addExample.
    Example(const std::string& name, const Mat& image, const Mat& boxes, const Mat& scores,
            const std::vector<Object>& groundTruth);

    const std::string& name() const { return title; }

    //! Lets the example have its say about the score to start from.
    void addTo(OperatingPoint& point) const { point.add(boxes, scores, groundTruth); }

    //! @param threshold boxes with a lower score are in the page, but hidden
    std::string html(float threshold) const;

private:
    std::string title, jpeg; //!< jpeg in base64
    Size size;               //!< of the image, in whose pixels the boxes are
    Mat boxes, scores;       //!< what is left after suppression, by falling score
    std::vector<Object> groundTruth;
    std::vector<Match> matches;
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
