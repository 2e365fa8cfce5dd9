// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_TRAINER_HPP
#define OPENCV_DNN_RPN_TRAIN_TRAINER_HPP

#include <functional>

#include "opencv2/dnn_rpn/metrics.hpp"
#include "opencv2/dnn_rpn_train/dataset.hpp"
#include "opencv2/dnn_rpn_train/params.hpp"

namespace cv {
namespace dnn_rpn_train {

//! @addtogroup dnn_rpn_train
//! @{

//! What one step did.
struct CV_EXPORTS_W_SIMPLE StepStats
{
    CV_WRAP StepStats();

    CV_PROP int step, steps;         //!< this step, from 1, of so many
    CV_PROP int epoch, epochs;       //!< from 1
    CV_PROP double loss;             //!< all together
    CV_PROP double lossCls, lossReg; //!< of the head on anchors
    //! Of the second stage, in the last step that ran it; 0 without one.
    CV_PROP double lossRoiCls, lossRoiReg;
    CV_PROP double learningRate;
    CV_PROP double gradientNorm;    //!< before clipping
    CV_PROP int positives;          //!< positive anchors in the batch, before sampling
    CV_PROP double imagesPerSecond; //!< of this step, loading included
    CV_PROP double waited; //!< seconds of it that went by until the images were ready; 0 if they were

    //! How strongly each task pulls at the features that both share, F: the lengths of dLcls/dF and dLreg/dF
    //! and the cosine of the angle between them (0 where one of them is 0). Below 0 the tasks disagree.
    //! With towers, or a pyramid, there are no such features, and all three are 0.
    CV_PROP double clsGradient, regGradient, gradientCosine;

    //! Box loss of a positive anchor that was learned from, on average: without weights or divisors, so that
    //! it compares between losses. NaN without any.
    CV_PROP double boxError;
    //! The same of the first 32 validation images, before the step; NaN but in every
    //! TrainParams::heldEvery-th.
    CV_PROP double heldBoxError;
    //! @name Conflict of the two tasks, before the step; NaN but in every TrainParams::conflictEvery-th
    //! @{
    CV_PROP double sharedCosine; //!< of their gradients of the weights of the last layer that both learn
    //! Change of one loss of this batch by a step of the other's gradient alone, at this step's rate and
    //! without momentum: above 0 the tasks disturb each other.
    CV_PROP double regAfterCls, clsAfterReg;
    //! @}

    CV_PROP bool evaluated;              //!< the validation images were scored after this step
    CV_PROP dnn_rpn::Metrics validation; //!< of this scoring
    CV_PROP int bestEpoch;    //!< the epoch, from 1, with the best score so far; 0: none was scored
    CV_PROP double bestScore; //!< what it reached: AR@300 of proposals, AP50 of detections with classes
    CV_PROP bool endsEarly;   //!< patience is over: this was the last step
};

/** @brief Trains a region proposal network or a detector and writes it as a model file.

    TrainParams params(DETECTOR_FASTER_RCNN);
    params.classes = images.classes;
    Trainer trainer(params);
    trainer.fit(images);
    trainer.exportModel("model.onnx");

Instead of fit(), a loop of one's own:

    trainer.start(images, others);
    for (StepStats stats; trainer.step(stats);)
        std::cout << stats.loss << std::endl;
    trainer.finish();

The same parameters, images and number of threads give the same bits, whether or not the training was
interrupted and resumed from a checkpoint. With the engine "eigen" any number of threads does, and with "cuda"
on the same kind of GPU. */
class CV_EXPORTS_W Trainer
{
public:
    /** @brief Builds the network; cv::Exception for wrong parameters or a backbone that cannot be read.
    @param params copied */
    CV_WRAP explicit Trainer(const TrainParams& params);
    ~Trainer();

    //! The parameters; an engine that was left to the trainer is the one it chose.
    CV_WRAP const TrainParams& params() const;

    //! Which maps of the backbone were taken, what of the network will be trained on these images and what is
    //! frozen, and what was left to counting their anchors, in a few lines.
    CV_WRAP String summary(const Dataset& dataset) const;

    //! start(), step() until nothing is left, finish().
    CV_WRAP void fit(const Dataset& training, const Dataset& validation = Dataset());

