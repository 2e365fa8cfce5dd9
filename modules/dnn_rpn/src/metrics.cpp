// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "precomp.hpp"
#include <array>
#include <numeric>
#include "box.hpp"
#include "check.hpp"

namespace cv {
namespace dnn_rpn {

Metrics::Metrics()
    : AP(-1), AP50(-1), AP75(-1), APsmall(-1), APmedium(-1), APlarge(-1), AR10(-1), AR100(-1), AR300(-1),
      AR1000(-1), ARsmall(-1), ARmedium(-1), ARlarge(-1), vocAP(-1), vocAP07(-1), images(0), objects(0),
      detections(0)
{}

//! In double, as pycocotools computes: an overlap of exactly a threshold then falls on the same side.
struct Evaluator::Picture
{
    struct Box
    {
        std::array<double, 4> corners;
        double area;
        int label;
        float score;  //!< of a detection
        bool ignored; //!< of an object
    };
    std::vector<Box> detections; //!< by falling score, equal scores in the order of add()
    std::vector<Box> objects;

    static std::vector<Box> boxes(const Mat& corners, const Mat& labels)
    {
        std::vector<Box> list;
        for (int i = 0; i < corners.rows; ++i)
        {
            const float* c = corners.ptr<float>(i);
            Box box;
            box.corners = {{c[0], c[1], c[2], c[3]}};
            box.area = boxArea(box.corners.data());
            box.label = labels.empty() ? 1 : labels.at<int>(i);
            box.score = 0;
            box.ignored = false;
            list.push_back(box);
        }
        return list;
    }
};

Evaluator::Evaluator(int classes_) : classes(classes_)
{
    if (classes < 1)
        CV_Error_(Error::StsOutOfRange, ("classes must be at least 1, not %d", classes));
}

static Mat labelsColumn(InputArray labels_, int rows, int classes, const char* name)
{
    const Mat labels = columnArgument(labels_, CV_32S, labels_.empty() ? 0 : rows, name);
    for (int i = 0; i < labels.rows; ++i)
        if (labels.at<int>(i) < 1 || labels.at<int>(i) > classes)
            CV_Error_(Error::StsOutOfRange,
                      ("%s must be in 1..%d, but has %d at %d", name, classes, labels.at<int>(i), i));
    return labels;
}

void Evaluator::add(InputArray boxes_, InputArray scores_, InputArray labels_, InputArray objects_,
                    InputArray objectLabels_, InputArray ignored_)
{
    const Mat boxes = boxesArgument(boxes_, "boxes"), objects = boxesArgument(objects_, "objects");
    const Mat scores = columnArgument(scores_, CV_32F, boxes.rows, "scores");
    const Mat labels = labelsColumn(labels_, boxes.rows, classes, "labels");
    const Mat objectLabels = labelsColumn(objectLabels_, objects.rows, classes, "objectLabels");
    const Mat ignored = columnArgument(ignored_, CV_8U, ignored_.empty() ? 0 : objects.rows, "ignored");

    Ptr<Picture> picture = makePtr<Picture>();
    picture->detections = Picture::boxes(boxes, labels);
    picture->objects = Picture::boxes(objects, objectLabels);
    for (int i = 0; i < boxes.rows; ++i)
        picture->detections[i].score = scores.at<float>(i);
    for (int g = 0; g < ignored.rows; ++g)
        picture->objects[g].ignored = ignored.at<uchar>(g) != 0;

    std::vector<Picture::Box>& detections = picture->detections;
    detections.erase(std::remove_if(detections.begin(), detections.end(),
                                    [](const Picture::Box& d) { return std::isnan(d.score); }),
                     detections.end());
    std::stable_sort(detections.begin(), detections.end(),
                     [](const Picture::Box& a, const Picture::Box& b) { return a.score > b.score; });
    pictures.push_back(picture);
}

namespace {

const int thresholdCount = 10, recallPoints = 101, maxDetections = 1000;

//! IoU 0.50:0.05:0.95, with the rounding of numpy.linspace.
double iouThreshold(int t)
{
    return t == thresholdCount - 1 ? 0.95 : t * ((0.95 - 0.5) / 9) + 0.5;
}

//! Recall 0:0.01:1, likewise.
double recallPoint(int r)
{
    return r == recallPoints - 1 ? 1. : r * 0.01;
}

struct AreaRange
{
    double low, high; // both belong to the range
};
const AreaRange areaRanges[] = {{0, 1e10}, {0, 32. * 32}, {32. * 32, 96. * 96}, {96. * 96, 1e10}};
const int areaRangeCount = 4;

enum Verdict : uchar
{
    FALSE_POSITIVE,
    TRUE_POSITIVE,
    NOT_COUNTED
};

//! One picture's boxes of one class and how they overlap.
struct Scene
{
    std::vector<float> scores; //!< of the detections, falling
    std::vector<double> areas; //!< of the detections
    std::vector<double> objectAreas;
    std::vector<uchar> ignored;   //!< one an object
    std::vector<double> overlaps; //!< detections x objects

