// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "precomp.hpp"
#include "check.hpp"
#include "image_matches.hpp"

namespace cv {
namespace dnn_rpn {

Metrics::Metrics()
    : AP(-1), AP50(-1), AP75(-1), APsmall(-1), APmedium(-1), APlarge(-1), AR1(-1), AR10(-1), AR100(-1),
      AR300(-1), AR1000(-1), ARsmall(-1), ARmedium(-1), ARlarge(-1), AR1000small(-1), AR1000medium(-1),
      AR1000large(-1), vocAP(-1), vocAP07(-1), images(0), objects(0), detections(0)
{}

PrecisionRecall::PrecisionRecall() : bestF1(0), bestScore(1), objects(0) {}

struct Evaluator::Image
{
    std::vector<FoundBox> detections; //!< by rising label, then by falling score
    std::vector<TrueBox> objects;     //!< by rising label

    //! The detections or objects of one class: first and last + 1.
    template<typename Box>
    static std::pair<const Box*, const Box*> ofClass(const std::vector<Box>& boxes, int label)
    {
        const auto before = [](const Box& box, int l) { return box.label < l; };
        const Box *begin = boxes.data(), *end = begin + boxes.size();
        const Box* first = std::lower_bound(begin, end, label, before);
        return {first, std::lower_bound(first, end, label + 1, before)};
    }

    ImageMatches matchesOf(int label, double lowest, double border = 0,
                           float lowestScore = -std::numeric_limits<float>::infinity()) const
    {
        const auto found = ofClass(detections, label);
        const auto groundTruth = ofClass(objects, label);
        const FoundBox* last = std::partition_point(
            found.first, found.second, [lowestScore](const FoundBox& d) { return d.score >= lowestScore; });
        return ImageMatches(found.first, static_cast<int>(last - found.first), groundTruth.first,
                            static_cast<int>(groundTruth.second - groundTruth.first), lowest, border);
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
    for (int i = 0; i < labels.rows; i++)
        if (labels.at<int>(i) < 1 || labels.at<int>(i) > classes)
            CV_Error_(Error::StsOutOfRange,
                      ("%s must be in 1..%d, but has %d at %d", name, classes, labels.at<int>(i), i));
    return labels;
}

void Evaluator::add(InputArray boxes_, InputArray scores_, InputArray labels_, InputArray objects_,
                    InputArray objectLabels_, InputArray ignored_, InputArray crowd_, InputArray areas_)
{
    const Mat boxes = boxesArgument(boxes_, "boxes"), objects = boxesArgument(objects_, "objects");
    const Mat scores = columnArgument(scores_, CV_32F, boxes.rows, "scores");
    const Mat labels = labelsColumn(labels_, boxes.rows, classes, "labels");
    const Mat objectLabels = labelsColumn(objectLabels_, objects.rows, classes, "objectLabels");
    const Mat ignored = columnArgument(ignored_, CV_8U, ignored_.empty() ? 0 : objects.rows, "ignored");
    const Mat crowd = columnArgument(crowd_, CV_8U, crowd_.empty() ? 0 : objects.rows, "crowd");
    const Mat areas = columnArgument(areas_, CV_32F, areas_.empty() ? 0 : objects.rows, "areas");
    for (int g = 0; g < areas.rows; g++)
        checkNotNegative(areas.at<float>(g), "areas");

    Ptr<Image> one = makePtr<Image>();
    for (int i = 0; i < boxes.rows; i++)
        if (!std::isnan(scores.at<float>(i)))
            one->detections.push_back(
                {*boxes.ptr<Vec4f>(i), scores.at<float>(i), labels.empty() ? 1 : labels.at<int>(i)});
    for (int g = 0; g < objects.rows; g++)
    {
        const Vec4f box = *objects.ptr<Vec4f>(g);
        one->objects.push_back({box, areas.empty() ? boxArea(wide(box).val) : areas.at<float>(g),
                                objectLabels.empty() ? 1 : objectLabels.at<int>(g),
                                !ignored.empty() && ignored.at<uchar>(g) != 0,
                                !crowd.empty() && crowd.at<uchar>(g) != 0});
    }
    std::stable_sort(one->detections.begin(), one->detections.end(),
                     [](const FoundBox& a, const FoundBox& b) {
                         return a.label < b.label || (a.label == b.label && a.score > b.score);
                     });
    std::stable_sort(one->objects.begin(), one->objects.end(),
                     [](const TrueBox& a, const TrueBox& b) { return a.label < b.label; });
    images_.push_back(one);
}

namespace {

const int thresholdCount = 10, recallPoints = 101;

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

double vocRecallPoint(int r)
{
    return r / 10.;
}

struct AreaRange
{
    double low, high; // both belong to the range

