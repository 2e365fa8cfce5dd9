// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_PERF_DNN_RPN_PRECOMP_HPP
#define OPENCV_PERF_DNN_RPN_PRECOMP_HPP

#include "opencv2/ts.hpp"
#include "opencv2/dnn_rpn.hpp"

namespace opencv_test {
using namespace perf;
using namespace cv::dnn_rpn;

//! The anchors of one 38 x 50 map with 9 shapes, and those of P2..P6 of an 800 x 1216 image with 3.
const int oneMap = 17100, pyramid = 242991;

/** The numbers of threads that every operator is timed with. (--perf_threads sets one for all.) */
#define THREADS testing::Values(1, 2)

//! For the length of a test. In OpenCV's framework a test starts with the threads that the command line
//! names.
class Threads
{
public:
    explicit Threads(int count) : before(getNumThreads()) { setNumThreads(count); }
    ~Threads() { setNumThreads(before); }

private:
    const int before;
};

//! So many boxes within an image of 1216 x 800.
inline Mat randomBoxes(RNG& rng, int count)
{
    Mat boxes(count, 4, CV_32F);
    for (int i = 0; i < count; i++)
    {
        float* b = boxes.ptr<float>(i);
        b[0] = rng.uniform(0.f, 1216.f);
        b[1] = rng.uniform(0.f, 800.f);
        b[2] = b[0] + rng.uniform(8.f, 400.f);
        b[3] = b[1] + rng.uniform(8.f, 400.f);
    }
    return boxes;
}

//! One anchor in a hundred positive, as many ignored.
inline Mat randomLabels(RNG& rng, int count, int classes)
{
    Mat labels(count, 1, CV_32S);
    for (int i = 0; i < count; i++)
    {
        const int draw = rng.uniform(0, 100);
        labels.at<int>(i) = draw == 0 ? rng.uniform(1, classes + 1) : draw == 1 ? -1 : 0;
    }
    return labels;
}

inline Mat randomNormal(RNG& rng, int rows, int columns, double sigma)
{
    Mat m(rows, columns, CV_32F);
    rng.fill(m, RNG::NORMAL, 0, sigma);
    return m;
}

} // namespace opencv_test

#endif
