// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// Trains a detector on a folder of annotated images, writes it as a model file, and draws what it finds.

#include <iostream>

#include "opencv2/core/utility.hpp"
#include "opencv2/dnn_rpn.hpp"
#include "opencv2/dnn_rpn_train.hpp"
#include "opencv2/imgcodecs.hpp"
#include "opencv2/imgproc.hpp"

using namespace cv;
using namespace cv::dnn_rpn_train;

namespace {

//! Nine tenths are trained on, the rest is scored.
void train(const String& folder, const String& backbone, int epochs, const String& model)
{
    const std::vector<Dataset> parts = splitDataset(Dataset::read(folder, ""), {0.9, 0.1}, 1);
    TrainParams params(DETECTOR_FASTER_RCNN);
    params.classes = parts[0].classes;
    params.epochs = epochs;
    if (!backbone.empty())
        params.backbone = backbone;
    Trainer trainer(params);
    std::cout << trainer.summary(parts[0]) << std::endl;

    trainer.start(parts[0]);
    for (StepStats stats; trainer.step(stats);)
        if (stats.step % 20 == 0)
            std::cout << "step " << stats.step << " of " << stats.steps << ": loss " << stats.loss
                      << std::endl;
    trainer.finish();
    std::cout << "AP at IoU 0.5 on images that it has not seen: " << trainer.evaluate(parts[1]).AP50
              << std::endl;
    trainer.exportModel(model);
}

void detect(const String& model, const String& file)
{
    const Mat image = imread(file);
    if (image.empty())
        CV_Error_(Error::StsError, ("cannot read '%s'", file.c_str()));
    dnn_rpn::Detector detector(model);
    detector.setSuppression(dnn_rpn::SUPPRESS_HARD, 0.3f); // one box an object
    Mat boxes, scores, labels;
    detector.detect(image, boxes, scores, labels, detector.description().scoreThreshold);
    for (int i = 0; i < boxes.rows; i++)
    {
        const Vec4f b = *boxes.ptr<Vec4f>(i);
        const Point corner(cvRound(b[0]), cvRound(b[1]));
        rectangle(image, corner, Point(cvRound(b[2]), cvRound(b[3])), Scalar(0, 200, 0), 2);
        putText(image, detector.className(labels.at<int>(i)) + format(" %.2f", scores.at<float>(i)),
                corner + Point(3, 14), FONT_HERSHEY_SIMPLEX, 0.45, Scalar(0, 90, 0), 1, LINE_AA);
    }
    imwrite("found.png", image);
    std::cout << boxes.rows << " objects in found.png" << std::endl;
}

} // namespace

int main(int argc, char** argv)
{
    const CommandLineParser options(
        argc, argv,
        "{help h    |           | prints this}"
        "{data      |           | folder of annotated images: VOC, COCO, YOLO, ...}"
        "{backbone  |           | ONNX feature extractor; without it, a small one}"
        "{epochs    | 8         | times that each image is shown}"
        "{model     | model.onnx| the model file}"
        "{image     |           | look for objects in this image afterwards}");
    if (options.has("help") || !options.has("data"))
    {
        options.printMessage();
        return 1;
    }
    try
    {
        const String model = options.get<String>("model");
        train(options.get<String>("data"), options.get<String>("backbone"), options.get<int>("epochs"),
              model);
        if (options.has("image"))
            detect(model, options.get<String>("image"));
        return 0;
    }
    catch (const cv::Exception& e)
    {
        std::cerr << "error: " << e.err << std::endl;
        return 1;
    }
}
