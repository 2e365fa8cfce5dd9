// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "perf_precomp.hpp"

#include <cstdio>

namespace opencv_test {
namespace {

//! Drawn discs, as PNG files that are gone afterwards.
class Drawn
{
public:
    Drawn(int images, Size size)
    {
        set.classes = {"disc"};
        RNG rng(1);
        for (int i = 0; i < images; i++)
        {
            Mat pixels(size, CV_8UC3, Scalar(60, 50, 40));
            AnnotatedImage image;
            image.path = cv::tempfile(".png");
            image.size = size;
            for (int k = 0; k < 4; k++)
            {
                const int r = rng.uniform(12, 24);
                const Point c(rng.uniform(r, size.width - r), rng.uniform(r, size.height - r));
                circle(pixels, c, r, Scalar(200, 220, 190), FILLED);
                Object o;
                o.box = Vec4f(float(c.x - r), float(c.y - r), float(c.x + r), float(c.y + r));
                image.objects.push_back(o);
            }
            imwrite(image.path, pixels);
            set.images.push_back(image);
        }
    }
    ~Drawn()
    {
        for (const AnnotatedImage& image : set.images)
            std::remove(image.path.c_str());
    }

    Dataset set;
};

TrainParams paramsOf(int detector)
{
    TrainParams params(static_cast<DetectorKind>(detector));
    if (params.detector() != DETECTOR_RPN)
        params.classes = {"disc"};
    params.size = Size(320, 240);
    params.batch = 4;
    params.epochs = 10000; // more steps than are timed
    return params;
}

typedef TestBaseWithParam<int> Training;

PERF_TEST_P(Training, step, testing::Values(0, 1, 2)) // DetectorKind
{
    const Drawn drawn(8, Size(320, 240));
    Trainer trainer(paramsOf(GetParam()));
    trainer.start(drawn.set);
    StepStats stats;
    trainer.step(stats); // memory is planned in the first one
    declare.time(120);
    TEST_CYCLE() trainer.step(stats);
    trainer.finish();
    SANITY_CHECK_NOTHING();
}

PERF_TEST_P(Training, detect, testing::Values(0, 1, 2))
{
    const Drawn drawn(1, Size(320, 240));
    Trainer trainer(paramsOf(GetParam()));
    const Mat image = readImage(drawn.set.images[0]);
    Mat boxes, scores, labels;
    declare.time(60);
    TEST_CYCLE() trainer.detect(image, boxes, scores, labels);
    SANITY_CHECK_NOTHING();
}

} // namespace
} // namespace opencv_test
