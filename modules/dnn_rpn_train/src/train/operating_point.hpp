// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_OPERATING_POINT_HPP
#define OPENCV_DNN_RPN_TRAIN_OPERATING_POINT_HPP

#include <utility>
#include <vector>

#include "opencv2/dnn_rpn_train/dataset.hpp"

namespace cv {
namespace dnn_rpn_train {

//! A box that stays after suppression, and what it turned out to be.
struct Match
{
    int box;    //!< its row
    int object; //!< the object that it finds, an ignored one perhaps; -1: none
};

/** @brief One box an object: suppression at IoU 0.3, then each box, by falling score, takes the object that
it overlaps most, at IoU 0.5 or more, of those that no better box has taken.
@param boxes P x 4 CV_32F, scores P CV_32F, objects in the same coordinates
@return by falling score */
CV_EXPORTS std::vector<Match> matchDetections(const Mat& boxes, const Mat& scores,
                                              const std::vector<Object>& objects);

/** @brief Finds the score from which on boxes are worth showing: where F1, the harmonic mean of precision
and recall of what matchDetections() says, is highest.

Focal loss keeps scores low, cross-entropy lets them rise: 0.5 means another thing in each. */
class CV_EXPORTS OperatingPoint
{
public:
    //! @param boxes P x 4 CV_32F, scores P CV_32F, objects in the same coordinates
    void add(const Mat& boxes, const Mat& scores, const std::vector<Object>& objects);

    //! Halfway between the last score to show and the next; 0.5 if nothing was ever found.
    float threshold() const;

private:
    std::vector<std::pair<float, bool>> found; //!< score, and whether it is an object
    int objectCount = 0;
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
