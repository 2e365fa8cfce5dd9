// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "precomp.hpp"
#include "box.hpp"
#include "check.hpp"
#include "rank.hpp"
#include "validate.hpp"

namespace cv {
namespace dnn_rpn {

ProposalParams::ProposalParams()
    : preNms(1000), postNms(300), nmsThreshold(0.7f), minSize(0),
      scoreThreshold(-std::numeric_limits<float>::infinity())
{}

namespace {

//! The proposals so far, level by level.
struct Proposals
{
    std::vector<float> boxes, scores;
};

//! Adds the proposals of the anchors in range.
void addLevel(const float* scores, const Mat& deltas, const Mat& anchors, Range range, Size imageSize,
              double maxLogSize, const ProposalParams& params, Proposals& proposals)
{
    std::vector<int> order;
    for (int k = range.start; k < range.end; ++k)
        if (scores[k] >= params.scoreThreshold) // false for NaN
            order.push_back(k);
    rankByScore(scores, order, params.preNms);

    std::vector<float> boxes;
    std::vector<int> large;
    for (int k : order)
    {
        float box[4];
        decodeBox(deltas.ptr<float>(k), anchors.ptr<float>(k), Scalar::all(1), maxLogSize, box);
        clipBox(box, static_cast<float>(imageSize.width), static_cast<float>(imageSize.height));
        if (!isLarge(box, params.minSize))
            continue;
        boxes.insert(boxes.end(), box, box + 4);
        large.push_back(k);
    }

    // No level can give more than postNms of the postNms best of all levels.
    std::vector<int> keep;
    suppress(boxes.data(), static_cast<int>(large.size()), params.nmsThreshold, params.postNms, keep);
    for (int i : keep)
    {
        proposals.boxes.insert(proposals.boxes.end(), boxes.begin() + 4 * i, boxes.begin() + 4 * i + 4);
        proposals.scores.push_back(scores[large[i]]);
    }
}

} // namespace

void checkParams(const ProposalParams& params)
{
    checkNotNegative(params.preNms, "preNms");
    checkNotNegative(params.postNms, "postNms");
    checkRange(params.nmsThreshold, 0, 1, "nmsThreshold");
    checkNotNegative(params.minSize, "minSize");
    if (std::isnan(params.scoreThreshold))
        CV_Error(Error::StsOutOfRange, "scoreThreshold must be a number, not nan");
}

void generateProposals(InputArray scores_, InputArray deltas_, InputArray anchors_,
                       const std::vector<int>& levelCounts, Size imageSize, OutputArray boxes,
                       OutputArray proposalScores, const ProposalParams& params)
{
    const Mat deltas = boxesArgument(deltas_, "deltas"), anchors = boxesArgument(anchors_, "anchors");
    checkSameRows(deltas, "deltas", anchors, "anchors");
    const Mat scores = columnArgument(scores_, CV_32F, anchors.rows, "scores");
    if (imageSize.width < 0 || imageSize.height < 0)
        CV_Error_(Error::StsOutOfRange,
                  ("imageSize must not be negative, but is %d x %d", imageSize.width, imageSize.height));
    checkParams(params);
    double total = 0;
    for (int count : levelCounts)
    {
        checkNotNegative(count, "each of levelCounts");
        total += count;
    }
    if (!levelCounts.empty() && total != anchors.rows)
        CV_Error_(Error::StsUnmatchedSizes,
                  ("levelCounts sum up to %.0f, but there are %d anchors", total, anchors.rows));

    const std::vector<int> counts = levelCounts.empty() ? std::vector<int>(1, anchors.rows) : levelCounts;
    const double maxLogSize = std::log(1000. / 16); // the default of decodeBoxes()
    Proposals found;
    int first = 0;
    for (int count : counts)
    {
        addLevel(scores.ptr<float>(), deltas, anchors, Range(first, first + count), imageSize, maxLogSize,
                 params, found);
        first += count;
    }

    // The levels follow each other in the order of their anchors, and equal scores within a level keep
    // that order too, so positions decide like indices of anchors.
    std::vector<int> order(found.scores.size());
    for (size_t i = 0; i < order.size(); ++i)
        order[i] = static_cast<int>(i);
    rankByScore(found.scores.data(), order, params.postNms);

    const int count = static_cast<int>(order.size());
    boxes.create(count, 4, CV_32F);
    proposalScores.create(count, 1, CV_32F);
    Mat outBoxes = boxes.getMat(), outScores = proposalScores.getMat();
    for (int i = 0; i < count; ++i)
    {
        std::copy_n(found.boxes.begin() + 4 * order[i], 4, outBoxes.ptr<float>(i));
        outScores.at<float>(i) = found.scores[order[i]];
    }
}

void objectness(InputArray logits_, OutputArray scores)
{
    const Mat logits = matrixArgument(logits_, "logits");
    if (logits.rows > 0 && logits.cols != 1 && logits.cols != 2)
        CV_Error_(Error::StsBadArg, ("logits must have 1 or 2 columns, not %s", shapeText(logits).c_str()));
    Mat out(logits.rows, 1, CV_32F);
    for (int k = 0; k < logits.rows; ++k)
    {
        // A softmax of two is the sigmoid of the difference.
        const float* row = logits.ptr<float>(k);
        const float x = logits.cols == 2 ? row[1] - row[0] : row[0];
        const float e = std::exp(-std::abs(x));
        out.at<float>(k) = (x < 0 ? e : 1.f) / (1 + e);
    }
    giveOut(out, scores);
}

} // namespace dnn_rpn
} // namespace cv
