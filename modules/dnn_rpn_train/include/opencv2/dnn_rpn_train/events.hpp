// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_EVENTS_HPP
#define OPENCV_DNN_RPN_TRAIN_EVENTS_HPP

#include "opencv2/dnn_rpn_train/trainer.hpp"

namespace cv {
namespace dnn_rpn_train {

//! @addtogroup dnn_rpn_train
//! @{

/** @brief The numbers of a training as an event file, which TensorBoard shows while it grows.

    EventLog events("runs/first");
    for (StepStats stats; trainer.step(stats);)
        events.add(stats);

Several folders below one are compared: `tensorboard --logdir=runs`. A training that is resumed writes a
second file into the folder; TensorBoard forgets what the first one says of the steps that are done again. */
class CV_EXPORTS_W EventLog
{
public:
    /** @brief Begins the file FOLDER/events.out.tfevents.TIME.dnn_rpn[.N].
    @param folder made if it is not there; cv::Exception names the file if it cannot be written
    @param done steps of a training that is resumed: the file begins behind them */
    CV_WRAP explicit EventLog(const String& folder, int done = 0);
    ~EventLog();
    EventLog(const EventLog&) = delete;
    EventLog& operator=(const EventLog&) = delete;

    /** @brief The step's losses, learning rate, gradients and so on as step/NAME, by the names that the CSV
    has for them; where the validation images were scored, validation/AP50 and so on. Numbers that a step does
    not know are left out. cv::Exception names the file if it cannot be written. */
    CV_WRAP void add(const StepStats& stats);

    //! The scores of a validation as validation/AP, validation/AR300 and so on; -1, nothing to find, is left
    //! out.
    void addValidation(int step, const dnn_rpn::Metrics& metrics);

    //! One number of your own.
    CV_WRAP void addScalar(const String& tag, double value, int step);

    //! Brings what was added to the file; otherwise this happens every second or so.
    CV_WRAP void flush();

    //! The file's path.
    CV_WRAP const String& path() const;

private:
    struct Impl;
    Ptr<Impl> impl;
};

//! @}

} // namespace dnn_rpn_train
} // namespace cv

#endif
