// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "scratch.hpp"
#include "../src/detector/feature_cache.hpp"

namespace opencv_test {
namespace {

struct Caching : public ::testing::Test
{
    Caching() : set(writeDiscs(scratch, 5, 2, Size(32, 24), 3))
    {
        const int node = graph.addConv("c", graph.addInput("picture"), 3, 2, 3, 2);
        graph.outputs = {node};
        RNG rng(1);
        Tensor& w = graph.parameters[0].value;
        for (size_t i = 0; i < w.shape().total(); i++)
            w.data()[i] = static_cast<float>(rng.gaussian(1));
        backbone = std::make_unique<Network>(graph, Engine::create("eigen"));
        reference = std::make_unique<Network>(graph, Engine::create("eigen"));
    }

    Tensor expected(const Batch& batch)
    {
        reference->forward(batch.images);
        return reference->value(graph.outputs[0]).clone();
    }

    const Scratch scratch;
    const Dataset set;
    Graph graph;
    std::unique_ptr<Network> backbone, reference;
    const Shape input{2, 3, 24, 32};
    const size_t oneImage = 2 * 2 * 12 * 16 * sizeof(float); //!< and its mirror image
};

TEST_F(Caching, givesWhatTheBackboneGives)
{
    for (size_t kept : {0u, 2u, 5u, 9u})
    {
        SCOPED_TRACE(kept);
        EXPECT_EQ(static_cast<int>(std::min<size_t>(kept, 5)),
                  FeatureCache::kept(graph, 5, input, kept * oneImage + 8));
        FeatureCache cache(*backbone, 5, input, kept * oneImage + 8);
        Loader loader(set, Size(32, 24), 2, 7);
        for (int step = 0; step < 40; step++)
        {
            const Batch batch = loader.next();
            const Tensor wanted = expected(batch);
            const Tensor& given = cache(batch);
            ASSERT_EQ(wanted.shape(), given.shape());
            ASSERT_EQ(0, cv::norm(wanted.flat(), given.flat(), NORM_INF)) << "step " << step;
        }
    }
}

TEST_F(Caching, runsTheBackboneOncePerImage)
{
    FeatureCache cache(*backbone, 5, input);
    Loader loader(set, Size(32, 24), 2, 7);
    // Each epoch leaves out one of the five images, another one each time.
    for (int step = 0; step < 20; step++)
        cache(loader.next());
    // From now on nothing is worked out: other weights change nothing.
    std::vector<Batch> batches;
    std::vector<Tensor> wanted;
    for (int step = 0; step < 10; step++)
    {
        batches.push_back(loader.next());
        wanted.push_back(expected(batches.back()));
    }
    graph.parameters[0].value.setTo(7);
    for (size_t i = 0; i < batches.size(); i++)
        EXPECT_EQ(0, cv::norm(wanted[i].flat(), cache(batches[i]).flat(), NORM_INF)) << i;
}

} // namespace
} // namespace opencv_test
