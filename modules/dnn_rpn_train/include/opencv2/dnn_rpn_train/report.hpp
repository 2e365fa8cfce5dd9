// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_REPORT_HPP
#define OPENCV_DNN_RPN_TRAIN_REPORT_HPP

#include <utility>

#include "opencv2/dnn_rpn_train/trainer.hpp"

namespace cv {
namespace dnn_rpn_train {

//! @addtogroup dnn_rpn_train
//! @{

/** @brief A training run as one HTML file to look at: curves, examples, scores, settings.

The file needs no network and nothing beside it. It is rewritten every few seconds, written aside and
renamed, and while the run goes on the page reloads itself. However long the run, the file stays small:
a curve is at most 1024 points, the lowest and the highest value of each of at most 512 equal stretches of
steps.

    TrainingReport report("model.html", trainer.params());
    trainer.start(images);
    for (StepStats stats; trainer.step(stats);)
        report.add(stats);
    trainer.finish();
    report.addExamples(trainer, others);
    report.addValidation(params.epochs, trainer.evaluate(others));
    report.finish(TrainingReport::Finished);

A file that cannot be written any more, on a disk that has filled up, costs the report and not the training:
one line in OpenCV's log says so, and every later rewriting tries again. So it is with examples whose image
cannot be read. */
class CV_EXPORTS TrainingReport
{
public:
    enum State
    {
        Running,
        Finished,
        StoppedEarly,
        Failed
    };

    //! Names and values, in the order in which they are shown; any text.
    typedef std::vector<std::pair<String, String>> Settings;

    /** @brief Writes the first page; cv::Exception names the path if it cannot be written.
    @param path of the page
    @param params of the training: the page shows what is used (Trainer::params())
    @param more what else is worth telling, shown before them */
    TrainingReport(const String& path, const TrainParams& params, const Settings& more = Settings());

    //! A run that nobody finished has failed.
    ~TrainingReport();

    TrainingReport(const TrainingReport&) = delete;
    TrainingReport& operator=(const TrainingReport&) = delete;

    //! @param step the steps come in order; values that are not finite leave a gap in their curve
    void add(const StepStats& step);

    //! @param epoch after which the scores were taken, from 1; a second time replaces the first
    void addValidation(int epoch, const dnn_rpn::Metrics& metrics);

    /** @brief An image with the ground truth and what is found in it.

    The boxes are suppressed at IoU 0.3 as rpn_detect does, the best 100 stay. The page draws those above a
    score that its reader chooses; it starts where F1 over all examples is highest.

    @param name a second image of the same name takes the first one's place
    @param image 8-bit BGR; shown with its longer side reduced to at most 512 pixels
    @param boxes P x 4 CV_32F in pixels of the image
    @param scores P CV_32F, 0..1
    @param groundTruth in pixels of the image */
    void addExample(const String& name, InputArray image, InputArray boxes, InputArray scores,
                    const std::vector<Object>& groundTruth);

    //! What the trainer now finds in so many images, evenly spread over the data set.
    void addExamples(Trainer& trainer, const Dataset& dataset, int count = 6);

    //! Whether the examples are older than a minute, or none were given in the first ten seconds.
    bool wantsExamples() const;

    /** @brief Writes the last page, which does not reload itself.
    @param state anything but Running
    @param note for instance the error that a run failed with
    @return false if the page could not be written; the log says why */
    bool finish(State state, const String& note = String());

    //! Writes the page now; cv::Exception names the path if it cannot be written.
    void write() const;

private:
    struct Impl;
    Ptr<Impl> impl;
};

//! @}

} // namespace dnn_rpn_train
} // namespace cv

#endif
