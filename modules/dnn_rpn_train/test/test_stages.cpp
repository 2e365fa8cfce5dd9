// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "scratch.hpp"
#include "../src/detector/backbone.hpp"
#include "../src/detector/stages.hpp"
#include "../src/engine/network.hpp"

namespace opencv_test {
namespace {

//! Image and preprocessing, then convolutions of strides 2, 2, 4, 8 with a branch in the last stage, and
//! two heads.
struct Staged
{
    Graph graph;
    int features;

    Staged()
    {
        RNG rng(3);
        int node = graph.addConv("preprocess", graph.addInput("picture"), 3, 3, 1);
        node = graph.addRelu("a.relu", graph.addConv("a", node, 3, 4, 3, 2));
        node = graph.addRelu("b.relu", graph.addConv("b", node, 4, 4, 3));
        node = graph.addRelu("c.relu", graph.addConv("c", node, 4, 5, 3, 2));
        cv::dnn_rpn_train::Node join;
        join.name = "join";
        join.op = Op::Concat;
        join.inputs = {graph.addConv("d", node, 5, 2, 3, 2), graph.addConv("e", node, 5, 3, 1, 2)};
        features = graph.add(join);
        const int shared = graph.addRelu("head.relu", graph.addConv("head", features, 5, 6, 3));
        graph.outputs = {graph.addConv("x", shared, 6, 2, 1), graph.addConv("y", shared, 6, 4, 1)};
        for (Parameter& p : graph.parameters)
            drawWeights(p.value, 0.3, rng);
        for (int p : graph.nodes[1].parameters)
            graph.parameters[p].trainable = false;
    }

    std::string trained() const
    {
        std::string names;
        for (const Parameter& p : graph.parameters)
            if (p.trainable && p.decay)
                names += p.name.substr(0, p.name.find('.')) + " ";
        return names;
    }
};

TEST(Stages, areWhatHasTheSameStride)
{
    const std::vector<std::string> left{"a b c d e head x y ", "c d e head x y ", "d e head x y ",
                                        "head x y "};
    for (int frozen = 0; frozen <= 3; frozen++)
    {
        Staged s;
        const Stages stages(s.graph, s.features);
        ASSERT_EQ(3, stages.count());
        stages.freeze(s.graph, frozen);
        EXPECT_EQ(left[frozen], s.trained());
    }
    Staged s;
    const Stages stages(s.graph, s.features);
    EXPECT_TRUE(contains(errorOf([&] { stages.freeze(s.graph, 4); }),
                         "4 stages cannot be frozen: the backbone has 3"));
    const std::string text = stages.describe(s.graph, 2);
    EXPECT_TRUE(contains(text, "stages 1 (stride 2: a .. b), 2 (stride 4: c .. c) of the backbone's 3"))
        << text;
    int members = 0;
    for (char m : stages.members())
        members += m;
    EXPECT_EQ(10, members); // five convolutions with biases
}

TEST(Stages, backboneAndHeadDoWhatTheWholeDoes)
{
    Staged s;
    Stages(s.graph, s.features).freeze(s.graph, 3);
    Graph first = backboneOf(s.graph, s.features), second = headOf(s.graph, s.features);
    Network whole(s.graph, Engine::create("eigen")), backbone(first, Engine::create("eigen")),
        head(second, Engine::create("eigen"));
    RNG rng(5);
    Tensor image(Shape(2, 3, 24, 40));
    drawWeights(image, 1, rng);
    whole.forward(image);
    backbone.forward(image);
    head.forward(backbone.value(s.features));
    for (int i = 0; i < 2; i++)
    {
        const int node = s.graph.outputs[i], there = second.outputs[i];
        EXPECT_EQ(node - s.features, there);
        ASSERT_EQ(whole.value(node).shape(), head.value(there).shape());
        EXPECT_EQ(0, cv::norm(whole.value(node).flat(), head.value(there).flat(), NORM_INF));
        drawWeights(whole.gradient(node), 1, rng);
        whole.gradient(node).flat().copyTo(head.gradient(there).flat());
    }
    whole.backward();
    head.backward();
    for (size_t p = 0; p < s.graph.parameters.size(); p++)
        if (s.graph.parameters[p].trainable)
        {
            const int i = static_cast<int>(p);
            EXPECT_GT(cv::norm(whole.parameterGradient(i).flat()), 0);
            EXPECT_EQ(
                0, cv::norm(whole.parameterGradient(i).flat(), head.parameterGradient(i).flat(), NORM_INF));
            EXPECT_TRUE(backbone.parameterGradient(i).empty());
        }
    // One memory: what is trained in the head is there in the whole.
    second.parameters.back().value.data()[0] = 42;
    EXPECT_EQ(42, s.graph.parameters.back().value.data()[0]);
}

TEST(Stages, aHeadThatReachesPastTheFeaturesIsRefused)
{
    Staged s;
    s.graph.outputs = {s.graph.addConv("z", s.features - 1, 3, 1, 1)};
    EXPECT_TRUE(contains(errorOf([&] { headOf(s.graph, s.features); }), "'z'"));
}

} // namespace
} // namespace opencv_test
