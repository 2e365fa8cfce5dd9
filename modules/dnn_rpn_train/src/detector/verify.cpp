// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "verify.hpp"
#include "../data/loader.hpp"

#include "opencv2/dnn.hpp"
#include "opencv2/imgproc.hpp"

namespace cv {
namespace dnn_rpn_train {

using namespace dnn_rpn;

namespace {

//! Not a photograph, but it has edges and colours at every scale.
Mat drawPattern(Size size)
{
    Mat pattern(size, CV_8UC3, Scalar(120, 110, 100));
    RNG noise(7);
    for (int i = 0; i < 30; i++)
    {
        const Point centre(noise.uniform(0, size.width), noise.uniform(0, size.height));
        const Size axes(noise.uniform(4, 60), noise.uniform(4, 60));
        const Scalar colour(noise.uniform(0, 256), noise.uniform(0, 256), noise.uniform(0, 256));
        ellipse(pattern, centre, axes, noise.uniform(0, 180), 0, 360, colour, FILLED);
    }
    return pattern;
}

//! The share of boxes that stand, to 0.1 pixel and 1e-3 of score, in the table of a DetectionOutput layer.
double sharedBoxes(const Mat& table, const Mat& boxes, const Mat& scores, Size size)
{
    int found = 0, given = 0;
    for (int j = 0; j < table.rows; j++)
        given += table.at<float>(j, 1) > 0; // the table is filled up with rows of zeros
    for (int i = 0; i < boxes.rows; i++)
        for (int j = 0; j < table.rows; j++)
        {
            const float *row = table.ptr<float>(j), *box = boxes.ptr<float>(i);
            bool same = std::abs(row[2] - scores.at<float>(i)) <= 1e-3f;
            for (int k = 0; k < 4 && same; k++)
                same = std::abs(row[3 + k] * (k % 2 ? size.height : size.width) - box[k]) <= 0.1f;
            if (same)
            {
                found++;
                break;
            }
        }
    return std::max(boxes.rows, given) > 0 ? static_cast<double>(found) / std::max(boxes.rows, given) : 1.;
}

//! The layer that the importer made of a node; since 4.5.5 it puts something before the name.
String layerOf(const dnn::Net& net, const String& node)
{
    for (const String& name : net.getLayerNames())
        if (name == node || name == "onnx_node!" + node)
            return name;
    CV_Error_(Error::StsError, ("cv::dnn made no layer of the node '%s'", node.c_str()));
}

void compare(const Mat& theirs, const Mat& ours, double tolerance, const char* what)
{
    const double difference = theirs.total() == ours.total()
                                  ? norm(theirs.reshape(1, ours.rows), ours, NORM_INF)
                                  : std::numeric_limits<double>::infinity();
    if (!(difference <= tolerance))
        CV_Error_(Error::StsError, ("the exported model gives other %s in cv::dnn than in the trainer: "
                                    "they differ by %g, allowed is %g",
                                    what, difference, tolerance));
}

//! @param what proposals or detections
void compareBoxes(const Mat& table, const Mat& boxes, const Mat& scores, Size size, const char* what)
{
    const double same = sharedBoxes(table, boxes, scores, size);
    // An IoU next to the threshold may fall either way, and takes others with it.
    if (same < 0.98 && (1 - same) * boxes.rows > 2)
        CV_Error_(Error::StsError,
                  ("the exported model gives other %s in cv::dnn than in the trainer: only %.1f %% of "
                   "them are the same",
                   what, 100 * same));
}

Mat tableOf(const Mat& output)
{
    return output.reshape(1, static_cast<int>(output.total() / 7));
}

//! Two libraries sum in different orders; logits of a trained network reach some tens.
double toleranceOf(const Mat& values)
{
    return 1e-3 * (1 + norm(values, NORM_INF));
}

/** @brief Compares the second stage on the proposals of the file's first stage.
@param outputs its proposals, roi.scores, roi.deltas and detections */
void verifySecondStage(const std::vector<Mat>& outputs, const Network& network, const RoiHead& roi,
                       Network& roiNetwork, Size size)
{
    const Mat proposals = tableOf(outputs[0]);
    Mat boxes(0, 4, CV_32F);
    for (int i = 0; i < proposals.rows; i++)
        if (proposals.at<float>(i, 2) > 0) // else the table is filled up
        {
            const float* row = proposals.ptr<float>(i);
            boxes.push_back(Mat(Vec4f(row[3] * size.width, row[4] * size.height, row[5] * size.width,
                                      row[6] * size.height))
                                .reshape(1, 1));
        }
    Mat probabilities, deltas;
    roi.judge(network.value(roi.featuresNode()), roiNetwork, boxes, size, probabilities, deltas);
    const int background = roi.parameters().sharedDeltas ? 0 : 4;
    const Mat theirScores = outputs[1].reshape(1, proposals.rows).rowRange(0, boxes.rows).clone();
    Mat theirDeltas = outputs[2]
                          .reshape(1, proposals.rows)
                          .rowRange(0, boxes.rows)
                          .colRange(background, background + deltas.cols)
                          .clone();
    for (int j = 0; j < theirDeltas.cols; j++)
        theirDeltas.col(j) *= roi.parameters().detections.deltaWeights[j % 4];
    compare(theirScores, probabilities, 1e-3, "class scores");
    compare(theirDeltas, deltas, toleranceOf(deltas), "deltas of the second stage");
    Mat found, scores, labels;
    roi.detect(boxes, theirScores, theirDeltas, size, found, scores, labels);
    compareBoxes(tableOf(outputs[3]), found, scores, size, "detections");
}

} // namespace

void verifyExport(const std::string& file, const String& kind, Network& network, const Rpn& rpn, Size size,
                  const RoiHead* roi, Network* roiNetwork)
{
    const Mat pattern = drawPattern(size);
    network.forward(stack({pattern}));
    Mat logits, deltas;
    rpn.heads(network, 0, logits, deltas);

    if (!checkRange(logits) || !checkRange(deltas))
        CV_Error(Error::StsError,
                 "the network gives numbers that are not finite: it has diverged. A lower learning "
                 "rate may help");

    dnn::Net net = dnn::readNetFromONNX(file.data(), file.size());
    net.setPreferableBackend(dnn::DNN_BACKEND_OPENCV);
    net.setInput(dnn::blobFromImage(pattern));
    std::vector<Mat> outputs;
    if (kind == "heads")
    {
        net.forward(outputs, std::vector<String>{"logits", "deltas"});
        compare(outputs[0], logits, toleranceOf(logits), "logits");
        compare(outputs[1], deltas, toleranceOf(logits), "deltas");
        return;
    }
    // Suppression turns the smallest difference between near-ties into other boxes. So compare what goes into
    // DetectionOutput, and then what comes out of it with what our operators make of the same input.
    std::vector<String> names{layerOf(net, "scores"), layerOf(net, "deltas"),
                              layerOf(net, roi ? "proposals" : "detections")};
    if (roi)
        for (const char* name : {"roi.scores", "roi.deltas", "detections"})
            names.push_back(layerOf(net, name));
    net.forward(outputs, names);
    Mat probabilities;
    objectness(logits, probabilities);
    const Mat theirScores = outputs[0].reshape(1, logits.rows).col(1).clone(),
              theirDeltas = outputs[1].reshape(1, deltas.rows);
    compare(theirScores, probabilities, 1e-3, "scores");
    compare(theirDeltas, deltas, toleranceOf(logits), "deltas");
    Mat boxes, scores;
    rpn.propose(network, theirScores, theirDeltas, size,
                roi ? roi->parameters().proposals : rpn.parameters().proposals, boxes, scores);
    compareBoxes(tableOf(outputs[2]), boxes, scores, size, "boxes");
    if (roi)
        verifySecondStage(std::vector<Mat>(outputs.begin() + 2, outputs.end()), network, *roi, *roiNetwork,
                          size);
}

} // namespace dnn_rpn_train
} // namespace cv
