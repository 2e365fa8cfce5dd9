// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "precomp.hpp"
#include <cstdint>
#include <random>
#include "arena.hpp"
#include "box.hpp"
#include "check.hpp"
#include "targets.simd.hpp"
#include "targets.simd_declarations.hpp" // for the other instruction sets
#include "units.hpp"

namespace cv {
namespace dnn_rpn {

MatchParams::MatchParams() : positiveIoU(0.7f), negativeIoU(0.3f), lowQuality(true), ignoreIoF(0.5f) {}

namespace {

//! An object's highest IoU over some blocks of anchors, and the first and the last block that has it.
struct Best
{
    float overlap;
    int first, last;

    void see(float value, int firstBlock, int lastBlock)
    {
        if (value < overlap || !(value > 0))
            return;
        if (value > overlap)
        {
            overlap = value;
            first = firstBlock;
        }
        last = lastBlock;
    }
};

void loadAnchors(const float* anchors, int count, AnchorBlock& block)
{
    CV_CPU_DISPATCH(loadBlock, (anchors, count, block), CV_CPU_DISPATCH_MODES_ALL);
}

float overlapAnchors(const float* object, float area, int index, AnchorBlock& block)
{
    CV_CPU_DISPATCH(overlapBlock, (object, area, index, block), CV_CPU_DISPATCH_MODES_ALL);
}

//! Whether some anchor of the block may overlap the object. NaN among the bounds: it may.
bool inReach(const AnchorBlock& block, const float* object)
{
    return !(object[0] >= block.bounds[2] || object[1] >= block.bounds[3] || object[2] <= block.bounds[0] ||
             object[3] <= block.bounds[1]);
}

//! Matches a block of anchors at a time; holds nothing of size K x G.
class Matcher
{
public:
    Matcher(const Mat& anchors_, const Mat& objects_, const Mat& regions_, const MatchParams& params_,
            Arena& arena)
        : anchors(anchors_), objects(objects_), regions(regions_), params(params_),
          areas(arena.take<float>(objects.rows))
    {
        for (int g = 0; g < objects.rows; g++)
            areas[g] = boxArea(objects.ptr<float>(g));
    }

    /** Writes the match by the thresholds alone and the object that each anchor overlaps most.
    @param bests receives one an object */
    void match(const Range& range, int* matches, int* favourites, Best* bests) const
    {
        std::fill_n(bests, objects.rows, Best{0, 0, -1});
        AnchorBlock block;
        for (int k = range.start; k < range.end; k += AnchorBlock::size)
        {
            const int count = std::min(AnchorBlock::size, range.end - k);
            loadAnchors(anchors.ptr<float>(k), count, block);
            for (int g = 0; g < objects.rows; g++)
                if (areas[g] > 0 && inReach(block, objects.ptr<float>(g)))
                {
                    const float best = overlapAnchors(objects.ptr<float>(g), areas[g], g, block);
                    bests[g].see(best, k, k);
                }
            for (int i = 0; i < count; i++)
            {
                const float highest = block.highest[i];
                favourites[k + i] = block.favourite[i];
                matches[k + i] = objects.rows > 0 && highest >= params.positiveIoU   ? block.favourite[i]
                                 : objects.rows > 0 && highest >= params.negativeIoU ? MATCH_IGNORED
                                                                                     : MATCH_NEGATIVE;
            }
            for (int i = 0; i < count && regions.rows > 0; i++)
                if (matches[k + i] == MATCH_NEGATIVE && inRegion(anchors.ptr<float>(k + i), block.area[i]))
                    matches[k + i] = MATCH_IGNORED;
        }
    }

    //! Gives the anchors that an object overlaps most to their favourites.
    void matchBest(int object, const Best& best, const int* favourites, int* matches) const
    {
        AnchorBlock block;
        for (int k = best.first; k <= best.last; k += AnchorBlock::size)
        {
            const int count = std::min(AnchorBlock::size, anchors.rows - k);
            loadAnchors(anchors.ptr<float>(k), count, block);
            if (!inReach(block, objects.ptr<float>(object)))
                continue;
            overlapAnchors(objects.ptr<float>(object), areas[object], object, block);
            for (int i = 0; i < count; i++)
                if (block.overlap[i] == best.overlap)
                    matches[k + i] = favourites[k + i];
        }
    }

private:
    bool inRegion(const float* anchor, float area) const
    {
        for (int r = 0; r < regions.rows; r++)
            if (shareOf(anchor, area, regions.ptr<float>(r)) >= params.ignoreIoF)
                return true;
        return false;
    }

