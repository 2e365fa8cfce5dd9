// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// Scores the cases that parity.py writes on standard input, a line of numbers each on standard output.

#include <cstdio>
#include <iostream>

#include "opencv2/dnn_rpn.hpp"

using namespace cv;
using namespace cv::dnn_rpn;

namespace {

//! So many rows of so many numbers.
Mat readRows(int rows, int columns)
{
    Mat m(rows, columns, CV_32F);
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++)
            std::cin >> m.at<float>(i, j);
    return m;
}

//! Some columns of a table that may have no rows.
Mat columns(const Mat& table, int first, int last, int type = CV_32F)
{
    Mat part;
    table.colRange(first, last).convertTo(part, type);
    return part;
}

void print(const std::vector<double>& numbers)
{
    for (double n : numbers)
        std::printf("%.17g ", n);
}

} // namespace

int main()
{
    int classes = 0, images = 0, vocPixels = 0;
    while (std::cin >> classes >> images >> vocPixels)
    {
        Evaluator evaluator(classes);
        for (int p = 0; p < images; p++)
        {
            int found = 0, truth = 0;
            std::cin >> found >> truth;
            // x1 y1 x2 y2 score label; x1 y1 x2 y2 label ignored crowd area
            const Mat d = readRows(found, 6), o = readRows(truth, 8);
            evaluator.add(columns(d, 0, 4), columns(d, 4, 5), columns(d, 5, 6, CV_32S), columns(o, 0, 4),
                          columns(o, 4, 5, CV_32S), columns(o, 5, 6, CV_8U), columns(o, 6, 7, CV_8U),
                          columns(o, 7, 8));
        }
        if (!std::cin)
            break;
        const Metrics m = evaluator.compute(vocPixels != 0);
        print({m.AP, m.AP50, m.AP75, m.APsmall, m.APmedium, m.APlarge, m.AR1, m.AR10, m.AR100, m.ARsmall,
               m.ARmedium, m.ARlarge, m.AR300, m.AR1000, m.AR1000small, m.AR1000medium, m.AR1000large});
        for (const std::vector<double>& perClass : {m.classAP, m.classAP50, m.classAP75, m.classAR100})
            print(perClass);
        print({m.vocAP, m.vocAP07});
        print(m.classVocAP);
        print(m.classVocAP07);
        std::printf("\n");
    }
    if (!std::cin.eof())
    {
        std::fprintf(stderr, "the cases end in the middle of one\n");
        return 1;
    }
    return 0;
}
