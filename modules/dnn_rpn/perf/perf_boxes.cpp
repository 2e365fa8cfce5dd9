// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "perf_precomp.hpp"

namespace opencv_test {
namespace {

typedef TestBaseWithParam<tuple<int, int>> Boxes;
#define COUNTS testing::Combine(testing::Values(oneMap, pyramid), THREADS)

PERF_TEST_P(Boxes, overlapsWithAHundred, COUNTS)
{
    const Threads threads(get<1>(GetParam()));
    RNG rng(1);
    const Mat a = randomBoxes(rng, get<0>(GetParam())), b = randomBoxes(rng, 100);
    Mat overlaps(a.rows, b.rows, CV_32F);
    declare.in(a, b).out(overlaps).time(60);
    TEST_CYCLE() boxIoU(a, b, overlaps);
    SANITY_CHECK_NOTHING();
}

PERF_TEST_P(Boxes, decode, COUNTS)
{
    const Threads threads(get<1>(GetParam()));
    RNG rng(1);
    const Mat anchors = randomBoxes(rng, get<0>(GetParam())),
              deltas = randomNormal(rng, anchors.rows, 4, 0.2);
    Mat boxes(anchors.rows, 4, CV_32F);
    declare.in(anchors, deltas).out(boxes);
    TEST_CYCLE() decodeBoxes(deltas, anchors, boxes);
    SANITY_CHECK_NOTHING();
}

PERF_TEST_P(Boxes, clip, COUNTS)
{
    const Threads threads(get<1>(GetParam()));
    RNG rng(1);
    Mat boxes = randomBoxes(rng, get<0>(GetParam()));
    declare.in(boxes);
    TEST_CYCLE() clipBoxes(boxes, Size(1216, 800));
    SANITY_CHECK_NOTHING();
}

PERF_TEST_P(Boxes, objectness, COUNTS)
{
    const Threads threads(get<1>(GetParam()));
    RNG rng(1);
    const Mat logits = randomNormal(rng, get<0>(GetParam()), 2, 3);
    Mat scores(logits.rows, 1, CV_32F);
    declare.in(logits).out(scores);
    TEST_CYCLE() objectness(logits, scores);
    SANITY_CHECK_NOTHING();
}

} // namespace
} // namespace opencv_test
