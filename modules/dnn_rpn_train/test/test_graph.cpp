// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "operators.hpp"
#include "scratch.hpp"
#include "../src/graph/graph.hpp"

namespace opencv_test {
namespace {

TEST(Graph, everyOperatorsShapeAndChannels)
{
    for (const OperatorCase& c : operatorCases())
    {
        SCOPED_TRACE(c.name);
        RNG rng(1);
        const Graph g = graphOf(c, rng);
        EXPECT_EQ(c.output.str(), g.shapes(imageOf(c)).back().str());
        EXPECT_EQ(c.output.c, g.channels(g.outputs[0]));
    }
}

TEST(Graph, everyOperatorHasATestCase)
{
#define OPERATOR(op) {Op::op, #op},
    for (const auto& op : std::vector<std::pair<Op, std::string>>{DNN_RPN_OPERATORS(OPERATOR)})
#undef OPERATOR
    {
        int cases = op.first == Op::Input;
        for (const OperatorCase& c : operatorCases())
            cases += c.node.op == op.first;
        EXPECT_GT(cases, 0) << op.second;
    }
}

//! 2^40 if each were asked for what lies behind both of its inputs.
TEST(Graph, concatenationsOfConcatenationsTakeNoTime)
{
    Graph g;
    int node = g.addInput("in");
    Node concat;
    concat.op = Op::Concat;
    concat.name = "twice";
    for (int i = 0; i < 40; i++)
    {
        concat.inputs = {node, node};
        node = g.add(concat);
    }
    EXPECT_EQ(INT_MAX, g.channels(node));
    EXPECT_TRUE(contains(errorOf([&] { g.shapes(Shape(1, 3, 8, 8)); }), "'twice'"));
}

TEST(Graph, shapesFollowKernelsStridesAndPads)
{
    Graph g;
    const int in = g.addInput("in");
    const int c = g.addConv("c", in, 3, 8, 3, 2);
    Node pool;
    pool.name = "pool";
    pool.op = Op::MaxPool;
    pool.kernel = Size(3, 3);
    pool.stride = Size(2, 2);
    pool.inputs = {c};
    const int p = g.add(pool);
    const std::vector<Shape> s = g.shapes(Shape(2, 3, 11, 20));
    EXPECT_EQ(Shape(2, 8, 6, 10).str(), s[c].str());
    EXPECT_EQ(Shape(2, 8, 2, 4).str(), s[p].str());
    g.nodes[p].ceilMode = true;
    EXPECT_EQ(Shape(2, 8, 3, 5).str(), g.shapes(Shape(2, 3, 11, 20))[p].str());
}

TEST(Graph, shapesOfFullyConnectedAndResizedNodes)
{
    Graph g;
    const int in = g.addInput("in");
    Node resize;
    resize.name = "larger";
    resize.op = Op::Resize;
    resize.inputs = {in};
    const int twice = g.add(resize);
    resize.scale = 3;
    const int thrice = g.add(resize), f = g.addFullyConnected("f", twice, Shape(1, 3, 4, 10), 7);
    const std::vector<Shape> s = g.shapes(Shape(6, 3, 2, 5));
    EXPECT_EQ(Shape(6, 3, 4, 10).str(), s[twice].str());
    EXPECT_EQ(Shape(6, 3, 6, 15).str(), s[thrice].str());
    EXPECT_EQ(Shape(6, 7, 1, 1).str(), s[f].str());
    EXPECT_EQ(3, g.channels(twice));
    EXPECT_EQ(7, g.channels(f));
    EXPECT_TRUE(contains(errorOf([&] { g.shapes(Shape(6, 3, 5, 2)); }), "'f'"));
    g.nodes[thrice].scale = 0;
    EXPECT_TRUE(contains(errorOf([&] { g.shapes(Shape(6, 3, 2, 5)); }), "'larger'"));
}

//! Adds an operator without attributes.
int addPlain(Graph& g, Op op, const std::string& name, const std::vector<int>& inputs)
{
    Node n;
    n.name = name;
    n.op = op;
    n.inputs = inputs;
    return g.add(n);
}

TEST(Graph, productsTakeMapsAndNumbersForEachChannel)
{
    Graph g;
    const int in = g.addInput("in"), mean = addPlain(g, Op::GlobalAveragePool, "mean", {in}),
              gated = addPlain(g, Op::Mul, "gated", {mean, in}),
              square = addPlain(g, Op::Mul, "square", {in, in});
    const std::vector<Shape> s = g.shapes(Shape(2, 3, 5, 7));
    EXPECT_EQ(Shape(2, 3, 1, 1).str(), s[mean].str());
    EXPECT_EQ(Shape(2, 3, 5, 7).str(), s[gated].str());
    EXPECT_EQ(Shape(2, 3, 5, 7).str(), s[square].str());
    auto message = [&](const std::vector<int>& inputs) {
        Graph h = g;
        h.addConv("half", in, 3, 3, 1, 2);
        h.addConv("wide", mean, 3, 4, 1);
        addPlain(h, Op::Mul, "odd", inputs);
        return errorOf([&] { h.shapes(Shape(2, 3, 5, 7)); });
    };
    EXPECT_EQ("", message({in, mean}));
    EXPECT_TRUE(contains(message({in, square + 1}), "'odd'"));
    EXPECT_TRUE(contains(message({in, square + 2}), "'odd'"));
    EXPECT_TRUE(contains(message({in}), "'odd'"));
}

TEST(Graph, numbersOfTheWholeImageHaveNoCells)
{
    Graph g;
    const int in = g.addInput("in"), c = g.addConv("c", in, 3, 4, 3, 2), d = g.addConv("d", c, 4, 4, 2, 2),
              mean = addPlain(g, Op::GlobalAveragePool, "mean", {d}),
              gate = addPlain(g, Op::Sigmoid, "gate", {g.addConv("excite", mean, 4, 4, 1)});
    EXPECT_TRUE(gridOf(g, d).cells);
    EXPECT_FALSE(gridOf(g, gate).cells);
    EXPECT_EQ(4, gridOf(g, gate).stride);
    for (const std::vector<int>& inputs : {std::vector<int>{gate, c}, std::vector<int>{c, gate}})
    {
        const int gated = addPlain(g, Op::Mul, "gated", inputs);
        EXPECT_TRUE(gridOf(g, gated).cells);
        EXPECT_EQ(2, gridOf(g, gated).stride);
        EXPECT_EQ(gridOf(g, c).centre, gridOf(g, gated).centre);
    }
    const int odd = addPlain(g, Op::Mul, "odd", {c, d});
    EXPECT_TRUE(contains(errorOf([&] { gridOf(g, odd); }), "'odd'"));
}

TEST(Graph, mistakesNameTheNode)
{
    Graph g;
    const int in = g.addInput("in");
    g.addConv("narrow", in, 3, 4, 1);
    EXPECT_TRUE(contains(errorOf([&] { g.shapes(Shape(1, 5, 8, 8)); }), "narrow"));
    Node late;
    late.name = "late";
    late.inputs = {7};
    EXPECT_TRUE(contains(errorOf([&] { g.add(late); }), "late"));
    Graph h;
    Node pool;
    pool.name = "pool";
    pool.op = Op::MaxPool;
    pool.kernel = Size(9, 9);
    pool.inputs = {h.addInput("in")};
    h.add(pool);
    EXPECT_TRUE(contains(errorOf([&] { h.shapes(Shape(1, 1, 4, 4)); }), "nothing is left"));
}

TEST(Graph, gridIsWhereTheReceptiveFieldsLie)
{
    Graph g;
    const int in = g.addInput("in");
    EXPECT_EQ(1, gridOf(g, in).stride);
    EXPECT_FLOAT_EQ(0.5f, gridOf(g, in).centre);
    // 3x3 with padding: the first window is centred on the first pixel.
    const int c = g.addConv("c", in, 1, 1, 3, 2);
    EXPECT_EQ(2, gridOf(g, c).stride);
    EXPECT_FLOAT_EQ(0.5f, gridOf(g, c).centre);
    // 2x2 without padding: the middle of the first two cells, at 0.5 and 2.5.
    Node pool;
    pool.op = Op::MaxPool;
    pool.kernel = pool.stride = Size(2, 2);
    pool.inputs = {c};
    const int p = g.add(pool);
    EXPECT_EQ(4, gridOf(g, p).stride);
    EXPECT_FLOAT_EQ(1.5f, gridOf(g, p).centre);
    // Cells of 4 pixels around 1.5 split at 1.5: the first halves lie around 0.5.
    Node resize;
    resize.name = "finer";
    resize.op = Op::Resize;
    resize.inputs = {p};
    const int r = g.add(resize);
    EXPECT_EQ(2, gridOf(g, r).stride);
    EXPECT_FLOAT_EQ(0.5f, gridOf(g, r).centre);
    resize.scale = 3;
    const int third = g.add(resize);
    EXPECT_TRUE(contains(errorOf([&] { gridOf(g, third); }), "'finer'"));
    g.nodes.pop_back();
    Node add;
    add.name = "meeting";
    add.op = Op::Add;
    add.inputs = {c, p};
    const int a = g.add(add);
    EXPECT_TRUE(contains(errorOf([&] { gridOf(g, a); }), "meeting"));
    g.nodes.pop_back();
    const int f = g.addFullyConnected("cell-less", p, Shape(1, 1, 2, 2), 1);
    EXPECT_TRUE(contains(errorOf([&] { gridOf(g, f); }), "cell-less"));
}

} // namespace
} // namespace opencv_test
