// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "test_precomp.hpp"
#include "operators.hpp"
#include "../src/engine/engine.hpp"
#include "../src/engine/memory_plan.hpp"
#include "../src/engine/network.hpp"
#ifdef DNN_RPN_HAVE_ONEDNN
#include <oneapi/dnnl/dnnl.hpp>

#include "../src/engine/onednn/either.hpp"
#endif

namespace opencv_test {
namespace {

double dot(const Wide& a, const Wide& b)
{
    double sum = 0;
    for (size_t i = 0; i < a.data.size(); i++)
        sum += a.data[i] * b.data[i];
    return sum;
}

//! Memory of an engine, filled with one number: infinity, to be written over.
class Memory
{
public:
    Memory(Engine& engine, size_t bytes, float number = std::numeric_limits<float>::infinity())
    {
        const Shape shape(1, 1, 1, static_cast<int>(bytes / sizeof(float)) + 1);
        memory = engine.allocate(shape.total() * sizeof(float));
        Tensor filled(shape), whole(shape, memory.get());
        filled.setTo(number);
        engine.write(engine.inputLayout(shape), filled, whole);
    }
    //! Holds what the tensor holds.
    Memory(Engine& engine, const Tensor& tensor, const Layout& layout) : Memory(engine, layout.bytes)
    {
        Tensor copy(tensor.shape(), memory.get());
        engine.write(layout, tensor, copy);
    }
    void* data() const { return memory.get(); }

private:
    std::shared_ptr<void> memory;
};

//! One operator on one engine against naiveForward().
class Checked
{
public:
    Checked(const OperatorCase& c, const std::string& name)
        : engine(Engine::create(name)), node(c.node), test(c), out(c.output)
    {
        RNG rng(4711);
        node.name = c.name;
        for (size_t i = 0; i < c.inputs.size(); i++)
        {
            node.inputs.push_back(static_cast<int>(i));
            graph.addInput("in");
            inputs.push_back(randomTensor(c.inputs[i], rng));
            wideInputs.push_back(Wide(inputs.back()));
        }
        for (const Shape& s : c.parameters)
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
        direction = randomTensor(out, rng);
    }

