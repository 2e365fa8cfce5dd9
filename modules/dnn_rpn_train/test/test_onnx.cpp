// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include <functional>
#include <map>

#include "operators.hpp"
#include "scratch.hpp"
#include "../src/engine/network.hpp"
#include "../src/onnx/import.hpp"
#include "../src/onnx/writer.hpp"
#include "opencv2/dnn_rpn.hpp"

namespace opencv_test {
namespace {

std::string asOnnx(const Graph& g, const Shape& image, int operatorSet = 10)
{
    OnnxWriter writer(operatorSet);
    writer.addInput("in", {image.n, image.c, image.h, image.w});
    writer.addGraph(g);
    const Shape out = g.shapes(image)[g.outputs[0]];
    std::vector<int64_t> dims{out.n, out.c, out.h, out.w};
    if (g.nodes[g.outputs[0]].op == Op::FullyConnected)
        dims.resize(2);
    writer.addOutput(g.nodes[g.outputs[0]].name, dims);
    return writer.bytes();
}

Tensor randomImage(int rows, int cols)
{
    Tensor t(Shape(1, 3, rows, cols));
    RNG rng(11);
    for (size_t i = 0; i < t.shape().total(); i++)
        t.data()[i] = static_cast<float>(rng.uniform(-1., 1.));
    return t;
}

Mat run(Graph& g, const Tensor& image)
{
    Network network(g, Engine::create("eigen"));
    network.forward(image);
    return network.value(g.outputs[0]).flat().clone();
}

//! A batch of images through a file in cv::dnn.
Mat runInCvDnn(const std::string& bytes, Tensor& images)
{
    const Scratch scratch;
    writeFile(scratch / "g.onnx", bytes);
    const Shape& s = images.shape();
    dnn::Net net = dnn::readNetFromONNX(scratch / "g.onnx");
    net.setInput(Mat(std::vector<int>{s.n, s.c, s.h, s.w}, CV_32F, images.data()));
    return net.forward().reshape(1, 1);
}

Graph imported(const std::string& bytes)
{
    const Scratch scratch;
    writeFile(scratch / "g.onnx", bytes);
    Graph g;
    std::vector<int> output{importOnnx(scratch / "g.onnx", g, g.addInput("in"))};
    g.keepOnly(output);
    g.outputs = output;
    return g;
}

//! Written as it is and read again, it is the same network; and cv::dnn runs it alike.
TEST(Onnx, everyOperatorIsWrittenAndRead)
{
    for (const OperatorCase& c : operatorCases())
    {
        SCOPED_TRACE(c.name);
        RNG rng(11);
        Graph g = graphOf(c, rng);
        Tensor image = randomTensor(imageOf(c), rng);
        const Mat ours = run(g, image);
        for (int operatorSet : {10, 16})
        {
            const std::string bytes = asOnnx(g, image.shape(), operatorSet);
            if (operatorSet == 10)
            {
                const Mat theirs = runInCvDnn(bytes, image);
                ASSERT_EQ(ours.total(), theirs.total());
                EXPECT_LT(cv::norm(theirs, ours, NORM_INF), 1e-5 * (1 + cv::norm(ours, NORM_INF)));
            }
            if (!operatorOf(c.node.op).read) // written as two, which together are not read
                continue;
            Graph back = imported(bytes);
            EXPECT_EQ(g.nodes.size(), back.nodes.size());
            EXPECT_EQ(0, cv::norm(ours, run(back, image), NORM_INF)) << "set " << operatorSet;
        }
    }
}

TEST(Onnx, cvDnnRunsFullyConnectedAndResizedNodes)
{
    for (int scale : {2, 3})
        for (int images : {1, 3})
        {
            Graph g;
            Node resize;
            resize.name = "resize";
            resize.op = Op::Resize;
            resize.scale = scale;
            resize.inputs = {g.addConv("c", g.addInput("in"), 3, 4, 3)};
            const int f = g.addFullyConnected("f", g.add(resize), Shape(1, 4, 5 * scale, 3 * scale), 6);
            RNG rng(3);
            g.outputs = {g.addFullyConnected("g", g.addRelu("r", f), Shape(1, 6, 1, 1), 5)};
            drawParameters(g, rng);
            OnnxWriter writer;
            writer.addInput("in", {images, 3, 5, 3});
            writer.addGraph(g);
            writer.addOutput("g", {images, 5});
            Tensor input(Shape(images, 3, 5, 3));
            randu(input.flat(), -1, 1);
            const Mat theirs = runInCvDnn(writer.bytes(), input), ours = run(g, input);
            ASSERT_EQ(ours.total(), theirs.total());
            EXPECT_LT(cv::norm(theirs, ours, NORM_INF), 1e-4) << scale << " " << images;
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
    RNG rng(3);
    drawParameters(first, rng);
    OnnxWriter writer;
    writer.addInput("in", {1, 3, 5, 3});
    writer.addGraph(first);
    EXPECT_FALSE(contains(writer.bytes(), "f.weight")); // no node of the first uses it
    writer.addGraph(second, "features");
    writer.addOutput("last", {1, 6});
    EXPECT_FALSE(contains(writer.bytes(), "regions"));
    Tensor input = randomImage(5, 3);
    const Mat features = run(first, input);
    const Mat theirs = runInCvDnn(writer.bytes(), input),
              ours = run(second, Tensor(Shape(1, 4, 5, 3), features.data));
    ASSERT_EQ(ours.total(), theirs.total());
    EXPECT_LT(cv::norm(theirs, ours, NORM_INF), 1e-5);
}

std::string importError(const std::string& bytes)
{
    return errorOf([&] { imported(bytes); });
}

//! A file whose input is `in`, 1 x 3 x 9 x 11, and whose output is `out`.
class SmallFile
{
public:
    explicit SmallFile(const std::function<void(SmallFile&)>& fill)
    {
        writer.addInput("in", {1, 3, 9, 11});
        fill(*this);
        writer.addOutput("out", {1, -1, -1, -1});
    }
    OnnxWriter::NodeRef node(const char* type, const char* name, const std::vector<std::string>& inputs)
    {
        return writer.addNode(type, name, inputs);
    }
    //! Random numbers as a constant.
    void weights(const char* name, const std::vector<int64_t>& dims)
    {
        size_t total = 1;
        for (int64_t d : dims)
            total *= static_cast<size_t>(d);
        std::vector<float> numbers(total);
        RNG rng(total);
        for (float& x : numbers)
            x = static_cast<float>(rng.uniform(-0.5, 0.5));
        writer.addConstant(name, dims, numbers.data());
    }
    std::string bytes() const { return writer.bytes(); }

    OnnxWriter writer;
};

//! cv::dnn's own reading of a file is the reference, and of what we write of what we read of it.
void expectReadAsCvDnnDoes(const std::string& bytes)
{
    Graph g = imported(bytes);
    Tensor image = randomImage(9, 11);
    const Mat theirs = runInCvDnn(bytes, image), ours = run(g, image);
    ASSERT_EQ(theirs.total(), ours.total());
    EXPECT_LT(cv::norm(theirs, ours, NORM_INF), 1e-5);
    OnnxWriter writer;
    writer.addInput("in", {1, 3, 9, 11});
    writer.addGraph(g);
    writer.addOutput(g.nodes[g.outputs[0]].name, {1, -1, -1, -1});
    EXPECT_LT(cv::norm(theirs, runInCvDnn(writer.bytes(), image), NORM_INF), 1e-5);
}

//! relu -> Pad -> a window of 4 x 4, at strides of 2.
std::string paddedWindow(const std::string& type, const std::vector<int64_t>& pads, bool asInputs,
                         float value = 0, const std::vector<int64_t>& ownPads = {0, 0, 0, 0})
{
    return SmallFile([&](SmallFile& f) {
               f.node("Relu", "relu", {"in"});
               if (asInputs) // as since operator set 11
               {
                   f.writer.addConstant("pads", pads);
                   f.writer.addConstant("value", {1}, &value);
                   f.node("Pad", "padded", {"relu", "pads", "value"}).text("mode", "constant");
               }
               else
                   f.node("Pad", "padded", {"relu"}).integers("pads", pads).real("value", value);
               std::vector<std::string> inputs{"padded"};
               if (type == "Conv")
               {
                   f.weights("w", {4, 3, 4, 4});
                   inputs.push_back("w");
               }
               f.node(type.c_str(), "out", inputs)
                   .integers("kernel_shape", {4, 4})
                   .integers("strides", {2, 2})
                   .integers("pads", ownPads);
           })
        .bytes();
}

TEST(Onnx, paddingBecomesThatOfTheWindowBehindIt)
{
    for (const char* type : {"Conv", "MaxPool", "AveragePool"})
        for (bool asInputs : {false, true})
        {
            SCOPED_TRACE(type);
            expectReadAsCvDnnDoes(paddedWindow(type, {0, 0, 0, 1, 0, 0, 2, 3}, asInputs));
            expectReadAsCvDnnDoes(paddedWindow(type, {0, 0, 0, 0, 0, 0, 0, 0}, asInputs));
        }
    // Its own padding is added to.
    const Graph g = imported(paddedWindow("Conv", {0, 0, 0, 1, 0, 0, 2, 3}, false, 0, {4, 5, 6, 7}));
    const Node& window = g.nodes.back();
    EXPECT_EQ(Vec4i(4, 6, 8, 10), Vec4i(window.padTop, window.padLeft, window.padBottom, window.padRight));
    // The lowest number never is the highest.
    EXPECT_EQ("", importError(paddedWindow("MaxPool", {0, 0, 1, 1, 0, 0, 1, 1}, false, -INFINITY)));
}

TEST(Onnx, paddingThatCountsInAveragesCountsInCvDnnToo)
{
    for (const Vec4i& pads : {Vec4i(1, 1, 1, 1), Vec4i(0, 1, 2, 0)})
        for (bool ceil : {false, true})
        {
            Graph g;
            Node pool;
            pool.name = "pool";
            pool.op = Op::AveragePool;
            pool.kernel = Size(3, 4);
            pool.stride = Size(2, 2);
            pool.padTop = pads[0];
            pool.padLeft = pads[1];
            pool.padBottom = pads[2];
            pool.padRight = pads[3];
            pool.ceilMode = ceil;
            pool.countPadding = true;
            pool.inputs = {g.addInput("in")};
            g.outputs = {g.add(pool)};
            OnnxWriter writer;
            writer.addInput("in", {1, 3, 9, 11});
            writer.addGraph(g);
            writer.addOutput("pool", {1, 3, -1, -1});
            Tensor image = randomImage(9, 11);
            const Mat theirs = runInCvDnn(writer.bytes(), image), ours = run(g, image);
            ASSERT_EQ(theirs.total(), ours.total());
            EXPECT_LT(cv::norm(theirs, ours, NORM_INF), 1e-5) << Mat(pads).t() << " " << ceil;
            Graph back = imported(writer.bytes());
            EXPECT_EQ(0, cv::norm(ours, run(back, image), NORM_INF));
        }
}

TEST(Onnx, paddingThatMeansSomethingElseIsRefused)
{
    const std::vector<int64_t> pads{0, 0, 1, 1, 0, 0, 1, 1};
    const auto message = [](const std::function<void(SmallFile&)>& fill) {
        return importError(SmallFile(fill).bytes());
    };
    for (const char* type : {"Conv", "MaxPool", "AveragePool"})
        EXPECT_TRUE(contains(importError(paddedWindow(type, pads, false, 3)), "padded with 3")) << type;
    EXPECT_TRUE(contains(importError(paddedWindow("Conv", pads, false, -INFINITY)), "padded with -inf"));
    EXPECT_TRUE(
        contains(importError(paddedWindow("AveragePool", pads, false, 0, {1, 0, 0, 0})), "does not count"));
    EXPECT_TRUE(
        contains(importError(paddedWindow("AveragePool", {0, 0, 4, 0, 0, 0, 0, 0}, false)), "as large"));
    for (const std::vector<int64_t>& odd : {std::vector<int64_t>{1, 0, 0, 0, 0, 0, 0, 0},
                                            {0, 0, 0, 0, 0, 2, 0, 0},
                                            {0, 0, -1, 0, 0, 0, 0, 0},
                                            {0, 0, 0, 0, 0, 0, 0, int64_t(1) << 33},
                                            {1, 1, 1, 1}})
        for (bool asInputs : {false, true})
            EXPECT_TRUE(contains(importError(paddedWindow("Conv", odd, asInputs)), "pad"));
    // Zeros may be the highest of numbers below zero.
    EXPECT_TRUE(contains(message([&](SmallFile& f) {
                             f.node("Pad", "padded", {"in"}).integers("pads", pads);
                             f.node("MaxPool", "out", {"padded"}).integers("kernel_shape", {3, 3});
                         }),
                         "padded with 0"));
    EXPECT_TRUE(contains(message([&](SmallFile& f) {
                             f.node("Pad", "padded", {"in"}).integers("pads", pads);
                             f.node("Relu", "out", {"padded"});
                         }),
                         "'padded' is padded"));
    EXPECT_TRUE(contains(message([&](SmallFile& f) { f.node("Pad", "out", {"in"}).integers("pads", pads); }),
                         "'out'"));
    EXPECT_TRUE(contains(message([&](SmallFile& f) {
                             f.node("Pad", "padded", {"in"}).integers("pads", pads).text("mode", "reflect");
                             f.node("MaxPool", "out", {"padded"}).integers("kernel_shape", {3, 3});
                         }),
                         "reflect"));
}

//! A convolution of four channels, "c", and what follows it.
std::string behindFourChannels(const std::function<void(SmallFile&)>& fill)
{
    return SmallFile([&](SmallFile& f) {
               f.weights("w", {4, 3, 1, 1});
               f.node("Conv", "c", {"in", "w"}).integers("kernel_shape", {1, 1});
               fill(f);
           })
        .bytes();
}

TEST(Onnx, productsWithAGateAreOneOperator)
{
    const auto check = [&](Op op, const std::function<void(SmallFile&)>& fill) {
        const std::string bytes = behindFourChannels(fill);
        expectReadAsCvDnnDoes(bytes);
        const Graph g = imported(bytes);
        ASSERT_EQ(3u, g.nodes.size()); // the input and the convolution are the others
        EXPECT_EQ(op, g.nodes[2].op);
    };
    check(Op::HardSwish, [](SmallFile& f) { f.node("HardSwish", "out", {"c"}); });
    for (const std::vector<std::string>& inputs : {std::vector<std::string>{"c", "s"}, {"s", "c"}})
    {
        check(Op::Swish, [&](SmallFile& f) {
            f.node("Sigmoid", "s", {"c"});
            f.node("Mul", "out", inputs);
        });
        check(Op::HardSwish, [&](SmallFile& f) {
            f.node("HardSigmoid", "s", {"c"}).real("alpha", 0.3f).real("beta", 0.4f);
            f.node("Mul", "out", inputs);
        });
    }
}

TEST(Onnx, operatorsThatTheGraphLacksAreComposed)
{
    expectReadAsCvDnnDoes(behindFourChannels([](SmallFile& f) {
        f.node("Sigmoid", "s", {"c"});
        f.node("Sub", "out", {"c", "s"});
    }));
    // HardSwish as older exporters wrote it.
    expectReadAsCvDnnDoes(behindFourChannels([](SmallFile& f) {
        const float three = 3, six = 6;
        f.writer.addConstant("three", {1}, &three);
        f.writer.addConstant("six", {1}, &six);
        f.node("Add", "a", {"c", "three"});
        f.node("Clip", "b", {"a"}).real("min", 0).real("max", 6);
        f.node("Mul", "m", {"c", "b"});
        f.node("Div", "out", {"m", "six"});
    }));
    expectReadAsCvDnnDoes(behindFourChannels([](SmallFile& f) { f.node("Mish", "out", {"c"}); }));
    expectReadAsCvDnnDoes(behindFourChannels([](SmallFile& f) {
        f.node("ReduceMean", "m", {"c"}).integers("axes", {2, -1});
        f.node("Sigmoid", "s", {"m"});
        f.node("Mul", "out", {"c", "s"});
    }));
    expectReadAsCvDnnDoes(behindFourChannels([](SmallFile& f) {
        f.node("Split", "a", {"c"}).integer("axis", 1).integers("split", {1, 3}).addOutput("b");
        f.node("Concat", "out", {"b", "a"}).integer("axis", 1);
    }));
    EXPECT_TRUE(contains(
        importError(behindFourChannels([](SmallFile& f) {
            f.node("Split", "out", {"c"}).integer("axis", 1).integers("split", {1, 2}).addOutput("b");
        })),
        "4 channels do not split"));
    EXPECT_TRUE(contains(importError(behindFourChannels(
                             [](SmallFile& f) { f.node("ReduceMean", "out", {"c"}).integers("axes", {1}); })),
                         "axes 2 and 3"));
}

TEST(Onnx, moreOperatorsAreComposed)
{
    {
        SCOPED_TRACE("Abs");
        expectReadAsCvDnnDoes(behindFourChannels([](SmallFile& f) { f.node("Abs", "out", {"c"}); }));
    }
    {
        SCOPED_TRACE("Max");
        expectReadAsCvDnnDoes(behindFourChannels([](SmallFile& f) {
            f.node("Sigmoid", "s", {"c"});
            f.node("Max", "out", {"c", "s"});
        }));
    }
    {
        SCOPED_TRACE("PRelu");
        expectReadAsCvDnnDoes(behindFourChannels([](SmallFile& f) {
            f.weights("slopes", {4, 1, 1});
            f.node("PRelu", "out", {"c", "slopes"});
        }));
    }
    SCOPED_TRACE("Gelu");
    const std::string gelu = behindFourChannels([](SmallFile& f) { f.node("Gelu", "out", {"c"}); });
    const std::string written = behindFourChannels([](SmallFile& f) {
        const float root = std::sqrt(2.f), one = 1, half = 0.5f;
        f.writer.addConstant("root", {}, &root);
        f.writer.addConstant("one", {}, &one);
        f.writer.addConstant("half", {}, &half);
        f.node("Div", "d", {"c", "root"});
        f.node("Erf", "e", {"d"});
        f.node("Add", "a", {"e", "one"});
        f.node("Mul", "m", {"c", "a"});
        f.node("Mul", "out", {"m", "half"});
    });
    expectReadAsCvDnnDoes(written);
    Graph one = imported(gelu), other = imported(written);
    const Tensor image = randomImage(9, 11);
    EXPECT_LT(cv::norm(run(one, image), run(other, image), NORM_INF), 1e-6);
}

//! ShuffleNet: channels as groups times rest become rest times groups.
std::string shuffled(bool byShape)
{
    return behindFourChannels([&](SmallFile& f) {
        f.writer.addConstant("split", std::vector<int64_t>{1, 2, 2, 9, 11});
        f.writer.addConstant("joined", std::vector<int64_t>{1, 4, 9, 11});
        if (byShape) // for any size of image
        {
            f.writer.addConstant("sides", std::vector<int64_t>{2, 3});
            f.writer.addConstant("groups", std::vector<int64_t>{-1, 2, 2});
            f.node("Shape", "shape", {"c"});
            f.node("Gather", "lengths", {"shape", "sides"}).integer("axis", 0);
            f.node("Concat", "to", {"groups", "lengths"}).integer("axis", 0);
        }
        f.node("Reshape", "grouped", {"c", byShape ? "to" : "split"});
        f.node("Transpose", "exchanged", {"grouped"}).integers("perm", {0, 2, 1, 3, 4});
        f.node("Reshape", "s", {"exchanged", byShape ? "shape" : "joined"});
        f.node("Relu", "out", {"s"});
    });
}

TEST(Onnx, channelsAreShuffled)
{
    expectReadAsCvDnnDoes(shuffled(false));
    Graph fixed = imported(shuffled(false)), any = imported(shuffled(true));
    EXPECT_EQ(fixed.nodes.size(), any.nodes.size());
    const Tensor image = randomImage(9, 11);
    EXPECT_EQ(0, cv::norm(run(fixed, image), run(any, image), NORM_INF));
    for (const Parameter& p : any.parameters)
        EXPECT_EQ(!contains(p.name, "shuffle"), p.trainable) << p.name;
    EXPECT_EQ(Shape(1, 4, 30, 20).str(), any.shapes(Shape(1, 3, 30, 20)).back().str());
    EXPECT_TRUE(contains(importError(behindFourChannels([](SmallFile& f) {
                             f.writer.addConstant("list", std::vector<int64_t>{1, 4, 99});
                             f.node("Reshape", "out", {"c", "list"});
                         })),
                         "(Reshape)"));
}

//! As chunk() is exported: half of the channels, by arithmetic on their number.
TEST(Onnx, numbersThatFollowFromShapesAreWorkedOut)
{
    const auto half = [](const char* axis) {
        return behindFourChannels([&](SmallFile& f) {
            for (const auto& constant : std::map<std::string, int64_t>{
                     {"channels", 1}, {"rows", 2}, {"zero", 0}, {"one", 1}, {"two", 2}})
                f.writer.addConstant(constant.first, std::vector<int64_t>{constant.second});
            f.node("Shape", "shape", {"c"});
            f.node("Gather", "count", {"shape", axis}).integer("axis", 0);
            f.node("Add", "more", {"count", "one"});
            f.node("Div", "end", {"more", "two"});
            f.node("Slice", "out", {"c", "zero", "end", axis});
        });
    };
    EXPECT_EQ(Shape(1, 2, 9, 11).str(), imported(half("channels")).shapes(Shape(1, 3, 9, 11)).back().str());
    EXPECT_TRUE(contains(importError(half("rows")), "'more' (Add): it depends on the size of the image"));

    // An enlargement to the size of another map.
    const std::string bytes = behindFourChannels([](SmallFile& f) {
        f.weights("v", {4, 4, 2, 2});
        f.node("Conv", "small", {"c", "v"}).integers("kernel_shape", {2, 2}).integers("strides", {2, 2});
        f.node("Shape", "shape", {"c"});
        f.node("Resize", "out", {"small", "", "", "shape"})
            .text("coordinate_transformation_mode", "asymmetric")
            .text("nearest_mode", "floor");
    });
    const Graph g = imported(bytes);
    EXPECT_EQ(Op::Resize, g.nodes.back().op);
    EXPECT_EQ(2, g.nodes.back().scale);

    // Lists that grow and grow are refused, not made.
    const auto bomb = behindFourChannels([](SmallFile& f) {
        f.writer.addConstant("0", std::vector<int64_t>(64, 1));
        for (int i = 0; i < 40; i++)
        {
            const std::string from = std::to_string(i), to = std::to_string(i + 1);
            f.node("Concat", to.c_str(), {from, from}).integer("axis", 0);
        }
        f.node("Reshape", "out", {"c", "40"});
    });
    EXPECT_TRUE(contains(importError(bomb), "it gives "));
}

//! Squeeze and excitation by matrices: numbers of the whole image need no rows and columns.
TEST(Onnx, meansGoThroughMatrices)
{
    // A product with a matrix is a convolution of one cell. cv::dnn reads only the latter, in OpenCV 4.6.
    const auto file = [](bool matrices, const char* last) {
        return behindFourChannels([&](SmallFile& f) {
            f.weights("bias", {5});
            f.node("GlobalAveragePool", "mean", {"c"});
            if (matrices)
            {
                f.weights("first", {5, 4});
                f.weights("second", {4, 5});
                f.node("Flatten", "row", {"mean"}).integer("axis", 1);
                f.node("Gemm", "five", {"row", "first", "bias"}).integer("transB", 1);
                f.node("Relu", "relu", {"five"});
                f.node("Gemm", "four", {"relu", "second"}).integer("transB", 1);
            }
            else
            {
                f.weights("first", {5, 4, 1, 1});
                f.weights("second", {4, 5, 1, 1});
                f.node("Conv", "five", {"mean", "first", "bias"}).integers("kernel_shape", {1, 1});
                f.node("Relu", "relu", {"five"});
                f.node("Conv", "four", {"relu", "second"}).integers("kernel_shape", {1, 1});
            }
            f.node("Sigmoid", "gate", {"four"});
            if (matrices)
            {
                f.writer.addConstant("cell", std::vector<int64_t>{1, 4, 1, 1});
                f.node("Reshape", "gates", {"gate", "cell"});
            }
            f.node("Mul", "out", {"c", last});
        });
    };
    expectReadAsCvDnnDoes(file(false, "gate"));
    Graph one = imported(file(true, "gates")), other = imported(file(false, "gate"));
    const Tensor image = randomImage(9, 11);
    EXPECT_EQ(0, cv::norm(run(one, image), run(other, image), NORM_INF));
    EXPECT_TRUE(contains(importError(file(true, "gate")), "'out' (Mul): its input has no rows and columns"));
}

//! cv::dnn takes the product of a map and any HardSigmoid for HardSwish; what we write it reads right.
TEST(Onnx, productsWithHardSigmoidAreNoHardSwish)
{
    const auto file = [](const std::vector<std::string>& factors) {
        return behindFourChannels([&](SmallFile& f) {
            f.weights("w2", {4, 4, 1, 1});
            f.node("GlobalAveragePool", "mean", {"c"});
            f.node("Conv", "excite", {"mean", "w2"}).integers("kernel_shape", {1, 1});
            f.node("HardSigmoid", "gate", {"excite"}).real("alpha", 1.f / 6).real("beta", 0.5f);
            f.node("Mul", "out", factors);
        });
    };
    Tensor image = randomImage(9, 11);
    Graph first = imported(file({"gate", "c"}));
    const Mat expected = run(first, image);
    for (const std::vector<std::string>& factors : {std::vector<std::string>{"gate", "c"}, {"c", "gate"}})
    {
        Graph g = imported(file(factors));
        EXPECT_EQ(0, cv::norm(expected, run(g, image), NORM_INF));
        const std::string bytes = asOnnx(g, image.shape(), 10);
        const Mat theirs = runInCvDnn(bytes, image);
        ASSERT_EQ(expected.total(), theirs.total());
        EXPECT_LT(cv::norm(theirs, expected, NORM_INF), 1e-5);
        Graph back = imported(bytes);
        EXPECT_EQ(0, cv::norm(expected, run(back, image), NORM_INF));
    }
}

TEST(Onnx, channelsMayBeLast)
{
    const auto file = [](const std::function<void(SmallFile&)>& middle) {
        return SmallFile([&](SmallFile& f) {
                   f.weights("w", {4, 3, 3, 3});
                   f.weights("w2", {4, 4, 1, 1});
                   f.node("Conv", "c", {"in", "w"}).integers("kernel_shape", {3, 3});
                   middle(f);
                   f.node("Conv", "out", {"m", "w2"}).integers("kernel_shape", {1, 1});
               })
            .bytes();
    };
    const auto moved = [&](const char* type) {
        return file([&](SmallFile& f) {
            f.node("Transpose", "last", {"c"}).integers("perm", {0, 2, 3, 1});
            f.node(type, "r", {"last"}).integer("axis", 1);
            f.node("Transpose", "m", {"r"}).integers("perm", {0, 3, 1, 2});
        });
    };
    const Tensor image = randomImage(9, 11);
    Graph g = imported(moved("Relu")),
          plain = imported(file([](SmallFile&f) { f.node("Relu", "m", {"c"}); }));
    EXPECT_EQ(0, cv::norm(run(g, image), run(plain, image), NORM_INF));
    EXPECT_TRUE(contains(importError(moved("Split")), "the channels of 'last' are its last axis"));
    EXPECT_TRUE(
        contains(importError(moved("GlobalAveragePool")), "the channels of 'last' are its last axis"));
    EXPECT_TRUE(contains(importError(file([](SmallFile& f) {
                             f.node("Transpose", "last", {"c"}).integers("perm", {0, 2, 3, 1});
                             f.node("Add", "m", {"c", "last"});
                         })),
                         "of some of its inputs the channels are the last axis"));
}

TEST(Onnx, padsMayNameTheirAxes)
{
    const auto file = [](bool axes) {
        return SmallFile([&](SmallFile& f) {
                   f.weights("w", {4, 3, 3, 3});
                   f.writer.addConstant("pads", axes ? std::vector<int64_t>{2, 1, 0, 3}
                                                     : std::vector<int64_t>{0, 0, 1, 2, 0, 0, 3, 0});
                   f.writer.addConstant("axes", std::vector<int64_t>{-1, 2});
                   f.node("Pad", "padded",
                          axes ? std::vector<std::string>{"in", "pads", "", "axes"}
                               : std::vector<std::string>{"in", "pads"});
                   f.node("Conv", "out", {"padded", "w"}).integers("kernel_shape", {3, 3});
               })
            .bytes();
    };
    const Tensor image = randomImage(9, 11);
    Graph g = imported(file(true)), plain = imported(file(false));
    EXPECT_EQ(0, cv::norm(run(g, image), run(plain, image), NORM_INF));
}

TEST(Onnx, tooManyNodesAreRefused)
{
    const auto chain = [](int length) {
        return SmallFile([&](SmallFile& f) {
                   for (int i = 1; i < length; i++)
                       f.node("Relu", std::to_string(i).c_str(), {i > 1 ? std::to_string(i - 1) : "in"});
                   f.node("Relu", "out", {std::to_string(length - 1)});
               })
            .bytes();
    };
    EXPECT_EQ("", importError(chain(3000)));
    EXPECT_TRUE(contains(importError(chain(10001)), "has 10001 nodes; more than 10000 are not read"));
}

TEST(Onnx, numbersThatNoNetworkCanHaveAreRefused)
{
    const auto normalised = [](float scale, float variance) {
        return SmallFile([&](SmallFile& f) {
                   const std::vector<float> zeros(3, 0.f), scales(3, scale), variances{1, variance, 1};
                   f.writer.addConstant("scale", {3}, scales.data());
                   f.writer.addConstant("bias", {3}, zeros.data());
                   f.writer.addConstant("mean", {3}, zeros.data());
                   f.writer.addConstant("variance", {3}, variances.data());
                   f.node("BatchNormalization", "out", {"in", "scale", "bias", "mean", "variance"});
               })
            .bytes();
    };
    EXPECT_EQ("", importError(normalised(1, 0)));
    EXPECT_TRUE(contains(importError(normalised(1, -1)), "a variance is -1"));
    EXPECT_TRUE(contains(importError(normalised(NAN, 1)), "'scale' holds a number that is not finite"));
}

//! As PyTorch writes padding "same": from the image's size, and at least 0.
TEST(Onnx, padsAreWorkedOut)
{
    const auto file = [](bool workedOut) {
        return SmallFile([&](SmallFile& f) {
                   f.weights("w", {4, 3, 3, 3});
                   if (workedOut)
                   {
                       // Before and after each axis, the last axis first.
                       const float pads[] = {0, 7, -3, 1, 0, 0, 0, 0}, highest = 2;
                       f.writer.addConstant("numbers", {8}, pads);
                       f.writer.addConstant("none", std::vector<int64_t>{1});
                       f.node("ConstantOfShape", "nought", {"none"});
                       f.node("Squeeze", "lowest", {"nought"});
                       f.writer.addConstant("highest", {}, &highest);
                       f.node("Clip", "clipped", {"numbers", "lowest", "highest"});
                       f.writer.addConstant("pairs", std::vector<int64_t>{-1, 2});
                       f.writer.addConstant("list", std::vector<int64_t>{-1});
                       f.writer.addConstant("last", std::vector<int64_t>{-1});
                       f.writer.addConstant("beginning", std::vector<int64_t>{INT64_MIN + 1});
                       f.writer.addConstant("axis", std::vector<int64_t>{0});
                       f.node("Reshape", "by axis", {"clipped", "pairs"});
                       f.node("Slice", "first axis first", {"by axis", "last", "beginning", "axis", "last"});
                       f.node("Transpose", "before, after", {"first axis first"}).integers("perm", {1, 0});
                       f.node("Reshape", "all", {"before, after", "list"});
                       f.node("Cast", "pads", {"all"}).integer("to", 7);
                   }
                   else
                       f.writer.addConstant("pads", std::vector<int64_t>{0, 0, 0, 0, 0, 0, 1, 2});
                   f.node("Pad", "padded", {"in", "pads"});
                   f.node("Conv", "out", {"padded", "w"}).integers("kernel_shape", {3, 3});
               })
            .bytes();
    };
    Tensor image = randomImage(9, 11);
    Graph g = imported(file(true)), expected = imported(file(false));
    const Mat ours = run(g, image);
    EXPECT_EQ(size_t(4 * 8 * 11), ours.total());
    EXPECT_EQ(0, cv::norm(ours, run(expected, image), NORM_INF));
}

TEST(Onnx, arithmeticWithConstants)
{
    const std::vector<float> byChannel{0.5f, -2, 3}, one{4};
    // Of channels and rows; cv::dnn reads constants on the left as its own, so the numbers are worked out
    // here.
    for (const std::vector<float>& constant : {byChannel, one})
        for (const char* type : {"Add", "Sub", "Mul", "Div"})
            for (bool first : {false, true})
            {
                SCOPED_TRACE(type + std::string(first ? ", first" : ""));
                const std::string bytes =
                    SmallFile([&](SmallFile& f) {
                        f.writer.addConstant("k", {static_cast<int64_t>(constant.size()), 1, 1},
                                             constant.data());
                        f.node(type, "out", {first ? "k" : "in", first ? "in" : "k"});
                    }).bytes();
                if (first && type == std::string("Div"))
                {
                    EXPECT_TRUE(contains(importError(bytes), "divided"));
                    continue;
                }
                Graph g = imported(bytes);
                for (const Parameter& p : g.parameters)
                    EXPECT_FALSE(p.trainable);
                const Tensor image = randomImage(9, 11);
                const Mat found = run(g, image);
                for (int i = 0; i < 3 * 99; i++)
                {
                    const float x = image.data()[i], k = constant[constant.size() > 1 ? i / 99 : 0];
                    const float a = first ? k : x, b = first ? x : k;
                    const float expected = type[0] == 'A'   ? a + b
                                           : type[0] == 'S' ? a - b
                                           : type[0] == 'M' ? a * b
                                                            : a / b;
                    ASSERT_NEAR(expected, found.at<float>(i), 1e-5);
                }
            }
    EXPECT_TRUE(contains(importError(SmallFile([](SmallFile& f) {
                                         f.weights("k", {1, 1, 11});
                                         f.node("Add", "out", {"in", "k"});
                                     }).bytes()),
                         "neither one number nor one for each of 3 channels"));
    const float zero = 0;
    EXPECT_TRUE(contains(importError(SmallFile([&](SmallFile& f) {
                                         f.writer.addConstant("k", {}, &zero);
                                         f.node("Div", "out", {"in", "k"});
                                     }).bytes()),
                         "number 0"));
}

TEST(Onnx, constantsByAnyAttribute)
{
    const auto file = [](const std::function<void(OnnxWriter::NodeRef&)>& value) {
        return SmallFile([&](SmallFile& f) {
                   OnnxWriter::NodeRef k = f.node("Constant", "k", {});
                   value(k);
                   f.node("Mul", "out", {"in", "k"});
               })
            .bytes();
    };
    for (const std::string& bytes : {file([](OnnxWriter::NodeRef& n) { n.real("value_float", 2); }),
                                     file([](OnnxWriter::NodeRef& n) { n.reals("value_floats", {2}); })})
        EXPECT_FLOAT_EQ(2, imported(bytes).parameters.at(0).value.data()[1]);
    EXPECT_TRUE(contains(importError(file([](OnnxWriter::NodeRef& n) { n.text("value_string", "two"); })),
                         "only constants of numbers"));
    // Axes as an input, as since operator set 18.
    const Graph mean = imported(SmallFile([](SmallFile& f) {
                                    f.node("Constant", "axes", {}).integers("value_ints", {-1, -2});
                                    f.node("ReduceMean", "out", {"in", "axes"});
                                }).bytes());
    EXPECT_EQ(Op::GlobalAveragePool, mean.nodes.back().op);
}

TEST(Onnx, paddingThatTheOutputsSizeSays)
{
    const auto read = [](const char* pad, int kernel, int stride) {
        return imported(SmallFile([&](SmallFile& f) {
                            f.weights("w", {2, 3, kernel, kernel});
                            f.node("Conv", "out", {"in", "w"})
                                .integers("kernel_shape", {kernel, kernel})
                                .integers("strides", {stride, stride})
                                .text("auto_pad", pad);
                        }).bytes());
    };
    const auto pads = [&](const char* pad, int kernel, int stride) {
        const Node n = read(pad, kernel, stride).nodes.back();
        return Vec4i(n.padTop, n.padLeft, n.padBottom, n.padRight);
    };
    EXPECT_EQ(Vec4i(), pads("VALID", 3, 2));
    EXPECT_EQ(Vec4i(1, 1, 1, 1), pads("SAME_UPPER", 3, 1));
    EXPECT_EQ(Vec4i(0, 0, 1, 1), pads("SAME_UPPER", 3, 2));
    EXPECT_EQ(Vec4i(1, 1, 0, 0), pads("SAME_LOWER", 3, 2));
    EXPECT_EQ(Vec4i(1, 1, 2, 2), pads("SAME_UPPER", 5, 2));
    EXPECT_EQ(Vec4i(), pads("SAME_UPPER", 1, 2));
    const Graph g = read("SAME_UPPER", 3, 2);
    EXPECT_EQ(Shape(1, 2, 4, 6).str(), g.shapes(Shape(1, 3, 8, 12)).back().str());
    EXPECT_TRUE(contains(errorOf([&] { g.shapes(Shape(1, 3, 9, 12)); }), "auto_pad"));
}

//! As Focus and CSP layers do: slices of slices are one.
TEST(Onnx, slicesAreRead)
{
    const auto slice = [](SmallFile& f, const char* name, const char* input,
                          const std::vector<int64_t>& values) {
        const std::string n = name;
        const char* const roles[] = {".starts", ".ends", ".axes", ".steps"};
        for (int i = 0; i < 4; i++)
            f.writer.addConstant(n + roles[i], {values[i]});
        f.node("Slice", name, {input, n + ".starts", n + ".ends", n + ".axes", n + ".steps"});
    };
    const std::string focus = SmallFile([&](SmallFile& f) {
                                  slice(f, "rows", "in", {1, INT_MAX, 2, 2});
                                  slice(f, "columns", "rows", {0, INT_MAX, 3, 2});
                                  slice(f, "first", "columns", {0, 2, 1, 1});
                                  f.node("Relu", "out", {"first"});
                              }).bytes();
    expectReadAsCvDnnDoes(focus);
    const Graph g = imported(focus);
    EXPECT_EQ(2, gridOf(g, g.outputs[0]).stride);
    EXPECT_EQ(0.5f, gridOf(g, g.outputs[0]).centre);
    EXPECT_EQ(Shape(1, 2, 4, 6).str(), g.shapes(Shape(1, 3, 9, 11)).back().str());
    EXPECT_TRUE(contains(importError(SmallFile([&](SmallFile& f) {
                                         slice(f, "out", "in", {0, 1, 0, 1});
                                     }).bytes()),
                         "only channels, rows and columns"));
    EXPECT_TRUE(contains(importError(SmallFile([&](SmallFile& f) {
                                         slice(f, "out", "in", {-1, -9, 3, -1});
                                     }).bytes()),
                         "in steps of -1"));
}

//! A file with one enlargement; of operator set 11 and later with its region, and the names of centres and
//! rounding.
std::string enlarged(const char* type, const std::vector<float>& scales, const char* mode = "nearest",
                     const char* centres = nullptr, const char* rounding = nullptr)
{
    return SmallFile([&](SmallFile& f) {
               f.writer.addConstant("scales", {static_cast<int64_t>(scales.size())}, scales.data());
               std::vector<std::string> inputs{"in", "scales"};
               if (centres)
                   inputs.insert(inputs.begin() + 1, "");
               OnnxWriter::NodeRef n = f.node(type, "out", inputs);
               n.text("mode", mode);
               if (centres)
                   n.text("coordinate_transformation_mode", centres).text("nearest_mode", rounding);
           })
        .bytes();
}

TEST(Onnx, enlargementsByWholeFactorsAreRead)
{
    for (float scale : {1.f, 2.f, 3.f, 4.f})
    {
        SCOPED_TRACE(scale);
        expectReadAsCvDnnDoes(enlarged("Upsample", {1, 1, scale, scale}));
        expectReadAsCvDnnDoes(enlarged("Resize", {1, 1, scale, scale}));
        expectReadAsCvDnnDoes(enlarged("Resize", {1, 1, scale, scale}, "nearest", "asymmetric", "floor"));
    }
    // By ONNX's formulas: x = (i + 0.5) / s - 0.5, or i / s, rounded.
    const auto nearest = [](const std::string& centres, const std::string& rounding, float scale) {
        std::vector<int> found;
        for (int i = 0; i < 4 * static_cast<int>(scale); i++)
        {
            const double x = centres == "asymmetric"             ? i / scale
                             : centres == "tf_half_pixel_for_nn" ? (i + 0.5) / scale
                                                                 : (i + 0.5) / scale - 0.5;
            found.push_back(std::max(0, rounding == "floor"                ? cvFloor(x)
                                        : rounding == "ceil"               ? cvCeil(x)
                                        : rounding == "round_prefer_floor" ? cvCeil(x - 0.5)
                                                                           : cvFloor(x + 0.5)));
        }
        return found;
    };
    int read = 0, refused = 0;
    for (const char* centres : {"half_pixel", "pytorch_half_pixel", "asymmetric", "tf_half_pixel_for_nn"})
        for (const char* rounding : {"floor", "ceil", "round_prefer_floor", "round_prefer_ceil"})
            for (float scale : {2.f, 3.f, 4.f, 5.f})
            {
                SCOPED_TRACE(centres + std::string(" ") + rounding + cv::format(" %g", scale));
                std::vector<int> ours;
                for (int i = 0; i < 4 * static_cast<int>(scale); i++)
                    ours.push_back(i / static_cast<int>(scale));
                const std::string m =
                    importError(enlarged("Resize", {1, 1, scale, scale}, "nearest", centres, rounding));
                EXPECT_EQ(m.empty(), nearest(centres, rounding, scale) == ours) << m;
                (m.empty() ? read : refused)++;
            }
    EXPECT_GT(read, 16);
    EXPECT_GT(refused, 16);
}

TEST(Onnx, otherEnlargementsAreRefused)
{
    for (const std::vector<float>& scales : {std::vector<float>{1, 1, 2, 3},
                                             {1, 1, 1.5f, 1.5f},
                                             {1, 2, 2, 2},
                                             {2, 2},
                                             {1, 1, 0.5f, 0.5f},
                                             {1, 1, 1e9f, 1e9f},
                                             {1, 1, NAN, NAN}})
        EXPECT_TRUE(contains(importError(enlarged("Resize", scales)), "scales")) << Mat(scales);
    EXPECT_TRUE(contains(importError(enlarged("Upsample", {1, 1, 2, 2}, "linear")), "linear"));
    EXPECT_TRUE(contains(importError(enlarged("Resize", {1, 1, 2, 2}, "nearest", "align_corners", "floor")),
                         "align_corners"));
    EXPECT_TRUE(contains(
        importError(SmallFile([](SmallFile& f) { f.node("Resize", "out", {"in"}); }).bytes()), "scales"));
}

TEST(Onnx, activationsThatMakeNoSenseAreRefused)
{
    const auto message = [](const char* type, const char* name, float value) {
        return importError(
            SmallFile([&](SmallFile& f) { f.node(type, "out", {"in"}).real(name, value); }).bytes());
    };
    EXPECT_TRUE(contains(message("LeakyRelu", "alpha", -0.1f), "alpha -0.1"));
    EXPECT_TRUE(contains(message("LeakyRelu", "alpha", NAN), "'alpha' is nan"));
    EXPECT_TRUE(contains(message("HardSigmoid", "beta", INFINITY), "'beta' is inf"));
    EXPECT_TRUE(contains(importError(SmallFile([](SmallFile& f) { f.node("Mul", "out", {"in"}); }).bytes()),
                         "1 inputs, not 2"));
    // What they are without attributes is ONNX's.
    const auto only = [](const char* type) {
        return imported(SmallFile([&](SmallFile& f) { f.node(type, "out", {"in"}); }).bytes()).nodes.at(1);
    };
    EXPECT_FLOAT_EQ(0.01f, only("LeakyRelu").alpha);
    EXPECT_FLOAT_EQ(0.2f, only("HardSigmoid").alpha);
    EXPECT_FLOAT_EQ(0.5f, only("HardSigmoid").beta);
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
    Graph conv;
    conv.outputs = {conv.addConv("c", conv.addInput("in"), 3, 4, 3)};
    const std::string whole = asOnnx(conv, Shape(1, 3, 5, 5));
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
    writer.addNode("Einsum", "odd", {"in"});
    writer.addOutput("odd", {1, 3, 8, 8});
    writeFile(scratch / "odd.onnx", writer.bytes());
    const std::string message = errorOf([&] {
        Graph g;
        importOnnx(scratch / "odd.onnx", g, g.addInput("picture"));
    });
    EXPECT_TRUE(contains(message, "odd.onnx") && contains(message, "Einsum")) << message;
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
    writer.addNode("Erf", "unknown and unused", {"in"});
    writer.addOutput("wanted", {1, 3, 8, 8});
    writeFile(scratch / "g.onnx", writer.bytes());
    Graph g;
    importOnnx(scratch / "g.onnx", g, g.addInput("picture"));
    EXPECT_EQ(2u, g.nodes.size());
}

} // namespace
} // namespace opencv_test
