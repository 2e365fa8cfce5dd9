// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_LOG_HPP
#define OPENCV_DNN_RPN_TRAIN_LOG_HPP

#include <fstream>

#include "opencv2/dnn_rpn_train/trainer.hpp"

namespace cv {
namespace dnn_rpn_train {

//! @addtogroup dnn_rpn_train
//! @{

/** @brief The numbers of all steps as CSV, a row a step. The file gets its name when it is whole; until then
it is called FILE.part. cv::Exception names the file if it cannot be written. */
class CV_EXPORTS TrainingLog
{
public:
    /** @param path of the CSV
    @param done steps of a training that is resumed: their rows stay, later ones go */
    explicit TrainingLog(const String& path, int done = 0);

    void add(const StepStats& stats);

    //! Brings all rows to the disk: those of a checkpoint's steps must be there when it is.
    void save();
    void finish();

    //! What an earlier run's rows say, of as many steps as were found.
    const std::vector<StepStats>& earlier() const { return kept; }

private:
    void check() const;

    const String path;
    std::vector<StepStats> kept;
    std::ofstream file;
};

//! @}

} // namespace dnn_rpn_train
} // namespace cv

#endif
