// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "test_precomp.hpp"
#include "allocations.hpp"

namespace opencv_test {
namespace {

//! One operator with inputs of its own; `workspace` null: the form without.
struct Operation
{
    std::string name;
    std::function<void(Workspace*)> call;
    std::function<std::vector<Mat>()> results;
};

//! What the operators are given, and what they give.
struct State
{
    Mat boxes, scores, classScores, deltas, objects, matches, images, features, outGrad, a, b, c;
    std::vector<int> labels, keep, counts, shape;
    ProposalParams proposals;
    DetectionParams detections;
    RoiAlignParams align;

    //! @param count boxes or so
    State(int count, int seed)
    {
        RNG rng(seed);
        boxes = randomBoxes(rng, count, 200, 5, 60);
        objects = randomBoxes(rng, 7, 200, 20, 60);
        matchAnchors(boxes, objects, noArray(), matches);
        scores = Mat(count, 1, CV_32F);
        rng.fill(scores, RNG::UNIFORM, 0, 1);
        classScores = Mat(count, 3, CV_32F);
        rng.fill(classScores, RNG::UNIFORM, 0, 1);
        deltas = randomMatrix(rng, count, 4, 0.3);
        counts = {count - count / 3, count / 3};
        proposals.postNms = count / 4;
        detections.preNms = count;
        for (int i = 0; i < count; i++)
            labels.push_back(i % 5);
        shape = {2, 40, 13, 13};
        features = randomTensor(rng, shape);
        outGrad = randomTensor(rng, {count, 40, 3, 2});
        images = randomLabels(rng, count, 0, 1);
        align.spatialScale = 1.f / 16;
    }
};

std::vector<Operation> suppressing(const std::shared_ptr<State>& s)
{
    const auto kept = [s] { return std::vector<Mat>{Mat(s->keep, true), s->a.clone()}; };
    const auto both = [s] { return std::vector<Mat>{s->a.clone(), s->b.clone()}; };
    return {
        {"nms",
         [s](Workspace* w) {
             w ? nms(s->boxes, s->scores, 0.5f, s->keep, 0, *w) : nms(s->boxes, s->scores, 0.5f, s->keep, 0);
         },
         kept},
        {"nmsPerClass",
         [s](Workspace* w) {
             w ? nmsPerClass(s->boxes, s->scores, s->labels, 0.5f, s->keep, 0, *w)
               : nmsPerClass(s->boxes, s->scores, s->labels, 0.5f, s->keep, 0);
         },
         kept},
        {"softNmsLinear",
         [s](Workspace* w) {
             w ? softNmsLinear(s->boxes, s->scores, 0.3f, s->keep, s->a, 0.01f, 0, *w)
               : softNmsLinear(s->boxes, s->scores, 0.3f, s->keep, s->a, 0.01f, 0);
         },
         kept},
        {"softNmsGaussian",
         [s](Workspace* w) {
             w ? softNmsGaussian(s->boxes, s->scores, 0.5f, s->keep, s->a, 0.01f, 0, *w)
               : softNmsGaussian(s->boxes, s->scores, 0.5f, s->keep, s->a, 0.01f, 0);
         },
         kept},
        {"generateProposals",
         [s](Workspace* w) {
             const Size size(200, 180);
             w ? generateProposals(s->scores, s->deltas, s->boxes, s->counts, size, s->a, s->b, s->proposals,
                                   *w)
               : generateProposals(s->scores, s->deltas, s->boxes, s->counts, size, s->a, s->b, s->proposals);
         },
         both},
        {"generateDetections",
         [s](Workspace* w) {
             const Size size(200, 180);
             w ? generateDetections(s->classScores, s->deltas, s->boxes, s->counts, size, s->a, s->b, s->c,
                                    s->detections, *w)
               : generateDetections(s->classScores, s->deltas, s->boxes, s->counts, size, s->a, s->b, s->c,
                                    s->detections);
         },
         [s] {
             return std::vector<Mat>{s->a.clone(), s->b.clone(), s->c.clone()};
         }},
    };
}

std::vector<Operation> matching(const std::shared_ptr<State>& s)
{
    return {
        {"matchAnchors",
         [s](Workspace* w) {
             w ? matchAnchors(s->boxes, s->objects, noArray(), s->a, MatchParams(), *w)
               : matchAnchors(s->boxes, s->objects, noArray(), s->a);
         },
         [s] { return std::vector<Mat>{s->a.clone()}; }},
        {"matchAnchorsAtss",
         [s](Workspace* w) {
             w ? matchAnchorsAtss(s->boxes, s->counts, s->objects, noArray(), s->a, AtssParams(), *w)
               : matchAnchorsAtss(s->boxes, s->counts, s->objects, noArray(), s->a);
         },
         [s] { return std::vector<Mat>{s->a.clone()}; }},
        {"sampleAnchors",
         [s](Workspace* w) {
             s->matches.copyTo(s->b);
             w ? sampleAnchors(s->b, 20, 0.5f, 3, *w) : sampleAnchors(s->b, 20, 0.5f, 3);
         },
         [s] { return std::vector<Mat>{s->b.clone()}; }},
    };
}

std::vector<Operation> pooling(const std::shared_ptr<State>& s)
{
    return {
        {"roiAlign",
         [s](Workspace* w) {
             w ? roiAlign(s->features, s->boxes, s->images, Size(2, 3), s->a, s->align, *w)
               : roiAlign(s->features, s->boxes, s->images, Size(2, 3), s->a, s->align);
         },
         [s] { return std::vector<Mat>{column(s->a).clone()}; }},
        {"roiAlignBackward",
         [s](Workspace* w) {
             w ? roiAlignBackward(s->outGrad, s->boxes, s->images, s->shape, s->a, s->align, *w)
               : roiAlignBackward(s->outGrad, s->boxes, s->images, s->shape, s->a, s->align);
         },
         [s] { return std::vector<Mat>{column(s->a).clone()}; }},
        {"roiPool",
         [s](Workspace* w) {
             w ? roiPool(s->features, s->boxes, s->images, Size(2, 3), s->a, s->b, 1.f / 16, *w)
               : roiPool(s->features, s->boxes, s->images, Size(2, 3), s->a, s->b, 1.f / 16);
         },
         [s] {
             return std::vector<Mat>{column(s->a).clone(), column(s->b).clone()};
         }},
        {"roiPoolBackward",
         [s](Workspace* w) {
             Mat unused;
             if (s->b.empty() || s->b.dims != 4)
                 roiPool(s->features, s->boxes, s->images, Size(2, 3), unused, s->b, 1.f / 16);
             w ? roiPoolBackward(s->outGrad, s->b, s->images, s->shape, s->a, *w)
               : roiPoolBackward(s->outGrad, s->b, s->images, s->shape, s->a);
         },
         [s] { return std::vector<Mat>{column(s->a).clone()}; }},
    };
}

//! All operators that take a workspace. @param count boxes or so
std::vector<Operation> operations(int count, int seed)
{
    const auto state = std::make_shared<State>(count, seed);
    std::vector<Operation> all;
    for (const auto& some : {suppressing(state), matching(state), pooling(state)})
        all.insert(all.end(), some.begin(), some.end());
    return all;
}

void expectSame(const std::vector<Mat>& expected, const std::vector<Mat>& actual)
{
    ASSERT_EQ(expected.size(), actual.size());
    for (size_t i = 0; i < expected.size(); i++)
        EXPECT_TRUE(sameBits(expected[i], actual[i]));
}

TEST(DnnRpn_Workspace, sameResultsWithOneForAll)
{
    Workspace workspace;
    EXPECT_EQ(0u, workspace.bytes());
    for (int count : {200, 12, 700, 1})
    {
        std::vector<Operation> plain = operations(count, count), shared = operations(count, count);
        for (size_t i = 0; i < plain.size(); i++)
        {
            SCOPED_TRACE(plain[i].name + format(", %d", count));
            plain[i].call(nullptr);
            shared[i].call(&workspace);
            expectSame(plain[i].results(), shared[i].results());
        }
    }
}

// Under that sanitizer each loop makes threads of its own, which is allocation enough: see
// thread_backend.hpp.
#if !defined(__SANITIZE_THREAD__)

TEST(DnnRpn_Workspace, nothingIsAllocatedInALoop)
{
    const size_t atFirst = largeAllocations();
    std::vector<int>(1000).swap(*std::make_unique<std::vector<int>>());
    nms(randomBoxes(theRNG(), 1000, 5000, 5, 60), Mat::ones(1000, 1, CV_32F), 0.5f,
        *std::make_unique<std::vector<int>>());
    ASSERT_GE(largeAllocations(), atFirst + 2) << "the counter does not see the module's allocations";

    const int threads = getNumThreads();
    for (int n : {1, 2})
    {
        setNumThreads(n);
        for (Operation& operation : operations(500, 1))
        {
            SCOPED_TRACE(operation.name + format(", %d threads", n));
            Workspace workspace;
            const auto loop = [&](int calls) {
                for (int i = 0; i < calls; i++)
                    operation.call(&workspace);
            };
            // Which worker takes what is a matter of luck, so every one may need some calls to have seen it
            // all.
            loop(20);
            const size_t held = workspace.bytes();
            EXPECT_GT(held, 0u);
            EXPECT_LT(held, 2u << 20);
            const size_t before = largeAllocations();
            loop(5);
            EXPECT_EQ(before, largeAllocations());
            if (n == 1)
            {
                EXPECT_EQ(held, workspace.bytes());
            }
        }
    }
    setNumThreads(threads);
}

#endif

TEST(DnnRpn_Workspace, sameBitsForAnyThreads)
{
    const int threads = getNumThreads();
    std::vector<std::vector<Mat>> expected;
    for (int n : {1, 2, 3})
    {
        setNumThreads(n);
        Workspace workspace;
        std::vector<Operation> all = operations(900, 5);
        for (size_t i = 0; i < all.size(); i++)
        {
            SCOPED_TRACE(all[i].name + format(", %d threads", n));
            all[i].call(&workspace);
            if (n == 1)
                expected.push_back(all[i].results());
            else
                expectSame(expected[i], all[i].results());
        }
    }
    setNumThreads(threads);
}

//! What an error leaves behind must not disturb the next call.
TEST(DnnRpn_Workspace, servesAfterAnError)
{
    Workspace workspace;
    std::vector<int> keep;
    const Mat two = boxes({0, 0, 9, 9, 1, 1, 9, 9});
    EXPECT_ERROR("2 elements, not 1", nms(two, floats({1}, 1), 0.5f, keep, 0, workspace));
    nms(two, floats({1, 2}, 1), 0.5f, keep, 0, workspace);
    EXPECT_EQ(std::vector<int>({1}), keep);
    nms(Mat(), Mat(), 0.5f, keep, 0, workspace);
    EXPECT_TRUE(keep.empty());
}

} // namespace
} // namespace opencv_test
