// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "operators.hpp"
#include "scratch.hpp"
#include "thread_ranks.hpp"
#include "opencv2/dnn_rpn/detector_traits.hpp"
#include "opencv2/dnn_rpn_train/private/detections.hpp"
#include "../src/data/batches.hpp"
#include "../src/detector/detector_net.hpp"
#include "../src/train/agreement.hpp"
#include "../src/train/gradient_sums.hpp"

namespace opencv_test {
namespace {

TEST(Ranks, partsOfABatchFollowOneAnother)
{
    std::vector<Vec2i> parts(3);
    ThreadRanks::run(3, [&](Ranks& ranks) {
        const BatchPart part(ranks, 8);
        parts[ranks.rank()] = Vec2i(part.first, part.count);
    });
    EXPECT_EQ((std::vector<Vec2i>{{0, 3}, {3, 3}, {6, 2}}), parts);
    const BatchPart whole(Ranks::alone(), 8);
    EXPECT_EQ(0, whole.first);
    EXPECT_EQ(8, whole.count);
}

TEST(Ranks, batchesAreThoseOfOneProcess)
{
    const Scratch scratch;
    Dataset set = writeDiscs(scratch, 9, 2, Size(48, 32), 1);
    writeText(set.images[4].path, "no image");
    AugmentParams augment;
    augment.mosaic = 0.5;
    augment.flip = 0.5;
    for (size_t budget : {size_t(0), size_t(20000), size_t(1) << 20})
    {
        Batches alone(set, Size(32, 24), 4, 3, augment);
        alone.keep(budget);
        std::vector<std::vector<Batch>> parts(6, std::vector<Batch>(3));
        ThreadRanks::run(3, [&](Ranks& ranks) {
            Batches own(set, Size(32, 24), 4, 3, augment, 0, ranks);
            own.keep(budget);
            for (int step = 0; step < 6; step++)
                parts[step][ranks.rank()] = own.at(step);
        });
        for (int step = 0; step < 6; step++)
        {
            const Batch whole = alone.at(step);
            int n = 0;
            for (const Batch& part : parts[step])
            {
                EXPECT_EQ(whole.whole, part.whole);
                for (size_t i = 0; i < part.indices.size(); i++, n++)
                {
                    EXPECT_EQ(whole.indices[n], part.indices[i]);
                    EXPECT_EQ(whole.flipped[n], part.flipped[i]);
                    EXPECT_EQ(whole.objects[n].size(), part.objects[i].size());
                    EXPECT_TRUE(std::equal(whole.images.image(n), whole.images.image(n + 1),
                                           part.images.image(static_cast<int>(i))));
                }
            }
            EXPECT_EQ(4, n);
        }
    }
    EXPECT_TRUE(contains(errorOf([&] {
                             ThreadRanks::run(3, [&](Ranks& ranks) {
                                 Batches(set, Size(32, 24), 2, 0, augment, 0, ranks);
                             });
                         }),
                         "batch=2 has no image for each of 3 processes"));
}

//! A convolution, batch normalisation by the batch, ReLU, and all of it again.
Graph normalised(RNG& rng)
{
    Graph g;
    int node = g.addInput("in");
    for (int channels : {5, 18})
    {
        node = g.addConv("conv", node, g.channels(node), channels, 3);
        node = g.addRelu("relu", g.addBatchNorm("norm", node, channels));
    }
    g.trainBatchNorm(static_cast<int>(g.nodes.size()));
    drawParameters(g, rng);
    g.outputs = {node};
    return g;
}

//! What a step leaves: parameters, which include the running statistics, their gradients, and the input's.
struct Step
{
    std::vector<Mat> values, gradients;
    Mat output, inputGradient;

