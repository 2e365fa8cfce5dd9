// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include <functional>

#include "scratch.hpp"
#include "../src/net/network.hpp"
#include "../src/onnx/import.hpp"
#include "../src/onnx/writer.hpp"
#include "opencv2/dnn_rpn.hpp"

namespace opencv_test {
namespace {

using cv::dnn_rpn_train::Node; // cv has a Node too

//! A network with every operator that both reader and writer know.
Graph sampleGraph()
{
    Graph g;
    const int in = g.addInput("in");
    int node = g.addConv("a", in, 3, 6, 3, 2);
    Node norm;
    norm.name = "norm";
    norm.op = Op::BatchNorm;
    norm.epsilon = 0.01f;
    norm.inputs = {node};
    for (const char* name : {"scale", "shift", "mean", "variance"})
        norm.parameters.push_back(g.addParameter(name, Shape(1, 6, 1, 1), false));
    node = g.addRelu("relu", g.add(norm));
    const int depthwise = g.addConv("depthwise", node, 1, 6, 3);
    g.nodes[depthwise].group = 6;
    Node clip;
    clip.name = "clip";
    clip.op = Op::Clip;
    clip.lower = 0;
    clip.upper = 6;
    clip.inputs = {depthwise};
    const int clipped = g.add(clip);
    Node add;
    add.name = "add";
    add.op = Op::Add;
    add.inputs = {node, clipped};
    const int added = g.add(add);
    Node concat;
    concat.name = "concat";
    concat.op = Op::Concat;
    concat.inputs = {added, node};
    const int stacked = g.add(concat);
    Node pool;
    pool.name = "max";
    pool.op = Op::MaxPool;
    pool.kernel = Size(3, 3);
    pool.stride = Size(2, 2);
    pool.inputs = {stacked};
    const int pooled = g.add(pool);
    pool.name = "average";
    pool.op = Op::AveragePool;
    pool.kernel = pool.stride = Size(2, 2);
    pool.inputs = {pooled};
    g.outputs = {g.add(pool)};
    RNG rng(3);
    for (Parameter& p : g.parameters)
        for (size_t i = 0; i < p.value.shape().total(); i++)
            p.value.data()[i] =
                static_cast<float>(p.name == "variance" ? rng.uniform(0.5, 2.) : rng.uniform(-0.5, 0.5));
    return g;
}

std::string asOnnx(const Graph& g)
{
    OnnxWriter writer;
    writer.addInput("in", {1, 3, 20, 26});
    writer.addGraph(g);
    writer.addOutput(g.nodes[g.outputs[0]].name, {1, 12, -1, -1});
    return writer.bytes();
}

Tensor randomPicture(int rows, int cols)
{
    Tensor t(Shape(1, 3, rows, cols));
    RNG rng(11);
    for (size_t i = 0; i < t.shape().total(); i++)
        t.data()[i] = static_cast<float>(rng.uniform(-1., 1.));
    return t;
}

Mat run(Graph& g, const Tensor& picture)
{
    Network network(g, Engine::create("eigen"));
    network.forward(picture);
    return network.value(g.outputs[0]).flat().clone();
}

TEST(Onnx, writtenThenReadGivesTheSameNetwork)
{
    const Scratch scratch;
    Graph g = sampleGraph();
    writeFile(scratch / "g.onnx", asOnnx(g));
    Graph back;
    const int in = back.addInput("picture");
    back.outputs = {importOnnx(scratch / "g.onnx", back, in)};
    ASSERT_EQ(g.nodes.size(), back.nodes.size());
    const Tensor picture = randomPicture(20, 26);
    EXPECT_EQ(0, cv::norm(run(g, picture), run(back, picture), NORM_INF));
}

TEST(Onnx, cvDnnRunsWhatIsWritten)
{
    const Scratch scratch;
    Graph g = sampleGraph();
    writeFile(scratch / "g.onnx", asOnnx(g));
    Tensor picture = randomPicture(20, 26);
    dnn::Net net = dnn::readNetFromONNX(scratch / "g.onnx");
    net.setInput(Mat(std::vector<int>{1, 3, 20, 26}, CV_32F, picture.data()));
    const Mat theirs = net.forward(), ours = run(g, picture);
    ASSERT_EQ(ours.total(), theirs.total());
    EXPECT_LT(cv::norm(theirs.reshape(1, 1), ours, NORM_INF), 1e-5);
}

//! A batch of pictures through a file in cv::dnn.
Mat runInCvDnn(const std::string& bytes, Tensor& pictures)
{
    const Scratch scratch;
    writeFile(scratch / "g.onnx", bytes);
    const Shape& s = pictures.shape();
    dnn::Net net = dnn::readNetFromONNX(scratch / "g.onnx");
    net.setInput(Mat(std::vector<int>{s.n, s.c, s.h, s.w}, CV_32F, pictures.data()));
    return net.forward().reshape(1, 1);
}

void drawParameters(Graph& g)
{
    RNG rng(3);
    for (Parameter& p : g.parameters)
        for (size_t i = 0; i < p.value.shape().total(); i++)
            p.value.data()[i] = static_cast<float>(rng.uniform(-0.5, 0.5));
}

TEST(Onnx, cvDnnRunsFullyConnectedAndResizedNodes)
{
    for (int scale : {2, 3})
        for (int pictures : {1, 3})
        {
            Graph g;
            Node resize;
            resize.name = "resize";
            resize.op = Op::Resize;
            resize.scale = scale;
            resize.inputs = {g.addConv("c", g.addInput("in"), 3, 4, 3)};
            const int f = g.addFullyConnected("f", g.add(resize), Shape(1, 4, 5 * scale, 3 * scale), 6);
            g.outputs = {g.addFullyConnected("g", g.addRelu("r", f), Shape(1, 6, 1, 1), 5)};
            drawParameters(g);
            OnnxWriter writer;
            writer.addInput("in", {pictures, 3, 5, 3});
            writer.addGraph(g);
            writer.addOutput("g", {pictures, 5});
            Tensor input(Shape(pictures, 3, 5, 3));
            randu(input.flat(), -1, 1);
            const Mat theirs = runInCvDnn(writer.bytes(), input), ours = run(g, input);
            ASSERT_EQ(ours.total(), theirs.total());
            EXPECT_LT(cv::norm(theirs, ours, NORM_INF), 1e-4) << scale << " " << pictures;
        }
}

TEST(Onnx, aGraphStandsBehindAnother)
{
    Graph first;
    const int c = first.addRelu("features", first.addConv("c", first.addInput("in"), 3, 4, 3));
    first.outputs = {c};
    // One list of parameters, as two stages of a detector have it.
    Graph second;
    second.parameters = first.parameters;
    const int f = second.addFullyConnected("f", second.addInput("regions"), Shape(1, 4, 5, 3), 6);
    second.outputs = {second.addRelu("last", f)};
    first.parameters = second.parameters;
    drawParameters(first);
    OnnxWriter writer;
    writer.addInput("in", {1, 3, 5, 3});
    writer.addGraph(first);
    EXPECT_FALSE(contains(writer.bytes(), "f.weight")); // no node of the first uses it
    writer.addGraph(second, "features");
    writer.addOutput("last", {1, 6});
    EXPECT_FALSE(contains(writer.bytes(), "regions"));
    Tensor input = randomPicture(5, 3);
    const Mat features = run(first, input);
    const Mat theirs = runInCvDnn(writer.bytes(), input),
              ours = run(second, Tensor(Shape(1, 4, 5, 3), features.data));
    ASSERT_EQ(ours.total(), theirs.total());
    EXPECT_LT(cv::norm(theirs, ours, NORM_INF), 1e-5);
}

TEST(Onnx, brokenFilesAreNamed)
{
    const Scratch scratch;
    auto message = [&](const std::string& bytes) {
        writeText(scratch / "broken.onnx", bytes);
        return errorOf([&] {
            Graph g;
            importOnnx(scratch / "broken.onnx", g, g.addInput("picture"));
        });
    };
    const std::string whole = asOnnx(sampleGraph());
    for (size_t length : {size_t(0), size_t(1), size_t(100), whole.size() / 2, whole.size() - 1})
        EXPECT_TRUE(contains(message(whole.substr(0, length)), "broken.onnx")) << length << " bytes";
    EXPECT_TRUE(contains(message("this is no protobuf"), "broken.onnx"));
    EXPECT_EQ("", message(whole));
    EXPECT_TRUE(contains(errorOf([&] {
                             Graph g;
                             importOnnx(scratch / "absent.onnx", g, g.addInput("picture"));
                         }),
                         "absent.onnx"));
}

TEST(Onnx, unknownOperatorsAreNamed)
{
    const Scratch scratch;
    OnnxWriter writer;
    writer.addInput("in", {1, 3, 8, 8});
    writer.addNode("Softplus", "odd", {"in"});
    writer.addOutput("odd", {1, 3, 8, 8});
    writeFile(scratch / "odd.onnx", writer.bytes());
    const std::string message = errorOf([&] {
        Graph g;
        importOnnx(scratch / "odd.onnx", g, g.addInput("picture"));
    });
    EXPECT_TRUE(contains(message, "odd.onnx") && contains(message, "Softplus")) << message;
}

//! A file with one node behind the input `in`, whose output is `out`.
std::string oneNode(const std::string& type, const std::function<void(OnnxWriter::NodeRef&)>& attributes,
                    const std::vector<std::string>& more = {}, const std::vector<int64_t>& weightDims = {})
{
    OnnxWriter writer;
    writer.addInput("in", {1, 3, 16, 16});
    size_t total = 1;
    for (int64_t d : weightDims)
        total *= static_cast<size_t>(d);
    const std::vector<float> weights(std::min<size_t>(total, 4096), 0.1f);
    if (!weightDims.empty() && total <= weights.size())
        writer.addConstant("w", weightDims, weights.data());
    std::vector<std::string> inputs{"in"};
    inputs.insert(inputs.end(), more.begin(), more.end());
    OnnxWriter::NodeRef node = writer.addNode(type, "out", inputs);
    attributes(node);
    writer.addOutput("out", {1, 3, -1, -1});
    return writer.bytes();
}

TEST(Onnx, windowsThatMakeNoSenseAreRefused)
{
    const Scratch scratch;
    auto message = [&](const std::string& bytes) {
        writeFile(scratch / "odd.onnx", bytes);
        return errorOf([&] {
            Graph g;
            importOnnx(scratch / "odd.onnx", g, g.addInput("picture"));
        });
    };
    using Ref = OnnxWriter::NodeRef;
    for (const char* pool : {"MaxPool", "AveragePool"})
    {
        SCOPED_TRACE(pool);
        EXPECT_EQ("", message(oneNode(pool, [](Ref& n) { n.integers("kernel_shape", {2, 2}); })));
        EXPECT_TRUE(contains(message(oneNode(pool, [](Ref&) {})), "kernel_shape"));
        EXPECT_TRUE(
            contains(message(oneNode(pool,
                                     [](Ref& n) {
                                         n.integers("kernel_shape", {2, 2}).integers("pads", {0, 0, 40, 40});
                                     })),
                     "padding"));
        EXPECT_TRUE(
            contains(message(oneNode(pool,
                                     [](Ref& n) {
                                         n.integers("kernel_shape", {2, 2}).integers("pads", {2, 2, 0, 0});
                                     })),
                     "padding"));
    }
    for (const auto& attribute :
         std::vector<std::pair<const char*, std::vector<int64_t>>>{{"strides", {0, 1}},
                                                                   {"strides", {(int64_t(1) << 32) + 2, 1}},
                                                                   {"dilations", {-1, 1}},
                                                                   {"pads", {-3, 0, 0, 0}},
                                                                   {"pads", {2147483647, 0, 0, 0}},
                                                                   {"kernel_shape", {5, 5}},
                                                                   {"strides", {1}}})
    {
        const std::string m = message(oneNode(
            "Conv", [&](Ref& n) { n.integers(attribute.first, attribute.second); }, {"w"}, {3, 3, 3, 3}));
        EXPECT_TRUE(contains(m, "odd.onnx") && contains(m, attribute.first)) << attribute.first << ": " << m;
    }
    EXPECT_TRUE(contains(message(oneNode("Conv", [](Ref&) {}, {"w"}, {0, 3, 3, 3})), "dimension"));
    EXPECT_TRUE(contains(message(oneNode("Conv", [](Ref&) {}, {"absent"})), "odd.onnx"));
    EXPECT_TRUE(contains(message(oneNode("Conv", [](Ref& n) { n.integer("group", 0); }, {"w"}, {3, 3, 1, 1})),
                         "groups"));
    EXPECT_TRUE(contains(message(oneNode("Clip", [](Ref&) {}, {"w"}, {0})), "odd.onnx"));
}

TEST(Onnx, whatTheOutputDoesNotNeedIsLeftOut)
{
    const Scratch scratch;
    OnnxWriter writer;
    writer.addInput("in", {1, 3, 8, 8});
    writer.addNode("Relu", "wanted", {"in"});
    writer.addNode("Softplus", "unknown and unused", {"in"});
    writer.addOutput("wanted", {1, 3, 8, 8});
    writeFile(scratch / "g.onnx", writer.bytes());
    Graph g;
    importOnnx(scratch / "g.onnx", g, g.addInput("picture"));
    EXPECT_EQ(2u, g.nodes.size());
}

} // namespace
} // namespace opencv_test
