// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "perf_precomp.hpp"

namespace opencv_test {
namespace {

typedef TestBaseWithParam<tuple<int, int>> Nms;
#define BOXES testing::Values(1000, 6000, 12000)

PERF_TEST_P(Nms, spread, testing::Combine(BOXES, THREADS))
{
    const Threads threads(get<1>(GetParam()));
    RNG rng(1);
    const Mat boxes = randomBoxes(rng, get<0>(GetParam())),
              scores = randomNormal(rng, get<0>(GetParam()), 1, 3);
    std::vector<int> keep;
    declare.in(boxes, scores).time(60);
    TEST_CYCLE() nms(boxes, scores, 0.7f, keep);
    SANITY_CHECK_NOTHING();
}

//! What a trained network gives: crowds of boxes around a few objects.
PERF_TEST_P(Nms, crowded, testing::Combine(BOXES, THREADS))
{
    const Threads threads(get<1>(GetParam()));
    RNG rng(1);
    const int count = get<0>(GetParam()), places = 10;
    const Mat around = randomBoxes(rng, places), scores = randomNormal(rng, count, 1, 3);
    Mat boxes = randomNormal(rng, count, 4, 20);
    for (int i = 0; i < count; i++)
        boxes.row(i) += around.row(i % places);
    std::vector<int> keep;
    declare.in(boxes, scores).time(60);
    TEST_CYCLE() nms(boxes, scores, 0.7f, keep);
    SANITY_CHECK_NOTHING();
}

PERF_TEST_P(Nms, perClass, testing::Combine(BOXES, THREADS))
{
    const Threads threads(get<1>(GetParam()));
    RNG rng(1);
    const Mat boxes = randomBoxes(rng, get<0>(GetParam())),
              scores = randomNormal(rng, get<0>(GetParam()), 1, 3);
    Mat labels(get<0>(GetParam()), 1, CV_32S);
    rng.fill(labels, RNG::UNIFORM, 1, 81);
    std::vector<int> keep;
    declare.in(boxes, scores, labels).time(60);
    TEST_CYCLE() nmsPerClass(boxes, scores, labels, 0.5f, keep);
    SANITY_CHECK_NOTHING();
}

PERF_TEST_P(Nms, softGaussian, testing::Combine(BOXES, THREADS))
{
    const Threads threads(get<1>(GetParam()));
    RNG rng(1);
    const Mat boxes = randomBoxes(rng, get<0>(GetParam()));
    Mat scores(get<0>(GetParam()), 1, CV_32F), keptScores;
    rng.fill(scores, RNG::UNIFORM, 0, 1);
    std::vector<int> keep;
    declare.in(boxes, scores).time(60);
    TEST_CYCLE() softNmsGaussian(boxes, scores, 0.5f, keep, keptScores, 0.05f, 300);
    SANITY_CHECK_NOTHING();
}

} // namespace
} // namespace opencv_test
