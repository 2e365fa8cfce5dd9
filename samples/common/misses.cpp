// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "misses.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "opencv2/dnn_rpn/boxes.hpp"

using namespace cv;

namespace {

const float rightOverlap = 0.5f, nearOverlap = 0.1f;

// Where each sort of groups begins in the list: all, sizes, neighbours, places, classes.
const int sizeCount = 7, neighbourCount = 3, placeCount = 2;
const int firstSize = 1, firstNeighbour = firstSize + sizeCount, firstPlace = firstNeighbour + neighbourCount,
          firstClass = firstPlace + placeCount;

//! Under 8 pixels, 8 to 16, and so on, from 256.
int sizeOf(double side)
{
    return std::min(sizeCount - 1,
                    std::max(0, static_cast<int>(std::floor(std::log2(std::max(side, 1.)))) - 2));
}

//! The objects' overlap with their nearest neighbour: none, some, or as much as suppression may mind.
int neighbourOf(float overlap)
{
    return overlap <= 0 ? 0 : overlap < 0.3f ? 1 : 2;
}

bool atBorder(const Vec4f& box, Size image)
{
    return box[0] <= 1 || box[1] <= 1 || box[2] >= image.width - 1 || box[3] >= image.height - 1;
}

//! What a box is that found nothing, by its overlaps with the objects; falseCount: an ignored one excuses it.
int falseBox(const Mat& overlaps, int label, const Mat& objectLabels, const std::vector<uchar>& counts)
{
    float own = 0, other = 0;
    for (int g = 0; g < overlaps.cols; g++)
    {
        const float overlap = overlaps.at<float>(g);
        if (!counts[g] && overlap >= rightOverlap)
            return falseCount;
        float& most = objectLabels.at<int>(g) == label ? own : other;
        most = std::max(most, overlap);
    }
    return own >= rightOverlap     ? FALSE_TWICE
           : other >= rightOverlap ? FALSE_OTHER_CLASS
           : own >= nearOverlap    ? FALSE_BADLY_PLACED
                                   : FALSE_NOTHING;
}

//! Each box by falling score takes the free object of its class that it overlaps most. Of each object the box
//! that took it, or -1.
std::vector<int> takenBy(const Mat& overlaps, const Mat& scores, const Mat& labels, std::vector<int> boxes,
                         const Mat& objectLabels, const std::vector<uchar>& counts)
{
    std::stable_sort(boxes.begin(), boxes.end(),
                     [&](int a, int b) { return scores.at<float>(a) > scores.at<float>(b); });
    std::vector<int> taken(counts.size(), -1);
    for (const int d : boxes)
    {
        int best = -1;
        for (int g = 0; g < static_cast<int>(counts.size()); g++)
            if (counts[g] && taken[g] < 0 && objectLabels.at<int>(g) == labels.at<int>(d) &&
                overlaps.at<float>(d, g) >= rightOverlap &&
                (best < 0 || overlaps.at<float>(d, g) > overlaps.at<float>(d, best)))
                best = g;
        if (best >= 0)
            taken[best] = d;
    }
    return taken;
}

} // namespace

const ReasonRow& fateRow(int fate)
{
    static const ReasonRow rows[fateCount] = {
        {"found", "found", "a box of its class and of the shown score overlaps it by half (IoU 0.5)"},
        {"lowScore", "low score", "such a box is there with a lower score"},
        {"suppressed", "suppressed", "such a box was there before suppression"},
        {"otherClass", "other class", "a box of another class overlaps it by half"},
        {"badlyPlaced", "badly placed", "a box of its class overlaps it by a tenth, which is too little"},
        {"notSeen", "not seen", "none of these"},
    };
    return rows[fate];
}

const ReasonRow& falseBoxRow(int kind)
{
    static const ReasonRow rows[falseCount] = {
        {"twice", "second box", "overlaps by half an object of its class, which another box has found"},
        {"otherClass", "other class", "overlaps by half an object of another class"},
        {"badlyPlaced", "badly placed", "overlaps an object of its class by a tenth, which is too little"},
        {"nothing", "nothing there", "none of these"},
    };
    return rows[kind];
}

int MissGroup::objects() const
{
    return std::accumulate(counts.begin(), counts.end(), 0);
}

