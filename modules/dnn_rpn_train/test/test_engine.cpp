// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "test_precomp.hpp"
#include "naive.hpp"
#include "../src/engine/engine.hpp"
#include "../src/net/network.hpp"

namespace opencv_test {
namespace {

Tensor randomTensor(const Shape& shape, RNG& rng)
{
    Tensor t(shape);
    for (size_t i = 0; i < shape.total(); i++)
    {
        const double x = rng.uniform(-1., 1.);
        t.data()[i] = static_cast<float>(x < 0 ? x - 1e-3 : x + 1e-3); // not at ReLU's kink
    }
    return t;
}

double dot(const Wide& a, const Wide& b)
{
    double sum = 0;
    for (size_t i = 0; i < a.data.size(); i++)
        sum += a.data[i] * b.data[i];
    return sum;
}

//! One operator with its inputs, as a graph would hold it.
struct Case
{
    std::string name;
    Node node;
    std::vector<Shape> inputs;
};

Node window(Op op, Size kernel, Size stride, Vec4i pads)
{
    Node n;
    n.op = op;
    n.kernel = kernel;
    n.stride = stride;
    n.padTop = pads[0];
    n.padLeft = pads[1];
    n.padBottom = pads[2];
    n.padRight = pads[3];
    return n;
}

/** The operator on every engine against naiveForward(): its values, and its gradients against central
differences of the reference in double, with gradients filled with infinity where they must be written,
and with one where they must be added to. */
void check(const Case& c, const std::vector<Shape>& parameterShapes = std::vector<Shape>())
{
    SCOPED_TRACE(c.name);
    for (const std::string& engine : Engine::names())
    {
        SCOPED_TRACE(engine);
        RNG rng(4711);
        Graph graph;
        Node node = c.node;
        node.name = c.name;
        for (size_t i = 0; i < c.inputs.size(); i++)
            node.inputs.push_back(static_cast<int>(i));
        std::vector<Tensor> inputs;
        std::vector<Wide> wideInputs, wideParameters;
        for (const Shape& s : c.inputs)
        {
            graph.addInput("in");
            inputs.push_back(randomTensor(s, rng));
            wideInputs.push_back(Wide(inputs.back()));
        }
        for (const Shape& s : parameterShapes)
        {
            const int p = graph.addParameter("p", s, true);
            Tensor value = randomTensor(s, rng);
            if (node.op == Op::BatchNorm && p == 3) // a variance
                for (size_t i = 0; i < s.total(); i++)
                    value.data()[i] = std::abs(value.data()[i]) + 0.1f;
            graph.parameters[p].value = value;
            node.parameters.push_back(p);
            wideParameters.push_back(Wide(value));
        }
        graph.add(node);

        // Graph::shapes() begins at one input; these nodes may have several of different sizes.
        Shape out;
        if (node.op == Op::Concat)
        {
            out = c.inputs[0];
            for (size_t i = 1; i < c.inputs.size(); i++)
                out.c += c.inputs[i].c;
        }
        else
            out = graph.shapes(c.inputs[0]).back();

        Tensor output(out);
        output.setTo(std::numeric_limits<float>::infinity());
        KernelArgs args;
        for (const Tensor& t : inputs)
            args.inputs.push_back(&t);
        for (const Parameter& p : graph.parameters)
            args.parameters.push_back(&p.value);
        args.output = &output;
        const std::unique_ptr<Kernel> kernel = Engine::create(engine)->kernel(graph, node);
        kernel->forward(args);
        const Wide expected = naiveForward(node, wideInputs, wideParameters, out);
        for (size_t i = 0; i < out.total(); i++)
            ASSERT_NEAR(expected.data[i], output.data()[i], 1e-5 * (1 + std::abs(expected.data[i])))
                << "output " << i;

        const Tensor direction = randomTensor(out, rng);
        const Wide wideDirection(direction);
        args.outputGradient = &direction;
        const bool frozen = node.op == Op::BatchNorm;
        for (int accumulate = 0; accumulate < 2; accumulate++)
        {
            const float before = accumulate ? 1.f : std::numeric_limits<float>::infinity();
            std::vector<Tensor> inputGradients, parameterGradients;
            for (const Shape& s : c.inputs)
                inputGradients.push_back(Tensor(s));
            for (const Shape& s : parameterShapes)
                parameterGradients.push_back(Tensor(s));
            args.inputGradients.clear();
            args.parameterGradients.clear();
            args.accumulate.assign(c.inputs.size(), accumulate != 0);
            for (Tensor& t : inputGradients)
            {
                t.setTo(before);
                args.inputGradients.push_back(&t);
            }
            for (Tensor& t : parameterGradients)
            {
                t.setTo(std::numeric_limits<float>::infinity());
                args.parameterGradients.push_back(frozen ? nullptr : &t);
            }
            kernel->backward(args);

            const double step = 1e-5;
            auto difference = [&](double& x) {
                const double x0 = x;
                x = x0 + step;
                const double above = dot(naiveForward(node, wideInputs, wideParameters, out), wideDirection);
                x = x0 - step;
                const double below = dot(naiveForward(node, wideInputs, wideParameters, out), wideDirection);
                x = x0;
                return (above - below) / (2 * step);
            };
            for (size_t j = 0; j < c.inputs.size(); j++)
                for (size_t i = 0; i < c.inputs[j].total(); i++)
                {
                    const double numeric = difference(wideInputs[j].data[i]) + (accumulate ? 1 : 0);
                    ASSERT_NEAR(numeric, inputGradients[j].data()[i], 1e-4 * (1 + std::abs(numeric)))
                        << "input " << j << ", element " << i << ", accumulate " << accumulate;
                }
            for (size_t j = 0; j < parameterShapes.size() && !frozen; j++)
                for (size_t i = 0; i < parameterShapes[j].total(); i++)
                {
                    const double numeric = difference(wideParameters[j].data[i]);
                    ASSERT_NEAR(numeric, parameterGradients[j].data()[i], 1e-4 * (1 + std::abs(numeric)))
                        << "parameter " << j << ", element " << i;
                }
        }
    }
}

void checkConv(const std::string& name, Node node, const Shape& input, int outputs, int group = 1)
{
    node.group = group;
    check({name, node, {input}},
          {Shape(outputs, input.c / group, node.kernel.height, node.kernel.width), Shape(1, outputs, 1, 1)});
}

TEST(Engine, conv)
{
    checkConv("1x1", window(Op::Conv, Size(1, 1), Size(1, 1), Vec4i()), Shape(2, 3, 4, 5), 4);
    checkConv("1x1 stride 2", window(Op::Conv, Size(1, 1), Size(2, 2), Vec4i()), Shape(1, 2, 5, 4), 3);
    checkConv("3x3 padded", window(Op::Conv, Size(3, 3), Size(1, 1), Vec4i(1, 1, 1, 1)), Shape(3, 2, 4, 5),
              3);
    checkConv("3x3 bare", window(Op::Conv, Size(3, 3), Size(2, 2), Vec4i()), Shape(2, 2, 7, 6), 3);
    checkConv("3x3 stride 2 padded", window(Op::Conv, Size(3, 3), Size(2, 2), Vec4i(1, 1, 1, 1)),
              Shape(1, 2, 7, 6), 2);
    checkConv("5x2 uneven", window(Op::Conv, Size(5, 2), Size(3, 1), Vec4i(1, 2, 0, 1)), Shape(1, 2, 4, 9),
              2);
    Node dilated = window(Op::Conv, Size(3, 3), Size(1, 1), Vec4i(2, 2, 2, 2));
    dilated.dilation = Size(2, 2);
    checkConv("dilated", dilated, Shape(2, 1, 6, 5), 2);
    checkConv("larger than the picture", window(Op::Conv, Size(7, 7), Size(1, 1), Vec4i(3, 3, 3, 3)),
              Shape(1, 1, 2, 3), 2);
    checkConv("one pixel", window(Op::Conv, Size(1, 1), Size(1, 1), Vec4i()), Shape(1, 1, 1, 1), 1);
}

TEST(Engine, groupedConv)
{
    checkConv("two groups", window(Op::Conv, Size(3, 3), Size(1, 1), Vec4i(1, 1, 1, 1)), Shape(2, 4, 3, 4), 6,
              2);
    checkConv("1x1 groups", window(Op::Conv, Size(1, 1), Size(1, 1), Vec4i()), Shape(2, 6, 3, 2), 3, 3);
    checkConv("depthwise", window(Op::Conv, Size(3, 3), Size(1, 1), Vec4i(1, 1, 1, 1)), Shape(2, 3, 4, 5), 3,
              3);
    checkConv("depthwise stride 2", window(Op::Conv, Size(3, 3), Size(2, 2), Vec4i(1, 1, 1, 1)),
              Shape(2, 3, 5, 6), 3, 3);
    checkConv("two outputs a channel", window(Op::Conv, Size(3, 3), Size(1, 1), Vec4i(1, 0, 1, 0)),
              Shape(1, 2, 4, 5), 4, 2);
    Node dilated = window(Op::Conv, Size(3, 3), Size(2, 1), Vec4i(2, 2, 2, 2));
    dilated.dilation = Size(2, 2);
    checkConv("depthwise dilated", dilated, Shape(1, 2, 5, 6), 2, 2);
}

TEST(Engine, activations)
{
    Node relu, clip;
    relu.op = Op::Relu;
    clip.op = Op::Clip;
    clip.lower = -0.3f;
    clip.upper = 0.4f;
    check({"relu", relu, {Shape(2, 3, 3, 5)}});
    check({"clip", clip, {Shape(3, 2, 1, 7)}});
}

TEST(Engine, batchNorm)
{
    Node n;
    n.op = Op::BatchNorm;
    n.epsilon = 1e-3f;
    check({"batch norm", n, {Shape(2, 3, 2, 5)}}, std::vector<Shape>(4, Shape(1, 3, 1, 1)));
}

TEST(Engine, addAndConcat)
{
    Node add, concat;
    add.op = Op::Add;
    concat.op = Op::Concat;
    check({"add two", add, {Shape(2, 3, 2, 3), Shape(2, 3, 2, 3)}});
    check({"add three", add, {Shape(1, 2, 2, 1), Shape(1, 2, 2, 1), Shape(1, 2, 2, 1)}});
    check({"concat", concat, {Shape(2, 1, 3, 2), Shape(2, 3, 3, 2), Shape(2, 2, 3, 2)}});
}

TEST(Engine, pool)
{
    for (Op op : {Op::MaxPool, Op::AveragePool})
    {
        check({"2x2", window(op, Size(2, 2), Size(2, 2), Vec4i()), {Shape(2, 2, 4, 5)}});
        check({"3x3 overlapping", window(op, Size(3, 3), Size(2, 2), Vec4i()), {Shape(1, 2, 7, 6)}});
        check({"3x3 padded", window(op, Size(3, 3), Size(1, 1), Vec4i(1, 1, 1, 1)), {Shape(1, 2, 4, 3)}});
        Node ceil = window(op, Size(3, 2), Size(2, 2), Vec4i());
        ceil.ceilMode = true;
        check({"partial windows", ceil, {Shape(1, 1, 5, 6)}});
        Node counted = window(op, Size(3, 3), Size(2, 2), Vec4i(1, 1, 1, 1));
        counted.countPadding = counted.ceilMode = true;
        check({"padding counts", counted, {Shape(1, 2, 4, 6)}});
    }
}

TEST(Engine, unknownNameListsTheKnown)
{
    RNG rng(1);
    try
    {
        Engine::create("abacus");
        FAIL() << "no exception";
    }
    catch (const cv::Exception& e)
    {
        EXPECT_NE(std::string::npos, std::string(e.what()).find("abacus"));
        EXPECT_NE(std::string::npos, std::string(e.what()).find("eigen"));
    }
}

//! Every operator in one graph, with branches that meet again.
Graph everything(RNG& rng)
{
    Graph g;
    const int in = g.addInput("in");
    const int c1 = g.addConv("c1", in, 2, 4, 3, 2);
    Node norm;
    norm.name = "norm";
    norm.op = Op::BatchNorm;
    norm.inputs = {c1};
    for (const char* name : {"scale", "shift", "mean", "variance"})
    {
        norm.parameters.push_back(g.addParameter(name, Shape(1, 4, 1, 1), false));
        g.parameters.back().trainable = false;
    }
    const int n1 = g.add(norm), r1 = g.addRelu("r1", n1);
    Node pool = window(Op::MaxPool, Size(3, 3), Size(1, 1), Vec4i(1, 1, 1, 1));
    pool.name = "pool";
    pool.inputs = {r1};
    const int p1 = g.add(pool);
    Node depthwise = window(Op::Conv, Size(3, 3), Size(1, 1), Vec4i(1, 1, 1, 1));
    depthwise.name = "depthwise";
    depthwise.group = 4;
    depthwise.inputs = {r1};
    depthwise.parameters = {g.addParameter("dw", Shape(4, 1, 3, 3), true),
                            g.addParameter("db", Shape(1, 4, 1, 1), false)};
    const int d1 = g.add(depthwise);
    Node clip;
    clip.name = "clip";
    clip.op = Op::Clip;
    clip.lower = -0.5f;
    clip.upper = 0.5f;
    clip.inputs = {d1};
    const int l1 = g.add(clip);
    Node add;
    add.name = "add";
    add.op = Op::Add;
    add.inputs = {p1, l1};
    const int a1 = g.add(add);
    Node average = window(Op::AveragePool, Size(2, 2), Size(1, 1), Vec4i(0, 0, 1, 1));
    average.name = "average";
    average.inputs = {r1};
    const int v1 = g.add(average);
    Node concat;
    concat.name = "concat";
    concat.op = Op::Concat;
    concat.inputs = {a1, v1, a1};
    const int k1 = g.add(concat);
    const int o1 = g.addConv("o1", k1, 12, 3, 1),
              o2 = g.addConv("o2", g.addRelu("r2", g.addConv("c2", k1, 12, 2, 3)), 2, 2, 1);
    g.outputs = {o1, o2};
    for (Parameter& p : g.parameters)
    {
        p.value = randomTensor(p.value.shape(), rng);
        if (p.name == "variance")
            for (int i = 0; i < 4; i++)
                p.value.data()[i] = std::abs(p.value.data()[i]) + 0.2f;
    }
    return g;
}

TEST(Network, gradientsOfEveryParameter)
{
    for (const std::string& engine : Engine::names())
    {
        SCOPED_TRACE(engine);
        RNG rng(99);
        Graph g = everything(rng);
        Network network(g, Engine::create(engine));
        // A first pass at another size: buffers of the wrong size would show.
        network.forward(randomTensor(Shape(3, 2, 12, 9), rng));
        const Tensor input = randomTensor(Shape(2, 2, 9, 8), rng);
        network.forward(input);

        std::vector<Wide> parameters, directions;
        for (const Parameter& p : g.parameters)
            parameters.push_back(Wide(p.value));
        const Wide wideInput(input);
        for (int o : g.outputs)
        {
            const Tensor d = randomTensor(network.value(o).shape(), rng);
            directions.push_back(Wide(d));
            d.flat().copyTo(network.gradient(o).flat());
        }
        auto loss = [&] {
            const std::vector<Wide> values = naiveForward(g, wideInput, parameters);
            double sum = 0;
            for (size_t i = 0; i < g.outputs.size(); i++)
                sum += dot(values[g.outputs[i]], directions[i]);
            return sum;
        };
        const std::vector<Wide> values = naiveForward(g, wideInput, parameters);
        for (int o : g.outputs)
            for (size_t i = 0; i < values[o].data.size(); i++)
                ASSERT_NEAR(values[o].data[i], network.value(o).data()[i], 1e-4);
        network.backward();
        for (size_t p = 0; p < parameters.size(); p++)
        {
            if (!g.parameters[p].trainable)
                continue;
            for (size_t i = 0; i < parameters[p].data.size(); i++)
            {
                double& x = parameters[p].data[i];
                const double x0 = x, step = 1e-6;
                x = x0 + step;
                const double above = loss();
                x = x0 - step;
                const double below = loss();
                x = x0;
                const double numeric = (above - below) / (2 * step);
                ASSERT_NEAR(numeric, network.parameterGradient(static_cast<int>(p)).data()[i],
                            1e-3 * (1 + std::abs(numeric)))
                    << g.parameters[p].name << " " << i;
            }
        }
    }
}

TEST(Network, sameBitsForAnyNumberOfThreads)
{
    const int before = getNumThreads();
    for (const std::string& engine : Engine::names())
    {
        std::vector<Mat> first;
        for (int threads = 1; threads <= 3; threads++)
        {
            setNumThreads(threads);
            RNG rng(5);
            Graph g = everything(rng);
            Network network(g, Engine::create(engine));
            network.forward(randomTensor(Shape(5, 2, 17, 18), rng));
            for (int o : g.outputs)
                randomTensor(network.value(o).shape(), rng).flat().copyTo(network.gradient(o).flat());
            network.backward();
            std::vector<Mat> all;
            for (size_t p = 0; p < g.parameters.size(); p++)
                if (g.parameters[p].trainable)
                    all.push_back(network.parameterGradient(static_cast<int>(p)).flat().clone());
            if (first.empty())
                first = all;
            for (size_t i = 0; i < all.size(); i++)
                EXPECT_EQ(0, cv::norm(first[i], all[i], NORM_INF))
                    << engine << ", " << threads << " threads, parameter " << i;
        }
    }
    setNumThreads(before);
}

} // namespace
} // namespace opencv_test
