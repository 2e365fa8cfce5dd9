// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "precomp.hpp"
#include <filesystem>
#include <map>
#include "opencv2/dnn.hpp"
#include "opencv2/dnn_rpn/private/file.hpp"
#include "opencv2/imgproc.hpp"
#include "box.hpp"
#include "check.hpp"
#include "model_file.hpp"
#include "rank.hpp"

namespace cv {
namespace dnn_rpn {

namespace {

//! Boxes of one image, in pixels of it.
struct Found
{
    std::vector<Vec4f> boxes;
    std::vector<float> scores;
    std::vector<int> labels;

    void add(const Vec4f& box, float score, int label)
    {
        boxes.push_back(box);
        scores.push_back(score);
        labels.push_back(label);
    }
};

/** Rows (image, label, score, x1, y1, x2, y2), the box as shares of the image. */
std::vector<Found> readTable(const Mat& table, const std::vector<Mat>& images, int classes)
{
    if (table.total() % 7 != 0 || table.type() != CV_32F)
        CV_Error_(
            Error::StsUnmatchedSizes,
            ("a model of kind \"opencv\" must give 1 x 1 x N x 7 CV_32F, not %s", shapeText(table).c_str()));
    std::vector<Found> found(images.size());
    const float* row = table.ptr<float>();
    for (size_t i = 0; i < table.total() / 7; i++, row += 7)
    {
        if (!(row[1] >= 1)) // the table is filled up with rows of zeros
            continue;
        if (row[1] > classes)
            CV_Error_(Error::StsOutOfRange,
                      ("the model gives label %g, but its description names %d classes", row[1], classes));
        if (!(row[0] >= 0 && row[0] < images.size()))
            CV_Error_(Error::StsOutOfRange, ("the model gives boxes of image %g, but it was given %d", row[0],
                                             static_cast<int>(images.size())));
        const size_t image = static_cast<size_t>(row[0]);
        const float width = static_cast<float>(images[image].cols),
                    height = static_cast<float>(images[image].rows);
        found[image].add(Vec4f(row[3] * width, row[4] * height, row[5] * width, row[6] * height), row[2],
                         static_cast<int>(row[1]));
    }
    return found;
}

//! The output of that name. Some importers put a prefix before it.
const Mat& outputNamed(const std::vector<Mat>& outputs, const std::vector<String>& names,
                       const std::string& name)
{
    for (size_t i = 0; i < names.size(); i++)
    {
        const std::string& full = names[i];
        const size_t at = full.size() - std::min(full.size(), name.size());
        if (full.substr(at) == name && (at == 0 || full[at - 1] == '!' || full[at - 1] == '/'))
            return outputs[i];
    }
    CV_Error_(Error::StsObjectNotFound, ("the model must have an output '%s'", name.c_str()));
}

//! The outputs `boxes` D x 4 in pixels of the input, `scores` D and `labels` D.
Found readBoxes(const std::vector<Mat>& outputs, const std::vector<String>& names, const ModelDescription& d,
                Size image)
{
    const Mat &boxes = outputNamed(outputs, names, "boxes"), &scores = outputNamed(outputs, names, "scores");
    Mat labels;
    outputNamed(outputs, names, "labels").convertTo(labels, CV_32S);
    if (boxes.total() != 4 * scores.total() || labels.total() != scores.total())
        CV_Error_(Error::StsUnmatchedSizes,
                  ("a model of kind \"onnx\" must give as many boxes, scores and labels, not %s, %s and %s",
                   shapeText(boxes).c_str(), shapeText(scores).c_str(), shapeText(labels).c_str()));
    Found found;
    const Vec4f scale(static_cast<float>(image.width) / d.inputSize.width,
                      static_cast<float>(image.height) / d.inputSize.height);
    for (size_t i = 0; i < scores.total(); i++)
    {
        const float* box = boxes.ptr<float>() + 4 * i;
        const int label = labels.ptr<int>()[i];
        if (label < 1 || label > static_cast<int>(d.classes.size()))
            CV_Error_(Error::StsOutOfRange, ("the model gives label %d, but its description names %d classes",
                                             label, static_cast<int>(d.classes.size())));
        found.add(Vec4f(box[0] * scale[0], box[1] * scale[1], box[2] * scale[0], box[3] * scale[1]),
                  scores.ptr<float>()[i], label);
    }
    return found;
}

//! N x K x columns as N K x columns.
Mat headOutput(const Mat& output, const char* name, int images, int anchors)
{
    const int columns = output.dims > 0 ? output.size[output.dims - 1] : 0;
    const int rows = images * anchors;
    if (output.type() != CV_32F || columns < 1 || output.total() != static_cast<size_t>(rows) * columns)
        CV_Error_(Error::StsUnmatchedSizes,
                  ("the output '%s' of %d images is %s, but the description tells of %d anchors", name,
                   images, shapeText(output).c_str(), anchors));
    return output.reshape(1, rows);
}

//! As imread() gives images in colour.
Mat asColour(const Mat& image)
{
    const int type = image.type();
    if (image.empty() || image.dims > 2 || (type != CV_8UC3 && type != CV_8UC1 && type != CV_8UC4))
        CV_Error_(Error::StsBadArg, ("an image must be of 8 bit, BGR, BGRA or grey, not %s",
                                     image.empty() ? "empty" : shapeText(image).c_str()));
    if (type == CV_8UC3)
        return image;
    Mat colour;
    cvtColor(image, colour, type == CV_8UC1 ? COLOR_GRAY2BGR : COLOR_BGRA2BGR);
    return colour;
}

void checkThreshold(float threshold)
{
    if (std::isnan(threshold))
        CV_Error(Error::StsOutOfRange, "threshold must be a number, not nan");
}

void giveOut(const Found& found, OutputArray boxes, OutputArray scores, OutputArray labels)
{
    const int count = static_cast<int>(found.scores.size());
    const auto give = [count](const void* numbers, int columns, int type, OutputArray output) {
        if (output.needed())
            dnn_rpn::giveOut(count ? Mat(count, columns, type, const_cast<void*>(numbers))
                                   : Mat(0, columns, type),
                             output);
    };
    give(found.boxes.data(), 4, CV_32F, boxes);
    give(found.scores.data(), 1, CV_32F, scores);
    give(found.labels.data(), 1, CV_32S, labels);
}

/** @brief Where tiles begin along one side of an image.
@param length of the image, tile of a tile, overlap share of a tile */
std::vector<int> tileStarts(int length, int tile, float overlap)
{
    const int rest = std::max(0, length - tile);
    const int steps = static_cast<int>(std::ceil(rest / std::max(1., tile * (1. - overlap))));
    std::vector<int> starts(1, 0);
    for (int i = 1; i <= steps; i++)
        starts.push_back(static_cast<int>(static_cast<int64>(rest) * i / steps));
    return starts;
}

/** @brief Whether the next tile, along one side, is the better judge of what lies from `low` to `high` in
tile `i`: it seems cut off at the border between them, and the other shows it with room around. */
bool isCut(float low, float high, const std::vector<int>& starts, size_t i, int tile)
{
    const float room = 0.02f * tile; // networks do not hit borders exactly
    if (i > 0 && low < starts[i] + room && high < starts[i - 1] + tile - room)
        return true;
    return i + 1 < starts.size() && high > starts[i] + tile - room && low > starts[i + 1] + room;
}

} // namespace

struct Detector::Impl
{
    ModelDescription description;
    dnn::Net net;
    std::vector<String> outputNames;
    Mat anchors;
    std::vector<int> levelCounts;