    double overlap(size_t d, size_t g) const { return overlaps[d * objectAreas.size() + g]; }
};

//! Where a detection stands in the list of all pictures.
struct Ranked
{
    float score;
    Verdict verdict;
};

/** COCO's greedy assignment in one picture: each detection, best first, takes the free object that it
overlaps most (equal: the last); an ignored object only when no other will do.
@param outside objects that do not count: ignored ones and those outside of the range of areas */
std::vector<Verdict> assign(const Scene& scene, const std::vector<uchar>& outside, const AreaRange& range,
                            double threshold)
{
    const size_t objects = scene.objectAreas.size();
    std::vector<size_t> order; // the ones that count first
    for (int pass = 0; pass < 2; ++pass)
        for (size_t g = 0; g < objects; ++g)
            if (outside[g] == pass)
                order.push_back(g);

    std::vector<uchar> taken(objects, 0);
    std::vector<Verdict> verdicts;
    for (size_t d = 0; d < scene.scores.size(); ++d)
    {
        double highest = std::min(threshold, 1 - 1e-10);
        int match = -1;
        for (size_t g : order)
        {
            if (taken[g])
                continue;
            if (match >= 0 && !outside[match] && outside[g])
                break;
            if (scene.overlap(d, g) < highest)
                continue;
            highest = scene.overlap(d, g);
            match = static_cast<int>(g);
        }
        if (match >= 0)
        {
            taken[match] = 1;
            verdicts.push_back(outside[match] ? NOT_COUNTED : TRUE_POSITIVE);
        }
        else
        {
            const bool inside = scene.areas[d] >= range.low && scene.areas[d] <= range.high;
            verdicts.push_back(inside ? FALSE_POSITIVE : NOT_COUNTED);
        }
    }
    return verdicts;
}

/** The devkit's assignment in one picture: each detection looks only at the object that it overlaps
most (equal: the first), and is wrong when that one is taken. */
std::vector<Verdict> assignVoc(const Scene& scene, double threshold)
{
    std::vector<uchar> taken(scene.objectAreas.size(), 0);
    std::vector<Verdict> verdicts;
    for (size_t d = 0; d < scene.scores.size(); ++d)
    {
        double highest = -1;
        size_t match = 0;
        for (size_t g = 0; g < scene.objectAreas.size(); ++g)
            if (scene.overlap(d, g) > highest)
            {
                highest = scene.overlap(d, g);
                match = g;
            }
        if (highest < threshold)
            verdicts.push_back(FALSE_POSITIVE);
        else if (scene.ignored[match])
            verdicts.push_back(NOT_COUNTED);
        else
        {
            verdicts.push_back(taken[match] ? FALSE_POSITIVE : TRUE_POSITIVE);
            taken[match] = 1;
        }
    }
    return verdicts;
}

//! Recall and precision behind each counted detection, best first; precision made falling.
struct Curve
{
    std::vector<double> recall, precision;

    Curve(std::vector<Ranked>& ranked, int objects)
    {
        std::stable_sort(ranked.begin(), ranked.end(),
                         [](const Ranked& a, const Ranked& b) { return a.score > b.score; });
        double right = 0, wrong = 0;
        for (const Ranked& r : ranked)
        {
            if (r.verdict == NOT_COUNTED && recall.empty())
                continue; // nothing to divide yet
            right += r.verdict == TRUE_POSITIVE;
            wrong += r.verdict == FALSE_POSITIVE;
            recall.push_back(right / objects);
            precision.push_back(right / (right + wrong));
        }
        for (size_t i = precision.size(); i-- > 1;)
            precision[i - 1] = std::max(precision[i - 1], precision[i]);
    }

    double lastRecall() const { return recall.empty() ? 0 : recall.back(); }

    //! The highest precision at this recall or more.
    double precisionAt(double point) const
    {
        const size_t i = std::lower_bound(recall.begin(), recall.end(), point) - recall.begin();
        return i < precision.size() ? precision[i] : 0;
    }

    double averageAt(int points, double (*point)(int)) const
    {
        double sum = 0;
        for (int i = 0; i < points; ++i)
            sum += precisionAt(point(i));
        return sum / points;
    }

    //! Pascal VOC 2010 and later.
    double area() const
    {
        double sum = 0;
        for (size_t i = 0; i < recall.size(); ++i)
            sum += (recall[i] - (i ? recall[i - 1] : 0)) * precision[i];
        return sum;
    }
};

//! The mean of what was added, or -1.
struct Mean
{
    double sum = 0;
    int count = 0;

