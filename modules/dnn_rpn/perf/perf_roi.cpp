// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "perf_precomp.hpp"

namespace opencv_test {
namespace {

// Stride 16 of an image of 1216 x 800, as a second stage sees it; RoIs, channels.
typedef TestBaseWithParam<tuple<int, int, int>> Roi;
#define ROIS_CHANNELS testing::Combine(testing::Values(64, 512), testing::Values(64, 256), THREADS)

inline Mat randomTensor(RNG& rng, int a, int b, int c, int d)
{
    const int shape[] = {a, b, c, d};
    Mat m(4, shape, CV_32F);
    rng.fill(m, RNG::NORMAL, 0, 1);
    return m;
}

inline RoiAlignParams sixteenth()
{
    RoiAlignParams params;
    params.spatialScale = 1.f / 16;
    params.samplingRatio = 2;
    return params;
}

PERF_TEST_P(Roi, align, ROIS_CHANNELS)
{
    const Threads threads(get<2>(GetParam()));
    const int rois = get<0>(GetParam()), channels = get<1>(GetParam());
    RNG rng(1);
    const Mat features = randomTensor(rng, 1, channels, 50, 76), boxes = randomBoxes(rng, rois);
    Mat out = randomTensor(rng, rois, channels, 7, 7);
    declare.in(boxes);
    TEST_CYCLE() roiAlign(features, boxes, noArray(), Size(7, 7), out, sixteenth());
    SANITY_CHECK_NOTHING();
}

PERF_TEST_P(Roi, alignBackward, ROIS_CHANNELS)
{
    const Threads threads(get<2>(GetParam()));
    const int rois = get<0>(GetParam()), channels = get<1>(GetParam());
    RNG rng(1);
    const Mat outGrad = randomTensor(rng, rois, channels, 7, 7), boxes = randomBoxes(rng, rois);
    const std::vector<int> shape{1, channels, 50, 76};
    Mat grad;
    declare.in(boxes);
    TEST_CYCLE() roiAlignBackward(outGrad, boxes, noArray(), shape, grad, sixteenth());
    SANITY_CHECK_NOTHING();
}

PERF_TEST_P(Roi, pool, ROIS_CHANNELS)
{
    const Threads threads(get<2>(GetParam()));
    const int rois = get<0>(GetParam()), channels = get<1>(GetParam());
    RNG rng(1);
    const Mat features = randomTensor(rng, 1, channels, 50, 76), boxes = randomBoxes(rng, rois);
    Mat out, argmax;
    declare.in(boxes).time(60);
    TEST_CYCLE() roiPool(features, boxes, noArray(), Size(7, 7), out, argmax, 1.f / 16);
    SANITY_CHECK_NOTHING();
}

PERF_TEST_P(Roi, poolBackward, ROIS_CHANNELS)
{
    const Threads threads(get<2>(GetParam()));
    const int rois = get<0>(GetParam()), channels = get<1>(GetParam());
    RNG rng(1);
    const Mat features = randomTensor(rng, 1, channels, 50, 76), boxes = randomBoxes(rng, rois);
    const std::vector<int> shape{1, channels, 50, 76};
    Mat out, argmax, grad;
    roiPool(features, boxes, noArray(), Size(7, 7), out, argmax, 1.f / 16);
    declare.in(boxes);
    TEST_CYCLE() roiPoolBackward(out, argmax, noArray(), shape, grad);
    SANITY_CHECK_NOTHING();
}

} // namespace
} // namespace opencv_test
