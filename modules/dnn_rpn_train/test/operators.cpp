// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "operators.hpp"

namespace opencv_test {

using namespace cv::dnn_rpn_train;

namespace {

using Cases = std::vector<OperatorCase>;

Node plain(Op op)
{
    Node n;
    n.op = op;
    return n;
}

void addConv(Cases& all, const std::string& name, Node node, const Shape& input, const Shape& output,
             int group = 1)
{
    node.group = group;
    all.push_back({"conv " + name,
                   node,
                   {input},
                   output,
                   {Shape(output.c, input.c / group, node.kernel.height, node.kernel.width),
                    Shape(1, output.c, 1, 1)}});
}

void addConvs(Cases& all)
{
    const auto conv = [](Size kernel, Size stride, Vec4i pads) {
        return window(Op::Conv, kernel, stride, pads);
    };
    addConv(all, "1x1", conv(Size(1, 1), Size(1, 1), Vec4i()), {2, 3, 4, 5}, {2, 4, 4, 5});
    addConv(all, "1x1 stride 2", conv(Size(1, 1), Size(2, 2), Vec4i()), {1, 2, 5, 4}, {1, 3, 3, 2});
    addConv(all, "3x3 padded", conv(Size(3, 3), Size(1, 1), Vec4i(1, 1, 1, 1)), {3, 2, 4, 5}, {3, 3, 4, 5});
    addConv(all, "3x3 bare", conv(Size(3, 3), Size(2, 2), Vec4i()), {2, 2, 7, 6}, {2, 3, 3, 2});
    addConv(all, "3x3 stride 2 padded", conv(Size(3, 3), Size(2, 2), Vec4i(1, 1, 1, 1)), {1, 2, 7, 6},
            {1, 2, 4, 3});
    addConv(all, "5x2 uneven", conv(Size(5, 2), Size(3, 1), Vec4i(1, 2, 0, 1)), {1, 2, 4, 9}, {1, 2, 4, 3});
    Node dilated = conv(Size(3, 3), Size(1, 1), Vec4i(2, 2, 2, 2));
    dilated.dilation = Size(2, 2);
    addConv(all, "dilated", dilated, {2, 1, 6, 5}, {2, 2, 6, 5});
    addConv(all, "larger than the image", conv(Size(7, 7), Size(1, 1), Vec4i(3, 3, 3, 3)), {1, 1, 2, 3},
            {1, 2, 2, 3});
    addConv(all, "one pixel", conv(Size(1, 1), Size(1, 1), Vec4i()), {1, 1, 1, 1}, {1, 1, 1, 1});

    const Node same = conv(Size(3, 3), Size(1, 1), Vec4i(1, 1, 1, 1));
    addConv(all, "in two groups", same, {2, 4, 3, 4}, {2, 6, 3, 4}, 2);
    addConv(all, "1x1 in groups", conv(Size(1, 1), Size(1, 1), Vec4i()), {2, 6, 3, 2}, {2, 3, 3, 2}, 3);
    addConv(all, "depthwise", same, {2, 3, 4, 5}, {2, 3, 4, 5}, 3);
    addConv(all, "depthwise stride 2", conv(Size(3, 3), Size(2, 2), Vec4i(1, 1, 1, 1)), {2, 3, 5, 6},
            {2, 3, 3, 3}, 3);
    addConv(all, "two outputs a channel", conv(Size(3, 3), Size(1, 1), Vec4i(1, 0, 1, 0)), {1, 2, 4, 5},
            {1, 4, 4, 3}, 2);
    dilated.stride = Size(2, 1);
    addConv(all, "depthwise dilated", dilated, {1, 2, 5, 6}, {1, 2, 5, 3}, 2);
}

void addElementwise(Cases& all)
{
    const auto add = [&](const std::string& name, const Node& node, const Shape& shape) {
        all.push_back({name, node, {shape}, shape});
    };
    add("relu", plain(Op::Relu), {2, 3, 3, 5});
    Node n = plain(Op::Clip);
    n.lower = -0.3f;
    n.upper = 0.4f;
    add("clip", n, {3, 2, 1, 7});
    add("sigmoid", plain(Op::Sigmoid), {2, 3, 3, 5});
    n = plain(Op::LeakyRelu);
    for (float alpha : {0.f, 0.1f, 1.f, 2.f})
    {
        n.alpha = alpha;
        add("leaky relu " + std::to_string(alpha), n, {1, 17, 2, 3});
    }
    n = plain(Op::HardSigmoid);
    n.alpha = 0.9f; // flat on both sides
    n.beta = 0.4f;
    add("hard sigmoid", n, {3, 2, 3, 5});
    n.alpha = -0.2f;
    add("falling hard sigmoid", n, {1, 1, 1, 7});
    for (Op op : {Op::Swish, Op::HardSwish})
    {
        n.op = op;
        n.alpha = 0.9f;
        n.beta = 0.4f;
        add(opName(op), n, {2, 17, 3, 5});
    }
    add("softplus", plain(Op::Softplus), {2, 3, 3, 5});
    add("tanh", plain(Op::Tanh), {2, 3, 3, 5});
    add("erf", plain(Op::Erf), {2, 3, 3, 5});
    n = plain(Op::Elu);
    for (float alpha : {0.f, 0.5f, 1.f})
    {
        n.alpha = alpha;
        add("elu " + std::to_string(alpha), n, {1, 3, 2, 3});
    }
}

void addOfSeveral(Cases& all)
{
    const Node mul = plain(Op::Mul), add = plain(Op::Add);
    const Shape map(2, 17, 3, 5), numbers(2, 17, 1, 1), pair(2, 3, 2, 3), column(1, 2, 2, 1);
    all.push_back({"mul of maps", mul, {map, map}, map});
    all.push_back({"mul of map and channels", mul, {map, numbers}, map});
    all.push_back({"mul of channels and map", mul, {numbers, map}, map});
    all.push_back({"mul of channels", mul, {numbers, numbers}, numbers});
    all.push_back({"mul of one row", mul, {{3, 1, 1, 4}, {3, 1, 1, 1}}, {3, 1, 1, 4}});
    all.push_back({"add two", add, {pair, pair}, pair});
    all.push_back({"add three", add, {column, column, column}, column});
    all.push_back({"concat", plain(Op::Concat), {{2, 1, 3, 2}, {2, 3, 3, 2}, {2, 2, 3, 2}}, {2, 6, 3, 2}});
}

void addPools(Cases& all)
{
    for (Op op : {Op::MaxPool, Op::AveragePool})
    {
        const auto add = [&](const std::string& name, const Node& node, const Shape& in, const Shape& out) {
            all.push_back({opName(op) + (" " + name), node, {in}, out});
        };
        add("2x2", window(op, Size(2, 2), Size(2, 2), Vec4i()), {2, 2, 4, 5}, {2, 2, 2, 2});
        add("3x3 overlapping", window(op, Size(3, 3), Size(2, 2), Vec4i()), {1, 2, 7, 6}, {1, 2, 3, 2});
        add("3x3 padded", window(op, Size(3, 3), Size(1, 1), Vec4i(1, 1, 1, 1)), {1, 2, 4, 3}, {1, 2, 4, 3});
        add("padded on one side", window(op, Size(2, 2), Size(1, 1), Vec4i(0, 0, 1, 1)), {1, 2, 4, 3},
            {1, 2, 4, 3});
        add("apart", window(op, Size(2, 2), Size(3, 3), Vec4i()), {1, 1, 8, 8}, {1, 1, 3, 3});
        Node ceil = window(op, Size(3, 2), Size(2, 2), Vec4i());
        ceil.ceilMode = true;
        add("of partial windows", ceil, {1, 1, 5, 6}, {1, 1, 3, 3});
        Node counted = window(op, Size(3, 3), Size(2, 2), Vec4i(1, 1, 1, 1));
        counted.countPadding = counted.ceilMode = true;
        add("padding counts", counted, {1, 2, 4, 6}, {1, 2, 3, 4});
    }
    for (const Shape& s : {Shape(2, 3, 4, 5), Shape(1, 17, 1, 7), Shape(3, 2, 1, 1)})
        all.push_back({"global average pool", plain(Op::GlobalAveragePool), {s}, {s.n, s.c, 1, 1}});
}

void addBatchNorm(Cases& all)
{
    Node n = plain(Op::BatchNorm);
    n.epsilon = 1e-3f;
    const Shape two(2, 3, 2, 5), three(3, 3, 2, 5);
    const std::vector<Shape> parameters(4, Shape(1, 3, 1, 1));
    all.push_back({"batch norm frozen", n, {two}, two, parameters, {1, 1, 1, 1}});
    all.push_back({"batch norm, scale and shift alone", n, {two}, two, parameters, {0, 0, 1, 1}, true});
    n.batchStatistics = true;
    all.push_back({"batch norm by the batch", n, {three}, three, parameters, {0, 0, 1, 1}, true});
    all.push_back({"batch norm by the batch, frozen scale", n, {two}, two, parameters, {1, 1, 1, 1}, true});
    all.push_back({"batch norm evaluated", n, {two}, two, parameters, {0, 0, 1, 1}, false});
}

void addFullyConnected(Cases& all)
{
    const auto add = [&](const std::string& name, const Shape& in, int outputs,
                         const std::vector<char>& frozen = {}) {
        all.push_back({"fully connected " + name,
                       plain(Op::FullyConnected),
                       {in},
                       {in.n, outputs, 1, 1},
                       {Shape(outputs, in.c, in.h, in.w), Shape(1, outputs, 1, 1)},
                       frozen});
    };
    const Shape map(3, 2, 3, 5);
    add("map", map, 4);
    add("one row", {1, 5, 2, 1}, 3);
    add("one output", map, 1);
    add("one pixel", {4, 7, 1, 1}, 2);
    add("one number", {1, 1, 1, 1}, 1);
    add("frozen weights", map, 4, {1, 0});
    add("frozen bias", map, 4, {0, 1});
    add("frozen", map, 4, {1, 1});
    // More than one piece, by rows and by outputs.
    add("many rows", {150, 1, 1, 2}, 3);
    add("many outputs", {2, 3, 1, 1}, 150);
}

void addResize(Cases& all)
{
    for (int scale : {1, 2, 3})
    {
        Node n = plain(Op::Resize);
        n.scale = scale;
        for (const Shape& s : {Shape(2, 3, 4, 3), Shape(1, 2, 1, 1), Shape(1, 17, 1, 5)})
            all.push_back(
                {"resize by " + std::to_string(scale), n, {s}, {s.n, s.c, s.h * scale, s.w * scale}});
    }
}

void addSlices(Cases& all)
{
    const Shape map(2, 5, 4, 6);
    Node n = plain(Op::Slice);
    n.channels = {1, 4, 1};
    all.push_back({"slice of channels", n, {map}, {2, 3, 4, 6}});
    n.channels = {-2, INT_MAX, 1};
    all.push_back({"slice of the last channels", n, {map}, {2, 2, 4, 6}});
    n.channels = {0, -1, 2};
    n.rows = {1, INT_MAX, 2};
    n.columns = {0, INT_MAX, 2};
    all.push_back({"slice of every other", n, {map}, {2, 2, 2, 3}});
    n.channels = SliceRange();
    n.rows = {-3, -1, 1};
    n.columns = {2, 99, 3};
    all.push_back({"slice of a region", n, {map}, {2, 5, 2, 2}});
}

} // namespace

const std::vector<OperatorCase>& operatorCases()
{
    static const Cases cases = [] {
        Cases all;
        addConvs(all);
        addElementwise(all);
        addOfSeveral(all);
        addPools(all);
        addBatchNorm(all);
        addFullyConnected(all);
        addResize(all);
        addSlices(all);
        return all;
    }();
    return cases;
}

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

void drawParameters(Graph& graph, RNG& rng)
{
    for (Parameter& p : graph.parameters)
        p.value = randomTensor(p.value.shape(), rng);
    for (const Node& n : graph.nodes)
        if (n.op == Op::BatchNorm)
        {
            Tensor& variance = graph.parameters[n.parameters.at(3)].value;
            for (size_t i = 0; i < variance.shape().total(); i++)
                variance.data()[i] = std::abs(variance.data()[i]) + 0.2f;
        }
}

Shape imageOf(const OperatorCase& c)
{
    Shape image(c.inputs[0].n, 3, 1, 1);
    for (const Shape& s : c.inputs)
    {
        image.h = std::max(image.h, s.h);
        image.w = std::max(image.w, s.w);
    }
    return image;
}

Graph graphOf(const OperatorCase& c, RNG& rng)
{
    Graph g;
    const int in = g.addInput("in");
    Node node = c.node;
    node.name = "operator";
    for (const Shape& s : c.inputs)
    {
        const std::string name = "input " + std::to_string(node.inputs.size());
        int source = in;
        if (s.plane() == 1)
        {
            Node mean = plain(Op::GlobalAveragePool);
            mean.name = name + ".mean";
            mean.inputs = {in};
            source = g.add(mean);
        }
        node.inputs.push_back(g.addConv(name, source, 3, s.c, 1));
    }
    for (size_t p = 0; p < c.parameters.size(); p++)
    {
        const bool weight = p == 0 && node.op != Op::BatchNorm;
        node.parameters.push_back(g.addParameter("p" + std::to_string(p), c.parameters[p], weight));
        g.parameters.back().trainable = c.frozen.empty() || !c.frozen[p];
    }
    g.outputs = {g.add(node)};
    drawParameters(g, rng);
    return g;
}

} // namespace opencv_test
