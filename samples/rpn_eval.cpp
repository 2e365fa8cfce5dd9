// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// Scores a model on an annotated data set.

#include <cstdio>
#include <filesystem>

#include "opencv2/dnn_rpn.hpp"
#include "opencv2/dnn_rpn/private/file.hpp"
#include "opencv2/dnn_rpn_train/dataset.hpp"
#include "opencv2/dnn_rpn_train/private/detections.hpp"
#include "opencv2/imgproc.hpp"

#include "common/eval_page.hpp"
#include "common/output_guard.hpp"
#include "common/processes.hpp"
#include "common/program.hpp"
#include "common/progress.hpp"
#include "common/report.hpp"

using namespace cv;
using namespace cv::dnn_rpn;
using namespace cv::dnn_rpn_train;
namespace fs = std::filesystem;

namespace {

const String about = R"(
Runs a model over a split of a data set and prints its recall and precision, as COCO
and VOC count them. Where the model knows no classes but "object", the objects' classes do not matter;
otherwise the data set's classes must be the model's. With --json the numbers, curves and confusions are
written, and a page to look at beside them. mpirun -np N rpn_eval ... shares the images among N processes.

  rpn_eval --model=model.onnx --data=photographs --split=test --json=scores.json
)";

const String keys =
    "{model      |       | MODEL.onnx, with MODEL.yml beside it}"
    "{data       |       | folder with images and boxes, as annotation tools leave it (doc/data.md)}"
    "{split      |test   | the split to score; of a folder without splits all images are}"
    "{format     |auto   | voc, coco, yolo, labelme, cvat, createml, imglab, csv, or what the files look "
    "like}"
    "{json       |<none> | write the scores to this file too}"
    "{html       |<none> | page with tables, curves, what is missed and the worst images; without it: as "
    "--json, in .html}"
    "{images   |6      | how many of the worst images the page shows, each of two kinds}"
    "{threshold  |<none> | score of the boxes in confusion and images; without it the model says which}"
    "{nms        |0.3    | IoU of a suppression before curves, confusion and images, as in rpn_detect}"
    "{voc_pixels |false  | in vocAP, a box from x1 to x2 is x2 - x1 + 1 wide, as VOC's own program counts}";

const double shownOverlap = 0.5;

//! What was found in one image, as it is shown.
struct Shown
{
    const AnnotatedImage* image;
    Mat boxes, scores, labels;
    int missed, wrong;
};

//! The rows that are left after suppression.
void keepRows(const std::vector<int>& keep, Mat& boxes, Mat& scores, Mat& labels)
{
    const int count = static_cast<int>(keep.size());
    Mat b(count, 4, CV_32F), s(count, 1, CV_32F), l(count, 1, CV_32S);
    for (int i = 0; i < count; i++)
    {
        *b.ptr<Vec4f>(i) = *boxes.ptr<Vec4f>(keep[i]);
        s.at<float>(i) = scores.at<float>(keep[i]);
        l.at<int>(i) = labels.at<int>(keep[i]);
    }
    boxes = b;
    scores = s;
    labels = l;
}

void drawBox(Mat& pixels, const Vec4f& box, double scale, const Scalar& colour)
{
    rectangle(pixels, Point(cvRound(box[0] * scale), cvRound(box[1] * scale)),
              Point(cvRound(box[2] * scale), cvRound(box[3] * scale)), colour, 2, LINE_AA);
}

PageImage draw(const Shown& shown, float threshold)
{
    const Mat pixels = readImage(*shown.image);
    const double scale = 640. / std::max(pixels.cols, pixels.rows);
    PageImage page;
    resize(pixels, page.drawn, Size(), scale, scale, scale < 1 ? INTER_AREA : INTER_LINEAR);
    for (const Object& object : shown.image->objects)
        drawBox(page.drawn, object.box, scale, object.ignored ? Scalar(160, 160, 160) : Scalar(42, 138, 10));
    for (int i = 0; i < shown.boxes.rows; i++)
        if (shown.scores.at<float>(i) >= threshold)
            drawBox(page.drawn, *shown.boxes.ptr<Vec4f>(i), scale, Scalar(15, 72, 217));
    page.name = fs::path(shown.image->path).filename().string();
    page.missed = shown.missed;
    page.wrong = shown.wrong;
    return page;
}

