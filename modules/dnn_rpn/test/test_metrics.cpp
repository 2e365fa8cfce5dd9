// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "test_precomp.hpp"
#include "golden/golden_metrics.hpp"

namespace opencv_test {
namespace {

const Mat nothing;

//! Some rows of some columns; OpenCV takes the columns of no rows amiss, so columns come first.
Mat part(const Mat& table, Range rows, Range columns, int type = CV_32F)
{
    Mat out;
    table.colRange(columns).rowRange(rows).convertTo(out, type);
    return out;
}

TEST(DnnRpn_Metrics, likePycocotools)
{
    using namespace golden;
    const std::vector<int>* counts[] = {&metricCounts0, &metricCounts1, &metricCounts2, &metricCounts3};
    const std::vector<float>* detections[] = {&metricDetections0, &metricDetections1, &metricDetections2,
                                              &metricDetections3};
    const std::vector<float>* objects[] = {&metricObjects0, &metricObjects1, &metricObjects2,
                                           &metricObjects3};
    const std::vector<double>* expected[] = {&metricExpected0, &metricExpected1, &metricExpected2,
                                             &metricExpected3};
    const std::vector<double>* classAP[] = {&metricClassAP0, &metricClassAP1, &metricClassAP2,
                                            &metricClassAP3};
    for (int i = 0; i < 4; i++)
    {
        SCOPED_TRACE(format("case %d", i));
        const Mat allDetections = floats(*detections[i], 6), allObjects = floats(*objects[i], 6);
        Evaluator evaluator(metricClasses[i]);
        int detection = 0, object = 0;
        for (size_t image = 0; image < counts[i]->size(); image += 2)
        {
            const int d = counts[i]->at(image), g = counts[i]->at(image + 1);
            const Range found(detection, detection + d), truth(object, object + g);
            evaluator.add(part(allDetections, found, Range(0, 4)), part(allDetections, found, Range(4, 5)),
                          part(allDetections, found, Range(5, 6), CV_32S),
                          part(allObjects, truth, Range(0, 4)), part(allObjects, truth, Range(4, 5), CV_32S),
                          part(allObjects, truth, Range(5, 6), CV_8U));
            detection += d;
            object += g;
        }
        const Metrics m = evaluator.compute();
        const double actual[] = {m.AP,          m.AP50,         m.AP75,        m.APsmall, m.APmedium,
                                 m.APlarge,     m.AR10,         m.AR100,       m.AR300,   m.AR1000,
                                 m.AR1000small, m.AR1000medium, m.AR1000large, m.vocAP,   m.vocAP07};
        ASSERT_EQ(15u, expected[i]->size());
        for (int n = 0; n < 15; n++)
            EXPECT_NEAR(expected[i]->at(n), actual[n], 1e-12) << "number " << n;
        ASSERT_EQ(classAP[i]->size(), m.classAP50.size());
        for (size_t c = 0; c < classAP[i]->size(); c++)
            EXPECT_NEAR(classAP[i]->at(c), m.classAP50[c], 1e-12) << "class " << c + 1;
        EXPECT_EQ(static_cast<int>(counts[i]->size()) / 2, m.images);
        EXPECT_EQ(allDetections.rows, m.detections);
        EXPECT_EQ(allObjects.rows - cv::countNonZero(allObjects.col(5)), m.objects);
    }
}

TEST(DnnRpn_Metrics, literal)
{
    // Two objects of 10 x 10: one found exactly, one by a box that overlaps it by 0.6, one false box.
    Evaluator evaluator;
    evaluator.add(boxes({0, 0, 10, 10, 50, 50, 60, 56, 80, 80, 90, 90}), floats({0.9f, 0.7f, 0.8f}, 1),
                  nothing, boxes({0, 0, 10, 10, 50, 50, 60, 60}), nothing, nothing);
    const Metrics m = evaluator.compute();
    // Precision 1 up to recall 1/2 (51 of 101 points), then 2/3 (50 points), at IoU 0.5, 0.55 and 0.6.
    const double full = (51 + 50 * 2. / 3) / 101, part = 51. / 101;
    EXPECT_NEAR(full, m.AP50, 1e-12);
    EXPECT_NEAR(part, m.AP75, 1e-12);
    EXPECT_NEAR((3 * full + 7 * part) / 10, m.AP, 1e-12);
    EXPECT_NEAR((3 * 1 + 7 * 0.5) / 10, m.AR10, 1e-12);
    EXPECT_EQ(m.AR10, m.AR1000);
    EXPECT_EQ(m.AR10, m.ARsmall);
    EXPECT_EQ(-1, m.ARlarge);
    EXPECT_EQ(-1, m.APmedium);
    EXPECT_NEAR(0.5 + 0.5 * 2 / 3, m.vocAP, 1e-12);
    EXPECT_NEAR((6 + 5 * 2. / 3) / 11, m.vocAP07, 1e-12);
    EXPECT_EQ(1, m.images);
    EXPECT_EQ(2, m.objects);
    EXPECT_EQ(3, m.detections);
}

TEST(DnnRpn_Metrics, ignoredObjects)
{
    const Mat truth = boxes({0, 0, 10, 10, 50, 50, 60, 60});
    const Mat ignored = matrix<uchar>({0, 1}, 1);
    Evaluator evaluator;
    evaluator.add(boxes({0, 0, 10, 10, 50, 50, 60, 60}), floats({0.5f, 0.9f}, 1), nothing, truth, nothing,
                  ignored);
    EXPECT_EQ(1, evaluator.compute().AP);
    EXPECT_EQ(1, evaluator.compute().vocAP);
    EXPECT_EQ(1, evaluator.compute().objects);
    // An ignored object takes one detection; COCO counts a second one as false, VOC does not.
    evaluator = Evaluator();
    evaluator.add(boxes({0, 0, 10, 10, 50, 50, 60, 60, 50, 50, 60, 60}), floats({0.5f, 0.9f, 0.8f}, 1),
                  nothing, truth, nothing, ignored);
    EXPECT_NEAR(0.5, evaluator.compute().AP, 1e-12);
    EXPECT_EQ(1, evaluator.compute().vocAP);
}

TEST(DnnRpn_Metrics, nothingToFind)
{
    Evaluator evaluator(2);
    Metrics m = evaluator.compute();
    EXPECT_EQ(0, m.images);
    EXPECT_EQ(-1, m.AP);
    EXPECT_EQ(-1, m.AR100);
    EXPECT_EQ(-1, m.vocAP);
    EXPECT_EQ(std::vector<double>({-1, -1}), m.classAP50);
    evaluator.add(boxes({0, 0, 10, 10}), floats({0.5f}, 1), nothing, nothing, nothing, nothing);
    evaluator.add(nothing, nothing, nothing, nothing, nothing, nothing);
    m = evaluator.compute();
    EXPECT_EQ(2, m.images);
    EXPECT_EQ(1, m.detections);
    EXPECT_EQ(-1, m.AP);
    // Objects that nobody finds.
    evaluator.add(nothing, nothing, nothing, boxes({0, 0, 10, 10}), labels({2}), nothing);
    m = evaluator.compute();
    EXPECT_EQ(0, m.AP);
    EXPECT_EQ(0, m.AR1000);
    EXPECT_EQ(0, m.vocAP);
    EXPECT_EQ(0, m.vocAP07);
    EXPECT_EQ(std::vector<double>({-1, 0}), m.classAP50);
    // Only ignored ones.
    evaluator = Evaluator();
    evaluator.add(boxes({0, 0, 10, 10}), floats({0.5f}, 1), nothing, boxes({0, 0, 10, 10}), nothing,
                  matrix<uchar>({255}, 1));
    EXPECT_EQ(-1, evaluator.compute().AP);
    EXPECT_EQ(0, evaluator.compute().objects);
}

TEST(DnnRpn_Metrics, scoresWithoutNumber)
{
    Evaluator evaluator;
    evaluator.add(boxes({40, 40, 50, 50, 0, 0, 10, 10, 20, 20, 30, 30}), floats({nan, inf, -inf}, 1), nothing,
                  boxes({0, 0, 10, 10}), nothing, nothing);
    EXPECT_EQ(1, evaluator.compute().AP);
    EXPECT_EQ(2, evaluator.compute().detections);
}

TEST(DnnRpn_Metrics, bordersOfSizesBelongToBoth)
{
    Evaluator evaluator;
    const Mat box = boxes({0, 0, 32, 32});
    evaluator.add(box, floats({1}, 1), nothing, box, nothing, nothing);
    const Metrics m = evaluator.compute();
    EXPECT_EQ(1, m.APsmall);
    EXPECT_EQ(1, m.APmedium);
    EXPECT_EQ(-1, m.APlarge);
}

TEST(DnnRpn_Metrics, limitsOfDetections)
{
    // 400 boxes, the right one in place 101.
    Mat found(400, 4, CV_32F), scores(400, 1, CV_32F);
    for (int i = 0; i < 400; i++)
    {
        const float x = i == 100 ? 0.f : 100.f + i;
        *found.ptr<Vec4f>(i) = Vec4f(x, 0, x + 10, 10);
        scores.at<float>(i) = static_cast<float>(-i);
    }
    Evaluator evaluator;
    evaluator.add(found, scores, nothing, boxes({0, 0, 10, 10}), nothing, nothing);
    const Metrics m = evaluator.compute();
    EXPECT_EQ(0, m.AR10);
    EXPECT_EQ(0, m.AR100);
    EXPECT_EQ(1, m.AR300);
    EXPECT_EQ(1, m.AR1000);
    EXPECT_EQ(0, m.AP);
    EXPECT_NEAR(1. / 101, m.vocAP, 1e-12);
}

TEST(DnnRpn_Metrics, crowds)
{
    // Two boxes in a crowd, one of them without any real overlap with it by IoU, and one beside it.
    const Mat found = boxes({0, 0, 10, 10, 60, 60, 65, 65, 52, 52, 62, 62, 90, 90, 110, 110});
    const Mat truth = boxes({0, 0, 10, 10, 50, 50, 100, 100}), crowd = matrix<uchar>({0, 1}, 1);
    Evaluator evaluator;
    evaluator.add(found, floats({0.5f, 0.9f, 0.8f, 0.7f}, 1), nothing, truth, nothing, nothing, crowd);
    const Metrics m = evaluator.compute();
    EXPECT_NEAR(0.5, m.AP, 1e-12); // the last box lies in the crowd by a quarter only
    EXPECT_EQ(1, m.AR10);
    EXPECT_EQ(0, m.AR1); // the best box is excused, but it was the one
    EXPECT_EQ(1, m.objects);
    EXPECT_EQ(std::vector<double>({0, 0.5}), evaluator.precisionRecall(1).precision);
}

TEST(DnnRpn_Metrics, areasDecideOnSizes)
{
    Evaluator evaluator;
    const Mat box = boxes({0, 0, 100, 100});
    evaluator.add(box, floats({1}, 1), nothing, box, nothing, nothing, nothing, floats({100}, 1));
    const Metrics m = evaluator.compute();
    EXPECT_EQ(1, m.APsmall);
    EXPECT_EQ(1, m.ARsmall);
    EXPECT_EQ(1, m.AR1000small);
    EXPECT_EQ(-1, m.APlarge);
}

TEST(DnnRpn_Metrics, vocPixels)
{
    Evaluator evaluator;
    evaluator.add(boxes({0, 0, 3, 8}), floats({1}, 1), nothing, boxes({1, 0, 4, 8}), nothing, nothing);
    EXPECT_EQ(1, evaluator.compute(true).vocAP); // (2 + 1) / (4 + 1)
    EXPECT_EQ(1, evaluator.compute(true).vocAP07);
    EXPECT_EQ(1, evaluator.compute(false).vocAP); // 2/4
    evaluator = Evaluator();
    evaluator.add(boxes({0, 0, 2, 8}), floats({1}, 1), nothing, boxes({1, 0, 3, 8}), nothing, nothing);
    EXPECT_EQ(1, evaluator.compute(true).vocAP);  // (1 + 1) / (3 + 1)
    EXPECT_EQ(0, evaluator.compute(false).vocAP); // 1/3
    EXPECT_EQ(0, evaluator.compute(true).AP50);
}

TEST(DnnRpn_Metrics, classesOneByOne)
{
    Evaluator evaluator(3);
    evaluator.add(boxes({0, 0, 10, 10, 50, 50, 60, 60, 0, 0, 10, 10}), floats({0.5f, 0.9f, 0.9f}, 1),
                  labels({1, 1, 2}), boxes({0, 0, 10, 10, 20, 20, 30, 30}), labels({1, 2}), nothing);
    const Metrics m = evaluator.compute();
    EXPECT_NEAR(0.5, m.classAP[0], 1e-12);
    EXPECT_NEAR(0.5, m.classAP75[0], 1e-12);
    EXPECT_EQ(0, m.classAP[1]);
    EXPECT_EQ(-1, m.classAP[2]);
    EXPECT_EQ(std::vector<double>({1, 0, -1}), m.classAR100);
    EXPECT_EQ(std::vector<double>({0.5, 0, -1}), m.classVocAP);
    EXPECT_EQ(std::vector<double>({0.5, 0, -1}), m.classVocAP07);
    EXPECT_EQ(std::vector<int>({1, 1, 0}), m.classObjects);
    EXPECT_EQ(std::vector<int>({2, 1, 0}), m.classDetections);
    EXPECT_NEAR(0.25, m.AP, 1e-12);
}

TEST(DnnRpn_Metrics, precisionRecallLiteral)
{
    // By score: right, (wrong, right), excused, wrong; three objects count.
    Evaluator evaluator(2);
    evaluator.add(boxes({0, 0, 10, 10, 90, 90, 99, 99, 20, 20, 30, 30, 40, 40, 50, 50, 70, 70, 80, 80}),
                  floats({0.9f, 0.8f, 0.8f, 0.7f, 0.1f}, 1), nothing,
                  boxes({0, 0, 10, 10, 20, 20, 30, 30, 40, 40, 50, 50, 60, 0, 70, 10}), nothing,
                  matrix<uchar>({0, 0, 1, 0}, 1));
    const PrecisionRecall curve = evaluator.precisionRecall(1);
    EXPECT_EQ(3, curve.objects);
    EXPECT_EQ(std::vector<float>({0.9f, 0.8f, 0.1f}), curve.scores);
    EXPECT_EQ(std::vector<double>({1, 2. / 3, 0.5}), curve.precision);
    EXPECT_EQ(std::vector<double>({1. / 3, 2. / 3, 2. / 3}), curve.recall);
    EXPECT_NEAR(2. / 3, curve.bestF1, 1e-12);
    EXPECT_EQ(0.8f, curve.bestScore);

    const PrecisionRecall empty = evaluator.precisionRecall(2);
    EXPECT_TRUE(empty.scores.empty());
    EXPECT_EQ(0, empty.bestF1);
    EXPECT_EQ(1, empty.bestScore);
    EXPECT_EQ(0, empty.objects);
    EXPECT_EQ(curve.precision, evaluator.precisionRecall(0).precision);
}

TEST(DnnRpn_Metrics, confusionLiteral)
{
    // Of class 1 an object found, one taken for class 2, one missed; a double, a box of nothing, one below
    // the threshold; of class 2 an object that is ignored and found.
    Evaluator evaluator(2);
    evaluator.add(boxes({0,  0,  10, 10, 0,  0,  10, 10, 20, 20, 30, 30, 70, 70,
                         80, 80, 40, 40, 50, 50, 40, 40, 50, 50, 60, 60, 70, 70}),
                  floats({0.9f, 0.8f, 0.7f, 0.6f, 0.1f, 0.5f, 0.9f}, 1), labels({1, 1, 2, 2, 1, 1, 2}),
                  boxes({0, 0, 10, 10, 20, 20, 30, 30, 80, 0, 90, 10, 60, 60, 70, 70}), labels({1, 1, 1, 2}),
                  matrix<uchar>({0, 0, 0, 1}, 1));
    EXPECT_TRUE(sameBits(matrix<int>({0, 2, 1, 1, 1, 1, 0, 0, 0}, 3), evaluator.confusion(0.5f)));
    EXPECT_TRUE(sameBits(matrix<int>({0, 0, 0, 3, 0, 0, 0, 0, 0}, 3), evaluator.confusion(0.95f)));
    EXPECT_TRUE(sameBits(Mat::zeros(2, 2, CV_32S), Evaluator().confusion(0)));
}

//! Images with a bit of everything.
Evaluator randomScenes(RNG& rng, int classes, float lowestScore = -inf)
{
    Evaluator evaluator(classes);
    for (int i = 0; i < 6; i++)
    {
        const Mat truth = randomBoxes(rng, 8, 60, 10, 30), ofTruth = randomLabels(rng, 8, 1, classes);
        Mat found = randomBoxes(rng, 20, 60, 10, 30), ofFound = randomLabels(rng, 20, 1, classes);
        for (int d = 0; d < 14; d++) // near an object, mostly of its class
        {
            found.row(d) = truth.row(d % 8) + randomMatrix(rng, 1, 4, 1.5);
            if (rng.uniform(0, 4))
                ofFound.at<int>(d) = ofTruth.at<int>(d % 8);
        }
        Mat ignored(8, 1, CV_8U), crowd(8, 1, CV_8U), scores(20, 1, CV_32F);
        for (int g = 0; g < 8; g++)
        {
            ignored.at<uchar>(g) = rng.uniform(0, 6) == 0;
            crowd.at<uchar>(g) = rng.uniform(0, 6) == 0;
        }
        for (int d = 0; d < 20; d++)
        {
            const float score = rng.uniform(0, 11) / 10.f;
            scores.at<float>(d) = score >= lowestScore ? score : nan;
        }
        evaluator.add(found, scores, ofFound, truth, ofTruth, ignored, crowd);
    }
    return evaluator;
}

TEST(DnnRpn_Metrics, curveAndConfusionAgreeWithWhatIsLeftAtEachScore)
{
    for (int seed = 1; seed <= 20; seed++)
    {
        SCOPED_TRACE(format("seed %d", seed));
        const int classes = 3;
        RNG rng(seed);
        const Evaluator whole = randomScenes(rng, classes);
        const double threshold = seed % 2 ? 0.5 : 0.7;
        int objects = 0;
        for (int label = 1; label <= classes; label++)
        {
            const PrecisionRecall curve = whole.precisionRecall(label, threshold);
            objects += curve.objects;
            double best = 0;
            for (size_t i = 0; i < curve.scores.size(); i++)
            {
                RNG again(seed);
                const PrecisionRecall left =
                    randomScenes(again, classes, curve.scores[i]).precisionRecall(label, threshold);
                EXPECT_EQ(left.precision.back(), curve.precision[i]);
                EXPECT_EQ(left.recall.back(), curve.recall[i]);
                const Mat table = whole.confusion(curve.scores[i], threshold);
                const double right = table.at<int>(label, label);
                EXPECT_NEAR(curve.precision[i], right / cv::sum(table.col(label))[0], 1e-12);
                EXPECT_NEAR(curve.recall[i], right / cv::sum(table.row(label))[0], 1e-12);
                const double p = curve.precision[i], r = curve.recall[i];
                best = std::max(best, p + r > 0 ? 2 * p * r / (p + r) : 0);
            }
            EXPECT_NEAR(best, curve.bestF1, 1e-12);
        }
        const PrecisionRecall all = whole.precisionRecall(0, threshold);
        EXPECT_EQ(objects, all.objects);
        const Mat table = whole.confusion(all.scores.back(), threshold);
        EXPECT_NEAR(all.recall.back(), cv::trace(table)[0] / objects, 1e-12);
        EXPECT_EQ(objects, cv::sum(table.rowRange(1, classes + 1))[0]);
        EXPECT_EQ(0, table.at<int>(0, 0));
    }
}

TEST(DnnRpn_Metrics, sameNumbersForAnyNumberOfThreads)
{
    const int before = getNumThreads();
    std::vector<double> first;
    for (int threads : {1, 3})
    {
        setNumThreads(threads);
        RNG rng(1);
        const Metrics m = randomScenes(rng, 3).compute();
        const std::vector<double> numbers = {m.AP, m.APsmall, m.AR10, m.AR1000medium, m.vocAP};
        if (threads == 1)
            first = numbers;
        EXPECT_EQ(first, numbers);
    }
    setNumThreads(before);
}

TEST(DnnRpn_Metrics, wrongArguments)
{
    const Mat box = boxes({0, 0, 10, 10}), score = floats({1}, 1);
    Evaluator evaluator(3);
    EXPECT_ERROR("not 0", Evaluator(0));
    EXPECT_ERROR("1..3, but has 4 at 0", evaluator.add(box, score, labels({4}), nothing, nothing, nothing));
    EXPECT_ERROR("objectLabels must be in 1..3, but has 0",
                 evaluator.add(nothing, nothing, nothing, box, labels({0}), nothing));
    EXPECT_ERROR("1 elements, not 2", evaluator.add(box, floats({1, 2}, 1), nothing, box, nothing, nothing));
    EXPECT_ERROR("1 elements, not 2", evaluator.add(box, score, labels({1, 1}), box, nothing, nothing));
    EXPECT_ERROR("ignored must have 1",
                 evaluator.add(box, score, nothing, box, nothing, matrix<uchar>({1, 0}, 1)));
    EXPECT_ERROR("CV_8UC1", evaluator.add(box, score, nothing, box, nothing, labels({1})));
    EXPECT_ERROR("crowd must have 1",
                 evaluator.add(box, score, nothing, box, nothing, nothing, matrix<uchar>({1, 0}, 1)));
    EXPECT_ERROR("areas must have 1",
                 evaluator.add(box, score, nothing, box, nothing, nothing, nothing, floats({1, 2}, 1)));
    EXPECT_ERROR("not -1",
                 evaluator.add(box, score, nothing, box, nothing, nothing, nothing, floats({-1}, 1)));
    EXPECT_EQ(0, evaluator.compute().images);
    EXPECT_ERROR("0..3, not 4", evaluator.precisionRecall(4));
    EXPECT_ERROR("not -1", evaluator.precisionRecall(-1));
    EXPECT_ERROR("iouThreshold", evaluator.precisionRecall(1, 0));
    EXPECT_ERROR("not 1.5", evaluator.confusion(0, 1.5));
    EXPECT_ERROR("nan", evaluator.confusion(nan));
}

} // namespace
} // namespace opencv_test
