// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// Runs a trained model with OpenCV alone: nothing of this project is included or linked.
//
//   stock_opencv MODEL.onnx PICTURE [OUTPUT.jpg] [WIDTH HEIGHT]

#include <cstdlib>
#include <iostream>

#include "opencv2/dnn.hpp"
#include "opencv2/imgcodecs.hpp"
#include "opencv2/imgproc.hpp"

int main(int argc, char** argv)
{
    if (argc < 3)
    {
        std::cout << "usage: stock_opencv MODEL.onnx PICTURE [OUTPUT.jpg] [WIDTH HEIGHT]\n";
        return 1;
    }
    try
    {
        // Preprocessing, anchors, decoding and suppression are in the file; only the input's size is not.
        cv::dnn::DetectionModel model(argv[1]);
        model.setInputSize(argc > 5 ? cv::Size(std::atoi(argv[4]), std::atoi(argv[5])) : cv::Size(320, 240));

        cv::Mat picture = cv::imread(argv[2]);
        if (picture.empty())
            throw std::runtime_error(std::string(argv[2]) + " is no picture");

        std::vector<int> classes;
        std::vector<float> scores;
        std::vector<cv::Rect> boxes;
        model.detect(picture, classes, scores, boxes, 0.5f);

        // Proposals overlap on purpose: a second stage may choose. For a picture, one box an object.
        std::vector<int> keep;
        cv::dnn::NMSBoxes(boxes, scores, 0.5f, 0.3f, keep);
        for (int i : keep)
        {
            std::cout << boxes[i] << " score " << scores[i] << "\n";
            cv::rectangle(picture, boxes[i], cv::Scalar(0, 200, 0), 2);
        }
        const std::string output = argc > 3 ? argv[3] : "detections.jpg";
        if (!cv::imwrite(output, picture))
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