double MissGroup::recall() const
{
    return objects() ? static_cast<double>(counts[FATE_FOUND]) / objects() : 0;
}

Misses::Misses(const std::vector<String>& names, Size input_, float threshold_)
    : input(input_), threshold(threshold_), classes(static_cast<int>(names.size()))
{
    all_.push_back({"", "all"});
    for (int i = 0; i < sizeCount; i++)
        all_.push_back({"size", i == 0               ? String("under 8 pixels")
                                : i == sizeCount - 1 ? String("from 256")
                                                     : format("%d to %d", 4 << i, 8 << i)});
    for (const char* name : {"overlaps no other object", "touches one", "IoU with another from 0.3"})
        all_.push_back({"neighbours", name});
    for (const char* name : {"within the image", "at its border"})
        all_.push_back({"place", name});
    for (const String& name : names)
        all_.push_back({"class", name});
}

void Misses::add(const Mat& boxes, const Mat& scores, const Mat& labels, const std::vector<int>& keep,
                 const Mat& objects, const Mat& objectLabels, const Mat& ignored, Size image)
{
    if (objects.rows == 0)
    {
        for (const int d : keep)
            false_[FALSE_NOTHING] += scores.at<float>(d) >= threshold;
        return;
    }
    std::vector<uchar> counts(objects.rows);
    for (int g = 0; g < objects.rows; g++)
        counts[g] = ignored.empty() || ignored.at<uchar>(g) == 0;
    Mat overlaps, among;
    dnn_rpn::boxIoU(boxes, objects, overlaps);
    dnn_rpn::boxIoU(objects, objects, among);
    const std::vector<int> taken = takenBy(overlaps, scores, labels, keep, objectLabels, counts);
    std::vector<uchar> kept(boxes.rows, 0), used(boxes.rows, 0);
    for (const int d : keep)
        kept[d] = 1;
    for (const int d : taken)
        if (d >= 0)
            used[d] = 1;
    for (const int d : keep)
        if (!used[d] && scores.at<float>(d) >= threshold)
        {
            const int kind = falseBox(overlaps.row(d), labels.at<int>(d), objectLabels, counts);
            if (kind < falseCount)
                ++false_[kind];
        }

    // Whether a box of the shown score is there that fits.
    const auto any = [&](int g, float overlap, auto&& fits) {
        for (int d = 0; d < boxes.rows; d++)
            if (scores.at<float>(d) >= threshold && overlaps.at<float>(d, g) >= overlap && fits(d))
                return true;
        return false;
    };
    const double scale = std::sqrt(static_cast<double>(input.area()) / image.area());
    for (int g = 0; g < objects.rows; g++)
    {
        if (!counts[g])
            continue;
        const int label = objectLabels.at<int>(g);
        const auto own = [&](int d) { return labels.at<int>(d) == label; };
        const Fate fate =
            taken[g] >= 0 ? scores.at<float>(taken[g]) >= threshold ? FATE_FOUND : FATE_LOW_SCORE
            : any(g, rightOverlap, [&](int d) { return own(d) && !kept[d]; })           ? FATE_SUPPRESSED
            : any(g, rightOverlap, [&](int d) { return !own(d) && kept[d]; })           ? FATE_OTHER_CLASS
            : any(g, nearOverlap, [&](int d) { return own(d) && kept[d] && !used[d]; }) ? FATE_BADLY_PLACED
                                                                                        : FATE_NOT_SEEN;
        const Vec4f box = *objects.ptr<Vec4f>(g);
        float neighbour = 0;
        for (int other = 0; other < objects.rows; other++)
            if (other != g)
                neighbour = std::max(neighbour, among.at<float>(g, other));
        const double side = scale * std::sqrt(std::max(0.f, (box[2] - box[0]) * (box[3] - box[1])));
        for (const int group : {0, firstSize + sizeOf(side), firstNeighbour + neighbourOf(neighbour),
                                firstPlace + int(atBorder(box, image)), firstClass + label - 1})
            ++all_[group].counts[fate];
    }
}

std::vector<MissGroup> Misses::groups() const
{
    std::vector<MissGroup> groups;
    for (const MissGroup& group : all_)
        if (&group == &all_[0] || (group.objects() > 0 && (classes > 1 || String(group.by) != "class")))
            groups.push_back(group);
    return groups;
}

