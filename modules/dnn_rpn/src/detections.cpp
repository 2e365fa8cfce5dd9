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

DetectionParams::DetectionParams()
    : preNms(1000), maxDetections(100), scoreThreshold(0.05f), nmsThreshold(0.5f), minSize(0),
      deltaWeights(1, 1, 1, 1)
{}

void checkParams(const DetectionParams& params)
{
    checkNotNegative(params.preNms, "preNms");
    checkNotNegative(params.maxDetections, "maxDetections");
    if (std::isnan(params.scoreThreshold))
        CV_Error(Error::StsOutOfRange, "scoreThreshold must be a number, not nan");
    checkRange(params.nmsThreshold, 0, 1, "nmsThreshold");
    checkNotNegative(params.minSize, "minSize");
    checkWeights(params.deltaWeights);
}

namespace {

//! Boxes with their scores and labels.
struct Candidates
{
    float* boxes; // count x 4
    float* scores;
    int* labels;
    int count;

    static Candidates room(int count, Arena& arena)
    {
        return {arena.take<float>(4 * static_cast<size_t>(count)), arena.take<float>(count),
                arena.take<int>(count), 0};
    }
};

//! The network's outputs and what to do with them.
struct Task
{
    const Mat scores, deltas, anchors;
    const Size imageSize;
    const DetectionParams& params;
};

//! What can become a detection of the anchors first..last-1, by falling score.
Candidates candidatesOf(const Task& task, int first, int last, Arena& arena)
{
    const int classes = task.scores.cols;
    const bool shared = task.deltas.cols == 4;
    const float* scores = task.scores.ptr<float>() + static_cast<size_t>(first) * classes;
    const float above = std::nextafter(task.params.scoreThreshold, std::numeric_limits<float>::infinity());
    ArenaVector<int> order(&arena);
    rankByScore(scores, (last - first) * classes, above, task.params.preNms, order);

    const double maxLogSize = std::log(1000. / 16); // the default of decodeBoxes()
    Candidates found = Candidates::room(static_cast<int>(order.size()), arena);
    for (int pair : order)
    {
        const size_t anchor = first + pair / classes, c = pair % classes;
        float* box = found.boxes + 4 * static_cast<size_t>(found.count);
        decodeBox(task.deltas.ptr<float>() + task.deltas.cols * anchor + (shared ? 0 : 4 * c),
                  task.anchors.ptr<float>() + 4 * anchor, task.params.deltaWeights, maxLogSize, box);
        clipBox(box, static_cast<float>(task.imageSize.width), static_cast<float>(task.imageSize.height));
        if (!isLarge(box, task.params.minSize)) // and what is NaN
            continue;
        found.scores[found.count] = scores[pair];
        found.labels[found.count++] = static_cast<int>(c) + 1;
    }
    return found;
}

} // namespace

void generateDetections(InputArray scores, InputArray deltas, InputArray anchors,
                        const std::vector<int>& levelCounts, Size imageSize, OutputArray boxes,
                        OutputArray detectionScores, OutputArray labels, const DetectionParams& params)
{
    Workspace workspace;
    generateDetections(scores, deltas, anchors, levelCounts, imageSize, boxes, detectionScores, labels,
                       params, workspace);
}