    const Mat &anchors, &objects, &regions;
    const MatchParams& params;
    float* const areas;
};

} // namespace

void matchAnchors(InputArray anchors, InputArray objects, InputArray ignoreRegions, OutputArray matches,
                  const MatchParams& params)
{
    Workspace workspace;
    matchAnchors(anchors, objects, ignoreRegions, matches, params, workspace);
}

void matchAnchors(InputArray anchors_, InputArray objects_, InputArray ignoreRegions_, OutputArray matches_,
                  const MatchParams& params, Workspace& workspace)
{
    const Mat anchors = boxesArgument(anchors_, "anchors"), objects = boxesArgument(objects_, "objects");
    const Mat regions = boxesArgument(ignoreRegions_, "ignoreRegions");
    if (!(0 <= params.negativeIoU && params.negativeIoU <= params.positiveIoU && params.positiveIoU <= 1))
        CV_Error_(Error::StsOutOfRange,
                  ("0 <= negativeIoU <= positiveIoU <= 1 must hold, but they are %g and %g",
                   params.negativeIoU, params.positiveIoU));
    checkRange(params.ignoreIoF, 0, 1, "ignoreIoF");

    RowsOutput output(matches_, anchors.rows, 1, CV_32S, {anchors, objects, regions});
    int* matches = output.rows().ptr<int>();
    workspace.arenas().begin();
    Arena& arena = workspace.arenas().own();
    int* favourites = arena.take<int>(anchors.rows);

    const int unitRows = 128 * AnchorBlock::size; // large enough to be worth a task of its own
    const int units = (anchors.rows + unitRows - 1) / unitRows;
    Best* bests = arena.take<Best>(static_cast<size_t>(units) * objects.rows);
    const Matcher matcher(anchors, objects, regions, params, arena);
    forEachUnit(units, [&](int, int unit) {
        const Range rows(unit * unitRows, std::min(anchors.rows, (unit + 1) * unitRows));
        matcher.match(rows, matches, favourites, bests + static_cast<size_t>(unit) * objects.rows);
    });

    for (int g = 0; params.lowQuality && g < objects.rows; g++)
    {
        Best best = {0, 0, -1};
        for (int unit = 0; unit < units; unit++)
        {
            const Best& other = bests[static_cast<size_t>(unit) * objects.rows + g];
            best.see(other.overlap, other.first, other.last);
        }
        matcher.matchBest(g, best, favourites, matches);
    }
    output.finish();
}

namespace {

//! A number in 0..bound-1, each equally likely. (std::uniform_int_distribution differs by library.)
uint32_t drawBelow(std::mt19937& random, uint32_t bound)
{
    const uint32_t rest = static_cast<uint32_t>((uint64_t(1) << 32) % bound);
    for (;;)
    {
        const uint32_t value = static_cast<uint32_t>(random());
        if (value <= UINT32_MAX - rest)
            return value % bound;
    }
}

//! Leaves a random choice of `count` at the front (the first steps of a Fisher-Yates shuffle).
void chooseFront(ArenaVector<int>& items, int count, std::mt19937& random)
{
    for (int i = 0; i < count; i++)
        std::swap(items[i], items[i + drawBelow(random, static_cast<uint32_t>(items.size()) - i)]);
}

} // namespace

void sampleAnchors(InputOutputArray matches, int count, float positiveShare, int seed)
{
    Workspace workspace;
    sampleAnchors(matches, count, positiveShare, seed, workspace);
}

void sampleAnchors(InputOutputArray matches_, int count, float positiveShare, int seed, Workspace& workspace)
{
    Mat original = matches_.getMat();
    Mat matches = columnArgument(matches_, CV_32S, -1, "matches");
    checkNotNegative(count, "count");
    checkRange(positiveShare, 0, 1, "positiveShare");
    if (matches.empty())
        return;

    int* match = matches.ptr<int>();
    workspace.arenas().begin();
    ArenaVector<int> positives(&workspace.arenas().own()), negatives(&workspace.arenas().own());
    const int positiveTotal =
        static_cast<int>(std::count_if(match, match + matches.rows, [](int value) { return value >= 0; }));
    positives.reserve(positiveTotal);
    negatives.reserve(matches.rows - positiveTotal);
    for (int k = 0; k < matches.rows; k++)
    {
        if (match[k] >= 0)
            positives.push_back(k);
        else if (match[k] == MATCH_NEGATIVE)
            negatives.push_back(k);
        else if (match[k] != MATCH_IGNORED)
            CV_Error_(Error::StsOutOfRange, ("matches has %d at %d", match[k], k));
    }

    // In float, where 10 * 0.7f is 7 and not 6.9999999.
    const double share = std::floor(static_cast<float>(count) * positiveShare);
    const int wanted = share < count ? static_cast<int>(share) : count;
    const int positiveCount = std::min(wanted, static_cast<int>(positives.size()));
    const int negativeCount = std::min(count - positiveCount, static_cast<int>(negatives.size()));
    std::mt19937 random(static_cast<uint32_t>(seed));
    chooseFront(positives, positiveCount, random);
    chooseFront(negatives, negativeCount, random);
    for (size_t i = positiveCount; i < positives.size(); i++)
        match[positives[i]] = MATCH_IGNORED;
    for (size_t i = negativeCount; i < negatives.size(); i++)
        match[negatives[i]] = MATCH_IGNORED;
    if (matches.data != original.data)
        matches.reshape(1, original.rows).copyTo(original);
}

//! The match of row k, checked to be an object or one of the two marks.
static int checkedMatch(const Mat& matches, int k, int objects)
{
    const int match = matches.at<int>(k);
    if (match < MATCH_IGNORED || match >= objects)
        CV_Error_(Error::StsOutOfRange,
                  ("matches has %d at %d, but there are %d objects", match, k, objects));
    return match;
}

void encodeTargets(InputArray anchors_, InputArray objects_, InputArray matches_, OutputArray deltas,
                   const Scalar& weights)
{
    const Mat anchors = boxesArgument(anchors_, "anchors"), objects = boxesArgument(objects_, "objects");
    const Mat matches = columnArgument(matches_, CV_32S, anchors.rows, "matches");
    checkWeights(weights);

    RowsOutput output(deltas, anchors.rows, 4, CV_32F, {anchors, objects, matches});
    for (int k = 0; k < anchors.rows; k++)
    {
        float* delta = output.rows().ptr<float>(k);
        const int match = checkedMatch(matches, k, objects.rows);
        if (match < 0)
        {
            std::fill_n(delta, 4, 0.f);
            continue;
        }
        checkExtent(anchors.ptr<float>(k), "anchors", k);
        checkExtent(objects.ptr<float>(match), "objects", match);
        encodeBox(objects.ptr<float>(match), anchors.ptr<float>(k), weights, delta);
    }
    output.finish();
}

int matchLabels(InputArray matches_, InputArray classes_, OutputArray labels)
{
    const Mat matches = columnArgument(matches_, CV_32S, -1, "matches");
    const Mat classes = columnArgument(classes_, CV_32S, -1, "classes");
    for (int g = 0; g < classes.rows; g++)
        if (classes.at<int>(g) < 1)
            CV_Error_(Error::StsOutOfRange,
                      ("classes must be 1 or more, but has %d at %d", classes.at<int>(g), g));

    RowsOutput output(labels, matches.rows, 1, CV_32S, {matches, classes});
    int* label = output.rows().ptr<int>();
    int positives = 0;
    for (int k = 0; k < matches.rows; k++)
    {
        const int match = checkedMatch(matches, k, classes.empty() ? INT_MAX : classes.rows);
        if (match >= 0)
            ++positives;
        label[k] = match == MATCH_IGNORED    ? -1
                   : match == MATCH_NEGATIVE ? 0
                   : classes.empty()         ? 1
                                             : classes.at<int>(match);
    }
    output.finish();
    return positives;
}

} // namespace dnn_rpn
} // namespace cv
