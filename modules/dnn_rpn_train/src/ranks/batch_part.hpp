// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_RANKS_BATCH_PART_HPP
#define OPENCV_DNN_RPN_TRAIN_RANKS_BATCH_PART_HPP

#include <algorithm>

#include "opencv2/dnn_rpn_train/private/ranks.hpp"

namespace cv {
namespace dnn_rpn_train {

//! The images of a batch that one rank works on. Those of the ranks follow one another, as equal as can be.
struct BatchPart
{
    BatchPart() = default; //!< all images, whatever their number
    BatchPart(Ranks& ranks_, int images) : ranks(&ranks_), total(images)
    {
        const int least = images / ranks_.count(), more = images % ranks_.count();
        first = ranks_.rank() * least + std::min(ranks_.rank(), more);
        count = least + (ranks_.rank() < more);
    }

    //! Images of the whole batch, where the part has `own`.
    int totalOf(int own) const { return total > 0 ? total : own; }

    Ranks* ranks = &Ranks::alone();
    int first = 0, count = 0, total = 0; //!< total 0: as many as there are
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
