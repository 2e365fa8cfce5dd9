// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "scratch.hpp"
#include "../src/detector/backbone.hpp"
#include "../src/detector/rpn.hpp"
#include "../src/detector/task_gradients.hpp"

namespace opencv_test {
namespace {

const char* const losses[] = {"focal_sigmoid", "focal_softmax", "ce_sigmoid", "ce_softmax"};

//! An RPN on two convolutions of stride 8.
struct Small
{
    RNG rng;
    Graph graph;
    std::unique_ptr<Rpn> rpn;
    std::unique_ptr<Network> network;

    explicit Small(const String& loss) : rng(17)
    {
        int node = graph.addInput("picture");
        node = graph.addRelu("r1", graph.addConv("c1", node, 3, 4, 3, 4));
        node = graph.addRelu("r2", graph.addConv("c2", node, 4, 5, 3, 2));
        for (int p : {0, 2})
            drawWeights(graph.parameters[p].value, 0.3, rng);
        RpnParams params;
        params.loss = loss;
        params.anchorSizes = {12, 24};
        params.anchorRatios = {0.5f, 2};
        params.match.positiveIoU = 0.5f;
        params.focalWeight = 0.1; // the paper's
        rpn = std::make_unique<Rpn>(params, graph, node, rng);
        network = std::make_unique<Network>(graph, Engine::create("eigen"));
    }

