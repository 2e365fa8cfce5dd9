// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// What the study of doc/experiments/focal_rpn.md changes in the head on anchors.
#include "scratch.hpp"
#include "../src/detector/backbone.hpp"
#include "../src/detector/conflict.hpp"
#include "../src/detector/detector_net.hpp"
#include "../src/detector/reduced_focal.hpp"
#include "../src/train/solver.hpp"

#include "opencv2/dnn_rpn.hpp"

namespace opencv_test {
namespace {

const AnchorLoss losses[] = {LOSS_FOCAL_SIGMOID, LOSS_FOCAL_SOFTMAX, LOSS_CE_SIGMOID, LOSS_CE_SOFTMAX};

AnchorHeadParams small(AnchorLoss loss)
{
    AnchorHeadParams p;
    p.loss = loss;
    p.anchorSizes = {12, 24};
    p.anchorRatios = {0.5f, 2};
    p.match.positiveIoU = 0.5f;
    p.sampleCount = 64;
    return p;
}

//! A head on two convolutions of stride 8.
struct Arm
{
    RNG rng;
    Graph graph;
    std::unique_ptr<AnchorHead> head;
    std::unique_ptr<Network> network;

    explicit Arm(const AnchorHeadParams& params, const std::string& engine = "eigen") : rng(17)
    {
        int node = graph.addInput("image");
        node = graph.addRelu("r1", graph.addConv("c1", node, 3, 4, 3, 4));
        node = graph.addRelu("r2", graph.addConv("c2", node, 4, 5, 3, 2));
        for (size_t p = 0; p < graph.parameters.size(); p += 2)
            drawWeights(graph.parameters[p].value, 0.3, rng);
        head = std::make_unique<AnchorHead>(params, 0, graph, std::vector<int>{node}, rng);
        network = std::make_unique<Network>(graph, Engine::create(engine));
    }

    Parameter& parameter(const std::string& name)
    {
        for (Parameter& p : graph.parameters)
            if (p.name == name)
                return p;
        CV_Error(Error::StsObjectNotFound, name);
    }
    const Tensor& gradient(const std::string& name)
    {
        return network->parameterGradient(static_cast<int>(&parameter(name) - graph.parameters.data()));
    }

