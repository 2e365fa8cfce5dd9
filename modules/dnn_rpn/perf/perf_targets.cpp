// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "perf_precomp.hpp"

namespace opencv_test {
namespace {

typedef TestBaseWithParam<tuple<int, int, int>> Targets;

PERF_TEST_P(Targets, match,
            testing::Combine(testing::Values(oneMap, pyramid), testing::Values(8, 100), THREADS))
{
    const Threads threads(get<2>(GetParam()));
    RNG rng(1);
    const Mat anchors = randomBoxes(rng, get<0>(GetParam())), objects = randomBoxes(rng, get<1>(GetParam()));
    Mat matches(anchors.rows, 1, CV_32S);
    declare.in(anchors, objects).out(matches);
    TEST_CYCLE() matchAnchors(anchors, objects, noArray(), matches);
    SANITY_CHECK_NOTHING();
}

PERF_TEST_P(Targets, matchAtss,
            testing::Combine(testing::Values(oneMap, pyramid), testing::Values(8, 100), THREADS))
{
    const Threads threads(get<2>(GetParam()));
    RNG rng(1);
    const Mat anchors = randomBoxes(rng, get<0>(GetParam())), objects = randomBoxes(rng, get<1>(GetParam()));
    Mat matches(anchors.rows, 1, CV_32S);
    declare.in(anchors, objects).out(matches);
    TEST_CYCLE() matchAnchorsAtss(anchors, std::vector<int>(), objects, noArray(), matches);
    SANITY_CHECK_NOTHING();
}

PERF_TEST_P(Targets, matchTaskAligned,
            testing::Combine(testing::Values(oneMap, pyramid), testing::Values(8, 100), THREADS))
{
    const Threads threads(get<2>(GetParam()));
    RNG rng(1);
    const Mat anchors = randomBoxes(rng, get<0>(GetParam())), objects = randomBoxes(rng, get<1>(GetParam()));
    Mat scores(anchors.rows, 3, CV_32F), matches, quality;
    rng.fill(scores, RNG::UNIFORM, 0, 1);
    declare.in(anchors, objects, scores);
    TEST_CYCLE()
    matchAnchorsTaskAligned(anchors, anchors, scores, objects, noArray(), noArray(), matches, quality);
    SANITY_CHECK_NOTHING();
}

typedef TestBaseWithParam<tuple<int, int>> Sampling;

PERF_TEST_P(Sampling, sample, testing::Combine(testing::Values(oneMap, pyramid), THREADS))
{
    const Threads threads(get<1>(GetParam()));
    RNG rng(1);
    Mat matches, work;
    matchAnchors(randomBoxes(rng, get<0>(GetParam())), randomBoxes(rng, 8), noArray(), matches);
    declare.in(matches);
    TEST_CYCLE()
    {
        matches.copyTo(work);
        sampleAnchors(work, 256, 0.5f, 1);
    }
    SANITY_CHECK_NOTHING();
}

PERF_TEST_P(Sampling, encode, testing::Combine(testing::Values(oneMap, pyramid), THREADS))
{
    const Threads threads(get<1>(GetParam()));
    RNG rng(1);
    const Mat anchors = randomBoxes(rng, get<0>(GetParam())), objects = randomBoxes(rng, 8);
    Mat matches, deltas(anchors.rows, 4, CV_32F);
    matchAnchors(anchors, objects, noArray(), matches);
    declare.in(anchors, objects, matches).out(deltas);
    TEST_CYCLE() encodeTargets(anchors, objects, matches, deltas);
    SANITY_CHECK_NOTHING();
}

} // namespace
} // namespace opencv_test
