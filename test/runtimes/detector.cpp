// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// Trains a small detector of every sort for a moment and writes, into a folder, NAME-KIND.onnx for each kind
// of file and NAME.json: its limits and what is found on images of two sizes, which are in images.bin
// (the size that it was trained at) and large.bin, 8 bit, BGR.

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "opencv2/dnn.hpp"
#include "opencv2/dnn_rpn/model.hpp"
#include "opencv2/dnn_rpn_train.hpp"
#include "opencv2/imgcodecs.hpp"
#include "opencv2/imgproc.hpp"

using namespace cv;
using namespace cv::dnn_rpn_train;

namespace {

const Size trained(128, 96), large(192, 160);

//! Discs and squares, one in every 42nd column.
Mat drawShapes(Size size, RNG& rng, std::vector<Object>& objects)
{
    Mat pixels(size, CV_8UC3, Scalar(60, 50, 40));
    for (int x = 0; x + 42 < size.width; x += 42)
    {
        const int r = rng.uniform(9, 21);
        const Point c(x + rng.uniform(r, 43 - r), rng.uniform(r, size.height - r));
        Object o;
        o.label = rng.uniform(1, 3);
        o.box = Vec4f(Vec4i(c.x - r, c.y - r, c.x + r, c.y + r));
        if (o.label == 1)
            circle(pixels, c, r, Scalar(200, 220, 190), FILLED);
        else
            rectangle(pixels, Rect(c.x - r, c.y - r, 2 * r, 2 * r), Scalar(200, 220, 190), FILLED);
        objects.push_back(o);
    }
    return pixels;
}

//! Draws images and writes them one behind the other.
std::vector<Mat> writeImages(const std::string& path, Size size, int count, Dataset& set)
{
    std::ofstream file(path, std::ios::binary);
    std::vector<Mat> images;
    RNG rng(7);
    set.classes = {"disc", "square"};
    for (int i = 0; i < count; i++)
    {
        AnnotatedImage image;
        image.path = path + format("_%d.png", i);
        image.size = size;
        images.push_back(drawShapes(size, rng, image.objects));
        imwrite(image.path, images.back());
        set.images.push_back(image);
        file.write(images.back().ptr<char>(), static_cast<std::streamsize>(images.back().total() * 3));
    }
    return images;
}

struct Images
{
    std::vector<Mat> trained, large;
    Dataset set; //!< the former
};

//! A row for each detection: label, score and box.
Mat tableOf(const Mat& boxes, const Mat& scores, const Mat& labels)
{
    if (boxes.empty())
        return Mat(0, 6, CV_32F);
    Mat ownLabels, table;
    labels.reshape(1, boxes.rows).convertTo(ownLabels, CV_32F);
    hconcat(std::vector<Mat>{ownLabels, scores.reshape(1, boxes.rows), boxes}, table);
    return table;
}

//! What cv::dnn of this build finds by a file of kind "opencv".
std::vector<Mat> runNet(const std::string& path, const std::vector<Mat>& images)
{
    dnn::Net net = dnn::readNetFromONNX(path);
    std::vector<Mat> found;
    for (const Mat& pixels : images)
    {
        net.setInput(dnn::blobFromImage(pixels));
        const Mat output = net.forward(), rows = output.reshape(1, static_cast<int>(output.total() / 7));
        Mat table(0, 6, CV_32F);
        for (int i = 0; i < rows.rows; i++)
        {
            const float* row = rows.ptr<float>(i);
            const auto w = static_cast<float>(pixels.cols), h = static_cast<float>(pixels.rows);
            if (row[2] > 0) // else the table is filled up
                table.push_back(
                    Mat(Vec6f(row[1], row[2], row[3] * w, row[4] * h, row[5] * w, row[6] * h)).reshape(1, 1));
        }
        found.push_back(table);
    }
    return found;
}

/** @brief What Detector finds by a file of kind "heads" of one stage at another size than the trained one: by
our own decoding, with anchors for that size. */
std::vector<Mat> runHeads(const std::string& path, const std::vector<Mat>& images)
{
    dnn_rpn::ModelDescription description = dnn_rpn::ModelDescription::read(path + ".yml");
    description.inputSize = large;
    for (size_t i = 0; i < description.levels.size(); i++)
    {
        const int stride = description.levels[i].stride;
        description.featureSizes[i] = Size(large.width / stride, large.height / stride);
    }
    description.write(path + "-large.yml");
    std::filesystem::copy_file(path + ".onnx", path + "-large.onnx",
                               std::filesystem::copy_options::overwrite_existing);
    dnn_rpn::Detector detector(path + "-large.onnx");
    std::vector<Mat> found;
    for (const Mat& pixels : images)
    {
        Mat boxes, scores, labels;
        detector.detect(pixels, boxes, scores, labels);
        found.push_back(tableOf(boxes, scores, labels));
    }
    return found;
}

void writeTables(FileStorage& file, const char* name, const std::vector<Mat>& tables)
{
    file << name << "[";
    for (const Mat& table : tables)
        file << table;
    file << "]";
}

//! What decoding "heads" takes, as MODEL.yml has it.
void writeLimits(FileStorage& file, const dnn_rpn::ModelDescription& d)
{
    file << "detector" << dnn_rpn::nameOf(d.detector) << "classes" << static_cast<int>(d.classes.size())
         << "levels"
         << "[";
    for (const dnn_rpn::AnchorLevel& level : d.levels)
        file << "{"
             << "stride" << level.stride << "offset" << level.offset << "widths" << level.widths << "heights"
             << level.heights << "}";
    file << "]";
    const bool hasClasses = d.detector != DETECTOR_RPN;
    file << "preNms" << (hasClasses ? d.detections.preNms : d.proposals.preNms);
    file << "most" << (hasClasses ? d.detections.maxDetections : d.proposals.postNms);
    file << "nmsThreshold" << (hasClasses ? d.detections.nmsThreshold : d.proposals.nmsThreshold);
    file << "scoreThreshold" << (hasClasses ? d.detections.scoreThreshold : 0.f);
    file << "deltaWeights"
         << "[" << d.detections.deltaWeights[0] << d.detections.deltaWeights[2] << "]";
}

void make(const std::string& path, const Images& images, const TrainParams& params)
{
    Trainer trainer(params);
    trainer.fit(images.set);
    for (const auto& kind : dnn_rpn::kindRows<dnn_rpn::ExportKind>())
        trainer.exportModel(path + "-" + kind.name + ".onnx", kind.kind);
    std::vector<Mat> found;
    for (const Mat& pixels : images.trained)
    {
        Mat boxes, scores, labels;
        trainer.detect(pixels, boxes, scores, labels);
        found.push_back(tableOf(boxes, scores, labels));
    }
    FileStorage file(path + ".json", FileStorage::WRITE);
    writeLimits(file, dnn_rpn::ModelDescription::read(path + "-heads.yml"));
    writeTables(file, "trainer", found);
    writeTables(file, "net", runNet(path + "-opencv.onnx", images.trained));
    writeTables(file, "netLarge", runNet(path + "-opencv.onnx", images.large));
    if (params.detector() != DETECTOR_FASTER_RCNN)
        writeTables(file, "headsLarge", runHeads(path + "-heads", images.large));
}

TrainParams quick(DetectorKind detector, AnchorLoss loss, bool pyramid = false)
{
    TrainParams p(detector);
    p.classes = {"disc", "square"};
    p.rpn.loss = loss;
    p.size = trained;
    if (pyramid)
        p.setPyramid(3, 5, 16);
    else
    {
        p.setPyramid(0, 0);
        p.rpn.anchorSizes = {24, 40};
    }
    p.rpn.anchorRatios = {0.5f, 1};
    p.rpn.proposals.postNms = 200;
    p.rpn.lrFactor = 1;
    p.roi.lrFactor = 1;
    p.roi.channels = 16;
    p.roi.hidden = 32;
    p.roi.sampleCount = 32;
    p.roi.trainProposals.postNms = 60;
    p.roi.proposals.postNms = 40;
    p.epochs = 25;
    p.batch = 2;
    p.learningRate = 0.02;
    p.warmup = 10;
    return p;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 2)
    {
        std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    const std::string folder = std::string(argv[1]) + "/";
    Images images;
    Dataset unused;
    images.trained = writeImages(folder + "images.bin", trained, 6, images.set);
    images.large = writeImages(folder + "large.bin", large, 3, unused);
    for (const TrainParams& one :
         {quick(DETECTOR_RPN, LOSS_FOCAL_SOFTMAX), quick(DETECTOR_RPN, LOSS_CE_SIGMOID),
          quick(DETECTOR_RETINANET, LOSS_FOCAL_SIGMOID), quick(DETECTOR_RETINANET, LOSS_FOCAL_SOFTMAX)})
        make(folder + dnn_rpn::nameOf(one.detector()) + "." + one.get("loss"), images, one);
    TrainParams two = quick(DETECTOR_FASTER_RCNN, LOSS_CE_SIGMOID);
    make(folder + "faster_rcnn.ce_sigmoid", images, two);
    two.roi.classAgnostic = true;
    make(folder + "faster_rcnn.shared", images, two);
    make(folder + "rpn_pyramid.focal_softmax", images, quick(DETECTOR_RPN, LOSS_FOCAL_SOFTMAX, true));
    make(folder + "retina_pyramid.focal_sigmoid", images,
         quick(DETECTOR_RETINANET, LOSS_FOCAL_SIGMOID, true));
    make(folder + "faster_rcnn_pyramid.ce_sigmoid", images,
         quick(DETECTOR_FASTER_RCNN, LOSS_CE_SIGMOID, true));

    // Nothing found; two stages: by the second or already by the first.
    TrainParams nothing = quick(DETECTOR_RETINANET, LOSS_FOCAL_SIGMOID);
    nothing.epochs = 1;
    nothing.rpn.detections.scoreThreshold = 0.9999f;
    make(folder + "retina.nothing", images, nothing);
    nothing = quick(DETECTOR_RPN, LOSS_FOCAL_SOFTMAX);
    nothing.epochs = 1;
    nothing.rpn.proposals.scoreThreshold = 0.9999f;
    make(folder + "rpn.nothing", images, nothing);
    two.epochs = 1;
    two.roi.detections.scoreThreshold = 0.9999f;
    make(folder + "faster_rcnn.nothing", images, two);
    two.roi.proposals.minSize = 1000;
    make(folder + "faster_rcnn.no_proposals", images, two);
    return 0;
}