    bool has(double area) const { return area >= low && area <= high; }
};
const AreaRange areaRanges[] = {{0, 1e10}, {0, 32. * 32}, {32. * 32, 96. * 96}, {96. * 96, 1e10}};
const int areaRangeCount = 4;
const AreaRange everyArea = {0, std::numeric_limits<double>::infinity()};

const int limits[] = {1, 10, 100, 300, 1000}; // detections of a class in an image
const int limitCount = 5;

enum Verdict : uchar
{
    FALSE_POSITIVE,
    TRUE_POSITIVE,
    NOT_COUNTED
};

//! Objects that do not count, a flag each.
std::vector<uchar> outsideOf(const ImageMatches& image, const AreaRange& range)
{
    std::vector<uchar> outside;
    for (int g = 0; g < image.objectCount(); g++)
    {
        const TrueBox& object = image.object(g);
        outside.push_back(object.ignored || object.crowd || !range.has(object.area));
    }
    return outside;
}

std::vector<Verdict> judge(const ImageMatches& image, const std::vector<uchar>& outside,
                           const AreaRange& range, double threshold)
{
    const std::vector<int> matches = image.find(outside, threshold);
    std::vector<Verdict> verdicts;
    for (int d = 0; d < image.detectionCount(); d++)
        if (matches[d] >= 0)
            verdicts.push_back(outside[matches[d]] ? NOT_COUNTED : TRUE_POSITIVE);
        else
            verdicts.push_back(range.has(image.areaOfDetection(d)) ? FALSE_POSITIVE : NOT_COUNTED);
    return verdicts;
}

//! The devkit's: a detection is wrong when the one object that it looks at is taken.
std::vector<Verdict> judgeVoc(const ImageMatches& image, const std::vector<uchar>& outside, double threshold)
{
    std::vector<uchar> taken(image.objectCount(), 0);
    std::vector<Verdict> verdicts;
    for (int d = 0; d < image.detectionCount(); d++)
    {
        const int match = image.vocObject(d, threshold);
        if (match < 0)
            verdicts.push_back(FALSE_POSITIVE);
        else if (outside[match])
            verdicts.push_back(NOT_COUNTED);
        else
        {
            verdicts.push_back(taken[match] ? FALSE_POSITIVE : TRUE_POSITIVE);
            taken[match] = 1;
        }
    }
    return verdicts;
}

//! All images of one class.
struct ClassImages
{
    //! Where a detection stands: its image, and its place there.
    struct Place
    {
        float score;
        int image, detection;
    };
    std::vector<ImageMatches> images;
    std::vector<Place> order; //!< over all images by falling score; equal: the order of add()

    void add(ImageMatches&& image)
    {
        if (image.detectionCount() == 0 && image.objectCount() == 0)
            return;
        for (int d = 0; d < image.detectionCount(); d++)
            order.push_back({image.detection(d).score, static_cast<int>(images.size()), d});
        images.push_back(std::move(image));
    }

    void rank()
    {
        std::stable_sort(order.begin(), order.end(),
                         [](const Place& a, const Place& b) { return a.score > b.score; });
    }
};

//! One class's objects that count and the verdicts on its detections, a list an image.
struct Judgement
{
    int objects = 0;
    std::vector<std::vector<Verdict>> verdicts;

    double recall(int limit) const
    {
        int right = 0;
        for (const std::vector<Verdict>& list : verdicts)
            right += static_cast<int>(
                std::count(list.begin(), list.begin() + std::min(list.size(), size_t(limit)), TRUE_POSITIVE));
        return static_cast<double>(right) / objects;
    }
};

Judgement judge(const ClassImages& all, const AreaRange& range, double threshold)
{
    Judgement j;
    for (const ImageMatches& image : all.images)
    {
        const std::vector<uchar> outside = outsideOf(image, range);
        j.objects += static_cast<int>(std::count(outside.begin(), outside.end(), 0));
        j.verdicts.push_back(judge(image, outside, range, threshold));
    }
    return j;
}

Judgement judgeVoc(const ClassImages& all, double threshold)
{
    Judgement j;
    for (const ImageMatches& image : all.images)
    {
        const std::vector<uchar> outside = outsideOf(image, everyArea);
        j.objects += static_cast<int>(std::count(outside.begin(), outside.end(), 0));
        j.verdicts.push_back(judgeVoc(image, outside, threshold));
    }
    return j;
}

//! Recall and precision behind each detection, best first; precision made falling.
class Curve
{
public:
    //! @param limit the so many best detections of an image
    Curve(const ClassImages& all, const Judgement& judgement, int limit)
    {
        double right = 0, wrong = 0;
        for (const ClassImages::Place& place : all.order)
        {
            const Verdict verdict = judgement.verdicts[place.image][place.detection];
            if (verdict == NOT_COUNTED || place.detection >= limit)
                continue;
            right += verdict == TRUE_POSITIVE;
            wrong += verdict == FALSE_POSITIVE;
            recall.push_back(right / judgement.objects);
            precision.push_back(right / (right + wrong));
        }
        for (size_t i = precision.size(); i-- > 1;)
            precision[i - 1] = std::max(precision[i - 1], precision[i]);
    }

