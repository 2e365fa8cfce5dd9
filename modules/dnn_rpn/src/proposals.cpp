// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "precomp.hpp"
#include "box.hpp"
#include "check.hpp"
#include "levels.hpp"
#include "rank.hpp"
#include "sigmoid.hpp"
#include "suppress.hpp"
#include "units.hpp"
#include "validate.hpp"

namespace cv {
namespace dnn_rpn {

ProposalParams::ProposalParams()
    : preNms(1000), postNms(300), nmsThreshold(0.7f), minSize(0),
      scoreThreshold(-std::numeric_limits<float>::infinity())
{}

namespace {

//! The proposals of one level, by falling score.
struct LevelProposals
{
    const float* boxes; // count x 4
    const float* scores;
    int count;
};

/** The best of these anchors, decoded, clipped, filtered by size and suppressed.
@param scores, deltas, anchors of the level's `count` anchors */
LevelProposals proposalsOf(const float* scores, const float* deltas, const float* anchors, int count,
                           Size imageSize, const ProposalParams& params, Arena& arena)
{
    ArenaVector<int> order(&arena);
    rankByScore(scores, count, params.scoreThreshold, params.preNms, order);
    const int ranked = static_cast<int>(order.size());

    const double maxLogSize = std::log(1000. / 16); // the default of decodeBoxes()
    float* decoded = arena.take<float>(4 * order.size());
    const int together = 256;
    forEachUnit((ranked + together - 1) / together, [&](int, int unit) {
        for (int i = unit * together; i < std::min(ranked, (unit + 1) * together); i++)
        {
            const size_t at = 4 * static_cast<size_t>(order[i]);
            decodeBox(deltas + at, anchors + at, Scalar::all(1), maxLogSize, decoded + 4 * i);
            clipBox(decoded + 4 * i, static_cast<float>(imageSize.width),
                    static_cast<float>(imageSize.height));
        }
    });
    int large = 0;
    float* largeScores = arena.take<float>(order.size());
    for (int i = 0; i < ranked; i++)
        if (isLarge(decoded + 4 * i, params.minSize))
        {
            std::copy_n(decoded + 4 * i, 4, decoded + 4 * large);
            largeScores[large++] = scores[order[i]];
        }

    // No level can give more than postNms of the postNms best of all levels.
    int* keep = arena.take<int>(large);
    const int kept = suppress(decoded, large, params.nmsThreshold, params.postNms, keep, arena);
    for (int i = 0; i < kept; i++)
    {
        std::copy_n(decoded + 4 * keep[i], 4, decoded + 4 * i);
        largeScores[i] = largeScores[keep[i]];
    }
    return {decoded, largeScores, kept};
}

} // namespace

void generateProposals(InputArray scores, InputArray deltas, InputArray anchors,
                       const std::vector<int>& levelCounts, Size imageSize, OutputArray boxes,
                       OutputArray proposalScores, const ProposalParams& params)
{
    Workspace workspace;
    generateProposals(scores, deltas, anchors, levelCounts, imageSize, boxes, proposalScores, params,
                      workspace);
}

void generateProposals(InputArray scores_, InputArray deltas_, InputArray anchors_,
                       const std::vector<int>& levelCounts, Size imageSize, OutputArray boxes,
                       OutputArray proposalScores, const ProposalParams& params, Workspace& workspace)
{
    const Mat deltas = boxesArgument(deltas_, "deltas"), anchors = boxesArgument(anchors_, "anchors");
    checkSameRows(deltas, "deltas", anchors, "anchors");
    const Mat scores = columnArgument(scores_, CV_32F, anchors.rows, "scores");
    checkImageSize(imageSize);
    checkParams(params);

    workspace.arenas().begin(getNumThreads());
    Arena& arena = workspace.arenas().own();
    const ArenaVector<int> starts = levelStarts(levelCounts, anchors.rows, arena);
    const int levels = static_cast<int>(starts.size()) - 1;
    LevelProposals* found = arena.take<LevelProposals>(levels);
    forEachUnit(levels, [&](int worker, int level) {
        const int first = starts[level];
        const size_t coordinates = 4 * static_cast<size_t>(first);
        found[level] = proposalsOf(scores.ptr<float>() + first, deltas.ptr<float>() + coordinates,
                                   anchors.ptr<float>() + coordinates, starts[level + 1] - first, imageSize,
                                   params, workspace.arenas().of(worker));
    });

    // The levels follow each other in the order of their anchors, and equal scores within a level keep
    // that order too, so positions decide like indices of anchors.
    int count = 0;
    for (int level = 0; level < levels; level++)
        count += found[level].count;
    float* allScores = arena.take<float>(count);
    const float** allBoxes = arena.take<const float*>(count);
    for (int level = 0, at = 0; level < levels; level++)
        for (int i = 0; i < found[level].count; i++, at++)
        {
            allScores[at] = found[level].scores[i];
            allBoxes[at] = found[level].boxes + 4 * static_cast<size_t>(i);
        }
    ArenaVector<int> order(&arena);
    rankByScore(allScores, count, -std::numeric_limits<float>::infinity(), params.postNms, order);

    boxes.create(static_cast<int>(order.size()), 4, CV_32F);
    proposalScores.create(static_cast<int>(order.size()), 1, CV_32F);
    Mat outBoxes = boxes.getMat(), outScores = proposalScores.getMat();
    for (int i = 0; i < static_cast<int>(order.size()); i++)
    {
        std::copy_n(allBoxes[order[i]], 4, outBoxes.ptr<float>(i));
        outScores.at<float>(i) = allScores[order[i]];
    }
}

void objectness(InputArray logits_, OutputArray scores)
{
    const Mat logits = matrixArgument(logits_, "logits");
    if (logits.rows > 0 && logits.cols != 1 && logits.cols != 2)
        CV_Error_(Error::StsBadArg, ("logits must have 1 or 2 columns, not %s", shapeText(logits).c_str()));
    RowsOutput output(scores, logits.rows, 1, CV_32F, {logits});
    float* score = output.rows().ptr<float>();
    for (int k = 0; k < logits.rows; k++)
    {
        // A softmax of two is the sigmoid of the difference.
        const float* row = logits.ptr<float>(k);
        score[k] = sigmoid(logits.cols == 2 ? row[1] - row[0] : row[0]);
    }
    output.finish();
}

} // namespace dnn_rpn
} // namespace cv
