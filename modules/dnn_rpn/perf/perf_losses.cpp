// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "perf_precomp.hpp"

namespace opencv_test {
namespace {

typedef TestBaseWithParam<tuple<int, int>> Losses;
#define ANCHORS testing::Values(oneMap, pyramid, 20 * pyramid)

// All with the gradient, as a trainer calls them.

PERF_TEST_P(Losses, sigmoidFocal, testing::Combine(ANCHORS, THREADS))
{
    const Threads threads(get<1>(GetParam()));
    const int count = get<0>(GetParam());
    RNG rng(1);
    const Mat logits = randomNormal(rng, count, 1, 3), labels = randomLabels(rng, count, 1);
    Mat grad(count, 1, CV_32F);
    declare.in(logits, labels).out(grad).time(60);
    TEST_CYCLE() sigmoidFocalLoss(logits, labels, grad);
    SANITY_CHECK_NOTHING();
}

PERF_TEST_P(Losses, softmaxFocal, testing::Combine(ANCHORS, THREADS))
{
    const Threads threads(get<1>(GetParam()));
    const int count = get<0>(GetParam());
    RNG rng(1);
    const Mat logits = randomNormal(rng, count, 2, 3), labels = randomLabels(rng, count, 1);
    Mat grad(count, 2, CV_32F);
    declare.in(logits, labels).out(grad).time(60);
    TEST_CYCLE() softmaxFocalLoss(logits, labels, grad);
    SANITY_CHECK_NOTHING();
}

PERF_TEST_P(Losses, sigmoidFocalClasses, testing::Combine(testing::Values(20), THREADS))
{
    const Threads threads(get<1>(GetParam()));
    const int classes = get<0>(GetParam()); // 4,859,820 logits
    RNG rng(1);
    const Mat logits = randomNormal(rng, pyramid, classes, 3), labels = randomLabels(rng, pyramid, classes);
    Mat grad(pyramid, classes, CV_32F);
    declare.in(logits, labels).out(grad).time(60);
    TEST_CYCLE() sigmoidFocalLoss(logits, labels, grad);
    SANITY_CHECK_NOTHING();
}

PERF_TEST_P(Losses, qualityFocalClasses, testing::Combine(testing::Values(20), THREADS))
{
    const Threads threads(get<1>(GetParam()));
    const int classes = get<0>(GetParam());
    RNG rng(1);
    const Mat logits = randomNormal(rng, pyramid, classes, 3), labels = randomLabels(rng, pyramid, classes);
    Mat quality(pyramid, 1, CV_32F), grad(pyramid, classes, CV_32F);
    rng.fill(quality, RNG::UNIFORM, 0, 1);
    declare.in(logits, labels, quality).out(grad).time(60);
    TEST_CYCLE() qualityFocalLoss(logits, labels, quality, grad);
    SANITY_CHECK_NOTHING();
}

PERF_TEST_P(Losses, softmaxFocalClasses, testing::Combine(testing::Values(20), THREADS))
{
    const Threads threads(get<1>(GetParam()));
    const int classes = get<0>(GetParam());
    RNG rng(1);
    const Mat logits = randomNormal(rng, pyramid, classes + 1, 3);
    const Mat labels = randomLabels(rng, pyramid, classes);
    Mat grad(pyramid, classes + 1, CV_32F);
    declare.in(logits, labels).out(grad).time(60);
    TEST_CYCLE() softmaxFocalLoss(logits, labels, grad);
    SANITY_CHECK_NOTHING();
}

PERF_TEST_P(Losses, sigmoidCrossEntropy, testing::Combine(ANCHORS, THREADS))
{
    const Threads threads(get<1>(GetParam()));
    const int count = get<0>(GetParam());
    RNG rng(1);
    const Mat logits = randomNormal(rng, count, 1, 3), labels = randomLabels(rng, count, 1);
    Mat grad(count, 1, CV_32F);
    declare.in(logits, labels).out(grad).time(60);
    TEST_CYCLE() sigmoidCrossEntropy(logits, labels, grad);
    SANITY_CHECK_NOTHING();
}

PERF_TEST_P(Losses, smoothL1, testing::Combine(ANCHORS, THREADS))
{
    const Threads threads(get<1>(GetParam()));
    const int count = get<0>(GetParam());
    RNG rng(1);
    const Mat deltas = randomNormal(rng, count, 4, 1), targets = randomNormal(rng, count, 4, 1);
    const Mat labels = randomLabels(rng, count, 1);
    Mat grad(count, 4, CV_32F);
    declare.in(deltas, targets, labels).out(grad).time(60);
    TEST_CYCLE() smoothL1Loss(deltas, targets, labels, grad);
    SANITY_CHECK_NOTHING();
}

PERF_TEST_P(Losses, giou, testing::Combine(ANCHORS, THREADS))
{
    const Threads threads(get<1>(GetParam()));
    const int count = get<0>(GetParam());
    RNG rng(1);
    const Mat boxes = randomBoxes(rng, count), targets = randomBoxes(rng, count);
    const Mat labels(count, 1, CV_32S, Scalar(1)); // all positive: the rows of others cost next to nothing
    Mat grad(count, 4, CV_32F);
    declare.in(boxes, targets, labels).out(grad).time(60);
    TEST_CYCLE() giouLoss(boxes, targets, labels, grad);
    SANITY_CHECK_NOTHING();
}

} // namespace
} // namespace opencv_test
