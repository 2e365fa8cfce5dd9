// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// Runs a detector that was trained and exported elsewhere, for example by PyTorch, with the operators that
// OpenCV lacks as layers of ours. The file has outputs `boxes` (R x 4, in pixels of the input) and `scores`
// (R).
//
//   exported_detector MODEL.onnx IMAGE WIDTH HEIGHT [THRESHOLD]

#include <cstdlib>
#include <iostream>

#include "opencv2/dnn.hpp"
#include "opencv2/dnn_rpn/layers.hpp"
#include "opencv2/imgcodecs.hpp"
#include "opencv2/imgproc.hpp"

int main(int argc, char** argv)
{
    if (argc < 5)
    {
        std::cout << "usage: exported_detector MODEL.onnx IMAGE WIDTH HEIGHT [THRESHOLD]\n";
        return 1;
    }
    try
    {
        // Registers the layers. A file made for cv::dnn needs no more than that: with registerLayers() done,
        // cv::dnn::readNetFromONNX() takes it. What other frameworks write must be adapted to the importer.
        cv::dnn::Net net = cv::dnn_rpn::readOnnx(argv[1]);

        cv::Mat image = cv::imread(argv[2]);
        if (image.empty())
            throw std::runtime_error(std::string(argv[2]) + " is no image");
        const cv::Size size(std::atoi(argv[3]), std::atoi(argv[4]));
        net.setInput(cv::dnn::blobFromImage(image, 1 / 255., size, cv::Scalar(), true));
        std::vector<cv::Mat> outputs;
        net.forward(outputs, std::vector<cv::String>{"boxes", "scores"});

        // Outputs have as many rows as there can be at most. Those that were not needed are zeros.
        const float threshold = argc > 5 ? static_cast<float>(std::atof(argv[5])) : 0.5f;
        const cv::Mat boxes = outputs[0].reshape(1, static_cast<int>(outputs[0].total() / 4));
        for (int i = 0; i < boxes.rows; i++)
        {
            const float score = outputs[1].ptr<float>()[i], *b = boxes.ptr<float>(i);
            if (score < threshold || score == 0)
                continue;
            std::cout << boxes.row(i) << " score " << score << "\n";
            const float x = static_cast<float>(image.cols) / size.width;
            const float y = static_cast<float>(image.rows) / size.height;
            cv::rectangle(image, cv::Point2f(b[0] * x, b[1] * y), cv::Point2f(b[2] * x, b[3] * y),
                          cv::Scalar(0, 200, 0), 2);
        }
        return cv::imwrite("detections.jpg", image) ? 0 : 1;
    }
    catch (const std::exception& e)
    {
        std::cerr << "error: " << e.what() << "\n";
        return 1;
    }
}
