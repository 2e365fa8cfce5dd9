// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "precomp.hpp"
#include "box.hpp"
#include "check.hpp"
#include "rank.hpp"
#include "suppress.hpp"
#include "units.hpp"

namespace cv {
namespace dnn_rpn {

namespace {

/** The kept boxes, found by the place of their centres.

A candidate is compared only with kept boxes that can overlap it by more than the threshold t. The IoU
of two boxes is at most that of their projections on either axis. For intervals of lengths a and b,
IoU > t asks for b > t a and for centres closer than

    (1 - t) / (1 + t) * (a + b) / 2,

hence closer than (1 - t) / (2 t) * a, and closer than what the longest b of all allows, which serves
where t is 0.

The cells cover the plane again and again, like tiles: a box far out then does no harm to the size of
the cells, and boxes that share a cell by chance only cost a comparison. Each cell is a chain of
blocks, whose boxes are compared at once. */
class KeptBoxes
{
public:
    KeptBoxes(const float* boxes, int count, float threshold_, Arena& arena)
        : threshold(threshold_), side(1), longest{0, 0}, cellSize{1, 1}, cells(&arena), blocks(&arena)
    {
        const int few = 64; // sooner compared than looked up
        while (count > few && side < 1024 && side * side < count)
            side *= 2;
        cells.assign(static_cast<size_t>(side) * side, -1);
        // Each cell has at most one block that is not full.
        blocks.reserve(std::min<size_t>(count, count / Block::size + cells.size()));
        if (side == 1)
            return;

        ArenaVector<float> lengths(count, &arena);
        for (int axis = 0; axis < 2; axis++)
        {
            int usable = 0;
            for (int i = 0; i < count; i++)
            {
                const float* box = boxes + 4 * static_cast<size_t>(i);
                if (canOverlap(boxArea(box)))
                    lengths[usable++] = box[axis + 2] - box[axis];
            }
            if (usable == 0)
                return;
            const auto last = lengths.begin() + usable, median = lengths.begin() + usable / 2;
            longest[axis] = *std::max_element(lengths.begin(), last);
            std::nth_element(lengths.begin(), median, last);
            // About as wide as the typical search. Where the threshold nears 1, only equal boxes meet,
            // and smaller cells would not tell them apart any better.
            cellSize[axis] = std::max(2 * reach(axis, *median, threshold), *median / 8.);
        }
    }

    //! Boxes without area or of infinite extent overlap nothing.
    static bool canOverlap(float area) { return area > 0 && area <= FLT_MAX; }

    //! Whether some kept box overlaps this one by more than the threshold.
    bool overlap(const float* box, float area) const
    {
        if (side == 1)
            return overlapInCell(cells[0], box, area);
        // Areas this small lack digits, so that nothing follows from a computed IoU but that boxes meet.
        const double t = area < 1e-30f ? 0 : threshold;
        int first[2], last[2];
        for (int axis = 0; axis < 2; axis++)
        {
            const double middle = centre(axis, box), far = reach(axis, box[axis + 2] - box[axis], t);
            first[axis] = cellOf(axis, middle - far);
            last[axis] = std::min(cellOf(axis, middle + far), first[axis] + side - 1); // each tile once
        }
        for (int y = first[1]; y <= last[1]; y++)
            for (int x = first[0]; x <= last[0]; x++)
                if (overlapInCell(cells[indexOf(x, y)], box, area))
                    return true;
        return false;
    }

    void add(const float* box, float area)
    {
        int& cell = cells[side == 1 ? 0 : indexOf(cellOf(0, centre(0, box)), cellOf(1, centre(1, box)))];
        if (cell < 0 || blocks[cell].count == Block::size)
        {
            Block block = Block(); // boxes of zeros overlap nothing
            block.next = cell;
            cell = static_cast<int>(blocks.size());
            blocks.push_back(block);
        }
        Block& block = blocks[cell];
        const int k = block.count++;
        block.x1[k] = box[0];
        block.y1[k] = box[1];
        block.x2[k] = box[2];
        block.y2[k] = box[3];
        block.area[k] = area;
    }

private:
    struct Block
    {
        static const int size = 4;
        float x1[size], y1[size], x2[size], y2[size], area[size];
        int count, next;
    };

