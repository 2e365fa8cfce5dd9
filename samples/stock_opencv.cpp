// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// Runs a trained model with OpenCV alone: nothing of this project is included or linked.
//
//   stock_opencv MODEL.onnx IMAGE [OUTPUT.jpg]

#include <iostream>

#include "opencv2/dnn.hpp"
#include "opencv2/imgcodecs.hpp"
#include "opencv2/imgproc.hpp"

int main(int argc, char** argv)
{
    if (argc < 3)
    {
        std::cout << "usage: stock_opencv MODEL.onnx IMAGE [OUTPUT.jpg]\n";
        return 1;
    }
    try
    {
        // Preprocessing, anchors, decoding and suppression are in the file. What a file for cv::dnn cannot
        // say lies beside it: the size that the network was trained at, and which scores are worth showing.
        const std::string path = argv[1];
        const cv::FileStorage description(path.substr(0, path.rfind('.')) + ".yml", cv::FileStorage::READ);
        cv::Size size;
        description["inputSize"] >> size;
        const float threshold = description["scoreThreshold"];
        if (size.empty())
            throw std::runtime_error("there is no description beside " + path);

        cv::dnn::DetectionModel model(path);
        model.setInputSize(size);

        cv::Mat image = cv::imread(argv[2]);
        if (image.empty())
            throw std::runtime_error(std::string(argv[2]) + " is no image");

        std::vector<int> classes;
        std::vector<float> scores;
        std::vector<cv::Rect> boxes;
        model.detect(image, classes, scores, boxes, threshold);

        // Proposals overlap on purpose: a second stage may choose. For an image, one box an object.
        std::vector<int> keep;
        cv::dnn::NMSBoxes(boxes, scores, threshold, 0.3f, keep);
        for (int i : keep)
        {
            std::cout << boxes[i] << " score " << scores[i] << "\n";
            cv::rectangle(image, boxes[i], cv::Scalar(0, 200, 0), 2);
        }
        const std::string output = argc > 3 ? argv[3] : "detections.jpg";
        if (!cv::imwrite(output, image))
            throw std::runtime_error("cannot write " + output);
        std::cout << keep.size() << " objects, drawn in " << output << "\n";
        return 0;
    }
    catch (const std::exception& e)
    {
        std::cerr << "error: " << e.what() << "\n";
        return 1;
    }
}
