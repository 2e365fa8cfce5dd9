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

/** @brief How many boxes the file and the trainer have in common, and how many there are: of the one that has
more. A box is the same if label, score and corners are.
@param corners look at them, too */
std::pair<int, int> sharedBoxes(const Mat& table, const Detections& found, Size size, bool corners)
{
    int same = 0, given = 0;
    for (int j = 0; j < table.rows; j++)
        given += table.at<float>(j, 1) > 0; // the table is filled up with rows of zeros
    const int count = found.boxes.rows;
    for (int i = 0; i < count; i++)
        for (int j = 0; j < table.rows; j++)
        {
            const float *row = table.ptr<float>(j), *box = found.boxes.ptr<float>(i);
            bool equal =
                row[1] == found.labels.at<int>(i) && std::abs(row[2] - found.scores.at<float>(i)) <= 1e-3f;
            for (int k = 0; k < 4 && equal && corners; k++)
                equal = std::abs(row[3 + k] * (k % 2 ? size.height : size.width) - box[k]) <= 0.1f;
            if (equal)
            {
                same++;
                break;
            }
        }
    return {same, std::max(count, given)};
}

//! What a file of one stage keeps.
ProposalParams limitsOf(const AnchorHead& head)
{
    ProposalParams limits = head.parameters().proposals;
    if (head.classes() > 0)
    {
        const DetectionParams& d = head.parameters().detections;
        limits.preNms = d.preNms;
        limits.postNms = d.maxDetections;
        limits.nmsThreshold = d.nmsThreshold;
        limits.scoreThreshold = std::nextafter(d.scoreThreshold, 1.f); // scores that equal it are out
    }
    return limits;
}