    bool overlapInCell(int first, const float* box, float area) const
    {
        for (int b = first; b >= 0; b = blocks[b].next)
            if (overlap(blocks[b], box, area))
                return true;
        return false;
    }

    //! The arithmetic of overlapOf(), to the bit, without its branches: all numbers here are finite.
    bool overlap(const Block& block, const float* box, float area) const
    {
        int hits = 0;
        for (int k = 0; k < Block::size; k++)
        {
            const float width = std::min(block.x2[k], box[2]) - std::max(block.x1[k], box[0]);
            const float height = std::min(block.y2[k], box[3]) - std::max(block.y1[k], box[1]);
            const float intersection = std::max(width, 0.f) * std::max(height, 0.f);
            hits |= intersection / (block.area[k] + area - intersection) > threshold;
        }
        return hits != 0;
    }

    //! How far the centre of a kept box can be from that of a box of this length; a little more than
    //! the formula, as the computed IoU may exceed the true one by its rounding.
    double reach(int axis, double length, double t) const
    {
        t = std::max(t - 1e-5, 0.);
        const double ofLongest = (1 - t) / (1 + t) * 0.5 * (length + longest[axis]);
        return 1.00001 * (t > 0 ? std::min((1 - t) / (2 * t) * length, ofLongest) : ofLongest);
    }

    static double centre(int axis, const float* box)
    {
        return 0.5 * (static_cast<double>(box[axis]) + box[axis + 2]);
    }

    int cellOf(int axis, double x) const
    {
        const double limit = 1 << 30; // beyond it all share one row of cells
        return cvFloor(std::max(std::min(x / cellSize[axis], limit), -limit));
    }

    size_t indexOf(int x, int y) const
    {
        return static_cast<size_t>(y & (side - 1)) * side + (x & (side - 1));
    }

    float threshold;
    int side; // cells of a tile along each axis, a power of two
    double longest[2], cellSize[2];
    ArenaVector<int> cells; // the first block of each cell, or -1
    ArenaVector<Block> blocks;
};

} // namespace

int suppress(const float* boxes, int count, float threshold, int maxCount, int* keep, Arena& arena)
{
    KeptBoxes kept(boxes, count, threshold, arena);
    int number = 0;
    for (int i = 0; i < count; i++)
    {
        if (maxCount > 0 && number >= maxCount)
            break;
        const float* box = boxes + 4 * static_cast<size_t>(i);
        const float area = boxArea(box);
        if (KeptBoxes::canOverlap(area))
        {
            if (kept.overlap(box, area))
                continue;
            kept.add(box, area);
        }
        keep[number++] = i;
    }
    return number;
}

namespace {

//! The boxes at these indices.
const float* gather(const float* boxes, const ArenaVector<int>& indices, Arena& arena)
{
    float* gathered = arena.take<float>(4 * indices.size());
    for (size_t i = 0; i < indices.size(); i++)
        std::copy_n(boxes + 4 * static_cast<size_t>(indices[i]), 4, gathered + 4 * i);
    return gathered;
}

} // namespace

void suppressPerGroup(const float* boxes, const float* scores, const int* labels, int count, float threshold,
                      int maxCount, Workspace::Arenas& arenas, ArenaVector<int>& keep)
{
    Arena& arena = arenas.own();
    ArenaVector<int> order(&arena);
    rankByScore(scores, count, -std::numeric_limits<float>::infinity(), 0, order);

    // By label, and within a label by rank.
    ArenaVector<uint64_t> keys(&arena);
    keys.reserve(order.size());
    for (size_t rank = 0; rank < order.size(); rank++)
        keys.push_back(static_cast<uint64_t>(static_cast<uint32_t>(labels[order[rank]])) << 32 | rank);
    sortByUpperHalf(keys);
    ArenaVector<int> grouped(&arena), ranks(&arena), starts(&arena);
    grouped.reserve(keys.size());
    ranks.reserve(keys.size());
    starts.reserve(keys.size() + 1);
    for (size_t i = 0; i < keys.size(); i++)
    {
        if (i == 0 || keys[i] >> 32 != keys[i - 1] >> 32)
            starts.push_back(static_cast<int>(i));
        ranks.push_back(static_cast<int>(static_cast<uint32_t>(keys[i])));
        grouped.push_back(order[ranks.back()]);
    }
    starts.push_back(static_cast<int>(keys.size()));

    const float* gathered = gather(boxes, grouped, arena);
    int* positions = arena.take<int>(keys.size());
    uchar* kept = arena.take<uchar>(keys.size()); // by rank
    std::fill_n(kept, keys.size(), uchar(0));
    forEachUnit(static_cast<int>(starts.size()) - 1, [&](int worker, int group) {
        const int first = starts[group], size = starts[group + 1] - first;
        const int number = suppress(gathered + 4 * static_cast<size_t>(first), size, threshold, maxCount,
                                    positions + first, arenas.of(worker));
        for (int i = 0; i < number; i++)
            kept[ranks[first + positions[first + i]]] = 1;
    });

    keep.clear();
    keep.reserve(maxCount > 0 ? std::min<size_t>(maxCount, order.size()) : order.size());
    for (size_t rank = 0; rank < order.size(); rank++)
        if (kept[rank] && (maxCount == 0 || static_cast<int>(keep.size()) < maxCount))
            keep.push_back(order[rank]);
}

namespace {

//! Boxes with their scores, checked.
struct Candidates
{
    Candidates(InputArray boxes_, InputArray scores_, int maxCount)
        : boxes(boxesArgument(boxes_, "boxes")), scores(columnArgument(scores_, CV_32F, boxes.rows, "scores"))
    {
        checkNotNegative(maxCount, "maxCount");
    }