    /** @brief Begins a training, or goes on behind the checkpoint that was loaded. All images are decoded
    once.
    @param training copied
    @param validation images that are not trained on, scored every TrainParams::evalEvery epochs and after
    the last; needed for that alone
    cv::Exception names images that cannot be read, and what differs if a checkpoint was loaded that belongs
    to other images. */
    CV_WRAP void start(const Dataset& training, const Dataset& validation = Dataset());

    /** @brief One step of the training that start() began.
    @param stats what it did
    @return false if nothing was left to do, and nothing was done
    cv::Exception names images and loss if a loss is not finite. */
    CV_WRAP bool step(CV_OUT StepStats& stats);

    /** @brief Ends a training, whether or not steps are left: the network gets the weights that were best on
    the validation images, if those were scored; else the moving average, if there is one; else the last
    weights. */
    CV_WRAP void finish();

    /** @brief Writes all that the next step depends on; between start() and finish().

    Weights, momentum, moving average, best weights, position, parameters and what identifies the images,
    with a checksum. (Order, flips and samples are functions of seed and step, so that there is no other
    random state.) Written aside, brought to the disk and renamed: whatever happens, the file is the last
    checkpoint or this one. cv::Exception if it cannot be written. */
    CV_WRAP void saveCheckpoint(const String& path) const;

    /** @brief The next start() goes on behind the checkpoint's last step.
    @return the steps that were done
    cv::Exception names the file if it is cut off, changed or no checkpoint, and what differs if this
    trainer's parameters, or its backbone file, are others than the checkpoint's. */
    CV_WRAP int loadCheckpoint(const String& path);

    //! Bytes of the network's values, gradients and workspaces for all that step(), evaluate() and detect()
    //! did so far; weights, images and kept features are not counted.
    CV_WRAP size_t memory() const;

    /** @brief Scores what is found: proposals without regard to classes, detections class by class.
    @param dataset images that were not trained on */
    CV_WRAP dnn_rpn::Metrics evaluate(const Dataset& dataset);

    //! The same; afterImage is called with the number of images done.
    dnn_rpn::Metrics evaluate(const Dataset& dataset, const std::function<void(int)>& afterImage);

    /** @brief What is found on one image, as the exported file gives it.
    @param image BGR, 8 bit, any size
    @param boxes D x 4 CV_32F in pixels of image
    @param scores D CV_32F, 0..1, falling
    @param labels D CV_32S 1..C, all 1 for proposals; may be noArray() */
    CV_WRAP void detect(InputArray image, OutputArray boxes, OutputArray scores,
                        OutputArray labels = noArray());

    /** @brief Writes MODEL.onnx and MODEL.yml, loads the file with cv::dnn and compares what it gives
    with the trainer's own network on a test pattern; cv::Exception on a difference, and then, or if the
    disk is full, no file is left behind.

    MODEL.yml also has the parameters: TrainParams::read() takes them to repeat the training.

    @param path ends in .onnx
    @param kind EXPORT_OPENCV: boxes come out of cv::dnn::DetectionModel, preprocessing, decoding and
    suppression inside, from OpenCV 4.5.5 on. EXPORT_ONNX: the same by standard operators of ONNX, set 16, for
    ONNX Runtime and OpenCV 5; outputs `boxes` D x 4 in pixels of the input, `scores` D, `labels` D.
    EXPORT_HEADS: raw numbers, `logits` [N, K, 1, 2, C or C + 1] and `deltas` [N, K, 4], which
    dnn_rpn::Detector decodes; with a second stage, of its `proposals` [P, 4], `logits` [P, C + 1] and
    `deltas` [P, 4 C or 4], by standard operators. Files that cv::dnn 4 cannot run are not compared.
    */
    CV_WRAP void exportModel(const String& path, dnn_rpn::ExportKind kind = dnn_rpn::EXPORT_OPENCV);

private:
    struct Impl;
    Ptr<Impl> impl;
};

/** @brief What an ONNX file offers a detector to stand on, and what is taken of it.

A line for each map that all paths to the last ones go through: its cells in pixels, its channels, the
multiplications up to there, in thousands of millions for an image of TrainParams::size, and the name that
TrainParams::features takes. Those with a * are what this network stands on, without or with
TrainParams::pyramid.
@param params backbone, features, pyramid and size
@return lines of text; cv::Exception as Trainer's constructor */
CV_EXPORTS_W String describeBackbone(const TrainParams& params);

//! @}

} // namespace dnn_rpn_train
} // namespace cv

#endif