    void add(double value)
    {
        sum += value;
        ++count;
    }
    double get() const { return count ? sum / count : -1; }
};

/** The curve over all pictures.
@param verdicts one list a picture
@param limit the so many best detections a picture */
Curve curveOf(const std::vector<Scene>& scenes, const std::vector<std::vector<Verdict>>& verdicts, int limit,
              int objects)
{
    std::vector<Ranked> ranked;
    for (size_t i = 0; i < scenes.size(); ++i)
        for (size_t d = 0; d < verdicts[i].size() && static_cast<int>(d) < limit; ++d)
            ranked.push_back({scenes[i].scores[d], verdicts[i][d]});
    return Curve(ranked, objects);
}

//! The means over classes and thresholds, while the classes go by.
struct Totals
{
    Mean AP[areaRangeCount], AP50, AP75;
    Mean AR10, AR100, AR300, AR[areaRangeCount];
    Mean voc, voc07;
};

//! One class at one range of areas. Returns AP50, or -1 without objects.
double scoreCoco(const std::vector<Scene>& scenes, int rangeIndex, Totals& totals)
{
    const AreaRange range = areaRanges[rangeIndex];
    std::vector<std::vector<uchar>> outside;
    int objects = 0;
    for (const Scene& scene : scenes)
    {
        outside.emplace_back();
        for (size_t g = 0; g < scene.objectAreas.size(); ++g)
        {
            const double area = scene.objectAreas[g];
            outside.back().push_back(scene.ignored[g] || area < range.low || area > range.high);
            objects += !outside.back().back();
        }
    }
    if (objects == 0)
        return -1;

    double AP50 = -1;
    for (int t = 0; t < thresholdCount; ++t)
    {
        std::vector<std::vector<Verdict>> verdicts;
        for (size_t i = 0; i < scenes.size(); ++i)
            verdicts.push_back(assign(scenes[i], outside[i], range, iouThreshold(t)));
        const Curve best100 = curveOf(scenes, verdicts, 100, objects);
        const double AP = best100.averageAt(recallPoints, recallPoint);
        totals.AP[rangeIndex].add(AP);
        totals.AR[rangeIndex].add(curveOf(scenes, verdicts, maxDetections, objects).lastRecall());
        if (rangeIndex != 0)
            continue;
        totals.AR10.add(curveOf(scenes, verdicts, 10, objects).lastRecall());
        totals.AR100.add(best100.lastRecall());
        totals.AR300.add(curveOf(scenes, verdicts, 300, objects).lastRecall());
        if (t == 0)
        {
            AP50 = AP;
            totals.AP50.add(AP);
        }
        if (t == 5)
            totals.AP75.add(AP);
    }
    return AP50;
}

//! One class by Pascal VOC's rules, all detections counted.
void scoreVoc(const std::vector<Scene>& scenes, Totals& totals)
{
    int objects = 0;
    std::vector<std::vector<Verdict>> verdicts;
    for (const Scene& scene : scenes)
    {
        objects += static_cast<int>(std::count(scene.ignored.begin(), scene.ignored.end(), 0));
        verdicts.push_back(assignVoc(scene, 0.5));
    }
    if (objects == 0)
        return;
    const Curve curve = curveOf(scenes, verdicts, INT_MAX, objects);
    totals.voc.add(curve.area());
    totals.voc07.add(curve.averageAt(11, [](int i) { return i / 10.; }));
}

} // namespace

Metrics Evaluator::compute() const
{
    Metrics m;
    m.images = static_cast<int>(pictures.size());
    for (const Ptr<Picture>& picture : pictures)
    {
        m.detections += static_cast<int>(picture->detections.size());
        for (const Picture::Box& object : picture->objects)
            m.objects += !object.ignored;
    }

    Totals totals;
    for (int label = 1; label <= classes; ++label)
    {
        std::vector<Scene> scenes;
        for (const Ptr<Picture>& picture : pictures)
        {
            Scene scene;
            std::vector<const Picture::Box*> objects;
            for (const Picture::Box& object : picture->objects)
            {
                if (object.label != label)
                    continue;
                objects.push_back(&object);
                scene.objectAreas.push_back(object.area);
                scene.ignored.push_back(object.ignored);
            }
            for (const Picture::Box& d : picture->detections)
            {
                if (d.label != label)
                    continue;
                scene.scores.push_back(d.score);
                scene.areas.push_back(d.area);
                for (const Picture::Box* object : objects)
                    scene.overlaps.push_back(
                        overlapOf(d.corners.data(), d.area, object->corners.data(), object->area));
            }
            scenes.push_back(scene);
        }
        m.classAP50.push_back(scoreCoco(scenes, 0, totals));
        for (int range = 1; range < areaRangeCount; ++range)
            scoreCoco(scenes, range, totals);
        scoreVoc(scenes, totals);
    }

    m.AP = totals.AP[0].get();
    m.AP50 = totals.AP50.get();
    m.AP75 = totals.AP75.get();
    m.APsmall = totals.AP[1].get();
    m.APmedium = totals.AP[2].get();
    m.APlarge = totals.AP[3].get();
    m.AR10 = totals.AR10.get();
    m.AR100 = totals.AR100.get();
    m.AR300 = totals.AR300.get();
    m.AR1000 = totals.AR[0].get();
    m.ARsmall = totals.AR[1].get();
    m.ARmedium = totals.AR[2].get();
    m.ARlarge = totals.AR[3].get();
    m.vocAP = totals.voc.get();
    m.vocAP07 = totals.voc07.get();
    return m;
}

} // namespace dnn_rpn
} // namespace cv
