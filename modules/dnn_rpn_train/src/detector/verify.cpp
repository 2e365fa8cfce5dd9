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

} // namespace

void verifyExport(const std::string& file, const String& kind, Network& network, const Rpn& rpn, Size size)
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
    auto compare = [&](const Mat& theirs, const Mat& ours, double tolerance, const char* what) {
        const double difference = theirs.total() == ours.total()
                                      ? norm(theirs.reshape(1, ours.rows), ours, NORM_INF)
                                      : std::numeric_limits<double>::infinity();
        if (!(difference <= tolerance))
            CV_Error_(Error::StsError, ("the exported model gives other %s in cv::dnn than in the trainer: "
                                        "they differ by %g, allowed is %g",
                                        what, difference, tolerance));
    };
    // Two libraries sum in different orders; logits of a trained network reach some tens.
    const double tolerance = 1e-3 * (1 + norm(logits, NORM_INF));
    std::vector<Mat> outputs;
    if (kind == "heads")
    {
        net.forward(outputs, std::vector<String>{"logits", "deltas"});
        compare(outputs[0], logits, tolerance, "logits");
        compare(outputs[1], deltas, tolerance, "deltas");
        return;
    }
    // Suppression turns the smallest difference between near-ties into other boxes. So compare what goes into
    // DetectionOutput, and then what comes out of it with what our operators make of the same input.
    net.forward(outputs, std::vector<String>{layerOf(net, "scores"), layerOf(net, "deltas"),
                                             layerOf(net, "detections")});
    Mat probabilities;
    objectness(logits, probabilities);
    const Mat theirScores = outputs[0].reshape(1, logits.rows).col(1).clone(),
              theirDeltas = outputs[1].reshape(1, deltas.rows);
    compare(theirScores, probabilities, 1e-3, "scores");
    compare(theirDeltas, deltas, tolerance, "deltas");
    Mat boxes, scores;
    rpn.propose(network, theirScores, theirDeltas, boxes, scores);
    const double same =
        sharedBoxes(outputs[2].reshape(1, static_cast<int>(outputs[2].total() / 7)), boxes, scores, size);
    // An IoU next to the threshold may fall either way, and takes others with it.
    if (same < 0.98 && (1 - same) * boxes.rows > 2)
        CV_Error_(Error::StsError,
                  ("the exported model gives other boxes in cv::dnn than in the trainer: only %.1f %% of "
                   "them are the same",
                   100 * same));
}

} // namespace dnn_rpn_train
} // namespace cv
