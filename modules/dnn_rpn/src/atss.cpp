// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "precomp.hpp"
#include "arena.hpp"
#include "box.hpp"
#include "check.hpp"
#include "ignore_regions.hpp"
#include "levels.hpp"
#include "units.hpp"

namespace cv {
namespace dnn_rpn {

AtssParams::AtssParams() : candidates(9), lowQuality(true), ignoreIoF(0.5f) {}

namespace {

//! An anchor that an object may get.
struct Candidate
{
    double distance; //!< between the centres, squared
    int anchor;
    float overlap;
    bool positive;

    bool operator<(const Candidate& other) const
    {
        return distance < other.distance || (distance == other.distance && anchor < other.anchor);
    }
};

struct Centre
{
    double x, y;
    explicit Centre(const float* b) : x(0.5 * (double(b[0]) + b[2])), y(0.5 * (double(b[1]) + b[3])) {}
};

/** The nearest anchors of one level, in no order. Anchors whose distance is not finite are none.
@param heap room for `count`, or as many as the level has
@return how many there are */
int findNearest(const Mat& anchors, const Range& level, const Centre& centre, int count, Candidate* heap)
{
    int size = 0;
    for (int k = level.start; k < level.end; k++)
    {
        const Centre c(anchors.ptr<float>(k));
        const double dx = c.x - centre.x, dy = c.y - centre.y;
        const Candidate candidate{dx * dx + dy * dy, k, 0, false};
        if (size < count)
        {
            if (candidate.distance <= DBL_MAX)
            {
                heap[size++] = candidate;
                std::push_heap(heap, heap + size);
            }
        }
        else if (candidate < heap[0])
        {
            std::pop_heap(heap, heap + size);
            heap[size - 1] = candidate;
            std::push_heap(heap, heap + size);
        }
    }
    return size;
}

//! Says of an object's candidates which are positive.
void choose(const Mat& anchors, const float* object, Candidate* candidates, int count)
{
    const float area = boxArea(object);
    double sum = 0, squares = 0;
    for (int i = 0; i < count; i++)
    {
        const float* anchor = anchors.ptr<float>(candidates[i].anchor);
        candidates[i].overlap = overlapOf(object, area, anchor, boxArea(anchor));
        sum += candidates[i].overlap;
    }
    const double mean = sum / std::max(1, count);
    for (int i = 0; i < count; i++)
        squares += (candidates[i].overlap - mean) * (candidates[i].overlap - mean);
    const double threshold = mean + std::sqrt(squares / std::max(1, count - 1));
    for (int i = 0; i < count; i++)
    {
        const Centre c(anchors.ptr<float>(candidates[i].anchor));
        const double inside =
            std::min(std::min(c.x - object[0], object[2] - c.x), std::min(c.y - object[1], object[3] - c.y));
        candidates[i].positive =
            candidates[i].overlap > 0 && candidates[i].overlap >= threshold && inside > 0.01;
    }
}

//! Gives an object the anchor that it overlaps most of those that no object has.
void giveBest(const Candidate* candidates, int count, int object, int* matches)
{
    const Candidate* best = nullptr;
    for (const Candidate* c = candidates; c < candidates + count; c++)
        if (c->overlap > 0 && matches[c->anchor] < 0 &&
            (!best || c->overlap > best->overlap ||
             (c->overlap == best->overlap && c->anchor < best->anchor)))
            best = c;
    if (best)
        matches[best->anchor] = object;
}

} // namespace

void matchAnchorsAtss(InputArray anchors, const std::vector<int>& levelCounts, InputArray objects,
                      InputArray ignoreRegions, OutputArray matches, const AtssParams& params)
{
    Workspace workspace;
    matchAnchorsAtss(anchors, levelCounts, objects, ignoreRegions, matches, params, workspace);
}

void matchAnchorsAtss(InputArray anchors_, const std::vector<int>& levelCounts, InputArray objects_,
                      InputArray ignoreRegions_, OutputArray matches_, const AtssParams& params,
                      Workspace& workspace)
{
    const Mat anchors = boxesArgument(anchors_, "anchors"), objects = boxesArgument(objects_, "objects");
    const Mat regions = boxesArgument(ignoreRegions_, "ignoreRegions");
    if (params.candidates < 1)
        CV_Error_(Error::StsOutOfRange, ("candidates must be at least 1, not %d", params.candidates));
    checkRange(params.ignoreIoF, 0, 1, "ignoreIoF");
    RowsOutput output(matches_, anchors.rows, 1, CV_32S, {anchors, objects, regions});
    int* matches = output.rows().ptr<int>();
    workspace.arenas().begin();
    Arena& arena = workspace.arenas().own();
    const ArenaVector<int> starts = levelStarts(levelCounts, anchors.rows, arena);
    size_t room = 0; // for one object
    for (size_t level = 0; level + 1 < starts.size(); level++)
        room += std::min(starts[level + 1] - starts[level], params.candidates);
    Candidate* candidates = arena.take<Candidate>(room * objects.rows);
    int* found = arena.take<int>(objects.rows);
    forEachUnit(objects.rows, [&](int, int g) {
        const float* object = objects.ptr<float>(g);
        Candidate* own = candidates + room * g;
        found[g] = 0;
        if (!(boxArea(object) > 0))
            return;
        for (size_t level = 0; level + 1 < starts.size(); level++)
            found[g] += findNearest(anchors, Range(starts[level], starts[level + 1]), Centre(object),
                                    params.candidates, own + found[g]);
        choose(anchors, object, own, found[g]);
    });

    float* overlaps = arena.take<float>(anchors.rows);
    std::fill_n(overlaps, anchors.rows, 0.f);
    std::fill_n(matches, anchors.rows, static_cast<int>(MATCH_NEGATIVE));
    for (int g = 0; g < objects.rows; g++)
        for (const Candidate* c = candidates + room * g; c < candidates + room * g + found[g]; c++)
            if (c->positive && c->overlap > overlaps[c->anchor])
            {
                overlaps[c->anchor] = c->overlap;
                matches[c->anchor] = g;
            }
    if (params.lowQuality)
    {
        int* given = arena.take<int>(objects.rows); // anchors by object
        std::fill_n(given, objects.rows, 0);
        for (int k = 0; k < anchors.rows; k++)
            if (matches[k] >= 0)
                given[matches[k]]++;
        for (int g = 0; g < objects.rows; g++)
            if (given[g] == 0)
                giveBest(candidates + room * g, found[g], g, matches);
    }
    ignoreNegatives(anchors, regions, params.ignoreIoF, matches);
    output.finish();
}

} // namespace dnn_rpn
} // namespace cv