    void forward(int pictures)
    {
        Tensor t(Shape(pictures, 3, 48, 64));
        for (size_t i = 0; i < t.shape().total(); i++)
            t.data()[i] = static_cast<float>(rng.uniform(-1., 1.));
        network->forward(t);
    }
};

Object at(float x1, float y1, float x2, float y2, bool ignored = false)
{
    Object o;
    o.box = Vec4f(x1, y1, x2, y2);
    o.ignored = ignored;
    return o;
}

TEST(Rpn, lossGradientIsTheDerivativeOfItsValue)
{
    for (const char* loss : losses)
    {
        SCOPED_TRACE(loss);
        Small s(loss);
        s.forward(2);
        // Values of a trained size, not the first ones near 0.
        for (int node : {s.rpn->logitsNode(), s.rpn->deltasNode()})
        {
            Tensor& v = const_cast<Tensor&>(s.network->value(node));
            for (size_t i = 0; i < v.shape().total(); i++)
                v.data()[i] = static_cast<float>(s.rng.uniform(-2., 2.));
        }
        const std::vector<std::vector<Object>> objects{
            {at(8, 8, 30, 24), at(40, 20, 58, 44), at(0, 30, 20, 48, true)}, {at(20, 10, 50, 40)}};
        const RpnLoss first = s.rpn->loss(*s.network, objects, 3);
        EXPECT_GT(first.positives, 0);
        EXPECT_EQ(-1, first.worst);
        for (int node : {s.rpn->logitsNode(), s.rpn->deltasNode()})
        {
            const Tensor gradient = s.network->gradient(node).clone();
            Tensor& v = const_cast<Tensor&>(s.network->value(node));
            const float step = 1e-2f;
            for (size_t i = 0; i < v.shape().total(); i++)
            {
                const float v0 = v.data()[i];
                v.data()[i] = v0 + step;
                const double above = s.rpn->loss(*s.network, objects, 3).total();
                v.data()[i] = v0 - step;
                const double below = s.rpn->loss(*s.network, objects, 3).total();
                v.data()[i] = v0;
                ASSERT_NEAR((above - below) / (2 * step), gradient.data()[i],
                            2e-3 * (0.05 + std::abs(gradient.data()[i])))
                    << "node " << node << ", element " << i;
            }
        }
    }
}

TEST(Rpn, noObjectsAndAllIgnored)
{
    for (const char* loss : losses)
    {
        SCOPED_TRACE(loss);
        Small s(loss);
        s.forward(2);
        const RpnLoss none = s.rpn->loss(*s.network, {{}, {}}, 0);
        EXPECT_EQ(0, none.positives);
        EXPECT_EQ(0, none.reg);
        EXPECT_GT(none.cls, 0);
        EXPECT_TRUE(std::isfinite(none.cls));
        // One region that holds the whole picture and more: nothing is left to learn from.
        const std::vector<Object> everything{at(-200, -200, 300, 300, true)};
        const RpnLoss ignored = s.rpn->loss(*s.network, {everything, everything}, 0);
        EXPECT_EQ(0, ignored.total());
        EXPECT_EQ(0, cv::norm(s.network->gradient(s.rpn->logitsNode()).flat(), NORM_INF));
        EXPECT_EQ(0, cv::norm(s.network->gradient(s.rpn->deltasNode()).flat(), NORM_INF));
    }
}

TEST(Rpn, paperNormalisers)
{
    // All logits 0: each of the K anchors costs alpha_t 0.5^2 log 2, and all deltas 0: smooth L1 of the targets.
    Small s("focal_sigmoid");
    s.forward(1);
    for (int node : {s.rpn->logitsNode(), s.rpn->deltasNode()})
        const_cast<Tensor&>(s.network->value(node)).setTo(0);
    const RpnLoss loss = s.rpn->loss(*s.network, {{at(8, 8, 30, 24)}}, 0);
    Mat anchors, matches, labels;
    const Shape shape = s.network->value(s.rpn->logitsNode()).shape();
    generateAnchors(s.rpn->level(), Size(shape.w, shape.h), anchors);
    MatchParams match;
    match.positiveIoU = 0.5f;
    const Mat box = (Mat_<float>(1, 4) << 8, 8, 30, 24);
    matchAnchors(anchors, box, Mat(0, 4, CV_32F), matches, match);
    const int positives = matchLabels(matches, noArray(), labels), negatives = countNonZero(labels == 0);
    EXPECT_EQ(positives, loss.positives);
    EXPECT_NEAR(0.1 / positives * (0.25 * positives + 0.75 * negatives) * 0.25 * std::log(2.), loss.cls,
                1e-6);
    Mat targets;
    encodeTargets(anchors, box, matches, targets);
    double sum = 0;
    for (int i = 0; i < targets.rows; i++)
        for (int j = 0; j < 4; j++)
        {
            const double d = std::abs(targets.at<float>(i, j)), beta = 1. / 9;
            sum += labels.at<int>(i) > 0 ? (d < beta ? d * d / (2 * beta) : d - beta / 2) : 0;
        }
    EXPECT_NEAR(sum / (2 * positives), loss.reg, 1e-6);
}

TEST(Rpn, priorIsWhereTheClassifierStarts)
{
    for (const char* loss : {"focal_sigmoid", "focal_softmax"})
    {
        Small s(loss);
        for (int p : s.graph.nodes[s.rpn->logitsNode()].parameters)
            if (s.graph.parameters[p].decay)
                s.graph.parameters[p].value.setTo(0);
        s.forward(1);
        Mat logits, deltas, scores;
        s.rpn->heads(*s.network, 0, logits, deltas);
        objectness(logits, scores);
        EXPECT_NEAR(0.01, scores.at<float>(0), 1e-6) << loss;
        EXPECT_EQ(48 * 64 / 64 * 4, scores.rows);
    }
}

//! dL/dF = W' G by the definition, of one of the two 1x1 convolutions.
std::vector<double> pull(Small& s, int node)
{
    const Tensor &w = s.graph.parameters[s.graph.nodes[node].parameters[0]].value,
                 &g = s.network->gradient(node);
    const int channels = w.shape().c, outputs = w.shape().n, cells = static_cast<int>(g.shape().plane());
    std::vector<double> all;
    for (int n = 0; n < g.shape().n; n++)
        for (int c = 0; c < channels; c++)
            for (int cell = 0; cell < cells; cell++)
            {
                double sum = 0;
                for (int o = 0; o < outputs; o++)
                    sum += static_cast<double>(w.data()[o * channels + c]) * g.picture(n)[o * cells + cell];
                all.push_back(sum);
            }
    return all;
}

double product(const std::vector<double>& a, const std::vector<double>& b)
{
    double sum = 0;
    for (size_t i = 0; i < a.size(); i++)
        sum += a[i] * b[i];
    return sum;
}

TEST(TaskGradients, areThoseOfTheSharedFeatures)
{
    for (const char* loss : losses)
    {
        SCOPED_TRACE(loss);
        Small s(loss);
        s.forward(3);
        s.rpn->loss(*s.network, {{at(8, 8, 30, 24)}, {}, {at(40, 20, 58, 44), at(20, 10, 50, 40)}}, 3);
        const std::vector<double> cls = pull(s, s.rpn->logitsNode()), reg = pull(s, s.rpn->deltasNode());
        const TaskGradients t = taskGradients(*s.network, *s.rpn);
        const double clsLength = std::sqrt(product(cls, cls)), regLength = std::sqrt(product(reg, reg));
        EXPECT_GT(clsLength, 0);
        EXPECT_GT(regLength, 0);
        EXPECT_NEAR(clsLength, t.cls, 1e-5 * clsLength);
        EXPECT_NEAR(regLength, t.reg, 1e-5 * regLength);
        EXPECT_NEAR(product(cls, reg) / (clsLength * regLength), t.cosine, 1e-5);
        EXPECT_GT(std::abs(t.cosine), 1e-4); // something to compare

        // Nothing to find: the regression pulls at nothing.
        s.rpn->loss(*s.network, {{}, {}, {}}, 3);
        const TaskGradients none = taskGradients(*s.network, *s.rpn);
        EXPECT_GT(none.cls, 0);
        EXPECT_EQ(0, none.reg);
        EXPECT_EQ(0, none.cosine);
    }
}

TEST(Rpn, wrongParametersAreNamed)
{
    EXPECT_TRUE(contains(errorOf([] { Small s("hinge"); }), "hinge"));
    RpnParams p;
    p.prior = 1;
    Graph g;
    RNG rng(1);
    const int in = g.addInput("picture");
    EXPECT_TRUE(contains(errorOf([&] { Rpn(p, g, in, rng); }), "prior"));
}

} // namespace
} // namespace opencv_test
