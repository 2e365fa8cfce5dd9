// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// Training from C++, on one screen: photographs in, a detector that stock OpenCV runs out.
//
//   train_detector PHOTOGRAPHS [MODEL.onnx]
//
// rpn_train is the program with options, progress, checkpoints and a page to watch.

#include <iostream>

#include "opencv2/dnn_rpn_train.hpp"

using namespace cv::dnn_rpn_train;

int main(int argc, char** argv)
{
    if (argc < 2)
    {
        std::cout << "usage: train_detector PHOTOGRAPHS [MODEL.onnx]\n";
        return 1;
    }
    try
    {
        // Pascal VOC, COCO or YOLO: the layout is recognised. Labels must mean the same in both splits.
        const Dataset photographs = Dataset::read(argv[1], "train");
        const Dataset unseen = Dataset::read(argv[1], "test", photographs.classes);

        TrainParams params(DETECTOR_FASTER_RCNN);
        params.classes = photographs.classes;
        params.epochs = 8;
        // A feature extractor that has seen ImageNet, any ONNX file, makes all the difference on few
        // images: params.backbone = "features.onnx";
        Trainer trainer(params);

        trainer.start(photographs);
        for (StepStats stats; trainer.step(stats);) // break ends the training there
            if (stats.step % 20 == 0)
                std::cout << "step " << stats.step << " of " << stats.steps << ": loss " << stats.loss
                          << std::endl;
        trainer.finish();

        std::cout << "AP at IoU 0.5 on images that it has not seen: " << trainer.evaluate(unseen).AP50
                  << "\n";
        trainer.exportModel(argc > 2 ? argv[2] : "model.onnx");
        return 0;
    }
    catch (const cv::Exception& e)
    {
        std::cerr << "error: " << e.err << "\n";
        return 1;
    }
}