    //! The mean over so many recalls of the highest precision at that recall or more.
    double averageAt(int points, double (*point)(int)) const
    {
        double sum = 0;
        for (int p = 0; p < points; p++)
        {
            const size_t i = std::lower_bound(recall.begin(), recall.end(), point(p)) - recall.begin();
            sum += i < precision.size() ? precision[i] : 0;
        }
        return sum / points;
    }

    double area() const
    {
        double sum = 0;
        for (size_t i = 0; i < recall.size(); i++)
            sum += (recall[i] - (i ? recall[i - 1] : 0)) * precision[i];
        return sum;
    }

private:
    std::vector<double> recall, precision;
};

//! What COCO's evaluation gives for one class; -1 where it has no objects of that size.
struct CocoScores
{
    double AP[areaRangeCount][thresholdCount];
    double recall[areaRangeCount][thresholdCount][limitCount];

    explicit CocoScores(const ClassImages& all)
    {
        parallel_for_(Range(0, areaRangeCount * thresholdCount), [&](const Range& jobs) {
            for (int job = jobs.start; job < jobs.end; job++)
            {
                const int a = job / thresholdCount, t = job % thresholdCount;
                const Judgement judgement = judge(all, areaRanges[a], iouThreshold(t));
                const bool any = judgement.objects > 0;
                AP[a][t] = any ? Curve(all, judgement, 100).averageAt(recallPoints, recallPoint) : -1;
                for (int m = 0; m < limitCount; m++)
                    recall[a][t][m] = any ? judgement.recall(limits[m]) : -1;
            }
        });
    }
};

//! The mean of the numbers that are not -1, or -1.
class Mean
{
public:
    void add(double value)
    {
        sum += value < 0 ? 0 : value;
        count += value >= 0;
    }
    double get() const { return count ? sum / count : -1; }

private:
    double sum = 0;
    int count = 0;
};

double meanOf(const double* values, int count)
{
    Mean mean;
    for (int i = 0; i < count; i++)
        mean.add(values[i]);
    return mean.get();
}

double meanRecall(const CocoScores& scores, int range, int limit)
{
    Mean mean;
    for (int t = 0; t < thresholdCount; t++)
        mean.add(scores.recall[range][t][limit]);
    return mean.get();
}

} // namespace

Metrics Evaluator::compute(bool vocPixels) const
{
    Metrics m;
    m.images = static_cast<int>(images_.size());
    Mean AP[areaRangeCount], AP50, AP75, AR[areaRangeCount][limitCount], voc, voc07;
    for (int label = 1; label <= classes; label++)
    {
        ClassImages all;
        for (const Ptr<Image>& one : images_)
            all.add(one->matchesOf(label, iouThreshold(0), vocPixels ? 1 : 0));
        all.rank();

        const CocoScores coco(all);
        for (int a = 0; a < areaRangeCount; a++)
        {
            AP[a].add(meanOf(coco.AP[a], thresholdCount));
            for (int limit = 0; limit < limitCount; limit++)
                AR[a][limit].add(meanRecall(coco, a, limit));
        }
        m.classAP.push_back(meanOf(coco.AP[0], thresholdCount));
        m.classAP50.push_back(coco.AP[0][0]);
        m.classAP75.push_back(coco.AP[0][5]);
        m.classAR100.push_back(meanRecall(coco, 0, 2));

        const Judgement judgement = judgeVoc(all, 0.5);
        const Curve curve(all, judgement, INT_MAX);
        const bool any = judgement.objects > 0;
        m.classVocAP.push_back(any ? curve.area() : -1);
        m.classVocAP07.push_back(any ? curve.averageAt(11, vocRecallPoint) : -1);
        m.classObjects.push_back(judgement.objects);
        m.classDetections.push_back(static_cast<int>(all.order.size()));

        AP50.add(m.classAP50.back());
        AP75.add(m.classAP75.back());
        voc.add(m.classVocAP.back());
        voc07.add(m.classVocAP07.back());
        m.objects += m.classObjects.back();
        m.detections += m.classDetections.back();
    }

    m.AP = AP[0].get();
    m.AP50 = AP50.get();
    m.AP75 = AP75.get();
    m.APsmall = AP[1].get();
    m.APmedium = AP[2].get();
    m.APlarge = AP[3].get();
    double* const ARs[] = {&m.AR1, &m.AR10, &m.AR100, &m.AR300, &m.AR1000};
    for (int limit = 0; limit < limitCount; limit++)
        *ARs[limit] = AR[0][limit].get();
    m.ARsmall = AR[1][2].get();
    m.ARmedium = AR[2][2].get();
    m.ARlarge = AR[3][2].get();
    m.AR1000small = AR[1][4].get();
    m.AR1000medium = AR[2][4].get();
    m.AR1000large = AR[3][4].get();
    m.vocAP = voc.get();
    m.vocAP07 = voc07.get();
    return m;
}

static void checkOverlap(double threshold)
{
    checkPositive(threshold, "iouThreshold");
    checkRange(threshold, 0, 1, "iouThreshold");
}

PrecisionRecall Evaluator::precisionRecall(int label, double threshold) const
{
    if (label < 0 || label > classes)
        CV_Error_(Error::StsOutOfRange, ("label must be in 0..%d, not %d", classes, label));
    checkOverlap(threshold);

    PrecisionRecall curve;
    std::vector<std::pair<float, bool>> counted; // score, right or wrong
    for (int c = std::max(1, label); c <= (label ? label : classes); c++)
        for (const Ptr<Image>& one : images_)
        {
            const ImageMatches image = one->matchesOf(c, threshold);
            const std::vector<uchar> outside = outsideOf(image, everyArea);
            const std::vector<Verdict> verdicts = judge(image, outside, everyArea, threshold);
            curve.objects += static_cast<int>(std::count(outside.begin(), outside.end(), 0));
            for (int d = 0; d < image.detectionCount(); d++)
                if (verdicts[d] != NOT_COUNTED)
                    counted.push_back({image.detection(d).score, verdicts[d] == TRUE_POSITIVE});
        }
    if (curve.objects == 0)
        return curve;
    std::sort(counted.begin(), counted.end(), [](const auto& a, const auto& b) { return a.first > b.first; });

    int right = 0;
    for (size_t i = 0; i < counted.size(); i++)
    {
        right += counted[i].second;
        if (i + 1 < counted.size() && counted[i + 1].first == counted[i].first)
            continue; // no threshold lies between the two
        const double kept = static_cast<double>(i + 1), f1 = 2. * right / (kept + curve.objects);
        curve.scores.push_back(counted[i].first);
        curve.precision.push_back(right / kept);
        curve.recall.push_back(static_cast<double>(right) / curve.objects);
        if (f1 > curve.bestF1)
        {
            curve.bestF1 = f1;
            curve.bestScore = counted[i].first;
        }
    }
    return curve;
}

Mat Evaluator::confusion(float scoreThreshold, double threshold) const
{
    if (std::isnan(scoreThreshold))
        CV_Error(Error::StsOutOfRange, "scoreThreshold must be a number, not nan");
    checkOverlap(threshold);

    Mat counts = Mat::zeros(classes + 1, classes + 1, CV_32S);
    for (const Ptr<Image>& one : images_)
    {
        std::vector<FoundBox> found; // nothing of their class
        std::vector<TrueBox> missed; // by their class
        for (int label = 1; label <= classes; label++)
        {
            const ImageMatches image = one->matchesOf(label, threshold, 0, scoreThreshold);
            std::vector<uchar> free = outsideOf(image, everyArea);
            const std::vector<int> matches = image.find(free, threshold);
            for (uchar& f : free)
                f = !f;
            for (int d = 0; d < image.detectionCount(); d++)
                if (matches[d] < 0)
                    found.push_back(image.detection(d));
                else if (free[matches[d]])
                {
                    ++counts.at<int>(label, label);
                    free[matches[d]] = 0;
                }
            for (int g = 0; g < image.objectCount(); g++)
                if (free[g])
                    missed.push_back(image.object(g));
        }
        std::stable_sort(found.begin(), found.end(),
                         [](const FoundBox& a, const FoundBox& b) { return a.score > b.score; });
        const ImageMatches rest(found.data(), static_cast<int>(found.size()), missed.data(),
                                static_cast<int>(missed.size()), threshold);
        const std::vector<int> matches = rest.find(std::vector<uchar>(missed.size(), 0), threshold);
        std::vector<uchar> taken(missed.size(), 0);
        for (size_t d = 0; d < found.size(); d++)
        {
            ++counts.at<int>(matches[d] < 0 ? 0 : missed[matches[d]].label, found[d].label);
            if (matches[d] >= 0)
                taken[matches[d]] = 1;
        }
        for (size_t g = 0; g < missed.size(); g++)
            if (!taken[g])
                ++counts.at<int>(missed[g].label, 0);
    }
    return counts;
}

} // namespace dnn_rpn
} // namespace cv