    //! The values, and the gradients against central differences of the reference in double, with
    //! gradients filled with infinity where they must be written, and with one where they must be added to.
    void run(bool accumulate)
    {
        const KernelTask task = taskOf(accumulate);
        const std::unique_ptr<Kernel> kernel = engine->kernel(graph, node);
        const KernelPlan plan = kernel->plan(task);

        const Memory outputMemory(*engine, plan.output.bytes), gradientMemory(*engine, plan.output.bytes),
            saved(*engine, plan.saved), scratch(*engine, plan.scratch);
        Tensor output(out, outputMemory.data()), outputGradient(out, gradientMemory.data());
        KernelArgs args;
        args.training = test.training;
        args.output = &output;
        args.outputGradient = &outputGradient;
        args.saved = saved.data();
        args.scratch = scratch.data();
        args.accumulate = task.accumulate;
        std::vector<Memory> memories;
        std::vector<Tensor> values, inputGradients;
        for (size_t j = 0; j < inputs.size(); j++)
        {
            const Layout& layout = task.inputs[j];
            memories.emplace_back(*engine, inputs[j], layout);
            values.emplace_back(layout.shape, memories.back().data());
            memories.emplace_back(*engine, layout.bytes,
                                  accumulate ? 1.f : std::numeric_limits<float>::infinity());
            inputGradients.emplace_back(layout.shape, memories.back().data());
        }
        std::vector<Tensor> parameterGradients;
        std::vector<Tensor*> hostParameters, hostGradients;
        for (Parameter& p : graph.parameters)
        {
            hostParameters.push_back(&p.value);
            parameterGradients.push_back(Tensor(p.value.shape()));
            parameterGradients.back().setTo(std::numeric_limits<float>::infinity());
        }
        for (Tensor& t : parameterGradients)
            hostGradients.push_back(&t);
        const std::unique_ptr<DeviceCopy> parameters = engine->deviceCopy(hostParameters),
                                          gradientCopies = engine->deviceCopy(hostGradients);
        if (parameters)
        {
            parameters->upload();
            gradientCopies->upload();
        }
        for (size_t p = 0; p < parameterGradients.size(); p++)
        {
            args.parameters.push_back(parameters ? &(*parameters)[p] : hostParameters[p]);
            Tensor* const gradient = gradientCopies ? &(*gradientCopies)[p] : hostGradients[p];
            args.parameterGradients.push_back(task.parameterGradients[p] ? gradient : nullptr);
        }
        for (size_t j = 0; j < inputs.size(); j++)
        {
            args.inputs.push_back(&values[j]);
            args.inputGradients.push_back(&inputGradients[j]);
        }

        kernel->forward(args);
        Tensor result(out);
        engine->read(plan.output, output, result);
        const Wide expected = reference();
        for (size_t i = 0; i < out.total(); i++)
            ASSERT_NEAR(expected.data[i], result.data()[i], 1e-5 * (1 + std::abs(expected.data[i])))
                << "output " << i;

        engine->write(plan.output, direction, outputGradient);
        kernel->backward(args);
        if (gradientCopies)
        {
            gradientCopies->markDeviceNewer();
            gradientCopies->download();
        }
        for (size_t j = 0; j < inputs.size(); j++)
        {
            Tensor gradient(inputs[j].shape());
            engine->read(task.inputs[j], inputGradients[j], gradient);
            compare(wideInputs[j], gradient, accumulate, "input", j);
        }
        for (size_t j = 0; j < parameterGradients.size(); j++)
            if (task.parameterGradients[j])
                compare(wideParameters[j], parameterGradients[j], false, "parameter", j);
    }

private:
    KernelTask taskOf(bool accumulate) const
    {
        KernelTask task;
        task.output = out;
        for (const Shape& s : test.inputs)
        {
            task.inputs.push_back(engine->inputLayout(s));
            task.inputGradients.push_back(1);
            task.accumulate.push_back(accumulate);
        }
        for (size_t p = 0; p < test.parameters.size(); p++)
            task.parameterGradients.push_back(test.frozen.empty() || !test.frozen[p]);
        return task;
    }

    Wide reference() const { return naiveForward(node, wideInputs, wideParameters, out, test.training); }

    void compare(Wide& x, const Tensor& gradient, bool accumulate, const char* what, size_t index)
    {
        const double step = 1e-5;
        const Wide wideDirection(direction);
        for (size_t i = 0; i < x.data.size(); i++)
        {
            const double x0 = x.data[i];
            x.data[i] = x0 + step;
            const double above = dot(reference(), wideDirection);
            x.data[i] = x0 - step;
            const double below = dot(reference(), wideDirection);
            x.data[i] = x0;
            const double numeric = (above - below) / (2 * step) + (accumulate ? 1 : 0);
            ASSERT_NEAR(numeric, gradient.data()[i], 1e-4 * (1 + std::abs(numeric)))
                << what << " " << index << ", element " << i << ", accumulate " << accumulate;
        }
    }