//! What DetectionOutput should make of these numbers: as it does, class by class, and all levels together.
Detections detectionOutput(const Mat& scores, const Mat& deltas, const Mat& anchors, ProposalParams limits,
                           Size size)
{
    limits.minSize = 0;
    Detections all, best;
    for (int c = 0; c < scores.cols; c++)
    {
        Mat boxes, own;
        generateProposals(scores.col(c).clone(), deltas, anchors, std::vector<int>(), size, boxes, own,
                          limits);
        all.boxes.push_back(boxes);
        all.scores.push_back(own);
        all.labels.push_back(Mat(boxes.rows, 1, CV_32S, Scalar(c + 1)));
    }
    std::vector<int> order; // no IoU is above 1: this is only to find the best
    nmsPerClass(all.boxes, all.scores, all.labels, 1, order, limits.postNms);
    for (int i : order)
    {
        best.boxes.push_back(all.boxes.row(i));
        best.scores.push_back(all.scores.row(i));
        best.labels.push_back(all.labels.row(i));
    }
    return best;
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

//! Whether equal scores are more than the few that come by chance: those of an image that says nothing to the
//! network, for instance. Which of them come first, and are kept, is anybody's choice.
bool haveTies(const Mat& scores)
{
    std::vector<float> sorted(scores.begin<float>(), scores.end<float>());
    std::sort(sorted.begin(), sorted.end(), std::greater<float>());
    int ties = 0;
    for (size_t i = 1; i < sorted.size(); i++)
        ties += sorted[i] == sorted[i - 1];
    return ties > 0.02 * static_cast<double>(sorted.size());
}

//! @param scores of all boxes that the table may hold
//! @param what boxes or detections
void compareTables(const Mat& table, const Detections& found, const Mat& scores, Size size, const char* what)
{
    const auto [same, all] = sharedBoxes(table, found, size, !haveTies(scores));
    // An IoU next to the threshold may fall either way, and takes others with it.
    if (all - same > 2 && same < 0.98 * all)
        CV_Error_(Error::StsError,
                  ("the exported model gives other %s in cv::dnn than in the trainer: only %d of "
                   "%d are the same",
                   what, same, all));
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

//! The proposals of a table, in pixels.
Mat boxesOf(const Mat& table, Size size)
{
    Mat boxes(0, 4, CV_32F);
    for (int i = 0; i < table.rows; i++)
        if (table.at<float>(i, 2) > 0) // else the table is filled up
        {
            const float* row = table.ptr<float>(i);
            const Vec4f box(row[3] * size.width, row[4] * size.height, row[5] * size.width,
                            row[6] * size.height);
            boxes.push_back(Mat(box).reshape(1, 1));
        }
    return boxes;
}

/** @brief Compares the second stage on the proposals of the file's first stage.
@param outputs its proposals, roi.scores, roi.deltas and detections */
void verifySecondStage(const std::vector<Mat>& outputs, const Network& network, const RoiHead& roi,
                       Network& roiNetwork, Size size)
{
    const Mat proposals = tableOf(outputs[0]), boxes = boxesOf(proposals, size);
    Mat probabilities, deltas;
    Crop crop(roi.parameters().pooled);
    roi.predict(crop, network.value(roi.featuresNode()), roiNetwork, boxes, size, probabilities, deltas);
    const int background = roi.parameters().classAgnostic ? 0 : 4;
    auto rowsOf = [&](const Mat& output) {
        return output.reshape(1, proposals.rows).rowRange(0, boxes.rows);
    };
    const Mat theirScores = rowsOf(outputs[1]).colRange(1, roi.classes() + 1).clone();
    Mat theirDeltas = rowsOf(outputs[2]).colRange(background, background + deltas.cols).clone();
    for (int j = 0; j < theirDeltas.cols; j++)
        theirDeltas.col(j) *= roi.parameters().detections.deltaWeights[j % 4];
    compare(theirScores, probabilities, 1e-3, "class scores");
    compare(theirDeltas, deltas, toleranceOf(deltas), "deltas of the second stage");
    compareTables(tableOf(outputs[3]), roi.detect(boxes, theirScores, theirDeltas, size), theirScores, size,
                  "detections");
}

void requireFinite(const Mat& values)
{
    if (!checkRange(values))
        CV_Error(Error::StsError,
                 "the network gives numbers that are not finite. In training it has diverged, and a lower "
                 "--lr may help; before, the backbone's numbers are too large, or --normalise is another's");
}

void requireFiniteSecondStage(const Network& network, const AnchorHead& head, const RoiHead& roi,
                              Network& roiNetwork, Size size)
{
    Mat boxes, scores, probabilities, deltas;
    head.propose(network, 0, size, roi.parameters().proposals, boxes, scores);
    Crop crop(roi.parameters().pooled);
    roi.predict(crop, network.value(roi.featuresNode()), roiNetwork, boxes, size, probabilities, deltas);
    requireFinite(probabilities);
    requireFinite(deltas);
}

dnn::Net netOf(const std::string& file, const Mat& image)
{
    dnn::Net net = dnn::readNetFromONNX(file.data(), file.size());
    net.setPreferableBackend(dnn::DNN_BACKEND_OPENCV);
    net.setInput(dnn::blobFromImage(image));
    return net;
}

} // namespace

void compareHeads(const std::string& file, const ExportReference& r)
{
    if (r.roi)
        return; // cv::dnn 4 has no room for results of any size
    std::vector<Mat> outputs;
    netOf(file, r.image).forward(outputs, std::vector<String>{"logits", "deltas"});
    compare(outputs[0], r.logits, toleranceOf(r.logits), "logits");
    compare(outputs[1], r.deltas, toleranceOf(r.deltas), "deltas");
}

void compareBoxes(const std::string& file, const ExportReference& r)
{
    dnn::Net net = netOf(file, r.image);
    // Suppression turns the smallest difference between near-ties into other boxes. So compare what goes into
    // DetectionOutput, and then what comes out of it with what our operators make of the same input.
    std::vector<String> names{layerOf(net, "scores"), layerOf(net, "deltas"),
                              layerOf(net, r.roi ? "proposals" : "detections")};
    if (r.roi)
        for (const char* name : {"roi.scores", "roi.deltas", "detections"})
            names.push_back(layerOf(net, name));
    std::vector<Mat> outputs;
    net.forward(outputs, names);
    Mat probabilities, anchors;
    std::vector<int> counts;
    classScores(r.logits, r.head.softmax(), probabilities);
    r.head.anchors(r.network, anchors, counts);
    const Mat theirColumns = outputs[0].reshape(1, r.logits.rows),
              theirScores = theirColumns.colRange(1, theirColumns.cols).clone(),
              theirDeltas = outputs[1].reshape(1, r.deltas.rows);
    compare(theirScores, probabilities, 1e-3, "scores");
    compare(theirDeltas, r.deltas, toleranceOf(r.deltas), "deltas");
    const ProposalParams limits = r.roi ? r.roi->parameters().proposals : limitsOf(r.head);
    compareTables(tableOf(outputs[2]), detectionOutput(theirScores, theirDeltas, anchors, limits, r.size),
                  theirScores, r.size, r.roi ? "proposals" : "boxes");
    if (r.roi)
        verifySecondStage(std::vector<Mat>(outputs.begin() + 2, outputs.end()), r.network, *r.roi,
                          *r.roiNetwork, r.size);
}

void verifyExport(const std::string& file, ExportKind kind, Network& network, const AnchorHead& head,
                  Size size, const RoiHead* roi, Network* roiNetwork)
{
    ExportReference reference{drawPattern(size), network, Mat(), Mat(), head, size, roi, roiNetwork};
    network.forward(stack({reference.image}));
    head.heads(network, 0, reference.logits, reference.deltas);
    requireFinite(reference.logits);
    requireFinite(reference.deltas);
    if (roi)
        requireFiniteSecondStage(network, head, *roi, *roiNetwork, size);
    if (const auto comparison = exporterOf(kind).compare)
        comparison(file, reference);
}

} // namespace dnn_rpn_train
} // namespace cv
