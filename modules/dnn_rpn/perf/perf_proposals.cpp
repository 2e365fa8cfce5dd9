// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "perf_precomp.hpp"

namespace opencv_test {
namespace {

typedef TestBaseWithParam<int> Proposals;

PERF_TEST_P(Proposals, generate, testing::Values(oneMap, pyramid))
{
    RNG rng(1);
    const int count = GetParam();
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

PERF_TEST_P(Proposals, anchors, testing::Values(oneMap, pyramid))
{
    std::vector<AnchorLevel> levels;
    std::vector<Size> sizes;
    if (GetParam() == oneMap)
    {
        levels.push_back(AnchorLevel(16, {128, 256, 512}, {0.5f, 1, 2}));
        sizes.push_back(Size(50, 38));
    }
    for (int stride = 4; GetParam() == pyramid && stride <= 64; stride *= 2)
    {
        levels.push_back(AnchorLevel(stride, {8.f * stride}, {0.5f, 1, 2}));
        sizes.push_back(Size((1216 + stride - 1) / stride, (800 + stride - 1) / stride));
    }
    Mat anchors;
    std::vector<int> counts;
    TEST_CYCLE() generateAnchors(levels, sizes, anchors, counts);
    ASSERT_EQ(GetParam(), anchors.rows);
    SANITY_CHECK_NOTHING();
}

PERF_TEST_P(Proposals, fitAnchors, testing::Values(1000, 100000))
{
    RNG rng(1);
    const Mat objects = randomBoxes(rng, GetParam());
    declare.in(objects).time(60);
    TEST_CYCLE() fitAnchors(objects, 9);
    SANITY_CHECK_NOTHING();
}

} // namespace
} // namespace opencv_test