    const Ptr<Engine> engine;
    Node node;
    const OperatorCase& test;
    const Shape out;
    Graph graph;
    std::vector<Tensor> inputs;
    std::vector<Wide> wideInputs, wideParameters;
    Tensor direction;
};

TEST(Engine, everyOperatorDoesWhatItsDefinitionSays)
{
    for (const OperatorCase& c : operatorCases())
        for (const std::string& engine : Engine::names())
        {
            SCOPED_TRACE(c.name + ", " + engine);
            for (bool accumulate : {false, true})
                Checked(c, engine).run(accumulate);
        }
}

//! What a sigmoid makes of large numbers is a number.
TEST(Engine, sigmoidOfLargeNumbers)
{
    Graph g;
    Node n;
    n.name = "sigmoid";
    n.op = Op::Sigmoid;
    n.inputs = {g.addInput("in")};
    g.outputs = {g.add(n)};
    for (const std::string& engine : Engine::names())
    {
        Network network(g, Engine::create(engine), true);
        Tensor input(Shape(1, 1, 1, 4));
        for (int i = 0; i < 4; i++)
            input.data()[i] = (i % 2 ? 1.f : -1.f) * (i < 2 ? 100.f : 1e30f);
        network.forward(input);
        network.gradient(1).setTo(1);
        network.backward();
        for (int i = 0; i < 4; i++)
        {
            EXPECT_NEAR(i % 2, network.value(1).data()[i], 1e-6) << engine;
            EXPECT_NEAR(0, network.inputGradient().data()[i], 1e-6) << engine;
        }
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

//! Squeeze and excitation; a number that is multiplied with itself; and activations side by side.
int addGates(Graph& g, int c1)
{
    auto one = [&](Op op, const char* name, const std::vector<int>& inputs) {
        Node n;
        n.name = name;
        n.op = op;
        n.inputs = inputs;
        n.alpha = 0.3f;
        n.beta = 0.5f;
        return g.add(n);
    };
    const int squeezed = one(Op::GlobalAveragePool, "squeeze", {c1}),
              gate = one(Op::Sigmoid, "gate", {g.addConv("excite", squeezed, 4, 4, 1)}),
              excited = one(Op::Mul, "excited", {gate, c1}),
              swish = one(Op::Mul, "swish", {excited, one(Op::HardSigmoid, "hard", {excited})}),
              square = one(Op::Mul, "square", {swish, swish});
    return one(Op::LeakyRelu, "o4", {g.addConv("c3", square, 4, 3, 1)});
}

//! Branches that meet again, and nodes that share weights.
Graph branches(RNG& rng)
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
    const int o1 = g.addConv("o1", k1, 12, 3, 1), c2 = g.addConv("c2", k1, 12, 2, 3),
              o2 = g.addConv("o2", g.addRelu("r2", c2), 2, 2, 1);
    Node resize;
    resize.name = "resize";
    resize.op = Op::Resize;
    resize.inputs = {a1};
    const int o3 = g.addConv("o3", g.add(resize), 4, 1, 3);
    const int o4 = addGates(g, c1);
    g.outputs = {o1, o2, o3, o4};
    // The same weights on smaller maps, twice.
    for (int stride : {2, 3})
    {
        Node smaller = window(Op::MaxPool, Size(3, 3), Size(stride, stride), Vec4i(1, 1, 1, 1));
        smaller.inputs = {k1};
        Node again = g.nodes[c2];
        again.inputs = {g.add(smaller)};
        const int relu = g.addRelu("again", g.add(again));
        again = g.nodes[o2];
        again.inputs = {relu};
        g.outputs.push_back(g.add(again));
    }
    drawParameters(g, rng);
    return g;
}

const Shape regionShape(1, 5, 4, 3);

//! What works on regions: two fully connected nodes behind a convolution, and one right behind the input.
Graph regions(RNG& rng, int outputs)
{
    Graph g;
    const int in = g.addInput("in"), c1 = g.addRelu("r1", g.addConv("c1", in, 5, 6, 3)),
              f1 = g.addRelu("r2", g.addFullyConnected("f1", c1, Shape(1, 6, 4, 3), outputs)),
              f2 = g.addFullyConnected("f2", f1, Shape(1, outputs, 1, 1), 3),
              f3 = g.addFullyConnected("f3", in, regionShape, outputs);
    g.outputs = {f2, f3};
    drawParameters(g, rng);
    return g;
}

//! Values and gradients of a network, of the parameters and maybe of the input, against the naive loops.
void checkNetwork(Graph& g, const std::string& engine, const Shape& other, const Shape& shape,
                  bool inputGradient)
{
    SCOPED_TRACE(engine);
    RNG rng(98);
    Network network(g, Engine::create(engine), inputGradient);
    // A first pass at another size: buffers of the wrong size would show.
    network.forward(randomTensor(other, rng));
    const Tensor input = randomTensor(shape, rng);
    network.forward(input);

    std::vector<Wide> parameters, directions;
    for (const Parameter& p : g.parameters)
        parameters.push_back(Wide(p.value));
    Wide wideInput(input);
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
    auto compare = [&](Wide& numbers, const Tensor& gradient, const std::string& what) {
        ASSERT_EQ(numbers.shape, gradient.shape()) << what;
        for (size_t i = 0; i < numbers.data.size(); i++)
        {
            double& x = numbers.data[i];
            const double x0 = x, step = 1e-6;
            x = x0 + step;
            const double above = loss();
            x = x0 - step;
            const double below = loss();
            x = x0;
            const double numeric = (above - below) / (2 * step);
            ASSERT_NEAR(numeric, gradient.data()[i], 1e-3 * (1 + std::abs(numeric))) << what << " " << i;
        }
    };
    for (size_t p = 0; p < parameters.size(); p++)
        if (g.parameters[p].trainable)
            compare(parameters[p], network.parameterGradient(static_cast<int>(p)), g.parameters[p].name);
    if (inputGradient)
        compare(wideInput, network.inputGradient(), "input");
    else
        EXPECT_THROW(network.inputGradient(), cv::Exception);
}

TEST(Network, gradientsOfEveryParameterAndOfTheInput)
{
    for (const std::string& engine : Engine::names())
        for (bool inputGradient : {false, true})
        {
            RNG rng(99);
            Graph images = branches(rng), regional = regions(rng, 7);
            checkNetwork(images, engine, Shape(3, 2, 12, 9), Shape(2, 2, 9, 8), inputGradient);
            checkNetwork(regional, engine, Shape(1, 5, 4, 3), Shape(3, 5, 4, 3), inputGradient);
            checkNetwork(regional, engine, Shape(3, 5, 4, 3), Shape(1, 5, 4, 3), inputGradient);
        }
}

TEST(Network, everyOperatorBetweenOthers)
{
    for (const OperatorCase& c : operatorCases())
        for (const std::string& engine : Engine::names())
        {
            SCOPED_TRACE(c.name);
            RNG rng(96);
            Graph g = graphOf(c, rng);
            const Shape image = imageOf(c), other(image.n + 1, image.c, image.h, image.w);
            checkNetwork(g, engine, other, image, true);
        }
}

TEST(Network, theInputsGradientNeedsNoTrainableParameter)
{
    for (const std::string& engine : Engine::names())
    {
        RNG rng(97);
        Graph g = regions(rng, 4);
        for (Parameter& p : g.parameters)
            p.trainable = false;
        checkNetwork(g, engine, Shape(4, 5, 4, 3), Shape(2, 5, 4, 3), true);
    }
}

//! The gradients of all parameters and of the input after one pass with so many threads.
std::vector<Mat> gradientsWith(int threads, const std::string& engine, Graph g, const Shape& shape)
{
    setNumThreads(threads);
    RNG rng(5);
    Network network(g, Engine::create(engine), true);
    network.forward(randomTensor(shape, rng));
    for (int o : g.outputs)
        randomTensor(network.value(o).shape(), rng).flat().copyTo(network.gradient(o).flat());
    network.backward();
    std::vector<Mat> all{network.inputGradient().flat().clone()};
    for (size_t p = 0; p < g.parameters.size(); p++)
        if (g.parameters[p].trainable)
            all.push_back(network.parameterGradient(static_cast<int>(p)).flat().clone());
    return all;
}

void checkBits(const Graph& g, const Shape& shape)
{
    for (const std::string& engine : Engine::names())
    {
        const std::vector<Mat> one = gradientsWith(1, engine, g, shape);
        for (int threads = 1; threads <= 3; threads++)
        {
            const std::vector<Mat> first = gradientsWith(threads, engine, g, shape),
                                   again = gradientsWith(threads, engine, g, shape);
            for (size_t i = 0; i < first.size(); i++)
            {
                EXPECT_EQ(0, cv::norm(first[i], again[i], NORM_INF))
                    << engine << ", " << threads << " threads, gradient " << i;
                // oneDNN cuts its sums by the number of threads.
                const double rounding = 1e-5 * std::max(1., cv::norm(one[i], NORM_INF));
                EXPECT_LE(cv::norm(one[i], first[i], NORM_INF), engine == "eigen" ? 0 : rounding)
                    << engine << ", " << threads << " threads, gradient " << i;
            }
        }
    }
}

TEST(Network, sameBitsAgainAndWithEigenForAnyNumberOfThreads)
{
    const int before = getNumThreads();
    RNG rng(6);
    checkBits(branches(rng), Shape(5, 2, 17, 18));
    checkBits(regions(rng, 90), Shape(150, 5, 4, 3));
    setNumThreads(before);
}

void checkShort(const Ptr<Engine>& engine)
{
    RNG rng(7);
    auto checkNear = [&](Graph g, const Shape& shape, double tolerance = 0.03) {
        Network exact(g, Engine::create("eigen"), true), network(g, engine, true);
        const Tensor input = randomTensor(shape, rng);
        exact.forward(input);
        network.forward(input);
        auto compare = [&](const Tensor& a, const Tensor& b) {
            EXPECT_LT(cv::norm(a.flat(), b.flat()), tolerance * cv::norm(a.flat()));
        };
        for (int o : g.outputs)
        {
            compare(exact.value(o), network.value(o));
            randomTensor(exact.value(o).shape(), rng).flat().copyTo(exact.gradient(o).flat());
            exact.gradient(o).flat().copyTo(network.gradient(o).flat());
        }
        exact.backward();
        network.backward();
        compare(exact.inputGradient(), network.inputGradient());
        for (size_t p = 0; p < g.parameters.size(); p++)
            if (g.parameters[p].trainable)
                compare(exact.parameterGradient(static_cast<int>(p)),
                        network.parameterGradient(static_cast<int>(p)));
    };
    checkNear(regions(rng, 30), Shape(9, 5, 4, 3));
    Graph g;
    Node resize;
    resize.name = "resize";
    resize.op = Op::Resize;
    resize.inputs = {g.addConv("a", g.addInput("in"), 5, 20, 3)};
    g.outputs = {g.addConv("b", g.add(resize), 20, 6, 3)};
    drawParameters(g, rng);
    checkNear(g, Shape(2, 5, 7, 9));
    for (Op op : {Op::Sigmoid, Op::HardSigmoid, Op::LeakyRelu})
    {
        Node mul, gate;
        gate.name = "gate";
        gate.op = op;
        gate.alpha = 0.3f;
        gate.beta = 0.5f;
        mul.name = "mul";
        mul.op = Op::Mul;
        Graph h;
        mul.inputs = {h.addConv("a", h.addInput("in"), 5, 20, 3)};
        gate.inputs = mul.inputs;
        mul.inputs.push_back(h.add(gate));
        h.outputs = {h.addConv("b", h.add(mul), 20, 6, 3)};
        drawParameters(h, rng);
        checkNear(h, Shape(2, 5, 7, 9), 0.06); // products add up what their factors lack
    }
}

TEST(Network, shortNumbersAreNearTheExact)
{
    for (const std::string& name : Engine::names())
        for (const char* precision : {"tf32", "bf16"})
        {
            SCOPED_TRACE(name + ", " + precision);
            Ptr<Engine> engine;
            try
            {
                engine = Engine::create(name, precision);
            }
            catch (const cv::Exception& e)
            {
                EXPECT_EQ(Error::StsNotImplemented, e.code);
                continue; // this engine or processor has none
            }
            checkShort(engine);
        }
}

TEST(Engine, precisionsThatAnEngineLacksAreNamed)
{
    for (const char* precision : {"tf32", "bf16"})
        try
        {
            Engine::create("eigen", precision);
            FAIL() << "no exception";
        }
        catch (const cv::Exception& e)
        {
            EXPECT_NE(std::string::npos, std::string(e.what()).find("eigen"));
            EXPECT_NE(std::string::npos, std::string(e.what()).find(precision));
        }
    EXPECT_THROW(Engine::create("eigen", "fp8"), cv::Exception);
}

//! Gradients of three layers, the middle one a convolution of 64 to 80 channels, and the value of the last.
std::vector<Mat> wideConvolution(const std::string& engine, const Shape& input)
{
    RNG rng(8);
    Graph g;
    const int first = g.addRelu("r", g.addConv("first", g.addInput("in"), 3, 64, 1)),
              wide = g.addRelu("w", g.addConv("wide", first, 64, 80, 3));
    g.outputs = {g.addConv("last", wide, 80, 2, 1)};
    drawParameters(g, rng);
    Network network(g, Engine::create(engine));
    network.forward(randomTensor(input, rng));
    std::vector<Mat> all{network.value(g.outputs[0]).flat().clone()};
    network.gradient(g.outputs[0]).setTo(1);
    network.backward();
    for (size_t p = 0; p < g.parameters.size(); p++)
        all.push_back(network.parameterGradient(static_cast<int>(p)).flat().clone());
    return all;
}

//! Methods differ by size: few cells, many, and more than one image.
TEST(Network, enginesAgreeOnWideConvolutions)
{
    for (const Shape& input : {Shape(1, 3, 7, 9), Shape(1, 3, 33, 35), Shape(3, 3, 18, 21)})
    {
        const std::vector<Mat> expected = wideConvolution("eigen", input);
        for (const std::string& engine : Engine::names())
        {
            const std::vector<Mat> values = wideConvolution(engine, input);
            for (size_t i = 0; i < values.size(); i++)
                EXPECT_LE(cv::norm(expected[i], values[i], NORM_INF), 1e-4 * cv::norm(expected[i], NORM_INF))
                    << engine << ", " << input.str() << ", array " << i;
        }
    }
}

TEST(Network, memoryIsPlannedOnce)
{
    for (const std::string& engine : Engine::names())
    {
        SCOPED_TRACE(engine);
        RNG rng(5);
        Graph g = branches(rng);
        Network network(g, Engine::create(engine));
        const Tensor large = randomTensor(Shape(2, 2, 40, 36), rng),
                     small = randomTensor(Shape(1, 2, 17, 18), rng);
        auto step = [&](const Tensor& input) {
            network.forward(input, true);
            for (int o : g.outputs)
                network.gradient(o).setTo(1);
            network.backward();
            return network.memory();
        };
        const size_t bytes = step(large);
        size_t all = 0; // values and gradients without sharing
        for (const Shape& s : g.shapes(large.shape()))
            all += 2 * s.total() * sizeof(float);
        if (engine == "eigen") // others may fill up blocks of channels, or keep the input, too
        {
            EXPECT_LT(bytes, all + (1 << 20));
        }
        for (int i = 0; i < 20; i++)
            EXPECT_LE(step(i % 2 ? large : small), bytes);
    }
}

TEST(MemoryPlan, blocksThatLiveTogetherDoNotMeet)
{
    RNG rng(3);
    MemoryPlan plan;
    struct Block
    {
        size_t bytes;
        int first, last;
    };
    std::vector<Block> blocks;
    size_t sum = 0;
    for (int i = 0; i < 200; i++)
    {
        const int first = rng.uniform(0, 100);
        blocks.push_back({static_cast<size_t>(rng.uniform(0, 5000)), first, first + rng.uniform(0, 20)});
        sum += blocks.back().bytes;
        EXPECT_EQ(i, plan.add(blocks.back().bytes, blocks.back().first, blocks.back().last));
    }
    const size_t total = plan.place();
    EXPECT_LT(total, sum / 2);
    for (int i = 0; i < 200; i++)
    {
        EXPECT_EQ(0u, plan.offset(i) % 64);
        EXPECT_LE(plan.offset(i) + blocks[i].bytes, total);
        for (int j = 0; j < i; j++)
        {
            const bool together = blocks[i].first <= blocks[j].last && blocks[j].first <= blocks[i].last;
            const bool apart = plan.offset(i) + blocks[i].bytes <= plan.offset(j) ||
                               plan.offset(j) + blocks[j].bytes <= plan.offset(i);
            EXPECT_TRUE(apart || !together) << i << " and " << j;
        }
    }
}

TEST(Network, batchNormFollowsTheBatchInTrainingOnly)
{
    for (const std::string& engine : Engine::names())
    {
        SCOPED_TRACE(engine);
        Graph g;
        Node norm;
        norm.name = "norm";
        norm.op = Op::BatchNorm;
        norm.batchStatistics = true;
        norm.momentum = 0.25f;
        norm.inputs = {g.addInput("in")};
        for (const char* name : {"scale", "shift", "mean", "variance"})
            norm.parameters.push_back(g.addParameter(name, Shape(1, 1, 1, 1), false));
        g.outputs = {g.add(norm)};
        g.parameters[0].value.setTo(1);
        g.parameters[3].value.setTo(1);
        g.parameters[2].trainable = g.parameters[3].trainable = false;
        Network network(g, Engine::create(engine));
        Tensor input(Shape(1, 1, 2, 2));
        for (int i = 0; i < 4; i++)
            input.data()[i] = static_cast<float>(2 * i); // mean 3, variance 5, unbiased 20 / 3
        network.forward(input);
        network.parameters().download();
        EXPECT_EQ(0, g.parameters[2].value.data()[0]);
        EXPECT_NEAR(6, network.value(g.outputs[0]).data()[3], 1e-4);
        network.forward(input, true);
        network.parameters().download();
        EXPECT_NEAR(3 / std::sqrt(5.), network.value(g.outputs[0]).data()[3], 1e-4);
        EXPECT_NEAR(0.75, g.parameters[2].value.data()[0], 1e-6);
        EXPECT_NEAR(0.75 + 0.25 * 20 / 3, g.parameters[3].value.data()[0], 1e-5);
    }
}

#ifdef DNN_RPN_HAVE_ONEDNN
//! Knows ReLU, and no maps of more than four rows; for others it says what oneDNN says.
class FewRows : public Kernel
{
public:
    FewRows(int status_, std::vector<int>& log_) : status(status_), log(log_) {}
    bool absorb(const Node& n) override { return n.op == Op::Relu; }
    KernelPlan plan(const KernelTask& task) override
    {
        if (task.output.h > 4)
            throw dnnl::error(static_cast<dnnl_status_t>(status), "no primitive");
        return KernelPlan();
    }
    void forward(const KernelArgs&) override { log.push_back(status); }
    void backward(const KernelArgs&) override { log.push_back(-status); }

private:
    const int status;
    std::vector<int>& log;
};

TEST(Engine, whatOneDnnHasNoPrimitiveForFallsBackNodeByNode)
{
    std::vector<int> own, other;
    Node relu;
    relu.op = Op::Relu;
    KernelTask small, large;
    small.output = Shape(1, 1, 4, 4);
    large.output = Shape(1, 1, 8, 4);
    int made = 0;
    class All : public FewRows
    {
    public:
        explicit All(std::vector<int>& l) : FewRows(7, l) {}
        KernelPlan plan(const KernelTask&) override { return KernelPlan(); }
    };
    const std::unique_ptr<Kernel> kernel =
        makeEither(std::make_unique<FewRows>(dnnl_unimplemented, own), [&]() -> std::unique_ptr<Kernel> {
            made++;
            return std::make_unique<All>(other);
        });
    EXPECT_TRUE(kernel->absorb(relu));
    kernel->plan(small);
    kernel->forward(KernelArgs());
    EXPECT_EQ(0, made);
    kernel->plan(large);
    kernel->forward(KernelArgs());
    kernel->backward(KernelArgs());
    EXPECT_EQ(1, made);
    EXPECT_EQ((std::vector<int>{7, -7}), other);
    kernel->plan(small);
    kernel->forward(KernelArgs());
    EXPECT_EQ(2u, own.size());
    // What is no lack of code is an error.
    const std::unique_ptr<Kernel> broken =
        makeEither(std::make_unique<FewRows>(dnnl_out_of_memory, own),
                   [&]() -> std::unique_ptr<Kernel> { return std::make_unique<All>(other); });
    EXPECT_THROW(broken->plan(large), dnnl::error);
}
#endif

} // namespace
} // namespace opencv_test