//! The images with the highest counts, none without any.
std::vector<PageImage> worst(std::vector<Shown> all, int Shown::*count, int limit, float threshold)
{
    std::stable_sort(all.begin(), all.end(),
                     [count](const Shown& a, const Shown& b) { return a.*count > b.*count; });
    std::vector<PageImage> pages;
    for (const Shown& shown : all)
        if (static_cast<int>(pages.size()) < limit && shown.*count > 0)
            pages.push_back(draw(shown, threshold));
    return pages;
}

//! With several classes a curve each, with one a curve for each of three overlaps.
std::vector<std::pair<String, PrecisionRecall>> namedCurves(const Evaluator& shown, const Evaluation& e)
{
    std::vector<std::pair<String, PrecisionRecall>> curves;
    if (e.classes.size() == 1)
        for (double overlap : {0.5, 0.7, 0.9})
            curves.push_back({format("IoU %.2f", overlap), shown.precisionRecall(1, overlap)});
    else
        for (size_t i = 0; i < e.classes.size(); i++)
            curves.push_back({e.classes[i], e.curves[i]});
    return curves;
}

//! What is scored, on what, and where it is written; "" where it is not wanted.
struct Task
{
    String model, folder, split, json, html;
};

//! cv::Exception for what could not be written, or would be overwritten.
Task readTask(CommandLineParser& options)
{
    Task task;
    task.model = options.get<String>("model");
    task.folder = options.get<String>("data");
    task.split = options.get<String>("split");
    if (options.has("json"))
        task.json = options.get<String>("json");
    if (options.has("html"))
        task.html = options.get<String>("html");
    else if (!task.json.empty())
        task.html = fs::path(task.json).replace_extension(".html").string();
    if (!task.json.empty() && task.json == task.html)
        CV_Error_(Error::StsBadArg, ("--json=%s is where the page belongs", task.json.c_str()));
    const String description = fs::path(task.model).replace_extension(".yml").string();
    if (isFirstProcess())
        checkOutputs({{"--json", task.json}, {"--html", task.html}},
                     {{"--data", task.folder}, {"--model", task.model}, {"--model", description}});
    for (const String& path : {task.json, task.html})
        if (!path.empty())
            checkWritable(path);
    return task;
}

Dataset readImages(CommandLineParser& options, const Task& task, const std::vector<String>& classes)
{
    DatasetParams reading;
    reading.format = options.get<String>("format");
    reading.classes = classes;
    const Dataset set = Dataset::read(task.folder, task.split, reading);
    for (const String& remark : set.remarks)
        std::printf("note: %s\n", remark.c_str());
    return set;
}

//! Scores with all boxes, and with those that suppression leaves.
struct Scores
{
    Evaluator whole, suppressed;
    Misses misses;
    std::vector<Shown> images;
};

/** @brief What is found on each image, in the order of the data set; of several processes each runs some.
@param use called in the first process */
void detectAll(Detector& detector, const Dataset& set,
               const std::function<void(const AnnotatedImage&, const Detections&)>& use)
{
    Ranks& ranks = Ranks::ofProcess();
    const int total = static_cast<int>(set.images.size()), share = ranks.count() == 1 ? 1 : 8;
    for (int first = 0; first < total; first += share * ranks.count())
    {
        const int begin = first + share * ranks.rank();
        std::vector<Detections> own;
        for (int i = begin; i < std::min(begin + share, total); i++)
        {
            own.emplace_back();
            detector.detect(readImage(set.images[i]), own.back().boxes, own.back().scores, own.back().labels);
        }
        int i = first;
        const std::vector<Detections> all = gathered(ranks, own);
        if (ranks.first())
            for (const Detections& found : all)
                use(set.images[i++], found);
    }
}