    //! Indices by falling score, without those of NaN.
    ArenaVector<int> ranked(Arena& arena) const
    {
        ArenaVector<int> order(&arena);
        rankByScore(scores.ptr<float>(), scores.rows, -inf, 0, order);
        return order;
    }

    static constexpr float inf = std::numeric_limits<float>::infinity();
    const Mat boxes, scores;
};

} // namespace

void nms(InputArray boxes, InputArray scores, float threshold, std::vector<int>& keep, int maxCount)
{
    Workspace workspace;
    nms(boxes, scores, threshold, keep, maxCount, workspace);
}

void nms(InputArray boxes, InputArray scores, float threshold, std::vector<int>& keep, int maxCount,
         Workspace& workspace)
{
    const Candidates candidates(boxes, scores, maxCount);
    checkRange(threshold, 0, 1, "threshold");
    workspace.arenas().begin();
    Arena& arena = workspace.arenas().own();
    const ArenaVector<int> order = candidates.ranked(arena);
    const int count = static_cast<int>(order.size());
    int* positions = arena.take<int>(order.size());
    const int kept = suppress(gather(candidates.boxes.ptr<float>(), order, arena), count, threshold, maxCount,
                              positions, arena);
    keep.resize(kept);
    for (int i = 0; i < kept; i++)
        keep[i] = order[positions[i]];
}

void nmsPerClass(InputArray boxes, InputArray scores, InputArray labels, float threshold,
                 std::vector<int>& keep, int maxCount)
{
    Workspace workspace;
    nmsPerClass(boxes, scores, labels, threshold, keep, maxCount, workspace);
}

void nmsPerClass(InputArray boxes, InputArray scores, InputArray labels_, float threshold,
                 std::vector<int>& keep, int maxCount, Workspace& workspace)
{
    const Candidates candidates(boxes, scores, maxCount);
    const Mat labels = columnArgument(labels_, CV_32S, candidates.boxes.rows, "labels");
    checkRange(threshold, 0, 1, "threshold");
    workspace.arenas().begin(getNumThreads());
    ArenaVector<int> kept(&workspace.arenas().own());
    suppressPerGroup(candidates.boxes.ptr<float>(), candidates.scores.ptr<float>(), labels.ptr<int>(),
                     candidates.boxes.rows, threshold, maxCount, workspace.arenas(), kept);
    keep.assign(kept.begin(), kept.end());
}

namespace {

/** Soft suppression with any function of the IoU that gives the factor of a score, 0..1.

As scores only fall, an old one is an upper bound. So the boxes wait in a heap with the score they had
when they were last looked at, and one is brought up to date only when it comes to the top: most of
those far down the list never are before minScore or maxCount ends the search. */
template<typename Factor>
void softSuppress(InputArray boxes_, InputArray scores_, float minScore, int maxCount, const Factor& factor,
                  std::vector<int>& keep, OutputArray keptScores, Workspace& workspace)
{
    const Candidates input(boxes_, scores_, maxCount);
    const Mat &boxes = input.boxes, &scores = input.scores;
    checkNotNegative(minScore, "minScore");
    workspace.arenas().begin();
    Arena& arena = workspace.arenas().own();

    struct Waiting
    {
        float score;
        int index;
        size_t met; // how many of the kept boxes have lowered the score
        bool operator<(const Waiting& other) const
        {
            return score < other.score || (score == other.score && index > other.index);
        }
    };
    ArenaVector<Waiting> waiting(&arena); // a heap
    waiting.reserve(scores.rows);
    for (int i = 0; i < scores.rows; i++)
    {
        const float score = scores.at<float>(i);
        if (score < 0 || score > FLT_MAX)
            CV_Error_(Error::StsOutOfRange,
                      ("scores must be finite and not negative, but has %g at %d", score, i));
        if (score >= minScore) // false for NaN
            waiting.push_back({score, i, 0});
    }
    std::make_heap(waiting.begin(), waiting.end());

    ArenaVector<int> kept(&arena);
    ArenaVector<float> values(&arena);
    kept.reserve(waiting.size());
    values.reserve(waiting.size());
    while (!waiting.empty() && (maxCount == 0 || static_cast<int>(kept.size()) < maxCount))
    {
        std::pop_heap(waiting.begin(), waiting.end());
        Waiting top = waiting.back();
        waiting.pop_back();
        if (top.met == kept.size())
        {
            kept.push_back(top.index);
            values.push_back(top.score);
            continue;
        }
        const float* box = boxes.ptr<float>(top.index);
        const float area = boxArea(box);
        for (; top.met < kept.size() && top.score >= minScore; ++top.met)
        {
            const float* other = boxes.ptr<float>(kept[top.met]);
            top.score *= factor(overlapOf(other, boxArea(other), box, area));
        }
        if (top.score >= minScore)
        {
            waiting.push_back(top);
            std::push_heap(waiting.begin(), waiting.end());
        }
    }
    giveOut(Mat(static_cast<int>(values.size()), 1, CV_32F, values.data()), keptScores);
    keep.assign(kept.begin(), kept.end());
}

} // namespace

void softNmsLinear(InputArray boxes, InputArray scores, float threshold, std::vector<int>& keep,
                   OutputArray keptScores, float minScore, int maxCount)
{
    Workspace workspace;
    softNmsLinear(boxes, scores, threshold, keep, keptScores, minScore, maxCount, workspace);
}

void softNmsLinear(InputArray boxes, InputArray scores, float threshold, std::vector<int>& keep,
                   OutputArray keptScores, float minScore, int maxCount, Workspace& workspace)
{
    checkRange(threshold, 0, 1, "threshold");
    softSuppress(
        boxes, scores, minScore, maxCount,
        [threshold](float iou) { return iou >= threshold ? 1 - iou : 1.f; }, keep, keptScores, workspace);
}

void softNmsGaussian(InputArray boxes, InputArray scores, float sigma, std::vector<int>& keep,
                     OutputArray keptScores, float minScore, int maxCount)
{
    Workspace workspace;
    softNmsGaussian(boxes, scores, sigma, keep, keptScores, minScore, maxCount, workspace);
}

void softNmsGaussian(InputArray boxes, InputArray scores, float sigma, std::vector<int>& keep,
                     OutputArray keptScores, float minScore, int maxCount, Workspace& workspace)
{
    checkPositive(sigma, "sigma");
    softSuppress(
        boxes, scores, minScore, maxCount, [sigma](float iou) { return std::exp(-iou * iou / sigma); }, keep,
        keptScores, workspace);
}

} // namespace dnn_rpn
} // namespace cv
