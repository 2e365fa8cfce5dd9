// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef DNN_RPN_SAMPLES_DIARY_HPP
#define DNN_RPN_SAMPLES_DIARY_HPP

#include <fstream>
#include <functional>

#include "opencv2/dnn_rpn_train/trainer.hpp"

/** @brief The training's diary: CSV with a row a step. It gets its name when it is whole; until then it is
called FILE.part. cv::Exception names the file if it cannot be written. */
class Diary
{
public:
    /** @param path of the CSV
    @param done steps of a training that is resumed: their rows stay, later ones go */
    Diary(const cv::String& path, int done);

    void add(const cv::dnn_rpn_train::StepReport& report);

    //! Brings all rows to the disk: those of a checkpoint's steps must be there when it is.
    void save();
    void finish();

    //! Rows of an earlier run that were found, of as many as there were steps.
    int earlier() const { return static_cast<int>(kept.size()); }
    //! What they say; of the scores, AR@300 only.
    void forEachEarlier(const std::function<void(const cv::dnn_rpn_train::StepReport&)>& use) const;

private:
    void check() const;

    const cv::String path;
    std::vector<std::string> kept;
    std::ofstream file;
};

#endif
