// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "precomp.hpp"
#include <cstdint>
#include <random>
#include "opencv2/core/utility.hpp"
#include "box.hpp"
#include "check.hpp"
#include "targets.simd.hpp"
#include "targets.simd_declarations.hpp" // for the other instruction sets

namespace cv {
namespace dnn_rpn {

MatchParams::MatchParams() : positiveIoU(0.7f), negativeIoU(0.3f), lowQuality(true), ignoreIoF(0.5f) {}

namespace {

//! An object's highest IoU so far and the first anchors of the blocks that have it.
struct Best
{
    float overlap = 0;
    std::vector<int> blocks;

    void see(float value, int block)
    {
        if (value < overlap || !(value > 0))
            return;
        if (value > overlap)
        {
            overlap = value;
            blocks.clear();
        }
        blocks.push_back(block);
    }

    void merge(const Best& other)
    {
        if (other.overlap < overlap || other.blocks.empty())
            return;
        if (other.overlap > overlap)
        {
            overlap = other.overlap;
            blocks.clear();
        }
        blocks.insert(blocks.end(), other.blocks.begin(), other.blocks.end());
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
    Matcher(const Mat& anchors_, const Mat& objects_, const Mat& regions_, const MatchParams& params_)
        : anchors(anchors_), objects(objects_), regions(regions_), params(params_)
    {
        for (int g = 0; g < objects.rows; ++g)
            areas.push_back(boxArea(objects.ptr<float>(g)));
    }

    /** Writes the match by the thresholds alone and the object that each anchor overlaps most.
    @param bests one an object, or empty when they are not wanted */
    void match(const Range& range, int* matches, int* favourites, std::vector<Best>& bests) const
    {
        AnchorBlock block;
        for (int k = range.start; k < range.end; k += AnchorBlock::size)
        {
            const int count = std::min(AnchorBlock::size, range.end - k);
            loadAnchors(anchors.ptr<float>(k), count, block);
            for (int g = 0; g < objects.rows; ++g)
                if (areas[g] > 0 && inReach(block, objects.ptr<float>(g)))
                {
                    const float best = overlapAnchors(objects.ptr<float>(g), areas[g], g, block);
                    if (!bests.empty())
                        bests[g].see(best, k);
                }
            for (int i = 0; i < count; ++i)
            {
                const float highest = block.highest[i];
                favourites[k + i] = block.favourite[i];
                matches[k + i] = objects.rows > 0 && highest >= params.positiveIoU   ? block.favourite[i]
                                 : objects.rows > 0 && highest >= params.negativeIoU ? MATCH_IGNORED
                                                                                     : MATCH_NEGATIVE;
            }
            for (int i = 0; i < count && regions.rows > 0; ++i)
                if (matches[k + i] == MATCH_NEGATIVE && inRegion(anchors.ptr<float>(k + i), block.area[i]))
                    matches[k + i] = MATCH_IGNORED;
        }
    }

    //! Gives the anchors that an object overlaps most to their favourites.
    void matchBest(int object, const Best& best, const int* favourites, int* matches) const
    {
        AnchorBlock block;
        for (int k : best.blocks)
        {
            const int count = std::min(AnchorBlock::size, anchors.rows - k);
            loadAnchors(anchors.ptr<float>(k), count, block);
            overlapAnchors(objects.ptr<float>(object), areas[object], object, block);
            for (int i = 0; i < count; ++i)
                if (block.overlap[i] == best.overlap)
                    matches[k + i] = favourites[k + i];
        }
    }

private:
    bool inRegion(const float* anchor, float area) const
    {
        for (int r = 0; r < regions.rows; ++r)
            if (shareOf(anchor, area, regions.ptr<float>(r)) >= params.ignoreIoF)
                return true;
        return false;
    }

    const Mat &anchors, &objects, &regions;
    const MatchParams& params;
    std::vector<float> areas;
};

} // namespace

void matchAnchors(InputArray anchors_, InputArray objects_, InputArray ignoreRegions_, OutputArray matches_,
                  const MatchParams& params)
{
    const Mat anchors = boxesArgument(anchors_, "anchors"), objects = boxesArgument(objects_, "objects");
    const Mat regions = boxesArgument(ignoreRegions_, "ignoreRegions");
    if (!(0 <= params.negativeIoU && params.negativeIoU <= params.positiveIoU && params.positiveIoU <= 1))
        CV_Error_(Error::StsOutOfRange,
                  ("0 <= negativeIoU <= positiveIoU <= 1 must hold, but they are %g and %g",
                   params.negativeIoU, params.positiveIoU));
    checkRange(params.ignoreIoF, 0, 1, "ignoreIoF");

    matches_.create(anchors.rows, 1, CV_32S);
    if (anchors.rows == 0)
        return;
    const Mat offered = matches_.getMat();
    Mat out = offered.isContinuous() ? offered : Mat(anchors.rows, 1, CV_32S);
    int* matches = out.ptr<int>();
    AutoBuffer<int> favourites(anchors.rows);

    const int blockRows = 128 * AnchorBlock::size; // large enough to be worth a task of its own
    const int blocks = (anchors.rows + blockRows - 1) / blockRows;
    std::vector<std::vector<Best>> bests(blocks, std::vector<Best>(params.lowQuality ? objects.rows : 0));
    const Matcher matcher(anchors, objects, regions, params);
    parallel_for_(Range(0, blocks), [&](const Range& range) {
        for (int b = range.start; b < range.end; ++b)
        {
            const Range rows(b * blockRows, std::min(anchors.rows, (b + 1) * blockRows));
            matcher.match(rows, matches, favourites.data(), bests[b]);
        }
    });

    for (int g = 0; params.lowQuality && g < objects.rows; ++g)
    {
        Best best;
        for (int b = 0; b < blocks; ++b)
            best.merge(bests[b][g]);
        matcher.matchBest(g, best, favourites.data(), matches);
    }
    if (out.data != offered.data)
        out.copyTo(matches_);
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
void chooseFront(std::vector<int>& items, int count, std::mt19937& random)
{
    for (int i = 0; i < count; ++i)
        std::swap(items[i], items[i + drawBelow(random, static_cast<uint32_t>(items.size()) - i)]);
}

} // namespace

void sampleAnchors(InputOutputArray matches_, int count, float positiveShare, int seed)
{
    Mat original = matches_.getMat();
    Mat matches = columnArgument(matches_, CV_32S, -1, "matches");
    checkNotNegative(count, "count");
    checkRange(positiveShare, 0, 1, "positiveShare");
    if (matches.empty())
        return;

    int* match = matches.ptr<int>();
    std::vector<int> positives, negatives;
    for (int k = 0; k < matches.rows; ++k)
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
    for (size_t i = positiveCount; i < positives.size(); ++i)
        match[positives[i]] = MATCH_IGNORED;
    for (size_t i = negativeCount; i < negatives.size(); ++i)
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

    Mat out = Mat::zeros(anchors.rows, 4, CV_32F);
    for (int k = 0; k < anchors.rows; ++k)
    {
        const int match = checkedMatch(matches, k, objects.rows);
        if (match < 0)
            continue;
        checkExtent(anchors.ptr<float>(k), "anchors", k);
        checkExtent(objects.ptr<float>(match), "objects", match);
        encodeBox(objects.ptr<float>(match), anchors.ptr<float>(k), weights, out.ptr<float>(k));
    }
    giveOut(out, deltas);
}

int matchLabels(InputArray matches_, InputArray classes_, OutputArray labels)
{
    const Mat matches = columnArgument(matches_, CV_32S, -1, "matches");
    const Mat classes = columnArgument(classes_, CV_32S, -1, "classes");
    for (int g = 0; g < classes.rows; ++g)
        if (classes.at<int>(g) < 1)
            CV_Error_(Error::StsOutOfRange,
                      ("classes must be 1 or more, but has %d at %d", classes.at<int>(g), g));

    Mat out(matches.rows, 1, CV_32S);
    int positives = 0;
    for (int k = 0; k < matches.rows; ++k)
    {
        const int match = checkedMatch(matches, k, classes.empty() ? INT_MAX : classes.rows);
        if (match >= 0)
            ++positives;
        out.at<int>(k) = match == MATCH_IGNORED    ? -1
                         : match == MATCH_NEGATIVE ? 0
                         : classes.empty()         ? 1
                                                   : classes.at<int>(match);
    }
    giveOut(out, labels);
    return positives;
}

} // namespace dnn_rpn
} // namespace cv
