// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "precomp.hpp"
#include "box.hpp"
#include "check.hpp"
#include "ignore_regions.hpp"
#include "units.hpp"

namespace cv {
namespace dnn_rpn {

TaskAlignedParams::TaskAlignedParams() : candidates(13), scorePower(1), overlapPower(6), ignoreIoF(0.5f) {}

namespace {

//! An anchor that an object may get.
struct Candidate
{
    double alignment; //!< t
    int anchor;
    float overlap; //!< of the predicted box

    bool operator<(const Candidate& other) const
    {
        return alignment > other.alignment || (alignment == other.alignment && anchor < other.anchor);
    }
};

//! What the network predicts, and where.
struct Prediction
{
    const Mat &anchors, &boxes, &scores;
};

/** The candidates of one object, best first; one that is near where none lies inside.
@param column of the object's class */
std::vector<Candidate> candidatesOf(const Prediction& p, const float* object, int column,
                                    const TaskAlignedParams& params)
{
    std::vector<Candidate> candidates;
    const float area = boxArea(object);
    if (!(area > 0))
        return candidates;
    int nearest = -1;
    double least = std::numeric_limits<double>::max();
    for (int k = 0; k < p.anchors.rows; k++)
    {
        const float *anchor = p.anchors.ptr<float>(k), *box = p.boxes.ptr<float>(k);
        const double x = 0.5 * (double(anchor[0]) + anchor[2]), y = 0.5 * (double(anchor[1]) + anchor[3]);
        const double dx = x - 0.5 * (double(object[0]) + object[2]),
                     dy = y - 0.5 * (double(object[1]) + object[3]), distance = dx * dx + dy * dy;
        if (distance < least)
        {
            least = distance;
            nearest = k;
        }
        if (!(x > object[0] && x < object[2] && y > object[1] && y < object[3]))
            continue;
        const float overlap = overlapOf(object, area, box, boxArea(box));
        const double alignment =
            std::pow(static_cast<double>(p.scores.at<float>(k, column)), params.scorePower) *
            std::pow(static_cast<double>(overlap), params.overlapPower);
        if (alignment > 0)
            candidates.push_back({alignment, k, overlap});
    }
    if (candidates.empty() && nearest >= 0)
    {
        const float* box = p.boxes.ptr<float>(nearest);
        candidates.push_back({0, nearest, overlapOf(object, area, box, boxArea(box))});
    }
    const size_t count = std::min(candidates.size(), static_cast<size_t>(params.candidates));
    std::partial_sort(candidates.begin(), candidates.begin() + count, candidates.end());
    candidates.resize(count);
    return candidates;
}

void checkArguments(const Prediction& p, const Mat& objects, const Mat& classes,
                    const TaskAlignedParams& params)
{
    checkSameRows(p.anchors, "anchors", p.boxes, "boxes");
    checkSameRows(p.anchors, "anchors", p.scores, "scores");
    if (params.candidates < 1)
        CV_Error_(Error::StsOutOfRange, ("candidates must be at least 1, not %d", params.candidates));
    checkRange(params.scorePower, 0, 100, "scorePower");
    checkRange(params.overlapPower, 0, 100, "overlapPower");
    checkRange(params.ignoreIoF, 0, 1, "ignoreIoF");
    for (int g = 0; g < objects.rows; g++)
    {
        const int label = classes.empty() ? 1 : classes.at<int>(g);
        if (label < 1 || (label > p.scores.cols && p.scores.rows > 0))
            CV_Error_(Error::StsOutOfRange,
                      ("classes must be in 1..%d, but has %d at %d", p.scores.cols, label, g));
    }
}

} // namespace

void matchAnchorsTaskAligned(InputArray anchors_, InputArray boxes_, InputArray scores_, InputArray objects_,
                             InputArray classes_, InputArray ignoreRegions_, OutputArray matches_,
                             OutputArray quality_, const TaskAlignedParams& params)
{
    const Mat anchors = boxesArgument(anchors_, "anchors"), boxes = boxesArgument(boxes_, "boxes"),
              scores = matrixArgument(scores_, "scores"), objects = boxesArgument(objects_, "objects"),
              regions = boxesArgument(ignoreRegions_, "ignoreRegions");
    const Mat classes = classes_.empty() ? Mat() : columnArgument(classes_, CV_32S, objects.rows, "classes");
    const Prediction prediction{anchors, boxes, scores};
    checkArguments(prediction, objects, classes, params);
    const std::initializer_list<Mat> inputs{anchors, boxes, scores, objects, classes, regions};
    RowsOutput matchesOutput(matches_, anchors.rows, 1, CV_32S, inputs);
    RowsOutput qualityOutput(quality_, anchors.rows, 1, CV_32F, inputs);
    int* matches = matchesOutput.rows().ptr<int>();
    std::fill_n(matches, anchors.rows, static_cast<int>(MATCH_NEGATIVE));

    std::vector<std::vector<Candidate>> candidates(objects.rows);
    forEachUnit(objects.rows, [&](int, int g) {
        candidates[g] = candidatesOf(prediction, objects.ptr<float>(g),
                                     classes.empty() ? 0 : classes.at<int>(g) - 1, params);
    });

    std::vector<Candidate> own(anchors.rows, Candidate{0, 0, -1.f}); // what each anchor is to its object
    for (int g = 0; g < objects.rows; g++)
        for (const Candidate& c : candidates[g])
            if (c.alignment > 0 && c.overlap > own[c.anchor].overlap)
            {
                own[c.anchor] = c;
                matches[c.anchor] = g;
            }
    for (int g = 0; g < objects.rows; g++)
        for (const Candidate& c : candidates[g])
            if (c.alignment == 0 && matches[c.anchor] < 0)
            {
                own[c.anchor] = c;
                matches[c.anchor] = g;
            }

    std::vector<double> alignments(objects.rows, 0), overlaps(objects.rows, 0); // the highest
    for (int k = 0; k < anchors.rows; k++)
        if (matches[k] >= 0)
        {
            alignments[matches[k]] = std::max(alignments[matches[k]], own[k].alignment);
            overlaps[matches[k]] = std::max(overlaps[matches[k]], static_cast<double>(own[k].overlap));
        }
    if (quality_.needed())
    {
        float* quality = qualityOutput.rows().ptr<float>();
        for (int k = 0; k < anchors.rows; k++)
        {
            const int g = matches[k];
            const double share = g < 0 ? 0 : alignments[g] > 0 ? own[k].alignment / alignments[g] : 1;
            quality[k] = static_cast<float>(g < 0 ? 0 : share * overlaps[g]);
        }
        qualityOutput.finish();
    }
    ignoreNegatives(anchors, regions, params.ignoreIoF, matches);
    matchesOutput.finish();
}

} // namespace dnn_rpn
} // namespace cv
