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
struct CV_EXPORTS StepReport
{
    int step = 0, steps = 0;         //!< this step, from 1, of so many
    int epoch = 0, epochs = 0;       //!< from 1
    double loss = 0;                 //!< all together
    double lossCls = 0, lossReg = 0; //!< of the head on anchors
    double lossRoiCls = 0,
           lossRoiReg = 0; //!< of the second stage, in the last step that ran it; 0 without one
    double learningRate = 0;
    double gradientNorm = 0;      //!< before clipping
    int positives = 0;            //!< positive anchors in the batch, before sampling
    double picturesPerSecond = 0; //!< of this step, loading included
    double waited = 0; //!< seconds of it that went by until the pictures were ready; 0 if they were

    //! How strongly each task pulls at the features that both share, F: the lengths of dLcls/dF and dLreg/dF
    //! and the cosine of the angle between them (0 where one of them is 0). Below 0 the tasks disagree.
    //! With towers, or a pyramid, there are no such features, and all three are 0.
    double clsGradient = 0, regGradient = 0, gradientCosine = 0;

    bool evaluated = false;      //!< the validation pictures were scored after this step
    dnn_rpn::Metrics validation; //!< of this scoring
    int bestEpoch = 0;           //!< the epoch, from 1, with the best score so far; 0: none was scored
    double bestScore = -1;       //!< what it reached: AR@300 of proposals, AP50 of detections with classes
    bool endsEarly = false;      //!< patience is over: this was the last step
};

/** @brief Trains a region proposal network or a detector and writes it as a model file.

The same parameters, pictures and number of threads give the same bits, whether or not the training was
interrupted and resumed from a checkpoint. With the engine "eigen" any number of threads does, and with "cuda"
on the same kind of GPU. */
class CV_EXPORTS Trainer
{
public:
    /** @brief Builds the network; cv::Exception for wrong parameters or a backbone that cannot be read.
    @param params copied */
    explicit Trainer(const TrainParams& params);
    ~Trainer();

    //! What of the network will be trained on these pictures and what is frozen, in a line or two.
    String summary(const Dataset& dataset) const;

    /** @brief Trains. All pictures are decoded before the first step.

    Afterwards the network has the weights that were best on the validation pictures, if those were scored;
    else the moving average, if there is one; else the last weights.

    @param dataset must outlive the call
    @param afterStep called after each step; return false to stop there
    @param validation pictures that are not trained on, scored every TrainParams::evalEvery epochs and after
    the last; needed for that alone
    @return false if stopped by afterStep
    cv::Exception names pictures and loss if a loss is not finite, and what differs if a checkpoint was loaded
    that belongs to other pictures.
    */
    bool fit(const Dataset& dataset, const std::function<bool(const StepReport&)>& afterStep = nullptr,
             const Dataset& validation = Dataset());

    /** @brief Writes all that the next step depends on; to be called from fit()'s afterStep.

    Weights, momentum, moving average, best weights, position, parameters and what identifies the pictures,
    with a checksum. (Order, flips and samples are functions of seed and step, so that there is no other
    random state.) Written aside, brought to the disk and renamed: whatever happens, the file is the last
    checkpoint or this one. cv::Exception if it cannot be written. */
    void saveCheckpoint(const String& path) const;

    /** @brief The next fit() goes on behind the checkpoint's last step.
    @return the steps that were done
    cv::Exception names the file if it is cut off, changed or no checkpoint, and what differs if this
    trainer's parameters, or its backbone file, are others than the checkpoint's. */
    int loadCheckpoint(const String& path);

    //! Bytes of the network's values, gradients and workspaces for all that fit(), evaluate() and detect()
    //! did so far; weights, pictures and kept features are not counted.
    size_t memory() const;

    /** @brief Scores what is found: proposals without regard to classes, detections class by class.
    @param dataset pictures that were not trained on
    @param afterPicture called with the number of pictures done; may be empty */
    dnn_rpn::Metrics evaluate(const Dataset& dataset, const std::function<void(int)>& afterPicture = nullptr);

    /** @brief What is found on one picture, as the exported file gives it.
    @param image BGR, 8 bit, any size
    @param boxes D x 4 CV_32F in pixels of image
    @param scores D CV_32F, 0..1, falling
    @param labels D CV_32S 1..C, all 1 for proposals; may be noArray() */
    void detect(InputArray image, OutputArray boxes, OutputArray scores, OutputArray labels = noArray());

    /** @brief Writes MODEL.onnx and MODEL.yml, loads the file with cv::dnn and compares what it gives
    with the trainer's own network on a test pattern; cv::Exception on a difference, and then, or if the
    disk is full, no file is left behind.

    @param path ends in .onnx
    @param kind "opencv": boxes come out of cv::dnn::DetectionModel, preprocessing, decoding and
    suppression inside, from OpenCV 4.5.5 on. "onnx": the same by standard operators of ONNX, set 16, for ONNX
    Runtime and OpenCV 5; outputs `boxes` D x 4 in pixels of the input, `scores` D, `labels` D. "heads": raw
    numbers, `logits` [N, K, 1, 2, C or C + 1] and `deltas` [N, K, 4], which dnn_rpn::Detector decodes; with a
    second stage, of its `proposals` [P, 4], `logits` [P, C + 1] and `deltas` [P, 4 C or 4], by standard
    operators. Files that cv::dnn 4 cannot run are not compared.
    */
    void exportModel(const String& path, const String& kind = "opencv");

private:
    struct Impl;
    Ptr<Impl> impl;
};

//! @}

} // namespace dnn_rpn_train
} // namespace cv

#endif