    std::vector<float> classThresholds; //!< one a class, or none
    int suppression = SUPPRESS_NONE;
    float strength = 0;
    bool acrossClasses = false;
    int maxDetections = 0;

    std::vector<Found> run(const std::vector<Mat>& images, float threshold)
    {
        // CropAndResize and the standard operators know no batches.
        const bool single = description.kind == EXPORT_ONNX || (description.kind == EXPORT_OPENCV &&
                                                                description.detector == DETECTOR_FASTER_RCNN);
        if (images.size() > 1 && single)
        {
            std::vector<Found> all;
            for (const Mat& image : images)
                all.push_back(run({image}, threshold)[0]);
            return all;
        }
        std::vector<Mat> outputs;
        net.setInput(dnn::blobFromImages(images, 1, description.inputSize));
        net.forward(outputs, outputNames);
        std::vector<Found> found = read(outputs, images, threshold);
        for (size_t i = 0; i < found.size(); i++)
        {
            for (Vec4f& box : found[i].boxes)
                clipBox(box.val, static_cast<float>(images[i].cols), static_cast<float>(images[i].rows));
            found[i] = above(found[i], threshold);
        }
        return found;
    }

    std::vector<Found> read(const std::vector<Mat>& outputs, const std::vector<Mat>& images,
                            float threshold) const
    {
        const int classes = static_cast<int>(description.classes.size());
        switch (description.kind)
        {
        case EXPORT_OPENCV:
            return readTable(outputs[0], images, classes);
        case EXPORT_ONNX:
            return {readBoxes(outputs, outputNames, description, images[0].size())};
        case EXPORT_HEADS:
            break;
        }
        return readHeads(outputs, images, threshold);
    }