    //! Weights as after some training, where all gradients have a size.
    void spread(double deviation = 0.1)
    {
        RNG own(5);
        for (Parameter& p : graph.parameters)
            for (size_t i = 0; i < p.value.shape().total(); i++)
                p.value.data()[i] += static_cast<float>(own.gaussian(deviation));
    }
};

Tensor someImages(int count)
{
    Tensor images(Shape(count, 3, 48, 64));
    RNG rng(23);
    rng.fill(images.flat(), RNG::UNIFORM, -1, 1);
    return images;
}

Object at(float x1, float y1, float x2, float y2, bool ignored = false)
{
    Object o;
    o.label = 1;
    o.box = Vec4f(x1, y1, x2, y2);
    o.ignored = ignored;
    return o;
}

std::vector<std::vector<Object>> someObjects()
{
    return {{at(8, 8, 30, 24), at(40, 20, 58, 44), at(0, 30, 20, 48, true)},
            {at(20, 10, 50, 40), at(2, 2, 12, 8)}};
}

//! The losses of one forward pass, with the gradients of logits and deltas.
struct Found
{
    HeadLoss loss;
    Mat logits, deltas;
};

Found lossOf(Arm& arm, LossState* state = nullptr,
             const std::vector<std::vector<Object>>& objects = someObjects())
{
    arm.network->forward(someImages(static_cast<int>(objects.size())));
    Found found;
    found.loss = arm.head->loss(*arm.network, objects, 3, state);
    found.logits = arm.network->gradient(arm.head->logitsNode()).flat().clone();
    found.deltas = arm.network->gradient(arm.head->deltasNode()).flat().clone();
    return found;
}

Found lossOf(const AnchorHeadParams& params, LossState* state = nullptr)
{
    Arm arm(params);
    arm.spread();
    return lossOf(arm, state);
}

TEST(Arms, theClassificationsWeightServesEveryLoss)
{
    for (AnchorLoss loss : losses)
    {
        SCOPED_TRACE(loss);
        AnchorHeadParams params = small(loss);
        const Found one = lossOf(params);
        params.clsWeight = 0.3;
        const Found third = lossOf(params);
        EXPECT_GT(one.loss.cls, 0);
        EXPECT_NEAR(0.3 * one.loss.cls, third.loss.cls, 1e-6 * one.loss.cls);
        EXPECT_LT(cv::norm(0.3 * one.logits, third.logits, NORM_INF), 1e-7);
        EXPECT_EQ(one.loss.reg, third.loss.reg);
        EXPECT_EQ(0, cv::norm(one.deltas, third.deltas, NORM_INF));
    }
}

TEST(Arms, normalisersAreAConstantAndAnAverage)
{
    AnchorHeadParams params = small(LOSS_FOCAL_SIGMOID);
    const Found plain = lossOf(params);
    const double positives = plain.loss.positives;
    ASSERT_GT(positives, 3);

    params.focalNormalizer = NORMALIZE_BY_CONSTANT;
    params.normPositives = 1.5; // an image
    const Found constant = lossOf(params);
    EXPECT_NEAR(plain.loss.cls * positives / 3, constant.loss.cls, 1e-6);
    EXPECT_NEAR(plain.loss.reg * positives / 3, constant.loss.reg, 1e-6);
    EXPECT_LT(cv::norm(plain.deltas * (positives / 3), constant.deltas, NORM_INF), 1e-6);

    params.focalNormalizer = NORMALIZE_BY_AVERAGE;
    params.normMomentum = 0.75;
    Arm arm(params);
    arm.spread();
    LossState state(params);
    EXPECT_NEAR(plain.loss.cls, lossOf(arm, &state).loss.cls, 1e-6); // nothing before it
    const double cls = lossOf(arm, &state, {{}, {}}).loss.cls;
    LossState fresh(params);
    const double undivided = lossOf(arm, &fresh, {{}, {}}).loss.cls; // by max(1, 0)
    EXPECT_NEAR(undivided / (0.75 * positives), cls, 1e-6);
    EXPECT_NEAR(0.75 * 0.75 * positives + 0.25 * 8, state.averagePositives(8, 0.75), 1e-9);
}

TEST(Arms, guidedLossesAreOfOneSize)
{
    for (AnchorLoss loss : {LOSS_FOCAL_SOFTMAX, LOSS_CE_SIGMOID})
    {
        AnchorHeadParams params = small(loss);
        const Found plain = lossOf(params);
        params.guided = 1;
        params.clsWeight = 2;
        const Found guided = lossOf(params);
        EXPECT_NEAR(2 * guided.loss.reg, guided.loss.cls, 1e-6 * guided.loss.cls);
        EXPECT_EQ(plain.loss.reg, guided.loss.reg);
        const double scale = guided.loss.cls / plain.loss.cls;
        EXPECT_GT(std::abs(scale - 1), 0.01);
        EXPECT_LT(cv::norm(scale * plain.logits, guided.logits, NORM_INF), 1e-6 * scale);
        EXPECT_EQ(0, cv::norm(plain.deltas, guided.deltas, NORM_INF));

        // A batch without objects teaches nothing.
        Arm arm(params);
        EXPECT_EQ(0, lossOf(arm, nullptr, {{}, {}}).loss.total());
    }
    LossState state;
    EXPECT_DOUBLE_EQ(2, state.guide(1, 2, 4));
    EXPECT_DOUBLE_EQ((0.75 * 2 + 0.25 * 6) / (0.75 * 1 + 0.25 * 3), state.guide(3, 6, 4));
    EXPECT_DOUBLE_EQ(1, LossState().guide(0, 2, 4));
}

TEST(Arms, whatStepsChangeIsRemembered)
{
    LossState state;
    EXPECT_TRUE(state.numbers().empty());
    state.averagePositives(7, 0.5);
    state.guide(3, 5, 10);
    LossState copy;
    copy.read(state.numbers());
    EXPECT_EQ(state.numbers(), copy.numbers());
    EXPECT_EQ(state.averagePositives(1, 0.5), copy.averagePositives(1, 0.5));
    EXPECT_EQ(state.guide(1, 2, 10), copy.guide(1, 2, 10));
    copy.read({});
    EXPECT_TRUE(copy.numbers().empty());
}

TEST(Arms, anchorsAreCountedAsTheyAreMatched)
{
    const AnchorHeadParams params = small(LOSS_FOCAL_SIGMOID);
    Arm arm(params);
    arm.network->forward(someImages(2));
    Mat all;
    std::vector<int> levels;
    arm.head->anchors(*arm.network, all, levels);
    const std::vector<std::vector<Object>> objects = someObjects();
    const AnchorCounts counts = arm.head->count(arm.graph, Shape(4, 3, 48, 64), objects);
    const HeadLoss loss = lossOf(arm).loss;
    EXPECT_EQ(2, counts.images);
    EXPECT_EQ(loss.positives, counts.positives);
    EXPECT_GT(counts.ignored, 0);
    EXPECT_EQ(2 * all.rows, counts.positives + counts.negatives + counts.ignored);
    EXPECT_NEAR(counts.positives / (counts.positives + counts.negatives), counts.prior(), 1e-12);
    EXPECT_EQ(counts.positives / 2, counts.positivesAnImage());
    // All positives are within the half that may be sampled, and 64 anchors an image are.
    EXPECT_EQ(counts.positives, counts.sampledPositives);
    EXPECT_EQ(2 * 64 - counts.positives, counts.sampledNegatives);
    const double negative = counts.sampledNegatives / counts.negatives;
    EXPECT_NEAR(1 / (1 + negative), counts.alpha(), 1e-12);

    AnchorHeadParams left = params;
    left.focalAlpha = left.normPositives = std::numeric_limits<double>::quiet_NaN();
    LossState state(left);
    state.take(counts, left);
    EXPECT_EQ(counts.alpha(), state.alpha);
    EXPECT_EQ(counts.positivesAnImage(), state.positivesAnImage);
    LossState given(params);
    given.take(counts, params);
    EXPECT_EQ(0.25, given.alpha);
}

TEST(Arms, aTrainingCountsBeforeItsFirstStep)
{
    const Scratch scratch;
    const Dataset set = writeDiscs(scratch, 4, 3, Size(96, 64), 1);
    TrainParams params;
    for (const auto& [name, value] : std::vector<std::pair<String, String>>{{"loss", "focal_sigmoid"},
                                                                            {"size", "96x64"},
                                                                            {"anchors", "24,40"},
                                                                            {"ratios", "1"},
                                                                            {"logits_deviation", "0"},
                                                                            {"prior", "auto"},
                                                                            {"alpha", "auto"}})
        params.set(name, value);
    EXPECT_EQ("auto", params.get("prior"));
    RNG rng(1);
    DetectorNet net(params, rng);
    ASSERT_TRUE(net.wantsCounts());
    const AnchorCounts counts = net.count(set);
    EXPECT_GT(counts.positives, 4);
    EXPECT_GT(std::abs(counts.prior() - 0.01), 0.001);
    const auto bias = [&] {
        for (const Parameter& p : net.graph().parameters)
            if (p.name == "rpn.logits.bias")
                return p.value.data()[0];
        return 0.f;
    };
    net.take(counts, false);
    EXPECT_FLOAT_EQ(std::log(0.01f / 0.99f), bias());
    net.take(counts, true);
    EXPECT_NEAR(std::log(counts.prior() / (1 - counts.prior())), bias(), 1e-5);
    EXPECT_EQ(counts.alpha(), net.lossState().alpha);
    EXPECT_TRUE(contains(Trainer(params).summary(set), "positive"));
    EXPECT_FALSE(contains(Trainer(TrainParams()).summary(set), "positive"));
}

//! By the formula, of one logit that is held to be 1 or 0.
double reducedByHand(double x, bool hit, double alpha, double gamma, double threshold)
{
    const double p = 1 / (1 + std::exp(hit ? -x : x));
    return -(hit ? alpha : 1 - alpha) * std::min(1., std::pow((1 - p) / (1 - threshold), gamma)) *
           std::log(p);
}

TEST(Arms, reducedFocalLikeTheFormula)
{
    RNG rng(3);
    for (double gamma : {0.5, 1., 2.})
        for (double threshold : {0., 0.3, 0.5})
        {
            Mat sigmoid(200, 1, CV_32F), softmax(200, 2, CV_32F), labels(200, 1, CV_32S), gradient, both;
            double expected = 0;
            for (int k = 0; k < 200; k++)
            {
                const float x = static_cast<float>(rng.uniform(-4., 4.)),
                            shift = static_cast<float>(rng.uniform(-1., 1.));
                sigmoid.at<float>(k) = x;
                softmax.at<float>(k, 0) = shift;
                softmax.at<float>(k, 1) = shift + x;
                labels.at<int>(k) = k % 3 - 1;
                if (k % 3 > 0)
                    expected += reducedByHand(x, k % 3 == 2, 0.25, gamma, threshold);
            }
            EXPECT_NEAR(expected / 7,
                        reducedFocalLoss(sigmoid, labels, gradient, {false, 0.25, gamma, threshold}, 7),
                        1e-4);
            EXPECT_NEAR(expected / 7,
                        reducedFocalLoss(softmax, labels, both, {true, 0.25, gamma, threshold}, 7), 1e-4);
            for (int k = 0; k < 200; k++)
            {
                const double x = sigmoid.at<float>(k), step = 1e-4;
                const bool hit = labels.at<int>(k) == 1;
                if (std::abs((hit ? x : -x) - std::log(threshold / (1 - threshold))) < 0.01)
                    continue; // where the derivative jumps
                const double derivative = labels.at<int>(k) < 0
                                              ? 0
                                              : (reducedByHand(x + step, hit, 0.25, gamma, threshold) -
                                                 reducedByHand(x - step, hit, 0.25, gamma, threshold)) /
                                                    (2 * step * 7);
                ASSERT_NEAR(derivative, gradient.at<float>(k), 1e-5)
                    << gamma << ", " << threshold << ", " << x;
                ASSERT_NEAR(derivative, both.at<float>(k, 1), 1e-5);
                ASSERT_NEAR(-derivative, both.at<float>(k, 0), 1e-5);
            }
            Mat ordinary;
            if (threshold == 0)
            {
                EXPECT_NEAR(sigmoidFocalLoss(sigmoid, labels, ordinary, 0.25, gamma, 7), expected / 7, 1e-4);
                EXPECT_LT(cv::norm(ordinary, gradient, NORM_INF), 1e-7);
            }
        }
}

//! The derivative of (1 - p)^gamma by p is infinite at p = 1 for gamma below 1; by the logit it is not.
TEST(Arms, exponentsBelowOneStayFinite)
{
    for (double gamma : {0.3, 0.5, 0.9})
        for (int columns : {1, 2, 4})
            for (float x : {-100.f, -40.f, -17.f, 0.f, 17.f, 40.f, 100.f})
                for (int label : {0, 1})
                {
                    Mat logits(1, columns, CV_32F, Scalar(0)), labels(1, 1, CV_32S, Scalar(label)), gradient;
                    logits.at<float>(columns - 1) = x;
                    const double loss = columns == 1
                                            ? sigmoidFocalLoss(logits, labels, gradient, 0.25, gamma)
                                            : softmaxFocalLoss(logits, labels, gradient, 0.25, gamma);
                    EXPECT_TRUE(std::isfinite(loss)) << gamma << ", " << columns << ", " << x;
                    EXPECT_TRUE(checkRange(gradient, true, nullptr, -1.01, 1.01)) << gradient;
                    AnchorHeadParams params;
                    params.focalGamma = gamma;
                    reducedFocalLoss(logits, labels, gradient, {columns > 1, 0.25, gamma, 0.5}, 1);
                    EXPECT_TRUE(checkRange(gradient, true, nullptr, -2.01, 2.01)) << gradient;
                }
}

TEST(Arms, newFormsHaveTheGradientOfTheirValue)
{
    std::vector<AnchorHeadParams> forms;
    for (AnchorLoss loss : {LOSS_FOCAL_SIGMOID, LOSS_FOCAL_SOFTMAX})
    {
        forms.push_back(small(loss));
        forms.back().focalThreshold = 0.4;
        forms.push_back(small(loss));
        forms.back().focalGamma = 0.5;
        forms.push_back(small(loss));
        forms.back().focalNormalizer = NORMALIZE_BY_CONSTANT;
        forms.back().normPositives = 4;
        forms.push_back(small(loss));
        forms.back().focalNormalizer = NORMALIZE_BY_AVERAGE;
    }
    forms.push_back(small(LOSS_CE_SIGMOID));
    forms.back().clsWeight = 3;
    for (const AnchorHeadParams& params : forms)
    {
        Arm arm(params);
        arm.spread();
        const Found found = lossOf(arm);
        for (int node : {arm.head->logitsNode(), arm.head->deltasNode()})
        {
            const Mat& expected = node == arm.head->logitsNode() ? found.logits : found.deltas;
            Tensor& v = const_cast<Tensor&>(arm.network->value(node));
            const float step = 2e-3f;
            for (size_t i = 0; i < v.shape().total(); i += 7)
            {
                const float v0 = v.data()[i];
                const auto lossAt = [&](float value) {
                    v.data()[i] = value;
                    return arm.head->loss(*arm.network, someObjects(), 3).total();
                };
                const double difference = (lossAt(v0 + step) - lossAt(v0 - step)) / (2 * step);
                v.data()[i] = v0;
                const float gradient = expected.at<float>(static_cast<int>(i));
                ASSERT_NEAR(difference, gradient, 3e-3 * (0.05 + std::abs(gradient)))
                    << node << ", element " << i;
            }
        }
    }
}

bool sameWeights(Arm& a, Arm& b, const std::string& name)
{
    return cv::norm(a.parameter(name).value.flat(), b.parameter(name).value.flat(), NORM_INF) == 0;
}

TEST(Arms, layersWithStreamsOfTheirOwnBeginAlike)
{
    for (bool streams : {false, true})
    {
        AnchorHeadParams sigmoid = small(LOSS_FOCAL_SIGMOID), softmax = small(LOSS_CE_SOFTMAX);
        sigmoid.layerStreams = softmax.layerStreams = streams;
        Arm a(sigmoid), b(softmax);
        EXPECT_TRUE(sameWeights(a, b, "rpn.conv.weight")); // drawn before they differ
        EXPECT_EQ(streams, sameWeights(a, b, "rpn.deltas.weight"));
        EXPECT_EQ(streams, a.rng.state == b.rng.state); // what comes behind the head
        sigmoid.logitsDeviation = 0.02;
        Arm wide(sigmoid);
        EXPECT_LT(cv::norm(2 * a.parameter("rpn.logits.weight").value.flat(),
                           wide.parameter("rpn.logits.weight").value.flat(), NORM_INF),
                  1e-7);
    }
    AnchorHeadParams params = small(LOSS_FOCAL_SIGMOID);
    params.layerStreams = true;
    Arm arm(params);
    const Mat conv = arm.parameter("rpn.conv.weight").value.flat(),
              deltas = arm.parameter("rpn.deltas.weight").value.flat();
    EXPECT_GT(cv::norm(conv.colRange(0, 20), deltas.colRange(0, 20), NORM_INF), 1e-3); // not one stream twice
}

void expectStops(const std::string& engine)
{
    SCOPED_TRACE(engine);
    AnchorHeadParams params = small(LOSS_FOCAL_SIGMOID);
    Arm both(params, engine), regression(params, engine);
    params.gradientStop = GRADIENT_STOP_CLS;
    Arm stopped(params, engine);
    params.gradientStop = GRADIENT_STOP_BACKBONE;
    Arm above(params, engine);
    for (Arm* arm : {&both, &regression, &stopped, &above})
    {
        arm->spread();
        lossOf(*arm);
        if (arm == &regression)
            arm->head->clearGradients(*arm->network, true, false);
        arm->network->backward();
    }
    const auto difference = [](Arm& a, Arm& b, const std::string& name) {
        return cv::norm(a.gradient(name).flat(), b.gradient(name).flat(), NORM_INF);
    };
    for (const char* layer : {"c1.weight", "c2.weight", "rpn.conv.weight"})
    {
        EXPECT_GT(difference(both, regression, layer), 1e-4) << layer;
        EXPECT_LT(difference(stopped, regression, layer), 1e-6) << layer;
    }
    for (const char* layer : {"rpn.logits.weight", "rpn.deltas.weight"})
        EXPECT_LT(difference(stopped, both, layer), 1e-6) << layer; // what learns goes on learning
    for (const char* layer : {"rpn.logits.weight", "rpn.deltas.weight", "rpn.conv.weight"})
        EXPECT_LT(difference(above, both, layer), 1e-6) << layer;
    EXPECT_GT(cv::norm(both.gradient("c2.weight").flat()), 1e-4);
    EXPECT_EQ(0, cv::norm(above.gradient("c2.weight").flat()));
    EXPECT_EQ(0, cv::norm(above.gradient("c1.weight").flat()));
}

TEST(Arms, gradientsEndWhereTheyShould)
{
    for (const std::string& engine : Engine::names())
        if (engine != "cuda") // what it does between the layers does not know where gradients end
            expectStops(engine);
}

//! Both forms of a network after so many steps: logits as log(p / (1 - p)), and deltas.
struct Trained
{
    Mat margins, deltas;
};

Trained trained(Arm& arm, const std::vector<float>& factors, const std::vector<float>& decayFactors)
{
    Solver solver({arm.network.get()}, 0.9, 0.05, factors, decayFactors);
    for (unsigned step = 0; step < 20; step++)
    {
        arm.network->forward(someImages(2));
        arm.head->loss(*arm.network, someObjects(), step);
        arm.network->backward();
        solver.step(0.05, 0);
    }
    arm.network->forward(someImages(2));
    Mat x, d;
    arm.head->heads(*arm.network, 1, x, d);
    return {x.cols == 2 ? Mat(x.col(1) - x.col(0)) : x, d};
}

/** m = z1 - z0 is all that either loss sees, so that dL/dz1 = -dL/dz0 = dL/dm, and descent on w1 and w0 moves
w1 - w0 twice as fast as descent on w = w1 - w0 does: a softmax is a sigmoid whose last layer has twice the
rate and half the decay (doc/experiments/focal_rpn.md). */
TEST(Arms, aSoftmaxIsASigmoidWithTwiceTheRateOfTheLastLayer)
{
    for (bool focal : {true, false})
    {
        SCOPED_TRACE(focal);
        Arm softmax(small(focal ? LOSS_FOCAL_SOFTMAX : LOSS_CE_SOFTMAX));
        softmax.spread(0.05);
        const auto sigmoidOf = [&] {
            auto arm = std::make_unique<Arm>(small(focal ? LOSS_FOCAL_SIGMOID : LOSS_CE_SIGMOID));
            for (Parameter& p : arm->graph.parameters)
            {
                const Tensor& from = softmax.parameter(p.name).value;
                if (p.name.find("logits") == std::string::npos)
                    from.flat().copyTo(p.value.flat());
                else
                {
                    // Background and foreground of each anchor in turn.
                    const Mat pairs = from.flat().reshape(1, 4 * 2);
                    Mat margins = p.value.flat().reshape(1, 4);
                    for (int a = 0; a < 4; a++)
                        Mat(pairs.row(2 * a + 1) - pairs.row(2 * a)).copyTo(margins.row(a));
                }
            }
            return arm;
        };
        const auto exact = sigmoidOf(), plain = sigmoidOf(), undecayed = sigmoidOf();
        std::vector<float> twice(exact->graph.parameters.size(), 1.f), half = twice;
        for (size_t p = 0; p < twice.size(); p++)
            if (exact->graph.parameters[p].name.find("logits") != std::string::npos)
            {
                twice[p] = 2;
                half[p] = 0.5f;
            }
        const Trained expected = trained(softmax, {}, {}), found = trained(*exact, twice, half),
                      once = trained(*plain, {}, {}), other = trained(*undecayed, twice, {});
        EXPECT_LT(cv::norm(expected.margins, found.margins, NORM_INF), 1e-4);
        EXPECT_LT(cv::norm(expected.deltas, found.deltas, NORM_INF), 1e-4);
        // Another rate, or another decay, is another training.
        EXPECT_GT(cv::norm(expected.margins, once.margins, NORM_INF), 1e-2);
        EXPECT_GT(cv::norm(expected.margins, other.margins, NORM_INF), 1e-3);
    }
}

TEST(Arms, theLastLayerHasFactorsOfItsOwn)
{
    TrainParams params;
    params.size = Size(96, 64);
    params.rpn.lrFactor = 3;
    params.rpn.logitsLrFactor = 2;
    params.rpn.logitsDecayFactor = 0.5;
    RNG rng(1);
    DetectorNet net(params, rng);
    const std::vector<float> rates = net.rateFactors(), decays = net.decayFactors();
    int logits = 0, others = 0;
    for (size_t p = 0; p < rates.size(); p++)
    {
        const std::string& name = net.graph().parameters[p].name;
        const bool last = name.find("rpn.logits") == 0, head = name.find("rpn.") == 0;
        EXPECT_EQ(last ? 6 : head ? 3 : 1, rates[p]) << name;
        EXPECT_EQ(last ? 0.5 : 1, decays[p]) << name;
        (last ? logits : others)++;
    }
    EXPECT_EQ(2, logits);
    EXPECT_GT(others, 4);
}

TEST(Arms, conflictIsMeasuredAndLeavesEverythingAsItWas)
{
    Arm arm(small(LOSS_FOCAL_SOFTMAX));
    arm.spread();
    std::vector<Tensor> before;
    for (const Parameter& p : arm.graph.parameters)
        before.push_back(p.value.clone());
    ConflictTask task;
    task.network = arm.network.get();
    task.head = arm.head.get();
    task.rate = 1e-3;
    task.factors.assign(before.size(), 1.f);
    const Tensor images = someImages(2); // read until backward() is done
    task.loss = [&] {
        arm.network->forward(images);
        return arm.head->loss(*arm.network, someObjects(), 3);
    };
    const Conflict found = measureConflict(task);
    for (size_t p = 0; p < before.size(); p++)
        EXPECT_EQ(0, cv::norm(before[p].flat(), arm.graph.parameters[p].value.flat(), NORM_INF));

    // By the first order: - rate <g_cls, g_reg>, over all that both reach.
    std::vector<Mat> gradients[2];
    for (int reg : {0, 1})
    {
        task.loss();
        arm.head->clearGradients(*arm.network, reg == 1, reg == 0);
        arm.network->backward();
        for (size_t p = 0; p < before.size(); p++)
            gradients[reg].push_back(arm.network->parameterGradient(static_cast<int>(p)).flat().clone());
    }
    double product = 0;
    for (size_t p = 0; p < before.size(); p++)
        product += gradients[0][p].dot(gradients[1][p]);
    EXPECT_GT(std::abs(product), 1e-4);
    EXPECT_NEAR(-task.rate * product, found.regAfterCls, 0.05 * task.rate * std::abs(product));
    EXPECT_NEAR(-task.rate * product, found.clsAfterReg, 0.05 * task.rate * std::abs(product));
    const size_t conv = &arm.parameter("rpn.conv.weight") - arm.graph.parameters.data();
    EXPECT_NEAR(gradients[0][conv].dot(gradients[1][conv]) /
                    (cv::norm(gradients[0][conv]) * cv::norm(gradients[1][conv])),
                found.cosine, 1e-6);
}

TEST(Arms, boxErrorComparesBetweenLosses)
{
    AnchorHeadParams params = small(LOSS_FOCAL_SIGMOID);
    Arm arm(params);
    arm.spread();
    const Found plain = lossOf(arm);
    const std::pair<double, int> all = arm.head->boxErrors(*arm.network, someObjects());
    EXPECT_EQ(plain.loss.positives, all.second);
    EXPECT_NEAR(plain.loss.boxError, all.first / all.second, 1e-5);
    EXPECT_NEAR(2 * plain.loss.reg, plain.loss.boxError, 1e-6);
    params.focalNormalizer = NORMALIZE_BY_SAMPLES;
    params.boxWeight = 5;
    EXPECT_NEAR(plain.loss.boxError, lossOf(params).loss.boxError, 1e-5);
    EXPECT_NEAR(plain.loss.boxError, lossOf(small(LOSS_CE_SIGMOID)).loss.boxError,
                1e-5); // all fit in the sample
    EXPECT_TRUE(std::isnan(lossOf(arm, nullptr, {{}, {}}).loss.boxError));
}

TrainParams quick()
{
    TrainParams p;
    p.size = Size(96, 64);
    p.rpn.anchorSizes = {24, 40};
    p.rpn.anchorRatios = {1};
    p.epochs = 3;
    p.batch = 2;
    p.learningRate = 0.02;
    p.warmup = 2;
    return p;
}

TEST(Arms, measuringDoesNotChangeATraining)
{
    const Scratch scratch;
    const Dataset set = writeDiscs(scratch, 4, 3, Size(96, 64), 1);
    std::vector<std::string> files;
    for (int every : {0, 2})
    {
        TrainParams params = quick(); // the backbone's batch normalisation follows every forward pass
        params.rpn.focalNormalizer = NORMALIZE_BY_AVERAGE;
        params.rpn.guided = 3;
        params.conflictEvery = params.heldEvery = every;
        Trainer trainer(params);
        int measured = 0, steps = 0;
        fit(
            trainer, set,
            [&](const StepStats& s) {
                measured +=
                    !std::isnan(s.heldBoxError) && !std::isnan(s.sharedCosine) && !std::isnan(s.regAfterCls);
                EXPECT_GT(s.boxError, 0);
                steps++;
                return true;
            },
            set);
        EXPECT_EQ(every == 0 ? 0 : steps / 2, measured);
        trainer.exportModel(scratch / "m.onnx");
        files.push_back(readFile(scratch / "m.onnx"));
    }
    EXPECT_TRUE(files[0] == files[1]);
    TrainParams params = quick();
    params.heldEvery = 1;
    EXPECT_TRUE(contains(errorOf([&] { Trainer(params).fit(set); }), "held_every=1 wants validation images"));
}

TEST(Arms, averagesAreInTheCheckpoint)
{
    const Scratch scratch;
    const Dataset set = writeDiscs(scratch, 4, 3, Size(96, 64), 1);
    TrainParams params = quick();
    for (const char* name : {"prior", "alpha"})
        params.set(name, "auto");
    params.rpn.focalNormalizer = NORMALIZE_BY_AVERAGE;
    params.rpn.guided = 5;
    Trainer whole(params);
    fit(whole, set);
    whole.exportModel(scratch / "whole.onnx");
    {
        Trainer first(params);
        fit(first, set, [&](const StepStats& s) {
            if (s.step == 3)
                first.saveCheckpoint(scratch / "c");
            return s.step < 3;
        });
    }
    Trainer second(params);
    EXPECT_EQ(3, second.loadCheckpoint(scratch / "c"));
    fit(second, set);
    second.exportModel(scratch / "second.onnx");
    EXPECT_TRUE(readFile(scratch / "whole.onnx") == readFile(scratch / "second.onnx"));
}

TEST(Arms, contradictionsAreNamed)
{
    TrainParams p;
    p.rpn.gradientStop = GRADIENT_STOP_BACKBONE;
    EXPECT_TRUE(contains(errorOf([&] { p.check(); }), "stop_gradient=backbone"));
    p = TrainParams();
    p.rpn.loss = LOSS_FOCAL_SIGMOID;
    p.rpn.quality = true;
    p.rpn.focalThreshold = 0.5;
    EXPECT_TRUE(contains(errorOf([&] { p.check(); }), "focal_threshold=0.5"));
    p.rpn.focalThreshold = 0;
    p.rpn.assignment = ASSIGN_TASK_ALIGNED;
    p.rpn.boxLoss = BOX_LOSS_GIOU;
    p.check();
    p.set("prior", "auto");
    EXPECT_TRUE(contains(errorOf([&] { p.check(); }), "assign=task_aligned"));
}

} // namespace
} // namespace opencv_test
