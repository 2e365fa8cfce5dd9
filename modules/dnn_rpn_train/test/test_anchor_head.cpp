// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include <set>

#include "scratch.hpp"
#include "../src/detector/anchor_head.hpp"
#include "../src/detector/backbone.hpp"
#include "../src/detector/stages.hpp"
#include "../src/detector/task_gradients.hpp"

#include "opencv2/dnn_rpn.hpp"

namespace opencv_test {
namespace {

const AnchorLoss losses[] = {LOSS_FOCAL_SIGMOID, LOSS_FOCAL_SOFTMAX, LOSS_CE_SIGMOID, LOSS_CE_SOFTMAX};

//! What a head is made of.
struct Form
{
    AnchorLoss loss = LOSS_FOCAL_SIGMOID;
    int classes = 0, tower = 0, levels = 1;
    FocalNormalizer focalNormalizer = NORMALIZE_BY_POSITIVES;
    AnchorAssignment assignment = ASSIGN_IOU;
    BoxLoss boxLoss = BOX_LOSS_SMOOTH_L1;
    bool quality = false;

    std::string str() const
    {
        return format("loss %d, %d classes, tower of %d, %d levels, assignment %d, box loss %d", loss,
                      classes, tower, levels, assignment, boxLoss);
    }
};

//! All losses, with and without classes, with one level and several.
std::vector<Form> forms()
{
    std::vector<Form> all;
    for (AnchorLoss loss : losses)
        for (Form form : {Form{loss, 0, 0, 1}, Form{loss, 3, 0, 1}, Form{loss, 0, 1, 2}, Form{loss, 3, 2, 3}})
            all.push_back(form);
    all.push_back(Form{LOSS_FOCAL_SIGMOID, 3, 0, 2, NORMALIZE_BY_POSITIVES, ASSIGN_ATSS});
    all.push_back(Form{LOSS_CE_SOFTMAX, 0, 1, 1, NORMALIZE_BY_POSITIVES, ASSIGN_ATSS, BOX_LOSS_GIOU});
    all.push_back(Form{LOSS_FOCAL_SOFTMAX, 3, 0, 2, NORMALIZE_BY_SAMPLES, ASSIGN_IOU, BOX_LOSS_GIOU});
    return all;
}

//! A head on two convolutions of stride 8, and on more of strides 16, 32 ...
struct Small
{
    RNG rng;
    Graph graph;
    std::vector<int> features;
    std::unique_ptr<AnchorHead> head;
    std::unique_ptr<Network> network;

    explicit Small(const Form& form, const std::string& engine = "eigen") : rng(17)
    {
        int node = graph.addInput("picture");
        node = graph.addRelu("r1", graph.addConv("c1", node, 3, 4, 3, 4));
        for (int level = 0; level < form.levels; level++)
        {
            const std::string number = std::to_string(2 + level);
            node = graph.addRelu("r" + number, graph.addConv("c" + number, node, level > 0 ? 5 : 4, 5, 3, 2));
            features.push_back(node);
        }
        for (size_t p = 0; p < graph.parameters.size(); p += 2)
            drawWeights(graph.parameters[p].value, 0.3, rng);
        AnchorHeadParams params;
        params.loss = form.loss;
        params.tower = form.tower;
        params.anchorSizes = {12, 24};
        for (int level = 1; level < form.levels; level++)
            params.anchorSizes.insert(params.anchorSizes.end(), {24.f * level, 36.f * level});
        params.anchorRatios = {0.5f, 2};
        params.match.positiveIoU = 0.5f;
        params.clsWeight =
            form.loss == LOSS_CE_SIGMOID || form.loss == LOSS_CE_SOFTMAX ? 1 : 0.1; // the paper's
        params.focalNormalizer = form.focalNormalizer;
        params.assignment = form.assignment;
        params.boxLoss = form.boxLoss;
        params.quality = form.quality;
        head = std::make_unique<AnchorHead>(params, form.classes, graph, features, rng);
        network = std::make_unique<Network>(graph, Engine::create(engine));
    }
    explicit Small(AnchorLoss loss) : Small(Form{loss, 0, 0, 1}) {}

    //! Those of all levels.
    std::vector<int> outputs() const { return graph.outputs; }