std::vector<String> Misses::advice() const
{
    const MissGroup& all = all_[0];
    const int missed = all.objects() - all.counts[FATE_FOUND], few = 5;
    const int wrong = std::accumulate(false_.begin(), false_.end(), 0);
    std::vector<String> advice;
    const auto sum = [&](int first, int last) {
        MissGroup group{"", ""};
        for (int i = first; i < last; i++)
            for (int fate = 0; fate < fateCount; fate++)
                group.counts[fate] += all_[i].counts[fate];
        return group;
    };
    // Groups that are found less often than the others, by a margin that chance does not make.
    const auto compare = [&](const MissGroup& group, const String& what, const char* remedy) {
        const int others = all.objects() - group.objects();
        if (group.objects() < few || others < few)
            return;
        const double rest = static_cast<double>(all.counts[FATE_FOUND] - group.counts[FATE_FOUND]) / others;
        const double error = std::sqrt(rest * (1 - rest) / group.objects());
        if (group.recall() < rest - std::max(0.1, 2 * error))
            advice.push_back(format("Of %d objects %s %.0f %% are found, of the others %.0f %%: ",
                                    group.objects(), what.c_str(), 100 * group.recall(), 100 * rest) +
                             remedy);
    };
    compare(sum(firstSize, firstSize + 2),
            format("under 16 pixels of the input (%dx%d)", input.width, input.height),
            "train with a larger --size, on maps with finer cells (--pyramid=3-5), or cut large images into "
            "tiles (rpn_detect --tile).");
    compare(sum(firstSize + 5, firstSize + sizeCount), "from 128 pixels of the input",
            "train on maps with coarser cells (--pyramid=3-6) and larger --anchors.");
    compare(all_[firstNeighbour + 2], "that overlap another one (IoU from 0.3)",
            "train with a higher --det_nms, show boxes with a higher --nms, or both.");
    compare(all_[firstPlace + 1], "at the image's border",
            "train with --augment=strong, which cuts objects off.");
    for (int i = 0; classes > 1 && i < classes; i++)
        compare(all_[firstClass + i], "of class '" + all_[firstClass + i].name + "'",
                "add images of it, and look at what it is taken for.");

    const auto reason = [&](Fate fate, double share, const char* remedy) {
        if (all.counts[fate] >= 3 && all.counts[fate] >= share * missed)
            advice.push_back(
                format("Of %d missed objects %d are %s: ", missed, all.counts[fate], fateRow(fate).heading) +
                remedy);
    };
    reason(FATE_LOW_SCORE, 0.3,
           "a lower --threshold shows them (the curve tells what else), more --epochs raise them.");
    reason(FATE_SUPPRESSED, 0.1, "a higher --nms keeps them.");
    reason(FATE_OTHER_CLASS, 0.2,
           "add images of the classes that are taken for each other, train for more --epochs.");
    reason(FATE_BADLY_PLACED, 0.2,
           "are all annotated alike? Train for more --epochs, or with a larger --size.");
    reason(FATE_NOT_SEEN, 0.3,
           "are there some like them among the training images (rpn_train --preview)? A better "
           "--backbone, --augment=strong and more --epochs help.");
    const auto falseReason = [&](FalseBox kind, double share, const char* remedy) {
        if (false_[kind] >= few && wrong > 0.1 * all.objects() && false_[kind] >= share * wrong)
            advice.push_back(
                format("Of %d false boxes %d are %s: ", wrong, false_[kind], falseBoxRow(kind).heading) +
                remedy);
    };
    falseReason(FALSE_TWICE, 0.3, "a lower --nms takes them away.");
    falseReason(
        FALSE_OTHER_CLASS, 0.3,
        "the classes are not told apart yet. rpn_detect --across shows the best one alone; more --epochs, "
        "more images, a larger --size if what tells them apart is small, a better --backbone.");
    falseReason(FALSE_BADLY_PLACED, 0.3, "more --epochs or a larger --size place them better.");
    falseReason(FALSE_NOTHING, 0.5,
                "a higher --threshold takes them away. Are there objects that nobody has annotated?");
    return advice;
}