    //! The best by falling score, after suppression.
    Found best(const Found& found, int method, float howMuch, float threshold) const
    {
        const Found left =
            method == SUPPRESS_NONE ? found : above(suppressed(found, method, howMuch), threshold);
        ArenaVector<int> order;
        rankByScore(left.scores.data(), static_cast<int>(left.scores.size()), threshold, maxDetections,
                    order);
        Found ranked;
        for (int i : order)
            ranked.add(left.boxes[i], left.scores[i], left.labels[i]);
        return ranked;
    }

    Found best(const Found& found, float threshold) const
    {
        return best(found, suppression, strength, threshold);
    }

private:
    std::vector<Found> readHeads(const std::vector<Mat>& outputs, const std::vector<Mat>& images,
                                 float threshold) const
    {
        const int count = static_cast<int>(images.size());
        const Mat logits =
            headOutput(outputNamed(outputs, outputNames, "logits"), "logits", count, anchors.rows);
        const Mat deltas =
            headOutput(outputNamed(outputs, outputNames, "deltas"), "deltas", count, anchors.rows);
        std::vector<Found> found(count);
        for (int i = 0; i < count; i++)
        {
            const Range rows(i * anchors.rows, (i + 1) * anchors.rows);
            Mat boxes, scores, labels;
            if (description.detector == DETECTOR_RETINANET)
                decodeClasses(logits.rowRange(rows), deltas.rowRange(rows), threshold, boxes, scores, labels);
            else
                decodeProposals(logits.rowRange(rows), deltas.rowRange(rows), threshold, boxes, scores);
            const float x = static_cast<float>(images[i].cols) / description.inputSize.width;
            const float y = static_cast<float>(images[i].rows) / description.inputSize.height;
            for (int p = 0; p < boxes.rows; p++)
                found[i].add(boxes.ptr<Vec4f>(p)->mul(Vec4f(x, y, x, y)), scores.at<float>(p),
                             labels.empty() ? 1 : labels.at<int>(p));
        }
        return found;
    }

    void decodeProposals(const Mat& logits, const Mat& deltas, float threshold, Mat& boxes, Mat& scores) const
    {
        ProposalParams params = description.proposals;
        params.scoreThreshold = std::max(params.scoreThreshold, threshold);
        Mat objectScores;
        objectness(logits, objectScores);
        generateProposals(objectScores, deltas, anchors, levelCounts, description.inputSize, boxes, scores,
                          params);
    }

    void decodeClasses(const Mat& logits, const Mat& deltas, float threshold, Mat& boxes, Mat& scores,
                       Mat& labels) const
    {
        const int classes = static_cast<int>(description.classes.size());
        if (logits.cols != classes && logits.cols != classes + 1)
            CV_Error_(Error::StsUnmatchedSizes,
                      ("the output 'logits' has %d columns: the description names %d classes, for which it "
                       "must have as many (sigmoid) or one more (softmax)",
                       logits.cols, classes));
        DetectionParams params = description.detections;
        // Scores that equal it are wanted.
        const float below = std::nextafter(threshold, -std::numeric_limits<float>::infinity());
        params.scoreThreshold = std::max(params.scoreThreshold, below);
        Mat probabilities;
        classScores(logits, logits.cols > classes, probabilities);
        generateDetections(probabilities, deltas, anchors, levelCounts, description.inputSize, boxes, scores,
                           labels, params);
    }