    Step(const std::string& engine, const Tensor& input, Ranks& ranks)
    {
        RNG rng(4);
        Graph g = normalised(rng);
        Network network(g, Engine::create(engine), true, ranks);
        GradientSums sums(ranks, {&network}, 64);
        network.forward(input, true);
        const Tensor& y = network.value(g.outputs[0]);
        output = y.flat().clone();
        cv::multiply(output, output, network.gradient(g.outputs[0]).flat());
        network.backward();
        sums.finish();
        for (size_t p = 0; p < g.parameters.size(); p++)
        {
            values.push_back(g.parameters[p].value.flat().clone());
            gradients.push_back(network.parameterGradient(static_cast<int>(p)).flat().clone());
        }
        inputGradient = network.inputGradient().flat().clone();
    }
};

//! @param size of what it is a part of: biases before a normalisation have gradients of rounding errors alone
void expectNear(const Mat& expected, const Mat& value, double tolerance, const std::string& what,
                double size = 0)
{
    ASSERT_EQ(expected.total(), value.total()) << what;
    if (expected.empty())
        return;
    EXPECT_LE(cv::norm(expected, value, NORM_INF), tolerance * std::max(size, cv::norm(expected, NORM_INF)))
        << what;
}

double largestOf(const std::vector<Mat>& all)
{
    double most = 0;
    for (const Mat& m : all)
        most = m.empty() ? most : std::max(most, cv::norm(m, NORM_INF));
    return most;
}

TEST(Ranks, batchNormalisationIsByTheWholeBatch)
{
    RNG rng(7);
    const Tensor images = randomTensor(Shape(3, 3, 9, 11), rng);
    for (const std::string& engine : Engine::names())
    {
        SCOPED_TRACE(engine);
        if (Engine::create(engine)->anchorOperators())
            continue;
        const Step whole(engine, images, Ranks::alone());
        std::unique_ptr<Step> parts[2];
        ThreadRanks::run(2, [&](Ranks& ranks) {
            const BatchPart part(ranks, 3);
            Shape own = images.shape();
            own.n = part.count;
            const Tensor input(own, const_cast<float*>(images.image(part.first)));
            parts[ranks.rank()] = std::make_unique<Step>(engine, input, ranks);
        });
        for (const auto& part : parts)
            for (size_t p = 0; p < whole.values.size(); p++)
            {
                expectNear(whole.values[p], part->values[p], 1e-5,
                           format("parameter %d", static_cast<int>(p)));
                expectNear(whole.gradients[p], part->gradients[p], 1e-5,
                           format("gradient %d", static_cast<int>(p)), largestOf(whole.gradients));
                EXPECT_TRUE(parts[0]->gradients[p].empty() ||
                            cv::norm(parts[0]->gradients[p], part->gradients[p], NORM_INF) == 0);
            }
        Mat outputs, gradients;
        hconcat(parts[0]->output, parts[1]->output, outputs);
        hconcat(parts[0]->inputGradient, parts[1]->inputGradient, gradients);
        expectNear(whole.output, outputs, 1e-5, "output");
        expectNear(whole.inputGradient, gradients, 1e-4, "input's gradient");
    }
}

TEST(Network, tellsOnceWhenAGradientIsFinal)
{
    RNG rng(2);
    Graph g;
    const int first = g.addConv("first", g.addInput("in"), 3, 3, 3);
    Node again = g.nodes[first]; // the same weights: their gradient is final behind the earlier node
    again.name = "again";
    again.inputs = {g.addRelu("relu", first)};
    g.outputs = {g.addConv("last", g.add(again), 3, 2, 1)};
    drawParameters(g, rng);
    Network network(g, Engine::create("eigen"));
    std::vector<int> order;
    std::vector<Mat> seen(g.parameters.size());
    network.afterLayer([&](const std::vector<int>& final) {
        for (int p : final)
        {
            order.push_back(p);
            seen[p] = network.parameterGradient(p).flat().clone();
        }
    });
    network.forward(randomTensor(Shape(2, 3, 6, 5), rng));
    network.gradient(g.outputs[0]).setTo(1);
    network.backward();
    EXPECT_EQ((std::vector<int>{2, 3, 0, 1}), order);
    for (int p : order)
        EXPECT_EQ(0, cv::norm(seen[p], network.parameterGradient(p).flat(), NORM_INF)) << p;
}

//! Losses and summed gradients of a step, and what is measured before it.
struct Trained
{
    Conflict conflict;
    StepLoss loss;
    std::vector<Mat> gradients;

