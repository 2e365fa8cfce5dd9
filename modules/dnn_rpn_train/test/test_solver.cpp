// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "scratch.hpp"
#include "../src/train/average.hpp"
#include "../src/train/operating_point.hpp"
#include "../src/train/run.hpp"
#include "../src/train/schedule.hpp"
#include "../src/train/solver.hpp"

namespace opencv_test {
namespace {

using cv::dnn_rpn_train::Node; // cv has a Node too

TEST(Solver, twoStepsByHand)
{
    Graph g;
    const int in = g.addInput("in");
    g.outputs = {g.addConv("c", in, 1, 1, 1)};
    g.parameters[0].value.data()[0] = 2; // weight, decays
    g.parameters[1].value.data()[0] = 1; // bias, does not
    Network network(g, Engine::create("eigen"));
    Solver solver({&network}, 0.5, 0.1);
    auto setGradients = [&] {
        network.parameterGradient(0).data()[0] = 3;
        network.parameterGradient(1).data()[0] = 4;
    };
    setGradients();
    EXPECT_DOUBLE_EQ(5, solver.step(0.1, 0));
    EXPECT_FLOAT_EQ(2 - 0.1f * 3.2f, g.parameters[0].value.data()[0]);
    EXPECT_FLOAT_EQ(1 - 0.1f * 4, g.parameters[1].value.data()[0]);
    // Shortened to length 1: 0.6 and 0.8.
    setGradients();
    EXPECT_DOUBLE_EQ(5, solver.step(0.1, 1));
    EXPECT_FLOAT_EQ(1.68f - 0.1f * (1.6f + 0.6f + 0.168f), g.parameters[0].value.data()[0]);
    EXPECT_FLOAT_EQ(0.6f - 0.1f * (2 + 0.8f), g.parameters[1].value.data()[0]);
}

//! A parameter that several threads share.
TEST(Solver, everyElementOfALargeParameter)
{
    const int before = getNumThreads();
    double length = 0;
    for (int threads = 1; threads <= 3; threads++)
    {
        setNumThreads(threads);
        Graph g;
        g.outputs = {g.addConv("c", g.addInput("in"), 301, 700, 1)};
        Tensor& w = g.parameters[0].value;
        w.setTo(1);
        Network network(g, Engine::create("eigen"));
        Solver solver({&network}, 0, 0.5);
        Tensor& gradient = network.parameterGradient(0);
        RNG rng(3);
        Mat flat = gradient.flat();
        rng.fill(flat, RNG::NORMAL, 0, 1);
        const double found = solver.step(0.1, 0);
        EXPECT_NEAR(cv::norm(flat), found, 1e-9 * found);
        EXPECT_EQ(threads == 1 ? found : length, found);
        length = found;
        for (size_t i = 0; i < w.shape().total(); i++)
            ASSERT_FLOAT_EQ(1 - 0.1f * (gradient.data()[i] + 0.5f), w.data()[i]) << i;
    }
    setNumThreads(before);
}

TEST(Solver, leavesFrozenParametersAlone)
{
    Graph g;
    const int in = g.addInput("in");
    const int a = g.addConv("a", in, 1, 1, 1);
    g.outputs = {g.addConv("b", a, 1, 1, 1)};
    g.parameters[0].trainable = g.parameters[1].trainable = false;
    g.parameters[0].value.data()[0] = 2;
    Network network(g, Engine::create("eigen"));
    Solver solver({&network}, 0.9, 0.1);
    Tensor image(Shape(1, 1, 2, 2));
    image.setTo(1);
    network.forward(image);
    network.gradient(g.outputs[0]).setTo(1);
    network.backward();
    EXPECT_GT(solver.step(1, 0), 0);
    EXPECT_EQ(2, g.parameters[0].value.data()[0]);
    EXPECT_NE(0, g.parameters[2].value.data()[0]);
}

TEST(Solver, aFactorChangesTheRateOfItsParameterAlone)
{
    Graph g;
    g.outputs = {g.addConv("c", g.addInput("in"), 1, 1, 1)};
    g.parameters[0].value.data()[0] = g.parameters[1].value.data()[0] = 1;
    Network network(g, Engine::create("eigen"));
    Solver solver({&network}, 0.5, 0, {0.25f, 1});
    for (int step = 0; step < 2; step++)
    {
        network.parameterGradient(0).data()[0] = network.parameterGradient(1).data()[0] = 2;
        solver.step(0.1, 0);
    }
    // v = 2, then 3.
    EXPECT_FLOAT_EQ(1 - 0.025f * 5, g.parameters[0].value.data()[0]);
    EXPECT_FLOAT_EQ(1 - 0.1f * 5, g.parameters[1].value.data()[0]);
    EXPECT_FLOAT_EQ(3, solver.velocities()[0].data()[0]);
}

TEST(Solver, takesEachGradientFromTheNetworkThatHasIt)
{
    Graph first, second;
    first.outputs = {first.addConv("a", first.addInput("in"), 1, 1, 1)};
    second.parameters = first.parameters;
    second.outputs = {second.addConv("b", second.addInput("features"), 1, 1, 1)};
    first.parameters = second.parameters;
    Network one(first, Engine::create("eigen")), other(second, Engine::create("eigen"));
    for (int p = 0; p < 4; p++)
    {
        EXPECT_EQ(p >= 2, one.parameterGradient(p).empty());
        EXPECT_EQ(p < 2, other.parameterGradient(p).empty());
        (p < 2 ? one : other).parameterGradient(p).data()[0] = static_cast<float>(p + 1);
    }
    Solver solver({&one, &other}, 0, 0);
    EXPECT_DOUBLE_EQ(std::sqrt(30.), solver.step(1, 0));
    for (int p = 0; p < 4; p++)
        EXPECT_FLOAT_EQ(-(p + 1.f), second.parameters[p].value.data()[0]);

    EXPECT_TRUE(
        contains(errorOf([&] { Solver({&one}, 0, 0); }), "0 networks train the parameter 'b.weight'"));
    EXPECT_TRUE(contains(errorOf([&] {
                             Solver({&one, &one, &other}, 0, 0);
                         }),
                         "2 networks train the parameter 'a.weight'"));
}

TEST(Average, threeStepsByHand)
{
    Graph g;
    g.outputs = {g.addConv("c", g.addInput("in"), 1, 1, 1)};
    float& w = g.parameters[0].value.data()[0];
    float& frozen = g.parameters[1].value.data()[0];
    g.parameters[1].trainable = false;
    w = 1;
    frozen = 5;
    Average average(g, 0.25);
    const float* memory = g.parameters[0].value.data();
    w = 2;
    average.update(1); // d = 2/11: 1 + 9/11
    w = 4;
    average.update(2); // d = 3/12
    w = 8;
    average.update(3); // d = 0.25, no longer 4/13
    const float wanted = ((1 + 9.f / 11) * 0.25f + 4 * 0.75f) * 0.25f + 8 * 0.75f;
    average.exchange();
    EXPECT_FLOAT_EQ(wanted, w);
    EXPECT_EQ(5, frozen);
    EXPECT_EQ(memory, g.parameters[0].value.data());
    average.exchange();
    EXPECT_EQ(8, w);
    EXPECT_FLOAT_EQ(wanted, average.values()[0].data()[0]);
}

//! A batch normalisation of one channel that is trained.
Graph normalised()
{
    Graph g;
    Node n;
    n.name = "n";
    n.op = Op::BatchNorm;
    n.inputs = {g.addInput("in")};
    for (const char* name : {"scale", "bias", "mean", "variance"})
    {
        n.parameters.push_back(g.addParameter(name, Shape(1, 1, 1, 1), false));
        g.parameters.back().trainable = false;
    }
    g.outputs = {g.add(n)};
    return g;
}

TEST(Average, runningStatisticsAreAveragedAsWeightsAre)
{
    Graph g = normalised();
    EXPECT_EQ(std::vector<char>(4, 0), g.changing());
    g.trainBatchNorm(1); // the input alone
    EXPECT_EQ(std::vector<char>(4, 0), g.changing());
    g.trainBatchNorm(2);
    EXPECT_EQ(std::vector<char>(4, 1), g.changing());
    Average average(g, 0.25);
    for (int p = 0; p < 4; p++)
        g.parameters[p].value.setTo(p + 1.f);
    average.update(1); // d = 2/11
    average.exchange();
    for (int p = 0; p < 4; p++)
        EXPECT_FLOAT_EQ((p + 1) * 9.f / 11, g.parameters[p].value.data()[0]);
}

TEST(Run, theBestWeightsComeWithTheirStatistics)
{
    for (double ema : {0., 0.5})
    {
        Graph g = normalised();
        g.trainBatchNorm(2);
        Network network(g, Engine::create("eigen"));
        TrainParams params;
        params.ema = ema;
        cv::dnn_rpn_train::Run run(g, {&network}, params, {});
        const auto setAll = [&](float value) {
            for (Parameter& p : g.parameters)
                p.value.setTo(value);
        };
        std::vector<float> scored, best;
        for (int step = 1; step <= 3; step++)
        {
            setAll(static_cast<float>(step));
            run.step(0);
            run.score(
                [&] {
                    scored.clear();
                    for (const Parameter& p : g.parameters)
                        scored.push_back(p.value.data()[0]);
                    return step == 2 ? 0.5 : 0.1;
                },
                step);
            if (step == 2)
                best = scored;
            for (const Parameter& p : g.parameters)
                EXPECT_EQ(step, p.value.data()[0]); // what is scored is not what is trained on
        }
        EXPECT_NE(best, scored);
        const Scratch scratch;
        Checkpoint checkpoint;
        run.save(checkpoint);
        checkpoint.write(scratch / "c");
        setAll(7);
        cv::dnn_rpn_train::Run resumed(g, {&network}, params, {});
        resumed.load(Checkpoint::read(scratch / "c"));
        for (const Parameter& p : g.parameters)
            EXPECT_EQ(3, p.value.data()[0]);
        resumed.finish();
        for (int p = 0; p < 4; p++)
            EXPECT_EQ(best[p], g.parameters[p].value.data()[0]);
    }
}

TEST(Schedule, risesAndFalls)
{
    const Schedule step(SCHEDULE_STEP, 1, 100, 10), cosine(SCHEDULE_COSINE, 2, 100, 0);
    EXPECT_DOUBLE_EQ(0.1, step.rate(0));
    EXPECT_DOUBLE_EQ(1, step.rate(9));
    EXPECT_DOUBLE_EQ(1, step.rate(69));
    EXPECT_DOUBLE_EQ(0.1, step.rate(70));
    EXPECT_DOUBLE_EQ(2, cosine.rate(0));
    EXPECT_NEAR(1, cosine.rate(50), 1e-12);
    EXPECT_LT(cosine.rate(99), 0.01);
}

TEST(OperatingPoint, liesWhereF1IsHighest)
{
    OperatingPoint nothing;
    EXPECT_FLOAT_EQ(0.5f, nothing.threshold());

    Object a, b, hidden;
    a.box = Vec4f(0, 0, 10, 10);
    b.box = Vec4f(20, 0, 30, 10);
    hidden.box = Vec4f(40, 0, 50, 10);
    hidden.ignored = true;
    const Mat boxes = Mat_<float>({6, 4}, {0,  0, 10, 10,   // right
                                           0,  0, 10, 9,    // the same again: suppressed
                                           20, 0, 30, 10,   // right
                                           40, 0, 50, 10,   // counts neither way
                                           60, 0, 70, 10,   // wrong
                                           80, 0, 90, 10}); // wrong
    const Mat scores = Mat_<float>({6, 1}, {0.9f, 0.85f, 0.5f, 0.45f, 0.2f, 0.1f});
    OperatingPoint point;
    point.add(boxes, scores, {a, b, hidden});
    EXPECT_FLOAT_EQ(0.35f, point.threshold());
}

} // namespace
} // namespace opencv_test
