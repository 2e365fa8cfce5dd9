// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// Where may objects be? Boxes without classes, for a classifier, a tracker or a person to look at.
//
//   proposals MODEL.onnx IMAGE [COUNT]
//
// Cuts the best so many regions out of the image and writes them as one sheet, proposals.png.

#include <iostream>

#include "opencv2/dnn_rpn.hpp"
#include "opencv2/imgcodecs.hpp"
#include "opencv2/imgproc.hpp"

using namespace cv;
using namespace cv::dnn_rpn;

int main(int argc, char** argv)
{
    if (argc < 3)
    {
        std::cout << "usage: proposals MODEL.onnx IMAGE [COUNT]\n";
        return 1;
    }
    try
    {
        const Mat image = imread(argv[2]);
        if (image.empty())
            CV_Error_(Error::StsObjectNotFound, ("'%s' is no image", argv[2]));

        Detector model(argv[1]);
        model.setNmsAcrossClasses(true); // should the model know classes: they do not matter here
        model.setSuppression(SUPPRESS_HARD, 0.5f);
        model.setMaxDetections(argc > 3 ? std::max(1, std::atoi(argv[3])) : 24);
        Mat boxes, scores;
        model.detect(image, boxes, scores, noArray());

        const int side = 96, columns = 8, rows = std::max(1, (boxes.rows + columns - 1) / columns);
        Mat sheet(rows * side, columns * side, CV_8UC3, Scalar::all(40));
        for (int i = 0; i < boxes.rows; i++)
        {
            const Vec4f b = *boxes.ptr<Vec4f>(i);
            std::cout << Vec4i(b) << " score " << scores.at<float>(i) << "\n";
            const Rect region =
                Rect(Point(Vec2i(Vec2f(b[0], b[1]))), Point(Vec2i(Vec2f(b[2], b[3])) + Vec2i(1, 1))) &
                Rect(Point(), image.size());
            if (region.empty())
                continue;
            const double scale = (side - 4.) / std::max(region.width, region.height);
            const Size small(std::max(1, cvRound(region.width * scale)),
                             std::max(1, cvRound(region.height * scale)));
            const Point corner(i % columns * side + (side - small.width) / 2,
                               i / columns * side + (side - small.height) / 2);
            resize(image(region), sheet(Rect(corner, small)), small, 0, 0, INTER_AREA);
        }
        if (!imwrite("proposals.png", sheet))
            CV_Error(Error::StsError, "cannot write proposals.png");
        std::cout << boxes.rows << " regions, in proposals.png\n";
        return 0;
    }
    catch (const cv::Exception& e)
    {
        std::cerr << "error: " << e.err << "\n";
        return 1;
    }
}
