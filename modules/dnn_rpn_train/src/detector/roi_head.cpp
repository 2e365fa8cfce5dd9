// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "roi_head.hpp"
#include "backbone.hpp"
#include "corner_features.hpp"
#include "objects.hpp"

#include "opencv2/dnn_rpn.hpp"

namespace cv {
namespace dnn_rpn_train {

using namespace dnn_rpn;

RoiParams::RoiParams()
{
    trainProposals.preNms = 2000;
    trainProposals.postNms = 1000;
    proposals.preNms = 1000;
    proposals.postNms = 300;
    match.positiveIoU = match.negativeIoU = 0.5f;
    match.lowQuality = false;
    detections.deltaWeights = Scalar(10, 10, 5, 5);
    detections.preNms = 0; // there are not many proposals
}

//! The regions of one image that are learned from. Rows that are left over have label -1.
struct RoiHead::Sample
{
    Mat boxes;   //!< regions() x 4
    Mat labels;  //!< regions() CV_32S: 0..C, or -1
    Mat targets; //!< regions() x 4
    int positives = 0, used = 0;
};

namespace {

//! Of the convolution before the ReLU that gives the features.
Tensor& featureWeights(Graph& trunk, int map)
{
    const Node& conv = trunk.nodes[trunk.nodes[map].inputs[0]];
    return trunk.parameters[conv.parameters[0]].value;
}

//! A row for each region as a matrix over the tensor's memory.
Mat rowsOf(const Tensor& t)
{
    return Mat(t.shape().n, static_cast<int>(t.shape().image()), CV_32F, const_cast<float*>(t.data()));
}

} // namespace

RoiHead::RoiHead(const RoiParams& params_, int classes, Graph& trunk, int features, Size input, RNG& rng)
    : params(params_), classCount(classes), focal(params_.loss == ROI_LOSS_FOCAL)
{
    CV_CheckGE(classes, 1, "a second stage needs classes to tell apart");
    map = addCornerFeatures(trunk, "roi.features", features, params.channels, input);
    trunk.outputs.push_back(map);
    Tensor& weights = featureWeights(trunk, map);
    drawWeights(weights, std::sqrt(2. / weights.shape().image()), rng); // He et al. 2015, eq. 10

    std::swap(net.parameters,
              trunk.parameters); // one list, so that an index names the same parameter in both
    const int regions = net.addInput("roi.crops");
    const Shape crop(1, params.channels, params.pooled.height, params.pooled.width);
    const int first = net.addFullyConnected("roi.fc1", regions, crop, params.hidden);
    const int second = net.addFullyConnected("roi.fc2", net.addRelu("roi.fc1.relu", first),
                                             Shape(1, params.hidden, 1, 1), params.hidden);
    const int last = net.addRelu("roi.fc2.relu", second);
    logits = net.addFullyConnected("roi.logits", last, Shape(1, params.hidden, 1, 1), classes + 1);
    deltas = net.addFullyConnected("roi.deltas", last, Shape(1, params.hidden, 1, 1),
                                   params.classAgnostic ? 4 : 4 * classes);
    for (int node : {first, second})
    {
        Tensor& w = net.parameters[net.nodes[node].parameters[0]].value;
        drawWeights(w, std::sqrt(2. / w.shape().image()), rng);
    }
    // Fast R-CNN, section 2.3.
    drawWeights(net.parameters[net.nodes[logits].parameters[0]].value, 0.01, rng);
    drawWeights(net.parameters[net.nodes[deltas].parameters[0]].value, 0.001, rng);
    net.outputs = {logits, deltas};
    trunk.parameters = net.parameters;
}

void RoiHead::divideFeatures(Graph& trunk, double divisor) const
{
    Tensor& weights = featureWeights(trunk, map);
    weights.flat().convertTo(weights.flat(), -1, 1 / divisor);
}

int RoiHead::regions() const
{
    return focal ? params.trainProposals.postNms : params.sampleCount;
}

RoiHead::Sample RoiHead::sample(const Mat& proposals, const std::vector<Object>& objects, unsigned seed) const
{
    const Mat groundTruth = boxesOf(objects, false);
    Mat candidates;
    if (params.addGroundTruth && groundTruth.rows > 0)
        candidates.push_back(groundTruth);
    if (proposals.rows > 0)
        candidates.push_back(proposals);
    // All regions at once are as many as there are proposals at most: the worst give way to the ground truth.
    if (focal && candidates.rows > regions())
        candidates = candidates.rowRange(0, regions());

    Sample s;
    s.boxes = Mat::zeros(regions(), 4, CV_32F);
    s.labels = Mat(regions(), 1, CV_32S, Scalar(-1));
    s.targets = Mat::zeros(regions(), 4, CV_32F);
    if (candidates.empty())
        return s;
    Mat matches, labels, targets;
    matchAnchors(candidates, groundTruth, boxesOf(objects, true), matches, params.match);
    if (!focal)
        sampleAnchors(matches, params.sampleCount, params.positiveFraction, static_cast<int>(seed));
    matchLabels(matches, labelsOf(objects), labels);
    encodeTargets(candidates, groundTruth, matches, targets, params.detections.deltaWeights);
    for (int i = 0; i < candidates.rows; i++)
        if (labels.at<int>(i) >= 0)
        {
            candidates.row(i).copyTo(s.boxes.row(s.used));
            targets.row(i).copyTo(s.targets.row(s.used));
            s.labels.at<int>(s.used) = labels.at<int>(i);
            s.positives += labels.at<int>(i) > 0;
            s.used++;
        }
    return s;
}

HeadLoss RoiHead::loss(Crop& crop, const Tensor& features, Network& network,
                       const std::vector<Mat>& proposals, const std::vector<std::vector<Object>>& objects,
                       Size image, unsigned seed, Tensor& featuresGradient, const BatchPart& part) const
{
    const int images = features.shape().n, count = regions();
    CV_CheckEQ(static_cast<int>(objects.size()), images, "objects are wanted for every image");
    CV_CheckEQ(static_cast<int>(proposals.size()), images, "proposals are wanted for every image");
    std::vector<Sample> samples(images);
    std::vector<Mat> boxes(images);
    parallel_for_(Range(0, images), [&](const Range& range) {
        for (int n = range.start; n < range.end; n++)
        {
            samples[n] = sample(proposals[n], objects[n],
                                seed * static_cast<unsigned>(part.totalOf(images)) + part.first + n);
            boxes[n] = samples[n].boxes;
        }
    });
    network.forward(crop.forward(features, boxes, image), true);

    HeadLoss loss;
    double sums[] = {0, 0};
    double &positives = sums[0], &used = sums[1];
    for (const Sample& s : samples)
    {
        loss.positives += s.positives;
        positives += s.positives;
        used += s.used;
    }
    part.ranks->sum(sums, 2);
    // Faster R-CNN divides both by the number of regions; focal loss, as in PRCV 2018, section 3.2, by the
    // positives.
    const double clsNormalizer = std::max(1., focal ? positives : used) / params.clsWeight,
                 regNormalizer = std::max(1., focal ? 2 * positives : used) / params.boxWeight;
    const Mat x = rowsOf(network.value(logits)), d = rowsOf(network.value(deltas));
    Mat xGrad = rowsOf(network.gradient(logits)), dGrad = rowsOf(network.gradient(deltas));
    std::vector<double> cls(images), reg(images);
    parallel_for_(Range(0, images), [&](const Range& range) {
        for (int n = range.start; n < range.end; n++)
        {
            const Range rows(n * count, (n + 1) * count);
            const Sample& s = samples[n];
            Mat grad;
            cls[n] = focal ? softmaxFocalLoss(x.rowRange(rows), s.labels, grad, params.focalAlpha,
                                              params.focalGamma, clsNormalizer)
                           : softmaxCrossEntropy(x.rowRange(rows), s.labels, grad, clsNormalizer);
            grad.copyTo(xGrad.rowRange(rows));
            reg[n] = boxLoss(d.rowRange(rows), s.targets, s.labels, regNormalizer, dGrad.rowRange(rows));
        }
    });
    for (int n = 0; n < images; n++)
        loss.add(n, cls[n], reg[n]);
    loss.addOthers(part);
    if (loss.worst < 0)
    {
        network.backward();
        crop.backward(network.inputGradient(), featuresGradient);
    }
    return loss;
}

double RoiHead::boxLoss(const Mat& d, const Mat& targets, const Mat& labels, double normalizer,
                        Mat grad) const
{
    if (params.classAgnostic)
    {
        Mat g;
        const double loss = smoothL1Loss(d, targets, labels, g, params.boxBeta, normalizer);
        g.copyTo(grad);
        return loss;
    }
    // Only the box of the right class is held to anything.
    Mat own = Mat::zeros(d.rows, 4, CV_32F), ownGrad;
    for (int i = 0; i < d.rows; i++)
        if (labels.at<int>(i) > 0)
            std::copy_n(d.ptr<float>(i) + 4 * (labels.at<int>(i) - 1), 4, own.ptr<float>(i));
    const double loss = smoothL1Loss(own, targets, labels, ownGrad, params.boxBeta, normalizer);
    grad.setTo(0);
    for (int i = 0; i < d.rows; i++)
        if (labels.at<int>(i) > 0)
            std::copy_n(ownGrad.ptr<float>(i), 4, grad.ptr<float>(i) + 4 * (labels.at<int>(i) - 1));
    return loss;
}

void RoiHead::predict(Crop& crop, const Tensor& features, Network& network, const Mat& boxes, Size image,
                      Mat& probabilities, Mat& boxDeltas) const
{
    // One shape for all images, so that the network plans once.
    Mat padded = Mat::zeros(std::max(params.proposals.postNms, boxes.rows), 4, CV_32F);
    if (boxes.rows > 0)
        boxes.copyTo(padded.rowRange(0, boxes.rows));
    network.forward(crop.forward(features, {padded}, image));
    const Range all(0, boxes.rows);
    classScores(rowsOf(network.value(logits)).rowRange(all), true, probabilities);
    boxDeltas = rowsOf(network.value(deltas)).rowRange(all).clone();
}

Detections RoiHead::detect(const Mat& boxes, const Mat& probabilities, const Mat& boxDeltas, Size image) const
{
    Detections d;
    generateDetections(probabilities, boxDeltas, boxes, std::vector<int>(), image, d.boxes, d.scores,
                       d.labels, params.detections);
    return d;
}

} // namespace dnn_rpn_train
} // namespace cv