    //! What reaches its class's threshold.
    Found above(const Found& found, float threshold) const
    {
        Found left;
        for (size_t i = 0; i < found.scores.size(); i++)
        {
            const float own = classThresholds.empty() ? threshold : classThresholds[found.labels[i] - 1];
            if (found.scores[i] >= std::max(threshold, own))
                left.add(found.boxes[i], found.scores[i], found.labels[i]);
        }
        return left;
    }

    Found suppressed(const Found& found, int method, float howMuch) const
    {
        std::map<int, Found> groups;
        for (size_t i = 0; i < found.scores.size(); i++)
            groups[acrossClasses ? 0 : found.labels[i]].add(found.boxes[i], found.scores[i], found.labels[i]);
        Found left;
        for (const auto& entry : groups)
        {
            const Found& group = entry.second;
            std::vector<int> keep;
            Mat lowered;
            if (method == SUPPRESS_HARD)
                nms(group.boxes, group.scores, howMuch, keep);
            else if (method == SUPPRESS_LINEAR)
                softNmsLinear(group.boxes, group.scores, howMuch, keep, lowered, 0);
            else
                softNmsGaussian(group.boxes, group.scores, howMuch, keep, lowered, 0);
            for (size_t k = 0; k < keep.size(); k++)
                left.add(group.boxes[keep[k]],
                         lowered.empty() ? group.scores[keep[k]] : lowered.at<float>(static_cast<int>(k)),
                         group.labels[keep[k]]);
        }
        return left;
    }
};

Detector::Detector(const String& model) : impl(makePtr<Impl>())
{
    if (!std::filesystem::is_regular_file(model))
        CV_Error_(Error::StsObjectNotFound, ("there is no model file '%s'", model.c_str()));
    const std::string yaml = std::filesystem::path(model).replace_extension(".yml").string();
    impl->description = ModelDescription::read(yaml);
    const ModelDescription& d = impl->description;
    if (d.kind == EXPORT_HEADS && d.detector == DETECTOR_FASTER_RCNN)
        CV_Error_(Error::StsNotImplemented, ("'%s' is of kind \"heads\" with two stages: this class does not "
                                             "decode the second one's raw numbers. "
                                             "The trainer's kind \"opencv\" gives boxes",
                                             model.c_str()));
    checkOnnx(model, modelLimits());
    try
    {
        impl->net = dnn::readNetFromONNX(model);
    }
    catch (const cv::Exception& e)
    {
        if (d.kind == EXPORT_ONNX)
            CV_Error_(Error::StsNotImplemented,
                      ("'%s' is of kind \"onnx\": ONNX Runtime and OpenCV from 5.0 on have its operators, "
                       "and this is "
                       "OpenCV " CV_VERSION ". The trainer's kind \"opencv\" runs in every version",
                       model.c_str()));
        CV_Error_(e.code, ("OpenCV " CV_VERSION " cannot read '%s': %s", model.c_str(), e.err.c_str()));
    }
    impl->outputNames = impl->net.getUnconnectedOutLayersNames();
    if (d.kind == EXPORT_OPENCV && impl->outputNames.size() != 1)
        CV_Error_(Error::StsUnmatchedSizes, ("'%s': a model of kind \"opencv\" must have one output, not %d",
                                             model.c_str(), static_cast<int>(impl->outputNames.size())));
    if (d.kind == EXPORT_HEADS)
        generateAnchors(impl->description.levels, impl->description.featureSizes, impl->anchors,
                        impl->levelCounts);
}

void Detector::setClassThresholds(const std::vector<float>& thresholds)
{
    const size_t classes = impl->description.classes.size();
    if (!thresholds.empty() && thresholds.size() != classes)
        CV_Error_(Error::StsUnmatchedSizes, ("there must be %d thresholds, one a class, not %d",
                                             static_cast<int>(classes), static_cast<int>(thresholds.size())));
    for (float threshold : thresholds)
        checkThreshold(threshold);
    impl->classThresholds = thresholds;
}

void Detector::setSuppression(int method, float strength)
{
    if (method < SUPPRESS_NONE || method > SUPPRESS_GAUSSIAN)
        CV_Error_(Error::StsOutOfRange, ("method must be a value of Suppression, not %d", method));
    if (method == SUPPRESS_GAUSSIAN)
        checkPositive(strength, "strength");
    else if (method != SUPPRESS_NONE)
        checkRange(strength, 0, 1, "strength");
    impl->suppression = method;
    impl->strength = strength;
}

void Detector::setNmsAcrossClasses(bool value)
{
    impl->acrossClasses = value;
}

void Detector::setMaxDetections(int count)
{
    if (count < 0)
        CV_Error_(Error::StsOutOfRange, ("count must be at least 0, not %d", count));
    impl->maxDetections = count;
}

void Detector::setPreferableBackend(int backendId)
{
    impl->net.setPreferableBackend(backendId);
}

void Detector::setPreferableTarget(int targetId)
{
    impl->net.setPreferableTarget(targetId);
}

void Detector::detect(InputArray image, OutputArray boxes, OutputArray scores, OutputArray labels,
                      float threshold)
{
    checkThreshold(threshold);
    const Found found = impl->run({asColour(image.getMat())}, threshold)[0];
    giveOut(impl->best(found, threshold), boxes, scores, labels);
}

void Detector::detectBatch(InputArrayOfArrays images, std::vector<Mat>& boxes, std::vector<Mat>& scores,
                           std::vector<Mat>& labels, float threshold)
{
    checkThreshold(threshold);
    std::vector<Mat> batch;
    images.getMatVector(batch);
    for (Mat& pixels : batch)
        pixels = asColour(pixels);
    boxes.assign(batch.size(), Mat());
    scores.assign(batch.size(), Mat());
    labels.assign(batch.size(), Mat());
    if (batch.empty())
        return;
    const std::vector<Found> found = impl->run(batch, threshold);
    for (size_t i = 0; i < batch.size(); i++)
        giveOut(impl->best(found[i], threshold), boxes[i], scores[i], labels[i]);
}

void Detector::detectTiles(InputArray image_, OutputArray boxes, OutputArray scores, OutputArray labels,
                           Size tile, float overlap, float threshold)
{
    checkThreshold(threshold);
    checkRange(overlap, 0, 0.9f, "overlap");
    const Mat image = asColour(image_.getMat());
    if (tile == Size())
        tile = impl->description.inputSize;
    if (tile.width < 1 || tile.height < 1)
        CV_Error_(Error::StsOutOfRange, ("tile must be positive, not %d x %d", tile.width, tile.height));

    Mat padded = image;
    if (image.cols < tile.width || image.rows < tile.height)
        copyMakeBorder(image, padded, 0, std::max(0, tile.height - image.rows), 0,
                       std::max(0, tile.width - image.cols), BORDER_CONSTANT, Scalar::all(128));
    const std::vector<int> columns = tileStarts(image.cols, tile.width, overlap),
                           rows = tileStarts(image.rows, tile.height, overlap);
    Found found;
    for (size_t r = 0; r < rows.size(); r++)
        for (size_t c = 0; c < columns.size(); c++)
        {
            const Rect window(Point(columns[c], rows[r]), tile);
            const Found seen = impl->run({padded(window)}, threshold)[0];
            for (size_t i = 0; i < seen.scores.size(); i++)
            {
                Vec4f box = seen.boxes[i] + Vec4f(Vec4i(window.x, window.y, window.x, window.y));
                if (isCut(box[0], box[2], columns, c, tile.width) ||
                    isCut(box[1], box[3], rows, r, tile.height))
                    continue;
                clipBox(box.val, static_cast<float>(image.cols), static_cast<float>(image.rows));
                if (hasExtent(box.val)) // else it was found in the grey
                    found.add(box, seen.scores[i], seen.labels[i]);
            }
        }
    const bool merged = impl->suppression != SUPPRESS_NONE || rows.size() * columns.size() == 1;
    giveOut(merged ? impl->best(found, threshold) : impl->best(found, SUPPRESS_HARD, 0.5f, threshold), boxes,
            scores, labels);
}

const ModelDescription& Detector::description() const
{
    return impl->description;
}

String Detector::className(int label) const
{
    const int count = static_cast<int>(impl->description.classes.size());
    if (label < 1 || label > count)
        CV_Error_(Error::StsOutOfRange, ("label must be in 1..%d, not %d", count, label));
    return impl->description.classes[label - 1];
}

} // namespace dnn_rpn
} // namespace cv