Scores scoreAll(Detector& detector, const Dataset& set, const Evaluation& e)
{
    const int classes = static_cast<int>(e.classes.size());
    const bool agnostic = e.classes == std::vector<String>(1, "object");
    Scores scores{Evaluator(classes),
                  Evaluator(classes),
                  Misses(e.classes, detector.description().inputSize, e.threshold),
                  {}};
    Progress progress("scoring", static_cast<int>(set.images.size()));
    detectAll(detector, set, [&](const AnnotatedImage& image, const Detections& found) {
        Shown shown{&image, found.boxes, found.scores, found.labels, 0, 0};
        Mat objects, objectLabels, ignored;
        asArrays(image.objects, objects, objectLabels, ignored);
        if (agnostic)
            objectLabels.setTo(1);
        scores.whole.add(shown.boxes, shown.scores, shown.labels, objects, objectLabels, ignored);
        std::vector<int> keep;
        nmsPerClass(shown.boxes, shown.scores, shown.labels, e.nms, keep);
        scores.misses.add(shown.boxes, shown.scores, shown.labels, keep, objects, objectLabels, ignored,
                          image.size);
        keepRows(keep, shown.boxes, shown.scores, shown.labels);
        Evaluator alone(classes);
        for (Evaluator* evaluator : {&scores.suppressed, &alone})
            evaluator->add(shown.boxes, shown.scores, shown.labels, objects, objectLabels, ignored);
        const Mat confusion = alone.confusion(e.threshold, shownOverlap);
        const int right = static_cast<int>(trace(confusion)[0]);
        shown.missed = static_cast<int>(sum(confusion.rowRange(1, classes + 1))[0]) - right;
        shown.wrong = static_cast<int>(sum(confusion.colRange(1, classes + 1))[0]) - right;
        scores.images.push_back(shown);
        progress.show(static_cast<int>(scores.images.size()));
    });
    return scores;
}

void writePage(const Task& task, const Evaluation& e, const Scores& scores, int images)
{
    PageContents contents;
    contents.model = task.model;
    contents.data = task.folder + ", " + task.split;
    contents.curves = namedCurves(scores.suppressed, e);
    contents.mostMissed = worst(scores.images, &Shown::missed, images, e.threshold);
    contents.mostWrong = worst(scores.images, &Shown::wrong, images, e.threshold);
    writeFile(task.html, evalPage(e, contents));
    std::printf("wrote %s\n", task.html.c_str());
}

//! Their number and a hash of their names.
std::string namesOf(const Dataset& set)
{
    std::string names;
    for (const AnnotatedImage& image : set.images)
        names += fs::path(image.path).filename().string() + "\n";
    return std::to_string(set.images.size()) + ", hash " + std::to_string(std::hash<std::string>()(names));
}

void evaluate(CommandLineParser& options)
{
    const Task task = readTask(options);
    const int images = countOption(options, "images", 0, 1000);
    Evaluation e;
    e.nms = static_cast<float>(numberOption(options, "nms", 0, 1));
    Detector detector(task.model);
    e.classes = detector.description().classes;
    e.threshold = options.has("threshold") ? static_cast<float>(numberOption(options, "threshold", 0, 1))
                                           : detector.description().scoreThreshold;
    const bool agnostic = e.classes == std::vector<String>(1, "object");
    const Dataset set = readImages(options, task, agnostic ? std::vector<String>() : e.classes);
    if (Ranks::ofProcess().count() > 1) // one process need not read the model twice
    {
        requireSameEverywhere("images", namesOf(set));
        requireSameEverywhere("bytes in the model",
                              std::to_string(std::hash<std::string>()(readFile(task.model))));
    }
    const Scores scores = scoreAll(detector, set, e);
    if (!isFirstProcess())
        return;

    const int classes = static_cast<int>(e.classes.size());
    e.metrics = scores.whole.compute(options.get<bool>("voc_pixels"));
    for (int label = 1; label <= classes; label++)
        e.curves.push_back(scores.suppressed.precisionRecall(label, shownOverlap));
    e.confusion = scores.suppressed.confusion(e.threshold, shownOverlap);
    e.misses = scores.misses.groups();
    e.falseBoxes = scores.misses.falseBoxes();
    e.advice = scores.misses.advice();
    printMetrics(e.metrics);
    if (classes > 1)
        printClasses(e);
    printMisses(e);
    if (!task.json.empty())
    {
        writeEvaluation(task.json, e);
        std::printf("wrote %s\n", task.json.c_str());
    }
    if (!task.html.empty())
        writePage(task, e, scores, images);
}

} // namespace

int main(int argc, char** argv)
{
    return runProgram(argc, argv, about, keys + rankTimeoutKey(), [&](CommandLineParser& options) {
        joinProcesses(options, argc, argv);
        if (Ranks::ofProcess().count() > 1)
            setNumThreads(std::min(getNumThreads(), ownProcessors()));
        evaluate(options);
    });
}