void generateDetections(InputArray scores_, InputArray deltas_, InputArray anchors_,
                        const std::vector<int>& levelCounts, Size imageSize, OutputArray boxes,
                        OutputArray detectionScores, OutputArray labels, const DetectionParams& params,
                        Workspace& workspace)
{
    const Mat anchors = boxesArgument(anchors_, "anchors"), scores = matrixArgument(scores_, "scores"),
              deltas = matrixArgument(deltas_, "deltas");
    checkSameRows(scores, "scores", anchors, "anchors");
    checkSameRows(deltas, "deltas", anchors, "anchors");
    if (anchors.rows > 0 && deltas.cols != 4 && deltas.cols != 4 * scores.cols)
        CV_Error_(Error::StsBadArg, ("deltas must have 4 columns, or %d for %d classes, not %d",
                                     4 * scores.cols, scores.cols, deltas.cols));
    if (static_cast<double>(scores.rows) * scores.cols > INT_MAX)
        CV_Error_(Error::StsOutOfRange,
                  ("%d anchors of %d classes are too many: their product must be below 2^31", scores.rows,
                   scores.cols));
    checkImageSize(imageSize);
    checkParams(params);

    workspace.arenas().begin(getNumThreads());
    Arena& arena = workspace.arenas().own();
    const ArenaVector<int> starts = levelStarts(levelCounts, anchors.rows, arena);
    const int levels = static_cast<int>(starts.size()) - 1;
    const Task task{scores, deltas, anchors, imageSize, params};
    Candidates* found = arena.take<Candidates>(levels);
    forEachUnit(levels, [&](int worker, int level) {
        found[level] = candidatesOf(task, starts[level], starts[level + 1], workspace.arenas().of(worker));
    });

    // The levels follow each other in the order of their anchors, and equal scores within a level keep
    // that order too, so positions decide like indices of pairs.
    int count = 0;
    for (int level = 0; level < levels; level++)
        count += found[level].count;
    Candidates all = Candidates::room(count, arena);
    for (int level = 0; level < levels; level++)
    {
        const Candidates& one = found[level];
        std::copy_n(one.boxes, 4 * static_cast<size_t>(one.count),
                    all.boxes + 4 * static_cast<size_t>(all.count));
        std::copy_n(one.scores, one.count, all.scores + all.count);
        std::copy_n(one.labels, one.count, all.labels + all.count);
        all.count += one.count;
    }
    ArenaVector<int> keep(&arena);
    suppressPerGroup(all.boxes, all.scores, all.labels, count, params.nmsThreshold, params.maxDetections,
                     workspace.arenas(), keep);

    const int kept = static_cast<int>(keep.size());
    boxes.create(kept, 4, CV_32F);
    detectionScores.create(kept, 1, CV_32F);
    labels.create(kept, 1, CV_32S);
    Mat outBoxes = boxes.getMat(), outScores = detectionScores.getMat(), outLabels = labels.getMat();
    for (int i = 0; i < kept; i++)
    {
        std::copy_n(all.boxes + 4 * static_cast<size_t>(keep[i]), 4, outBoxes.ptr<float>(i));
        outScores.at<float>(i) = all.scores[keep[i]];
        outLabels.at<int>(i) = all.labels[keep[i]];
    }
}

void classScores(InputArray logits_, bool softmax, OutputArray scores)
{
    const Mat logits = matrixArgument(logits_, "logits");
    const int classes = logits.cols - softmax;
    if (logits.rows > 0 && classes < 1)
        CV_Error_(Error::StsBadArg,
                  ("logits of a softmax must have at least 2 columns, not %s", shapeText(logits).c_str()));
    RowsOutput output(scores, logits.rows, std::max(1, classes), CV_32F, {logits});
    const int together = 1024;
    forEachUnit((logits.rows + together - 1) / together, [&](int, int unit) {
        for (int k = unit * together; k < std::min(logits.rows, (unit + 1) * together); k++)
        {
            const float* row = logits.ptr<float>(k);
            float* score = output.rows().ptr<float>(k);
            if (!softmax)
            {
                std::transform(row, row + classes, score, sigmoid);
                continue;
            }
            const float highest = *std::max_element(row, row + classes + 1);
            float sum = std::exp(row[0] - highest);
            for (int c = 0; c < classes; c++)
                sum += score[c] = std::exp(row[c + 1] - highest);
            for (int c = 0; c < classes; c++)
                score[c] /= sum;
        }
    });
    output.finish();
}

} // namespace dnn_rpn
} // namespace cv
