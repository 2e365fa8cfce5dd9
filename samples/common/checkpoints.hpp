// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef DNN_RPN_SAMPLES_CHECKPOINTS_HPP
#define DNN_RPN_SAMPLES_CHECKPOINTS_HPP

#include <chrono>

#include "opencv2/core/utility.hpp"
#include "opencv2/dnn_rpn_train/trainer.hpp"

#include "opencv2/dnn_rpn_train/log.hpp"

//! When a training writes its checkpoint, and where: the options checkpoint, checkpoint_every,
//! keep_checkpoint, resume.
class Checkpoints
{
public:
    /** @brief cv::Exception if the checkpoint of an interrupted training would be overwritten, or cannot be.
    @param model the model file without its extension */
    Checkpoints(cv::CommandLineParser& options, const cv::String& model);

    //! The file; "" if there is none.
    static cv::String fileOf(cv::CommandLineParser& options, const cv::String& model);

    //! The steps that were done before; 0 for a new training.
    int load(cv::dnn_rpn_train::Trainer& trainer) const;

    /** @brief After each step: writes if it is time.
    @param last the training is done
    @param stop it is interrupted */
    void save(const cv::dnn_rpn_train::Trainer& trainer, cv::dnn_rpn_train::TrainingLog& log, bool last,
              bool stop);

    //! The model is written.
    void finish() const;

    bool any() const { return !file.empty(); }

private:
    using Clock = std::chrono::steady_clock;

    cv::String file; //!< "": none
    const double seconds;
    const bool keep;
    bool resumes = false;
    Clock::time_point written;
};

#endif
