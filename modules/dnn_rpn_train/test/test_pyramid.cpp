// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include <set>

#include "scratch.hpp"
#include "../src/detector/anchor_head.hpp"
#include "../src/detector/backbone.hpp"
#include "../src/detector/export.hpp"
#include "../src/detector/pyramid.hpp"
#include "../src/detector/verify.hpp"

#include "opencv2/dnn_rpn.hpp"

namespace opencv_test {
namespace {

using cv::dnn_rpn_train::Node; // cv has a Node too

PyramidParams levels(int finest, int coarsest, int channels = 8)
{
    PyramidParams p;
    p.finest = finest;
    p.coarsest = coarsest;
    p.channels = channels;
    return p;
}

//! The small backbone with a pyramid.
struct Pyramid
{
    RNG rng{11};
    Graph graph;
    int features;
    std::vector<int> maps;

    Pyramid(const PyramidParams& params, Size input) : features(addBackbone(graph, "small", rng))
    {
        maps = addPyramid(params, graph, {features}, input, rng);
    }
};

Tensor randomImage(RNG& rng, const Shape& shape)
{
    Tensor t(shape);
    for (size_t i = 0; i < shape.total(); i++)
        t.data()[i] = static_cast<float>(rng.uniform(0., 255.));
    return t;
}

TEST(Pyramid, leftToTheNetworkItIsTheFirstThatFits)
{
    TrainParams params(DETECTOR_RETINANET);
    params.classes = {"disc"};
    params.size = Size(160, 96);
    EXPECT_EQ("auto", params.get("pyramid"));
    EXPECT_EQ("3-5", Trainer(params).params().get("pyramid"));
    params.size = Size(100, 60); // maps that are no halves of each other; above the last one there are none
    EXPECT_EQ("4-6", Trainer(params).params().get("pyramid"));
    params.set("pyramid", "none");
    EXPECT_EQ("none", Trainer(params).params().get("pyramid"));
    params.set("pyramid", "auto");
    params.backbone = "no-such-file.onnx";
    EXPECT_TRUE(contains(errorOf([&] { Trainer t(params); }), "no-such-file.onnx"));
}

TEST(Pyramid, levelsHaveTheirStrides)
{
    const Pyramid p(levels(2, 7), Size(160, 96));
    const std::vector<Shape> shapes = p.graph.shapes(Shape(2, 3, 96, 160));
    ASSERT_EQ(6u, p.maps.size());
    for (int i = 0; i < 6; i++)
    {
        const int stride = 4 << i;
        EXPECT_EQ(stride, gridOf(p.graph, p.maps[i]).stride);
        EXPECT_FLOAT_EQ(0.5f, gridOf(p.graph, p.maps[i]).centre); // 3x3 with padding, all the way
        EXPECT_EQ(Shape(2, 8, (96 + stride - 1) / stride, (160 + stride - 1) / stride).str(),
                  shapes[p.maps[i]].str());
    }
    std::set<std::string> names;
    for (const Node& node : p.graph.nodes)
        EXPECT_TRUE(names.insert(node.name).second) << node.name;
    const Pyramid one(levels(3, 3), Size(160, 96));
    EXPECT_EQ(1u, one.maps.size());
    EXPECT_EQ(8, gridOf(one.graph, one.maps[0]).stride);
}

//! Sets a convolution to pass one channel on, untouched.
void passOn(Graph& graph, const std::string& name, int inputs)
{
    for (Parameter& p : graph.parameters)
        if (p.name == name + ".weight")
        {
            p.value.setTo(0);
            const Shape& s = p.value.shape();
            ASSERT_EQ(inputs, s.c);
            p.value.data()[s.plane() / 2] = 1; // of the first input to the first output
        }
}

/** With laterals and smoothing that pass one channel on, a level is the backbone's map of its stride and the
sum of those above, each cell of which covers 2 x 2. */
TEST(Pyramid, levelsAddUpFromTheCoarsest)
{
    Pyramid p(levels(3, 5), Size(96, 64));
    const int c3 = 16, c4 = p.features; // the last ReLU of stride 8, the last of all
    ASSERT_EQ("small5.relu", p.graph.nodes[c3].name);
    passOn(p.graph, "pyramid.lateral3", 64);
    passOn(p.graph, "pyramid.lateral4", 96);
    for (const char* name : {"pyramid.level3", "pyramid.level4", "pyramid.level5"})
        passOn(p.graph, name, 8);
    p.graph.outputs = {c3, c4};
    p.graph.outputs.insert(p.graph.outputs.end(), p.maps.begin(), p.maps.end());
    Network network(p.graph, Engine::create("eigen"));
    network.forward(randomImage(p.rng, Shape(2, 3, 64, 96)));
    const Tensor &fine = network.value(c3), &coarse = network.value(c4);
    const int w = 12, h = 8;
    EXPECT_GT(cv::norm(fine.flat(), NORM_INF), 0.1);
    EXPECT_GT(cv::norm(coarse.flat(), NORM_INF), 0.1);
    for (int n = 0; n < 2; n++)
    {
        const float *p3 = network.value(p.maps[0]).image(n), *p4 = network.value(p.maps[1]).image(n),
                    *p5 = network.value(p.maps[2]).image(n);
        for (int y = 0; y < h; y++)
            for (int x = 0; x < w; x++)
            {
                const float above = coarse.image(n)[y / 2 * (w / 2) + x / 2];
                EXPECT_NEAR(fine.image(n)[y * w + x] + above, p3[y * w + x], 1e-4);
                EXPECT_NEAR(above, p4[y / 2 * (w / 2) + x / 2], 1e-4);
                if (y % 4 == 0 && x % 4 == 0) // where the convolution of stride 2 looks
                {
                    EXPECT_NEAR(above, p5[y / 4 * (w / 4) + x / 4], 1e-4);
                }
            }
    }
}

TEST(Pyramid, aStageEndsWhereAllPathsMeet)
{
    // As in a ResNet: the next stage begins with a 1x1 convolution that has the stride of the one before it.
    Graph graph;
    RNG rng(1);
    int node = graph.addConv("preprocess", graph.addInput("picture"), 3, 3, 1);
    const int end = graph.addRelu("end", graph.addConv("a", node, 3, 6, 3, 2));
    const int inner = graph.addRelu("inner", graph.addConv("b", end, 6, 2, 1));
    Node join;
    join.name = "join";
    join.op = Op::Add;
    join.inputs = {graph.addConv("c", inner, 2, 7, 3, 2), graph.addConv("short", end, 6, 7, 1, 2)};
    const int features = graph.add(join);
    addPyramid(levels(1, 2), graph, {features}, Size(32, 24), rng);
    for (const Node& n : graph.nodes)
    {
        if (n.name == "pyramid.lateral1")
        {
            EXPECT_EQ(std::vector<int>({end}), n.inputs);
        }
        if (n.name == "pyramid.lateral2")
        {
            EXPECT_EQ(std::vector<int>({features}), n.inputs);
        }
    }
}

//! From the loss of a head on all levels to every weight, backbone included.
TEST(Pyramid, gradientsAreThoseOfTheLoss)
{
    for (const std::string& engine : Engine::names())
    {
        SCOPED_TRACE(engine);
        Pyramid p(levels(3, 5), Size(96, 64));
        AnchorHeadParams params;
        params.loss = LOSS_FOCAL_SIGMOID;
        params.anchorSizes = {16, 32, 64};
        params.anchorRatios = {1};
        params.match.positiveIoU = 0.4f;
        const AnchorHead head(params, 2, p.graph, p.maps, p.rng);
        Tensor& bias = p.graph.parameters[p.graph.nodes[head.logitsNode()].parameters[1]].value;
        bias.setTo(0); // at the prior, negatives cost next to nothing
        Network network(p.graph, Engine::create(engine));
        const Tensor image = randomImage(p.rng, Shape(1, 3, 64, 96));
        Object small, large;
        small.box = Vec4f(10, 12, 27, 29);
        large.box = Vec4f(20, 2, 80, 62);
        large.label = 2;
        auto loss = [&] {
            network.forward(image);
            return head.loss(network, {{small, large}}, 0).total();
        };
        loss();
        network.backward();
        for (size_t i = 0; i < p.graph.parameters.size(); i++)
        {
            Parameter& parameter = p.graph.parameters[i];
            if (!parameter.trainable)
                continue;
            const Mat gradient = network.parameterGradient(static_cast<int>(i)).flat().clone();
            const double length = cv::norm(gradient);
            EXPECT_GT(length, 1e-5) << parameter.name;
            const Mat before = parameter.value.flat().clone(), direction = gradient / std::max(length, 1e-9);
            const double step = 1e-3;
            Mat(before + step * direction).copyTo(parameter.value.flat());
            const double above = loss();
            Mat(before - step * direction).copyTo(parameter.value.flat());
            const double below = loss();
            before.copyTo(parameter.value.flat());
            EXPECT_NEAR((above - below) / (2 * step), length, 1e-3 + 0.03 * length) << parameter.name;
        }
    }
}

TEST(Pyramid, stockOpenCVRunsIt)
{
    const Size size(128, 96);
    for (AnchorLoss loss : {LOSS_FOCAL_SIGMOID, LOSS_FOCAL_SOFTMAX})
        for (int classes : {0, 3})
            for (dnn_rpn::ExportKind kind : {dnn_rpn::EXPORT_OPENCV, dnn_rpn::EXPORT_HEADS})
            {
                SCOPED_TRACE(format("loss %d, %d classes, kind %d", loss, classes, kind));
                Pyramid p(levels(3, 5, 24), size);
                AnchorHeadParams params;
                params.loss = loss;
                params.tower = 1;
                params.anchorSizes = {16, 32, 64};
                params.proposals.nmsThreshold = 0.7f;
                const AnchorHead head(params, classes, p.graph, p.maps, p.rng);
                for (Parameter& q : p.graph.parameters) // scores and deltas as wide as a trained one's
                    if (q.name.find("logits.") != std::string::npos ||
                        q.name.find("deltas.") != std::string::npos)
                        p.rng.fill(q.value.flat(), RNG::NORMAL, 0, 0.1);
                Network network(p.graph, Engine::create("eigen"));
                const std::string file = exporterOf(kind).write({p.graph, head, size, nullptr});
                EXPECT_EQ("", errorOf([&] { verifyExport(file, kind, network, head, size); }));
            }
}

std::string errorWith(const PyramidParams& params, Size input)
{
    return errorOf([&] { Pyramid p(params, input); });
}

TEST(Pyramid, sizesThatDoNotSuitAreNamedWithSomeThatDo)
{
    EXPECT_EQ("", errorWith(levels(3, 5), Size(96, 80)));
    const std::string message = errorWith(levels(3, 5), Size(100, 80));
    EXPECT_TRUE(contains(message, "100x80")) << message;
    EXPECT_TRUE(contains(message, "a width of 96 or ")) << message;
    EXPECT_FALSE(contains(message, "height")) << message;
    EXPECT_TRUE(contains(errorWith(levels(2, 4), Size(96, 70)), "a height of 64 or "));
    const std::string both = errorWith(levels(3, 5), Size(100, 70));
    EXPECT_TRUE(contains(both, "width") && contains(both, " and a height of ")) << both;

    // What it says does suit.
    const size_t at = message.find(" or ") + 4;
    const int other = std::atoi(message.c_str() + at);
    EXPECT_GT(other, 100);
    EXPECT_EQ("", errorWith(levels(3, 5), Size(other, 80)));
}

TEST(Pyramid, wrongLevelsAreNamed)
{
    const Size size(96, 64);
    const std::string missing = errorWith(levels(5, 6), size);
    EXPECT_TRUE(contains(missing, "level 5 needs a map of stride 32")) << missing;
    EXPECT_TRUE(contains(missing, "2, 4, 8, 16")) << missing;
    EXPECT_TRUE(contains(errorWith(levels(4, 3), size), "levels 4..3"));
    EXPECT_TRUE(contains(errorWith(levels(0, 3), size), "levels 0..3"));
    EXPECT_TRUE(contains(errorWith(levels(3, 11), size), "levels 3..11"));
    EXPECT_TRUE(contains(errorWith(levels(3, 5, 0), size), "0 channels"));
}

} // namespace
} // namespace opencv_test
