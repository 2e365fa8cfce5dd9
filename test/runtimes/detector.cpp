// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// Trains a small detector of every kind for a moment and writes, into a folder, NAME.onnx (standard
// operators) with what it finds on some pictures: NAME.txt has a line for each picture (how many detections,
// then label, score and box of each), NAME.bin the pictures as the network takes them.

#include <cstdio>
#include <fstream>

#include "opencv2/dnn.hpp"
#include "opencv2/dnn_rpn_train.hpp"
#include "opencv2/imgcodecs.hpp"
#include "opencv2/imgproc.hpp"

using namespace cv;
using namespace cv::dnn_rpn_train;

namespace {

const Size size(128, 96);

//! Discs and squares, in alternation.
Dataset drawShapes(const std::string& folder, int pictures)
{
    Dataset set;
    set.classes = {"disc", "square"};
    RNG rng(7);
    for (int i = 0; i < pictures; i++)
    {
        AnnotatedImage image;
        image.path = folder + format("/picture_%d.png", i);
        image.size = size;
        Mat picture(size, CV_8UC3, Scalar(60, 50, 40));
        for (int j = 0; j < 3; j++)
        {
            const int r = rng.uniform(9, 21);
            const Point c(j * 42 + rng.uniform(r, 43 - r), rng.uniform(r, size.height - r));
            Object o;
            o.label = rng.uniform(1, 3);
            o.box = Vec4f(Vec4i(c.x - r, c.y - r, c.x + r, c.y + r));
            if (o.label == 1)
                circle(picture, c, r, Scalar(200, 220, 190), FILLED);
            else
                rectangle(picture, Rect(c.x - r, c.y - r, 2 * r, 2 * r), Scalar(200, 220, 190), FILLED);
            image.objects.push_back(o);
        }
        imwrite(image.path, picture);
        set.images.push_back(image);
    }
    return set;
}

void make(const std::string& path, const Dataset& set, const TrainParams& params)
{
    Trainer trainer(params);
    trainer.fit(set);
    trainer.exportModel(path + ".onnx", dnn_rpn::EXPORT_ONNX);
    trainer.exportModel(path + "-opencv.onnx");
    std::ofstream found(path + ".txt"), pictures(path + ".bin", std::ios::binary);
    found.precision(9);
    for (const AnnotatedImage& image : set.images)
    {
        const Mat picture = readPicture(image), blob = dnn::blobFromImage(picture);
        pictures.write(blob.ptr<char>(), static_cast<std::streamsize>(blob.total() * sizeof(float)));
        Mat boxes, scores, labels;
        trainer.detect(picture, boxes, scores, labels);
        found << boxes.rows;
        for (int i = 0; i < boxes.rows; i++)
        {
            found << ' ' << labels.at<int>(i) << ' ' << scores.at<float>(i);
            for (int j = 0; j < 4; j++)
                found << ' ' << boxes.at<float>(i, j);
        }
        found << '\n';
    }
    std::printf("%s %d %d\n", path.c_str(), size.width, size.height);
}

TrainParams quick(DetectorKind detector, AnchorLoss loss)
{
    TrainParams p(detector);
    p.classes = {"disc", "square"};
    p.rpn.loss = loss;
    p.size = size;
    p.rpn.anchorSizes = {24, 40};
    p.rpn.anchorRatios = {0.5f, 1};
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
    const std::string folder = argv[1];
    const Dataset set = drawShapes(folder, 6);
    for (AnchorLoss loss : {LOSS_FOCAL_SOFTMAX, LOSS_CE_SIGMOID})
        make(folder + "/rpn_" + quick(DETECTOR_RPN, loss).get("loss"), set, quick(DETECTOR_RPN, loss));
    for (AnchorLoss loss : {LOSS_FOCAL_SIGMOID, LOSS_FOCAL_SOFTMAX})
        make(folder + "/retina_" + quick(DETECTOR_RETINANET, loss).get("loss"), set,
             quick(DETECTOR_RETINANET, loss));
    TrainParams two = quick(DETECTOR_FASTER_RCNN, LOSS_CE_SIGMOID);
    make(folder + "/two_stages", set, two);
    two.roi.sharedDeltas = true;
    make(folder + "/two_stages_shared", set, two);
    two.roi.detections.scoreThreshold = 0.9999f;
    make(folder + "/no_detections", set, two);
    two.roi.proposals.minSize = 1000;
    make(folder + "/no_proposals", set, two);
    return 0;
}
