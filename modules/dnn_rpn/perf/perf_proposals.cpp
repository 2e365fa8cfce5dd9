// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "perf_precomp.hpp"

namespace opencv_test {
namespace {

typedef TestBaseWithParam<tuple<int, int>> Proposals;

PERF_TEST_P(Proposals, generate, testing::Combine(testing::Values(oneMap, pyramid), THREADS))
{
    const Threads threads(get<1>(GetParam()));
    RNG rng(1);
    const int count = get<0>(GetParam());
    const Mat anchors = randomBoxes(rng, count), deltas = randomNormal(rng, count, 4, 0.2);
    const Mat scores = randomNormal(rng, count, 1, 3);
    ProposalParams params;
    params.preNms = count == oneMap ? 6000 : 1000;
    params.postNms = count == oneMap ? 300 : 1000;
    std::vector<int> levels;
    if (count == pyramid)
        levels = {182400, 45600, 11400, 2850, 741};
    Mat boxes, proposalScores;
    declare.in(scores, deltas, anchors);
    TEST_CYCLE()
    generateProposals(scores, deltas, anchors, levels, Size(1216, 800), boxes, proposalScores, params);
    SANITY_CHECK_NOTHING();
}

PERF_TEST_P(Proposals, anchors, testing::Combine(testing::Values(oneMap, pyramid), THREADS))
{
    const Threads threads(get<1>(GetParam()));
    std::vector<AnchorLevel> levels;
    std::vector<Size> sizes;
    if (get<0>(GetParam()) == oneMap)
    {
        levels.push_back(AnchorLevel(16, {128, 256, 512}, {0.5f, 1, 2}));
        sizes.push_back(Size(50, 38));
    }
    for (int stride = 4; get<0>(GetParam()) == pyramid && stride <= 64; stride *= 2)
    {
        levels.push_back(AnchorLevel(stride, {8.f * stride}, {0.5f, 1, 2}));
        sizes.push_back(Size((1216 + stride - 1) / stride, (800 + stride - 1) / stride));
    }
    Mat anchors;
    std::vector<int> counts;
    TEST_CYCLE() generateAnchors(levels, sizes, anchors, counts);
    ASSERT_EQ(get<0>(GetParam()), anchors.rows);
    SANITY_CHECK_NOTHING();
}

PERF_TEST_P(Proposals, fitAnchors, testing::Combine(testing::Values(1000, 100000), THREADS))
{
    const Threads threads(get<1>(GetParam()));
    RNG rng(1);
    const Mat objects = randomBoxes(rng, get<0>(GetParam()));
    declare.in(objects).time(60);
    TEST_CYCLE() fitAnchors(objects, 9);
    SANITY_CHECK_NOTHING();
}

} // namespace
} // namespace opencv_test
