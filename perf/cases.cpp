// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "case.hpp"

#include "opencv2/dnn.hpp"
#include "opencv2/dnn_rpn.hpp"

using namespace cv;
using namespace cv::dnn_rpn;

namespace {

double bytesOf(const std::vector<Mat>& arrays)
{
    double bytes = 0;
    for (const Mat& m : arrays)
        bytes += static_cast<double>(m.total() * m.elemSize());
    return bytes;
}

//! Logits and labels in, value and gradient out.
Case lossCase(const Inputs& in, double (*loss)(InputArray, InputArray, OutputArray, double, double, double))
{
    const Mat logits = in.array("logits"), labels = in.array("labels");
    Case c;
    Mat &grad = (*c.outputs)["grad"], &value = (*c.outputs)["value"];
    value.create(1, 1, CV_64F);
    c.call = [=, &grad, &value] { value.at<double>(0) = loss(logits, labels, grad, 0.25, 2, 1); };
    c.bytes = bytesOf({logits, labels, logits});
    return c;
}

Case boxLossCase(const Inputs& in, bool giou)
{
    const Mat boxes = in.array("boxes"), targets = in.array("targets"), labels = in.array("labels");
    Case c;
    Mat &grad = (*c.outputs)["grad"], &value = (*c.outputs)["value"];
    value.create(1, 1, CV_64F);
    c.call = [=, &grad, &value] {
        value.at<double>(0) = giou ? giouLoss(boxes, targets, labels, grad, 1)
                                   : smoothL1Loss(boxes, targets, labels, grad, 1. / 9, 1);
    };
    // The boxes of negatives need not be looked at.
    c.bytes = bytesOf({labels, boxes}) + 32. * countNonZero(labels > 0);
    return c;
}

Case matchCase(const Inputs& in)
{
    const Mat anchors = in.array("anchors"), objects = in.array("objects");
    Case c;
    Mat& matches = (*c.outputs)["matches"];
    c.call = [=, &matches] { matchAnchors(anchors, objects, noArray(), matches); };
    c.bytes = bytesOf({anchors, objects}) + 4. * anchors.rows;
    return c;
}

//! One level a row of `levels`: stride, columns, rows, and the shapes of a cell in `widths` and `heights`.
Case anchorsCase(const Inputs& in)
{
    const Mat table = in.array("levels"), widths = in.array("widths"), heights = in.array("heights");
    std::vector<AnchorLevel> levels(table.rows);
    std::vector<Size> sizes;
    for (int i = 0; i < table.rows; i++)
    {
        levels[i].stride = table.at<int>(i, 0);
        levels[i].offset = 0;
        widths.row(i).copyTo(levels[i].widths);
        heights.row(i).copyTo(levels[i].heights);
        sizes.push_back(Size(table.at<int>(i, 1), table.at<int>(i, 2)));
    }
    Case c;
    Mat& anchors = (*c.outputs)["anchors"];
    c.call = [=, &anchors] {
        std::vector<int> counts;
        generateAnchors(levels, sizes, anchors, counts);
    };
    for (const Size& size : sizes)
        c.bytes += 16. * size.area() * widths.cols;
    return c;
}

Case proposalsCase(const Inputs& in)
{
    const Mat scores = in.array("scores"), deltas = in.array("deltas"), anchors = in.array("anchors");
    const std::vector<int> counts(in.array("counts").begin<int>(), in.array("counts").end<int>());
    ProposalParams params;
    params.preNms = static_cast<int>(in.number("pre"));
    params.postNms = static_cast<int>(in.number("post"));
    params.minSize = 1e-3f; // torchvision's
    const Size size(static_cast<int>(in.number("width")), static_cast<int>(in.number("height")));
    Case c;
    Mat &boxes = (*c.outputs)["boxes"], &kept = (*c.outputs)["scores"];
    c.call = [=, &boxes, &kept] {
        generateProposals(scores, deltas, anchors, counts, size, boxes, kept, params);
    };
    double decoded = 0;
    for (int count : counts)
        decoded += std::min(count, params.preNms);
    c.bytes = bytesOf({scores}) + 32 * decoded + 20. * params.postNms;
    return c;
}

//! cv::dnn's own layer for one map; scores are 1 x 2A x H x W, deltas 1 x 4A x H x W.
Case stockProposalCase(const Inputs& in)
{
    dnn::LayerParams params;
    params.type = "Proposal";
    params.set("feat_stride", 16);
    params.set("base_size", 16);
    params.set("pre_nms_topn", static_cast<int>(in.number("pre")));
    params.set("post_nms_topn", static_cast<int>(in.number("post")));
    params.set("nms_thresh", 0.7);
    const float ratios[] = {0.5f, 1, 2}, scales[] = {8, 16, 32};
    params.set("ratio", dnn::DictValue::arrayReal(ratios, 3));
    params.set("scale", dnn::DictValue::arrayReal(scales, 3));
    const auto net = std::make_shared<dnn::Net>();
    net->setInputsNames({"scores", "deltas", "info"});
    const int layer = net->addLayer("proposals", "Proposal", params);
    for (int i = 0; i < 3; i++)
        net->connect(0, i, layer, i);
    net->setInput(in.array("stockScores"), "scores");
    net->setInput(in.array("stockDeltas"), "deltas");
    Mat info(1, 3, CV_32F, Scalar(1));
    info.at<float>(0) = static_cast<float>(in.number("height"));
    info.at<float>(1) = static_cast<float>(in.number("width"));
    net->setInput(info, "info");
    Case c;
    Mat& boxes = (*c.outputs)["boxes"];
    const Mat scores = in.array("stockScores");
    c.call = [=, &boxes] {
        net->setInput(scores, "scores"); // or the net sees that nothing changed
        boxes = net->forward();
    };
    return c;
}

Case nmsCase(const Inputs& in)
{
    const Mat boxes = in.array("boxes"), scores = in.array("scores");
    const Mat labels = in.arrays.count("labels") ? in.array("labels") : Mat();
    Case c;
    Mat& output = (*c.outputs)["keep"];
    const auto keep = std::make_shared<std::vector<int>>();
    const bool grouped = in.number("grouped") != 0;
    c.call = [=, &output] {
        if (grouped)
            nmsPerClass(boxes, scores, labels, 0.7f, *keep);
        else
            nms(boxes, scores, 0.7f, *keep);
        output = Mat(*keep);
    };
    c.bytes = bytesOf({boxes, scores, scores});
    return c;
}

Case stockNmsCase(const Inputs& in)
{
    const Mat boxes = in.array("boxes");
    std::vector<Rect2d> rects;
    for (int i = 0; i < boxes.rows; i++)
    {
        const float* b = boxes.ptr<float>(i);
        rects.push_back(Rect2d(b[0], b[1], double(b[2]) - b[0], double(b[3]) - b[1]));
    }
    const std::vector<float> scores(in.array("scores").begin<float>(), in.array("scores").end<float>());
    Case c;
    Mat& output = (*c.outputs)["keep"];
    const auto keep = std::make_shared<std::vector<int>>();
    c.call = [=, &output] {
        dnn::NMSBoxes(rects, scores, 0, 0.7f, *keep);
        output = Mat(*keep);
    };
    return c;
}

Case roiAlignCase(const Inputs& in, bool backward)
{
    const Mat features = in.array("features"), rois = in.array("rois");
    const int bins = static_cast<int>(in.number("bins"));
    RoiAlignParams params;
    params.spatialScale = static_cast<float>(in.number("scale"));
    params.samplingRatio = static_cast<int>(in.number("sampling"));
    Case c;
    Mat& output = (*c.outputs)["output"];
    Mat& grad = (*c.outputs)["grad"];
    const std::vector<int> shape(features.size.p, features.size.p + 4);
    c.bytes = bytesOf({features}) + 4. * rois.rows * features.size[1] * bins * bins;
    c.call = [=, &output] { roiAlign(features, rois, noArray(), Size(bins, bins), output, params); };
    if (!backward)
        return c;
    const Mat outputGrad = in.array("outputGrad");
    c.bytes *= 2;
    c.call = [=, forward = c.call, &grad] {
        forward();
        roiAlignBackward(outputGrad, rois, noArray(), shape, grad, params);
    };
    return c;
}

Case roiPoolCase(const Inputs& in, bool backward)
{
    const Mat features = in.array("features"), rois = in.array("rois"), outputGrad = in.array("outputGrad");
    const int bins = static_cast<int>(in.number("bins"));
    const float scale = static_cast<float>(in.number("scale"));
    const std::vector<int> shape(features.size.p, features.size.p + 4);
    Case c;
    Mat &output = (*c.outputs)["output"], &argmax = (*c.outputs)["argmax"], &grad = (*c.outputs)["grad"];
    c.call = [=, &output, &argmax, &grad] {
        roiPool(features, rois, noArray(), Size(bins, bins), output, argmax, scale);
        if (backward)
            roiPoolBackward(outputGrad, argmax, noArray(), shape, grad);
    };
    c.bytes = (bytesOf({features}) + 8. * rois.rows * features.size[1] * bins * bins) * (backward ? 2 : 1);
    return c;
}

} // namespace

Case makeCase(const std::string& name, const Inputs& in)
{
    const std::map<std::string, std::function<Case()>> cases = {
        {"sigmoidFocalLoss", [&] { return lossCase(in, sigmoidFocalLoss); }},
        {"softmaxFocalLoss", [&] { return lossCase(in, softmaxFocalLoss); }},
        {"smoothL1Loss", [&] { return boxLossCase(in, false); }},
        {"giouLoss", [&] { return boxLossCase(in, true); }},
        {"matchAnchors", [&] { return matchCase(in); }},
        {"generateAnchors", [&] { return anchorsCase(in); }},
        {"generateProposals", [&] { return proposalsCase(in); }},
        {"stockProposal", [&] { return stockProposalCase(in); }},
        {"nms", [&] { return nmsCase(in); }},
        {"stockNms", [&] { return stockNmsCase(in); }},
        {"roiAlign", [&] { return roiAlignCase(in, false); }},
        {"roiAlignBoth", [&] { return roiAlignCase(in, true); }},
        {"roiPool", [&] { return roiPoolCase(in, false); }},
        {"roiPoolBoth", [&] { return roiPoolCase(in, true); }},
    };
    return cases.at(name)();
}