    //! Values of a trained size, not the first ones near 0.
    void drawOutputs()
    {
        for (int node : outputs())
        {
            Tensor& v = const_cast<Tensor&>(network->value(node));
            for (size_t i = 0; i < v.shape().total(); i++)
                v.data()[i] = static_cast<float>(rng.uniform(-2., 2.));
        }
    }

    void forward(int images)
    {
        Tensor t(Shape(images, 3, 48, 64));
        for (size_t i = 0; i < t.shape().total(); i++)
            t.data()[i] = static_cast<float>(rng.uniform(-1., 1.));
        network->forward(t);
    }
};

Object at(float x1, float y1, float x2, float y2, bool ignored = false, int label = 1)
{
    Object o;
    o.label = label;
    o.box = Vec4f(x1, y1, x2, y2);
    o.ignored = ignored;
    return o;
}

//! Two images with objects of three classes.
std::vector<std::vector<Object>> someObjects()
{
    return {{at(8, 8, 30, 24, false, 3), at(40, 20, 58, 44), at(0, 30, 20, 48, true)},
            {at(20, 10, 50, 40, false, 2), at(2, 2, 12, 8)}};
}

void expectClose(const Tensor& expected, const Tensor& found)
{
    ASSERT_TRUE(expected.shape() == found.shape());
    for (size_t i = 0; i < expected.shape().total(); i++)
        ASSERT_NEAR(expected.data()[i], found.data()[i], 1e-4 * (1 + std::abs(expected.data()[i]))) << i;
}

//! Those of an engine that has operators of its own, beside the host's of the same outputs.
void compareProposals(const Small& s)
{
    const Size size(64, 48);
    ProposalParams limits = s.head->parameters().proposals;
    limits.nmsThreshold = 0.5f;
    limits.postNms = 20;
    Mat anchors;
    std::vector<int> counts;
    s.head->anchors(*s.network, anchors, counts);
    for (int n = 0; n < 2; n++)
    {
        Mat boxes, scores, x, d, p, expectedBoxes, expectedScores;
        s.head->propose(*s.network, n, size, limits, boxes, scores);
        s.head->heads(*s.network, n, x, d);
        objectness(x, p);
        generateProposals(p, d, anchors, counts, size, expectedBoxes, expectedScores, limits);
        ASSERT_GT(boxes.rows, 0);
        ASSERT_EQ(expectedBoxes.size(), boxes.size());
        EXPECT_LT(cv::norm(expectedBoxes, boxes, NORM_INF), 1e-4);
        EXPECT_LT(cv::norm(expectedScores, scores, NORM_INF), 1e-6);
    }
}

//! Losses and gradients of an engine that has operators of its own, beside those of the host.
void compareWithHost(const Form& form, const std::string& engine)
{
    SCOPED_TRACE(engine + ", " + form.str() + ", by " + std::to_string(form.focalNormalizer));
    Small host(form), there(form, engine);
    ASSERT_NE(nullptr, there.network->runsOn()->anchorOperators());
    // No objects at all, too, and an image without any.
    const std::vector<std::vector<Object>> none(2), some = someObjects(), one{some[0], {}};
    for (const std::vector<std::vector<Object>>& objects : {some, none, one})
        for (bool look : {true, false}) // what the host looks at goes back to the engine
        {
            for (Small* s : {&host, &there})
                s->forward(2);
            const HeadLoss a = host.head->loss(*host.network, objects, 5),
                           b = there.head->loss(*there.network, objects, 5);
            EXPECT_EQ(a.positives, b.positives);
            EXPECT_EQ(-1, b.worst);
            EXPECT_NEAR(a.cls, b.cls, 1e-5 * (1 + a.cls));
            EXPECT_NEAR(a.reg, b.reg, 1e-5 * (1 + a.reg));
            if (form.classes == 0)
                compareProposals(there);
            for (int node : host.outputs())
                if (look)
                    expectClose(host.network->gradient(node), there.network->gradient(node));
            host.network->backward();
            there.network->backward();
            for (int p = 0; p < static_cast<int>(host.graph.parameters.size()); p++)
                expectClose(host.network->parameterGradient(p), there.network->parameterGradient(p));
        }
}

TEST(AnchorHead, lossIsTheSameWhereTheValuesLie)
{
    const std::vector<std::string> names = Engine::names();
    if (std::count(names.begin(), names.end(), "cuda") == 0)
        DNN_RPN_SKIP("NOT TESTED: this build is for a GPU, and there is none");
    Small s(Form{}, "cuda");
    Tensor t(Shape(2, 3, 48, 64));
    t.setTo(0);
    t.data()[t.shape().image()] = std::numeric_limits<float>::quiet_NaN();
    s.network->forward(t);
    EXPECT_EQ(1, s.head->loss(*s.network, someObjects(), 5).worst);
    for (Form form : forms())
        if (form.loss == LOSS_FOCAL_SIGMOID || form.loss == LOSS_FOCAL_SOFTMAX)
            for (FocalNormalizer normalizer : {NORMALIZE_BY_POSITIVES, NORMALIZE_BY_SAMPLES})
            {
                form.focalNormalizer = normalizer;
                compareWithHost(form, "cuda");
            }
}

TEST(AnchorHead, lossGradientIsTheDerivativeOfItsValue)
{
    for (const Form& form : forms())
    {
        SCOPED_TRACE(form.str());
        Small s(form);
        s.forward(2);
        s.drawOutputs();
        const std::vector<std::vector<Object>> objects = someObjects();
        const HeadLoss first = s.head->loss(*s.network, objects, 3);
        EXPECT_GT(first.positives, 0);
        EXPECT_EQ(-1, first.worst);
        std::vector<Tensor> gradients;
        for (int node : s.outputs())
            gradients.push_back(s.network->gradient(node).clone());
        for (size_t k = 0; k < gradients.size(); k++)
        {
            Tensor& v = const_cast<Tensor&>(s.network->value(s.outputs()[k]));
            const float step = 3e-3f;
            for (size_t i = 0; i < v.shape().total(); i += 1 + v.shape().total() / 300)
            {
                const float v0 = v.data()[i], expected = gradients[k].data()[i];
                v.data()[i] = v0 + step;
                const double above = s.head->loss(*s.network, objects, 3).total();
                v.data()[i] = v0 - step;
                const double below = s.head->loss(*s.network, objects, 3).total();
                v.data()[i] = v0;
                ASSERT_NEAR((above - below) / (2 * step), expected, 2e-3 * (0.05 + std::abs(expected)))
                    << "output " << k << ", element " << i;
            }
        }
    }
}

//! From the loss to the weights that all levels share.
TEST(AnchorHead, atssChoosesThePositives)
{
    Small s(Form{LOSS_FOCAL_SIGMOID, 0, 0, 2, NORMALIZE_BY_POSITIVES, ASSIGN_ATSS});
    s.forward(2);
    const std::vector<std::vector<Object>> objects = someObjects();
    Mat anchors;
    std::vector<int> counts;
    s.head->anchors(*s.network, anchors, counts);
    AtssParams params;
    params.candidates = 9 * 4; // anchors a cell
    int expected = 0;
    for (const std::vector<Object>& own : objects)
    {
        Mat boxes(0, 4, CV_32F), matches;
        for (const Object& o : own)
            if (!o.ignored)
                boxes.push_back(Mat(o.box).reshape(1, 1));
        matchAnchorsAtss(anchors, counts, boxes, Mat(), matches, params);
        expected += countNonZero(matches >= 0);
    }
    const HeadLoss loss = s.head->loss(*s.network, objects, 3);
    EXPECT_GT(loss.positives, 3);
    EXPECT_EQ(expected, loss.positives);
}

TEST(AnchorHead, taskAlignmentAsksTheClassifierForTheBoxesQuality)
{
    Form form{LOSS_FOCAL_SIGMOID, 3, 0, 2, NORMALIZE_BY_POSITIVES, ASSIGN_TASK_ALIGNED, BOX_LOSS_GIOU, true};
    Small s(form);
    s.forward(1);
    const std::vector<Object> objects{at(8, 8, 30, 24, false, 2), at(20, 5, 50, 40, false, 3)};
    const HeadLoss loss = s.head->loss(*s.network, {objects}, 3);

    Mat x, d, anchors, boxes, scores, matches, quality, labels, gradient;
    std::vector<int> counts;
    s.head->heads(*s.network, 0, x, d);
    s.head->anchors(*s.network, anchors, counts);
    decodeBoxes(d, anchors, boxes);
    exp(-x, scores);
    scores = 1 / (1 + scores);
    Mat truth(0, 4, CV_32F);
    for (const Object& o : objects)
        truth.push_back(Mat(o.box).reshape(1, 1));
    const Mat classes = (Mat_<int>({2, 3}));
    matchAnchorsTaskAligned(anchors, boxes, scores, truth, classes, Mat(), matches, quality);
    EXPECT_EQ(matchLabels(matches, classes, labels), loss.positives);
    EXPECT_GT(loss.positives, 2);
    const double normalizer = std::max(1., sum(quality)[0]), lambda = s.head->parameters().clsWeight;
    EXPECT_NEAR(qualityFocalLoss(x, labels, quality, gradient, 2, normalizer / lambda), loss.cls, 1e-6);
    Mat targets = Mat::zeros(anchors.size(), CV_32F);
    for (int k = 0; k < anchors.rows; k++)
        if (matches.at<int>(k) >= 0)
            truth.row(matches.at<int>(k)).copyTo(targets.row(k));
    EXPECT_NEAR(giouLoss(boxes, targets, labels, gradient, normalizer, quality), loss.reg, 1e-5);
    EXPECT_GT(loss.reg, 0);
}

TEST(AnchorHead, qualityIsTheOverlapOfTheDecodedBox)
{
    Form form{LOSS_FOCAL_SIGMOID, 0, 0, 1, NORMALIZE_BY_POSITIVES, ASSIGN_IOU, BOX_LOSS_SMOOTH_L1, true};
    Small s(form);
    s.forward(1);
    const std::vector<Object> objects{at(8, 8, 30, 24)};
    const HeadLoss loss = s.head->loss(*s.network, {objects}, 3);
    Mat x, d, anchors, matches, labels, boxes, quality, gradient;
    std::vector<int> counts;
    s.head->heads(*s.network, 0, x, d);
    s.head->anchors(*s.network, anchors, counts);
    const Mat box = Mat(objects[0].box).reshape(1, 1);
    matchAnchors(anchors, box, Mat(), matches, s.head->parameters().match);
    const int positives = matchLabels(matches, noArray(), labels);
    decodeBoxes(d, anchors, boxes);
    boxIoU(boxes, box, quality);
    EXPECT_NEAR(qualityFocalLoss(x, labels, quality, gradient, 2, positives / s.head->parameters().clsWeight),
                loss.cls, 1e-6);
}

TEST(AnchorHead, giouIsThatOfTheDecodedBoxes)
{
    Small s(Form{LOSS_FOCAL_SIGMOID, 0, 0, 1, NORMALIZE_BY_POSITIVES, ASSIGN_IOU, BOX_LOSS_GIOU});
    s.forward(1);
    const std::vector<Object> objects{at(8, 8, 30, 24)};
    // Deltas of 0 are the anchors themselves.
    Tensor& deltas = const_cast<Tensor&>(s.network->value(s.head->deltasNode()));
    deltas.setTo(0);
    const HeadLoss loss = s.head->loss(*s.network, {objects}, 3);
    Mat anchors, matches, labels, targets, gradient;
    std::vector<int> counts;
    s.head->anchors(*s.network, anchors, counts);
    const Mat box = Mat(objects[0].box).reshape(1, 1);
    matchAnchors(anchors, box, Mat(), matches, s.head->parameters().match);
    const int positives = matchLabels(matches, noArray(), labels);
    repeat(box, anchors.rows, 1, targets);
    EXPECT_GT(loss.reg, 0);
    EXPECT_NEAR(giouLoss(anchors, targets, labels, gradient, 2. * positives), loss.reg, 1e-6);
}

TEST(AnchorHead, weightsGetTheGradientsOfAllLevels)
{
    for (const Form& form : {Form{LOSS_FOCAL_SIGMOID, 3, 2, 2}, Form{LOSS_FOCAL_SOFTMAX, 2, 0, 3}})
    {
        SCOPED_TRACE(form.str());
        Small s(form);
        // No longer at the prior, where negatives cost next to nothing.
        s.graph.parameters[s.graph.nodes[s.head->logitsNode()].parameters[1]].value.setTo(0);
        for (Parameter& p : s.graph.parameters)
            for (size_t i = 0; i < p.value.shape().total(); i++)
                p.value.data()[i] += static_cast<float>(s.rng.uniform(-0.1, 0.1));
        Tensor image(Shape(2, 3, 48, 64));
        s.rng.fill(image.flat(), RNG::UNIFORM, -1, 1);
        const std::vector<std::vector<Object>> objects = {{at(8, 8, 30, 24, false, 2), at(40, 20, 58, 44)},
                                                          {at(20, 10, 50, 40)}};
        auto loss = [&] {
            s.network->forward(image);
            return s.head->loss(*s.network, objects, 0).total();
        };
        loss();
        s.network->backward();
        for (size_t p = 0; p < s.graph.parameters.size(); p++)
        {
            Parameter& parameter = s.graph.parameters[p];
            const Mat gradient = s.network->parameterGradient(static_cast<int>(p)).flat().clone();
            const Mat before = parameter.value.flat().clone(),
                      direction = gradient / std::max(1e-9, cv::norm(gradient));
            const double step = 1e-3;
            Mat(before + step * direction).copyTo(parameter.value.flat());
            const double above = loss();
            Mat(before - step * direction).copyTo(parameter.value.flat());
            const double below = loss();
            before.copyTo(parameter.value.flat());
            EXPECT_GT(cv::norm(gradient), 1e-4) << parameter.name;
            EXPECT_NEAR((above - below) / (2 * step), cv::norm(gradient), 1e-3 + 0.02 * cv::norm(gradient))
                << parameter.name;
        }
    }
}

TEST(AnchorHead, classesPullAtTheirOwnColumns)
{
    for (AnchorLoss loss : {LOSS_FOCAL_SIGMOID, LOSS_FOCAL_SOFTMAX})
    {
        Small s(Form{loss, 3, 0, 1});
        s.forward(1);
        s.drawOutputs();
        s.head->loss(*s.network, {{at(8, 8, 30, 24, false, 3), at(40, 20, 58, 44, false, 2)}}, 0);
        Mat anchors, matches, labels;
        std::vector<int> counts;
        s.head->anchors(*s.network, anchors, counts);
        const Mat boxes = Mat_<float>({2, 4}, {8, 8, 30, 24, 40, 20, 58, 44});
        matchAnchors(anchors, boxes, noArray(), matches, s.head->parameters().match);
        matchLabels(matches, std::vector<int>{3, 2}, labels);
        const Tensor& gradient = s.network->gradient(s.head->logitsNode());
        const int columns = s.head->columns(), background = s.head->softmax(),
                  cells = static_cast<int>(gradient.shape().plane());
        for (int k = 0; k < labels.rows; k++)
            for (int c = 0; c < columns; c++)
            {
                const int shapes = s.head->levels()[0].count();
                const float g = gradient.data()[(k % shapes * columns + c) * cells + k / shapes];
                const int label = labels.at<int>(k);
                const bool own = label == c + 1 - background;
                EXPECT_TRUE(label < 0 ? g == 0
                            : own     ? g < 0
                                      : g > 0)
                    << loss << ", anchor " << k << ", column " << c << ": " << g;
            }
        EXPECT_GT(countNonZero(labels == 3), 0);
        EXPECT_GT(countNonZero(labels == 2), 0);
    }
}

TEST(AnchorHead, levelsFollowEachOther)
{
    Small s(Form{LOSS_FOCAL_SOFTMAX, 2, 1, 3});
    s.forward(2);
    s.drawOutputs();
    Mat logits, deltas, anchors;
    std::vector<int> counts;
    s.head->heads(*s.network, 1, logits, deltas);
    s.head->anchors(*s.network, anchors, counts);
    EXPECT_EQ(std::vector<int>({6 * 8 * 4, 3 * 4 * 4, 2 * 2 * 4}), counts);
    ASSERT_EQ(3u, s.head->levels().size());
    const int strides[] = {8, 16, 32};
    int row = 0;
    for (int level = 0; level < 3; level++)
    {
        const AnchorLevel& shapes = s.head->levels()[level];
        EXPECT_EQ(strides[level], shapes.stride);
        const float size = level == 0 ? 12.f : 24.f * level; // the first of its share
        EXPECT_NEAR(size * size, shapes.widths[0] * shapes.heights[0], 1e-3 * size * size);
        Mat own;
        const Tensor &x = s.network->value(s.head->logitsNode(level)),
                     &d = s.network->value(s.head->deltasNode(level));
        generateAnchors(shapes, Size(x.shape().w, x.shape().h), own);
        const int cells = static_cast<int>(x.shape().plane());
        for (int cell = 0; cell < cells; cell++)
            for (int a = 0; a < 4; a++, row++)
            {
                for (int c = 0; c < 3; c++)
                    ASSERT_EQ(x.image(1)[(a * 3 + c) * cells + cell], logits.at<float>(row, c));
                for (int c = 0; c < 4; c++)
                {
                    ASSERT_EQ(d.image(1)[(a * 4 + c) * cells + cell], deltas.at<float>(row, c));
                    ASSERT_EQ(own.at<float>(cell * 4 + a, c), anchors.at<float>(row, c));
                }
            }
    }
    EXPECT_EQ(row, logits.rows);
}

TEST(AnchorHead, levelsShareTheirWeights)
{
    const Small one(Form{LOSS_FOCAL_SIGMOID, 2, 3, 1}), three(Form{LOSS_FOCAL_SIGMOID, 2, 3, 3});
    EXPECT_EQ(2u * (2 + 2 * 3 + 2), one.graph.parameters.size());
    EXPECT_EQ(one.graph.parameters.size() + 2 * 2, three.graph.parameters.size()); // of two more features
    std::set<std::string> names;
    for (const auto& node : three.graph.nodes)
        EXPECT_TRUE(names.insert(node.name).second) << node.name;
}

TEST(AnchorHead, boxesComeFromTheLevelsAnchors)
{
    for (AnchorLoss loss : losses)
        for (int classes : {0, 1, 3})
        {
            const Form form{loss, classes, 0, 2};
            SCOPED_TRACE(form.str());
            Small s(form);
            s.forward(1);
            for (int node : s.outputs())
                const_cast<Tensor&>(s.network->value(node)).setTo(0);
            const int columns = s.head->columns(), background = s.head->softmax();
            // Anchor 1 of cell (1, 2) of the second level says class C with 0.9.
            for (int level = 0; level < 2; level++)
            {
                Tensor& x = const_cast<Tensor&>(s.network->value(s.head->logitsNode(level)));
                x.setTo(-9.f);
                const int cells = static_cast<int>(x.shape().plane());
                if (background)
                    for (int a = 0; a < 4; a++)
                        x.flat().colRange(a * columns * cells, (a * columns + 1) * cells).setTo(0);
                if (level == 1)
                    x.data()[(1 * columns + columns - 1) * cells + 1 * x.shape().w + 2] = std::log(9.f);
            }
            Mat anchors, boxes, scores;
            std::vector<int> counts;
            s.head->anchors(*s.network, anchors, counts);
            Mat box = anchors.row(counts[0] + (1 * 4 + 2) * 4 + 1).clone();
            clipBoxes(box, Size(64, 48));
            if (classes > 0)
            {
                const Detections found = s.head->detect(*s.network, 0, Size(64, 48));
                ASSERT_EQ(1, found.boxes.rows);
                EXPECT_EQ(classes, found.labels.at<int>(0));
                EXPECT_EQ(0, cv::norm(found.boxes, box, NORM_INF));
                EXPECT_NEAR(0.9, found.scores.at<float>(0), 1e-3);
            }
            if (classes <= 1)
            {
                s.head->propose(*s.network, 0, Size(64, 48), s.head->parameters().proposals, boxes, scores);
                ASSERT_GT(boxes.rows, 1);
                EXPECT_EQ(0, cv::norm(boxes.row(0), box, NORM_INF));
                EXPECT_NEAR(0.9, scores.at<float>(0), 1e-3);
                EXPECT_LT(scores.at<float>(1), 1e-3);
            }
            if (classes == 0)
            {
                const Detections found = s.head->detect(*s.network, 0, Size(64, 48));
                EXPECT_EQ(0, cv::norm(boxes, found.boxes, NORM_INF));
                EXPECT_EQ(0, cv::norm(scores, found.scores, NORM_INF));
                EXPECT_EQ(boxes.rows, countNonZero(found.labels == 1));
            }
        }
}

TEST(AnchorHead, standsOnFeaturesAlone)
{
    Small s(Form{LOSS_FOCAL_SIGMOID, 2, 2, 1});
    s.forward(2);
    Graph backbone = backboneOf(s.graph, s.features[0]), own = headOf(s.graph, s.features[0]);
    Network below(backbone, Engine::create("eigen")), above(own, Engine::create("eigen"));
    Tensor image(Shape(2, 3, 48, 64));
    s.rng.fill(image.flat(), RNG::UNIFORM, -1, 1);
    s.network->forward(image);
    below.forward(image);
    above.forward(below.value(s.features[0]));
    Mat logits, deltas, x, d;
    s.head->heads(*s.network, 1, logits, deltas);
    s.head->onFeatures(s.features[0]).heads(above, 1, x, d);
    EXPECT_EQ(0, cv::norm(logits, x, NORM_INF));
    EXPECT_EQ(0, cv::norm(deltas, d, NORM_INF));
}

TEST(AnchorHead, noObjectsAndAllIgnored)
{
    for (const Form& form : forms())
    {
        SCOPED_TRACE(form.str());
        Small s(form);
        s.forward(2);
        const HeadLoss none = s.head->loss(*s.network, {{}, {}}, 0);
        EXPECT_EQ(0, none.positives);
        EXPECT_EQ(0, none.reg);
        EXPECT_GT(none.cls, 0);
        EXPECT_TRUE(std::isfinite(none.cls));
        // One region that holds the whole image and more: nothing is left to learn from.
        const std::vector<Object> everything{at(-200, -200, 300, 300, true)};
        const HeadLoss ignored = s.head->loss(*s.network, {everything, everything}, 0);
        EXPECT_EQ(0, ignored.total());
        for (int node : s.outputs())
            EXPECT_EQ(0, cv::norm(s.network->gradient(node).flat(), NORM_INF));
    }
}

TEST(AnchorHead, paperNormalisers)
{
    // All logits 0: each of the K anchors costs alpha_t 0.5^2 log 2, and all deltas 0: smooth L1 of the
    // targets.
    Small s(LOSS_FOCAL_SIGMOID);
    s.forward(1);
    for (int node : {s.head->logitsNode(), s.head->deltasNode()})
        const_cast<Tensor&>(s.network->value(node)).setTo(0);
    const HeadLoss loss = s.head->loss(*s.network, {{at(8, 8, 30, 24)}}, 0);
    Mat anchors, matches, labels;
    const Shape shape = s.network->value(s.head->logitsNode()).shape();
    generateAnchors(s.head->levels()[0], Size(shape.w, shape.h), anchors);
    MatchParams match;
    match.positiveIoU = 0.5f;
    const Mat box = Mat_<float>({1, 4}, {8, 8, 30, 24});
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

TEST(AnchorHead, focalLossesDividedBySamples)
{
    for (AnchorLoss loss : losses)
    {
        SCOPED_TRACE(loss);
        HeadLoss found[2];
        Mat gradients[2];
        double samples = 0;
        for (int i = 0; i < 2; i++)
        {
            Form form{loss, 0, 0, 1};
            form.focalNormalizer = i == 0 ? NORMALIZE_BY_POSITIVES : NORMALIZE_BY_SAMPLES;
            Small s(form);
            s.forward(2);
            s.drawOutputs();
            found[i] = s.head->loss(*s.network, someObjects(), 3);
            gradients[i] = s.network->gradient(s.head->deltasNode()).flat().clone();
            samples = 2. * s.head->parameters().sampleCount;
        }
        const bool focal = loss == LOSS_FOCAL_SIGMOID || loss == LOSS_FOCAL_SOFTMAX;
        const double positives = found[0].positives, cls = focal ? positives / samples : 1,
                     reg = focal ? 2 * positives / samples : 1;
        EXPECT_GT(found[0].reg, 0);
        EXPECT_NEAR(cls * found[0].cls, found[1].cls, 1e-6 * found[0].cls);
        EXPECT_NEAR(reg * found[0].reg, found[1].reg, 1e-6 * found[0].reg);
        EXPECT_LE(cv::norm(reg * gradients[0], gradients[1], NORM_INF), 1e-6);
    }
}

TEST(AnchorHead, priorIsWhereTheClassifierStarts)
{
    for (AnchorLoss loss : {LOSS_FOCAL_SIGMOID, LOSS_FOCAL_SOFTMAX})
        for (int classes : {0, 1, 3})
        {
            Small s(Form{loss, classes, 0, 1});
            for (int p : s.graph.nodes[s.head->logitsNode()].parameters)
                if (s.graph.parameters[p].decay)
                    s.graph.parameters[p].value.setTo(0);
            s.forward(1);
            Mat logits, deltas, scores;
            s.head->heads(*s.network, 0, logits, deltas);
            classScores(logits, s.head->softmax(), scores);
            const double each = s.head->softmax() ? 0.01 / std::max(1, classes) : 0.01;
            EXPECT_EQ(48 * 64 / 64 * 4, scores.rows);
            EXPECT_LT(cv::norm(scores, Mat(scores.size(), CV_32F, Scalar(each)), NORM_INF), 1e-6) << loss;
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
                    sum += static_cast<double>(w.data()[o * channels + c]) * g.image(n)[o * cells + cell];
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
    for (AnchorLoss loss : losses)
    {
        SCOPED_TRACE(loss);
        Small s(loss);
        s.forward(3);
        s.head->loss(*s.network, {{at(8, 8, 30, 24)}, {}, {at(40, 20, 58, 44), at(20, 10, 50, 40)}}, 3);
        const std::vector<double> cls = pull(s, s.head->logitsNode()), reg = pull(s, s.head->deltasNode());
        const TaskGradients t = taskGradients(*s.network, *s.head);
        const double clsLength = std::sqrt(product(cls, cls)), regLength = std::sqrt(product(reg, reg));
        EXPECT_GT(clsLength, 0);
        EXPECT_GT(regLength, 0);
        EXPECT_NEAR(clsLength, t.cls, 1e-5 * clsLength);
        EXPECT_NEAR(regLength, t.reg, 1e-5 * regLength);
        EXPECT_NEAR(product(cls, reg) / (clsLength * regLength), t.cosine, 1e-5);
        EXPECT_GT(std::abs(t.cosine), 1e-4); // something to compare

        // Nothing to find: the regression pulls at nothing.
        s.head->loss(*s.network, {{}, {}, {}}, 3);
        const TaskGradients none = taskGradients(*s.network, *s.head);
        EXPECT_GT(none.cls, 0);
        EXPECT_EQ(0, none.reg);
        EXPECT_EQ(0, none.cosine);
    }
}

TEST(TaskGradients, areNotMeasuredWhereNothingIsShared)
{
    for (const Form& form : {Form{LOSS_FOCAL_SIGMOID, 0, 1, 1}, Form{LOSS_FOCAL_SIGMOID, 3, 0, 2}})
    {
        Small s(form);
        s.forward(2);
        s.head->loss(*s.network, someObjects(), 3);
        const TaskGradients t = taskGradients(*s.network, *s.head);
        EXPECT_FALSE(t.measured);
        EXPECT_EQ(0, t.cls);
        EXPECT_EQ(0, t.reg);
        EXPECT_EQ(0, t.cosine);
    }
}

TEST(AnchorHead, wrongParametersAreNamed)
{
    EXPECT_TRUE(contains(errorOf([] { Small s(Form{LOSS_CE_SIGMOID, -2, 0, 1}); }), "-2 classes"));
    AnchorHeadParams p;
    p.anchorSizes = {8, 16, 32, 64, 128};
    Graph g;
    RNG rng(1);
    const int in = g.addInput("picture"), wide = g.addConv("wide", in, 3, 8, 3, 2);
    auto head = [&](const std::vector<int>& features) { AnchorHead(p, 0, g, features, rng); };
    EXPECT_TRUE(contains(errorOf([&] {
                             head({in, in});
                         }),
                         "5 anchor sizes cannot be divided evenly among 2"));
    EXPECT_TRUE(contains(errorOf([&] { head({}); }), "among 0 levels"));
    p.anchorSizes = {8, 16};
    EXPECT_TRUE(contains(errorOf([&] { head({in, wide}); }), "as many channels"));
    p = AnchorHeadParams();
    p.detections.deltaWeights = Scalar(10, 10, 5, 5);
    EXPECT_TRUE(contains(errorOf([&] { head({in}); }), "deltaWeights"));

    const Small none(Form{LOSS_FOCAL_SIGMOID, 0, 0, 2}), three(Form{LOSS_FOCAL_SIGMOID, 3, 0, 1});
    Mat a, b;
    EXPECT_TRUE(contains(
        errorOf([&] { three.head->propose(*three.network, 0, Size(64, 48), ProposalParams(), a, b); }),
        "have no classes"));
    EXPECT_TRUE(contains(errorOf([&] { none.head->onFeatures(none.features[0]); }), "one level"));
}

} // namespace
} // namespace opencv_test
