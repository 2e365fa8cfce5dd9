// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DETECTOR_ROI_HEAD_HPP
#define OPENCV_DNN_RPN_TRAIN_DETECTOR_ROI_HEAD_HPP

#include "opencv2/dnn_rpn_train/dataset.hpp"
#include "opencv2/dnn_rpn_train/params.hpp"
#include "opencv2/dnn_rpn_train/private/detections.hpp"
#include "../engine/network.hpp"
#include "crop.hpp"
#include "head_loss.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief The second stage of Faster R-CNN (Ren et al. 2015): looks at proposals once more, and tells their
class and a better box.

The features that regions are cut out of are a node of the first stage's graph. What follows runs on regions
instead of images and is a graph of its own, R x channels x rows x columns in: two fully connected layers
with ReLU, `roi.logits` (C + 1, the background first) and `roi.deltas` (4 C, class by class, or 4). */
class CV_EXPORTS RoiHead
{
public:
    /** @param params checked here
    @param classes C
    @param trunk the first stage; gets the node of the features, as another output, and all parameters
    @param features the backbone's last node
    @param input width x height of the images */
    RoiHead(const RoiParams& params, int classes, Graph& trunk, int features, Size input, RNG& rng);

    //! What runs on regions. Its parameters are those of the trunk.
    Graph& graph() { return net; }
    const Graph& graph() const { return net; }

    int featuresNode() const { return map; } //!< in the trunk, an output
    int logitsNode() const { return logits; }
    int deltasNode() const { return deltas; }

    //! Regions an image that loss() runs the network on.
    int regions() const;

    //! Divides the weights of the features, which begin without bias.
    void divideFeatures(Graph& trunk, double divisor) const;

    /** @brief Chooses regions, runs the network on them forward and backward, and gives the features'
    gradient.
    @param crop of RoiParams::pooled; what it holds is of no meaning afterwards, but its memory serves again
    @param features value of featuresNode()
    @param network runs graph(), with the gradient of its input
    @param proposals of each image P x 4, the best first; constants, through which no gradient flows
    @param objects of each image, in pixels of the input
    @param image width x height of the input
    @param seed of the sampling
    @param featuresGradient of featuresNode(); every element is written
    @param part of the batch that the images are; losses and normalizers are the whole batch's
    @return with `positives` counted among the regions chosen */
    HeadLoss loss(Crop& crop, const Tensor& features, Network& network, const std::vector<Mat>& proposals,
                  const std::vector<std::vector<Object>>& objects, Size image, unsigned seed,
                  Tensor& featuresGradient, const BatchPart& part = BatchPart()) const;

    /** @brief Probabilities of the classes and deltas of regions.
    @param crop as for loss()
    @param features of one image
    @param network runs graph()
    @param boxes P x 4
    @param image width x height of the input
    @param probabilities P x C, without the background
    @param boxDeltas P x 4 C or 4, times RoiParams::deltaWeights */
    void predict(Crop& crop, const Tensor& features, Network& network, const Mat& boxes, Size image,
                 Mat& probabilities, Mat& boxDeltas) const;

    //! Detections from what predict() gives.
    Detections detect(const Mat& boxes, const Mat& probabilities, const Mat& boxDeltas, Size image) const;

    const RoiParams& parameters() const { return params; }
    int classes() const { return classCount; }

private:
    struct Sample;
    Sample sample(const Mat& proposals, const std::vector<Object>& objects, unsigned seed) const;
    double boxLoss(const Mat& d, const Mat& targets, const Mat& labels, double normalizer, Mat grad) const;

    const RoiParams params;
    const int classCount;
    const bool focal;
    Graph net;
    int map = -1, logits = -1, deltas = -1;
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