    Trained(const TrainParams& p, const Dataset& set, Ranks& ranks)
    {
        RNG rng(5);
        DetectorNet net(p, rng, ranks);
        if (net.wantsCounts())
            net.take(net.count(set), true);
        const Batches batches(set, p.size, p.batch, 0, p.augment, 0, ranks);
        const Batch batch = batches.at(1);
        if (net.hasSecondStage())
        {
            std::vector<Mat> images;
            for (int index : batch.indices)
                images.push_back(readImage(set.images[index]));
            net.scaleRegionFeatures(images);
        }
        GradientSums sums(ranks, net.trained());
        if (p.conflictEvery > 0)
        {
            net.step(batches.at(0), 2); // moving averages begin
            sums.finish();
            conflict = net.conflict(batch, 3, 0.01, [&] { sums.finish(); });
        }
        loss = net.step(batch, 3);
        sums.finish();
        for (Network* network : net.trained())
            for (size_t i = 0; i < net.graph().parameters.size(); i++)
                gradients.push_back(network->parameterGradient(static_cast<int>(i)).flat().clone());
    }
};

//! Both near, or both not measured.
void expectAlike(double expected, double value, double tolerance)
{
    if (std::isnan(expected))
        EXPECT_TRUE(std::isnan(value)) << value;
    else
        EXPECT_NEAR(expected, value, tolerance);
}

//! How far the gradients of two are apart, in units of the largest.
double apart(const Trained& one, const Trained& other)
{
    double most = 0;
    for (size_t i = 0; i < one.gradients.size(); i++)
        if (!one.gradients[i].empty())
            most = std::max(most, cv::norm(one.gradients[i], other.gradients[i], NORM_INF));
    return most / largestOf(one.gradients);
}

//! oneDNN rounds statistics of batches more than ranks do, which sum them in doubles: a ReLU that turns over
//! within a rounding puts one process aside. Ranks must be near it, or near one process on Eigen.
void compareStep(const TrainParams& p, const Dataset& set)
{
    const double tolerance = 1e-5;
    const Trained whole(p, set, Ranks::alone());
    TrainParams exact = p;
    exact.engine = "eigen";
    const std::unique_ptr<Trained> onEigen =
        p.engine == exact.engine ? nullptr : std::make_unique<Trained>(exact, set, Ranks::alone());
    std::vector<std::unique_ptr<Trained>> all(3);
    ThreadRanks::run(3, [&](Ranks& ranks) { all[ranks.rank()] = std::make_unique<Trained>(p, set, ranks); });
    for (const auto& own : all)
    {
        EXPECT_NEAR(whole.loss.anchors.cls, own->loss.anchors.cls, tolerance * whole.loss.anchors.cls);
        EXPECT_NEAR(whole.loss.anchors.reg, own->loss.anchors.reg, tolerance * whole.loss.anchors.reg);
        EXPECT_NEAR(whole.loss.roi.total(), own->loss.roi.total(), tolerance * whole.loss.roi.total());
        EXPECT_NEAR(whole.loss.tasks.cls, own->loss.tasks.cls, tolerance * whole.loss.tasks.cls);
        expectAlike(whole.loss.anchors.boxError, own->loss.anchors.boxError,
                    tolerance * whole.loss.anchors.boxError);
        expectAlike(whole.conflict.cosine, own->conflict.cosine, 100 * tolerance);
        expectAlike(whole.conflict.regAfterCls, own->conflict.regAfterCls,
                    tolerance * whole.loss.anchors.reg);
        expectAlike(whole.conflict.clsAfterReg, own->conflict.clsAfterReg,
                    tolerance * whole.loss.anchors.cls);
        EXPECT_EQ(whole.loss.anchors.positives, own->loss.anchors.positives);
        EXPECT_EQ(whole.loss.roi.positives, own->loss.roi.positives);
        const double fromOne = apart(whole, *own);
        EXPECT_LE(onEigen ? std::min(fromOne, apart(*onEigen, *own)) : fromOne, 10 * tolerance);
    }
}

//! 4 images on 3 ranks: parts of 2, 1 and 1.
TEST(Ranks, aStepOfEveryDetectorIsThatOfOneProcess)
{
    const Scratch scratch;
    Dataset set = writeDiscs(scratch, 9, 2, Size(96, 64), 2);
    for (AnnotatedImage& image : set.images)
        for (size_t i = 0; i < image.objects.size(); i++)
            image.objects[i].label = static_cast<int>(i) + 1;
    set.classes = {"one", "two"};
    const std::vector<std::string> engines = Engine::names();
    for (const auto& kind : kindRows<DetectorKind>())
        for (const char* more :
             {"", "engine onednn", "loss ce_sigmoid", "assign task_aligned quality true box_loss giou",
              "batchnorm train", "freeze all", "roi_loss focal",
              "focal_norm average guided 3 conflict_every 1",
              "focal_norm constant norm_positives auto alpha auto prior auto stop_gradient cls"})
        {
            TrainParams p(kind.kind);
            if (traitsOf(kind.kind).hasClasses)
                p.classes = set.classes;
            p.size = Size(96, 64);
            p.batch = 4;
            p.engine = "eigen";
            std::istringstream words(more);
            bool has = true;
            for (std::string name, value; words >> name >> value;)
            {
                const auto parameters = TrainParams::parameters();
                const auto row = std::find_if(parameters.begin(), parameters.end(),
                                              [&](const ParameterInfo& info) { return info.name == name; });
                has = has && std::find(row->detectors.begin(), row->detectors.end(), kind.name) !=
                                 row->detectors.end();
                has = has && (name != "engine" || std::count(engines.begin(), engines.end(), value) > 0);
                if (has)
                    p.set(name, value);
            }
            if (!has)
                continue;
            SCOPED_TRACE(std::string(kind.name) + " " + more);
            compareStep(p, set);
        }
}

TEST(Ranks, allNameTheFirstImageWhoseLossIsNotFinite)
{
    ThreadRanks::run(3, [](Ranks& ranks) {
        const BatchPart part(ranks, 6);
        HeadLoss loss;
        for (int n = 0; n < part.count; n++)
            loss.add(n, part.first + n >= 3 ? NAN : 1, 1);
        loss.positives = 2;
        loss.addOthers(part);
        EXPECT_EQ(3, loss.worst);
        EXPECT_EQ(6, loss.positives);
    });
}

TEST(Ranks, differencesAreNamed)
{
    EXPECT_EQ("", errorOf([] {
                  ThreadRanks::run(2, [](Ranks& ranks) { requireAgreement(ranks, {{"lr", "0.1"}}); });
              }));
    const std::string error = errorOf([] {
        ThreadRanks::run(3, [](Ranks& ranks) {
            requireAgreement(ranks, {{"lr", "0.1"}, {"images", ranks.rank() == 2 ? "9" : "10"}});
        });
    });
    EXPECT_TRUE(contains(error, "images is '10' on rank 0 and '9' on rank 2")) << error;
    EXPECT_FALSE(contains(error, "lr")) << error;
    EXPECT_FALSE(buildOf().empty());
}

TEST(Ranks, detectionsTravelAsTheyAre)
{
    const Detections none{Mat(0, 4, CV_32F), Mat(0, 1, CV_32F), Mat(0, 1, CV_32S)},
        two{Mat_<float>({2, 4}, {1, 2, 3, 4, 5, 6, 7, 8}), Mat_<float>({2, 1}, {0.9f, 0.5f}),
            Mat_<int>({2, 1}, {3, 1})};
    const std::vector<Detections> back = unpacked(packed({two, none, two}));
    ASSERT_EQ(3u, back.size());
    EXPECT_EQ(0, back[1].boxes.rows);
    for (int i : {0, 2})
    {
        EXPECT_EQ(0, cv::norm(two.boxes, back[i].boxes, NORM_INF));
        EXPECT_EQ(0, cv::norm(two.scores, back[i].scores, NORM_INF));
        EXPECT_EQ(0, cv::norm(two.labels, back[i].labels, NORM_INF));
    }
    EXPECT_TRUE(unpacked("").empty());
    EXPECT_NE("", errorOf([&] { unpacked(packed({two}).substr(1)); }));
}

} // namespace
} // namespace opencv_test
