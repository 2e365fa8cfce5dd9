// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "anchor_head.hpp"
#include "backbone.hpp"
#include "objects.hpp"
#include "reduced_focal.hpp"

#include "../params/hash.hpp"

#include "opencv2/dnn_rpn.hpp"

namespace cv {
namespace dnn_rpn_train {

using namespace dnn_rpn;

AnchorHeadParams::AnchorHeadParams()
{
    // Recall is what proposals are for: doc/experiments/rpn.md has what each threshold gives.
    proposals.nmsThreshold = 0.9f;
    proposals.preNms = 2000;
    proposals.postNms = 1000;
}

namespace {

//! First weights: from one generator in turn, or each layer's from one of its own.
class Weights
{
public:
    Weights(RNG& common_, bool byLayer_) : common(common_), byLayer(byLayer_), start(common_.state)
    {
        if (byLayer)
            common.next(); // whoever draws from it next gets the same whatever the layers here are
    }

    void draw(const std::string& layer, Tensor& weights, double deviation) const
    {
        if (!byLayer)
            return drawWeights(weights, deviation, common);
        Hash hash;
        hash.add(&start, sizeof(start));
        hash.add(layer);
        RNG own(hash.value());
        drawWeights(weights, deviation, own);
    }

private:
    RNG& common;
    const bool byLayer;
    const uint64 start;
};

//! Adds one convolution a level, all with the same weights.
std::vector<int> addConvs(Graph& graph, const std::string& name, const std::vector<int>& inputs,
                          int outputChannels, int kernel, double deviation, const Weights& weights)
{
    std::vector<int> convs{graph.addConv(name, inputs[0], graph.channels(inputs[0]), outputChannels, kernel)};
    weights.draw(name, graph.parameters[graph.nodes[convs[0]].parameters[0]].value, deviation);
    for (size_t level = 1; level < inputs.size(); level++)
    {
        Node node = graph.nodes[convs[0]];
        node.name = name + "." + std::to_string(level);
        node.inputs = {inputs[level]};
        convs.push_back(graph.add(node));
    }
    return convs;
}

std::vector<int> addRelus(Graph& graph, const std::string& name, const std::vector<int>& inputs)
{
    std::vector<int> relus;
    for (size_t level = 0; level < inputs.size(); level++)
        relus.push_back(graph.addRelu(level == 0 ? name : name + "." + std::to_string(level), inputs[level]));
    return relus;
}

/** @brief Calls use(rows, map) for the map of each level: the level's part of `all` (anchors x columns, all
levels) as cells x channels, and image n of the map as channels x cells, which share the memory. */
template<typename TensorOf, typename Use>
void forEachMap(const std::vector<int>& nodes, int n, Mat& all, const TensorOf& tensorOf, const Use& use)
{
    int first = 0;
    for (int node : nodes)
    {
        const Tensor& tensor = tensorOf(node);
        const Shape& s = tensor.shape();
        const int cells = static_cast<int>(s.plane()), count = static_cast<int>(s.image()) / all.cols;
        Mat rows = all.rowRange(first, first + count).reshape(1, cells);
        Mat map(s.c, cells, CV_32F, const_cast<float*>(tensor.image(n)));
        use(rows, map);
        first += count;
    }
}

//! What one image's maps of all levels say, as anchors x columns.
Mat anchorsFirst(const Network& network, const std::vector<int>& nodes, int n, int columns, int anchors)
{
    Mat all(anchors, columns, CV_32F);
    forEachMap(
        nodes, n, all, [&](int node) -> const Tensor& { return network.value(node); },
        [](Mat& rows, const Mat& map) { transpose(map, rows); });
    return all;
}

//! The way back, into the maps' gradients.
void channelsFirst(Mat& all, Network& network, const std::vector<int>& nodes, int n)
{
    forEachMap(
        nodes, n, all, [&](int node) -> const Tensor& { return network.gradient(node); },
        [](const Mat& rows, Mat& map) { transpose(rows, map); });
}

std::vector<float> defaultSizes(const Graph& graph, const std::vector<int>& features,
                                AnchorAssignment assignment)
{
    // Thresholds of the IoU want anchors of every size; other rules one a level, or of some sizes on one map.
    const bool byThreshold = assignment == ASSIGN_IOU;
    if (features.size() == 1)
        return byThreshold ? std::vector<float>{16, 32, 64, 128, 256} : std::vector<float>{16, 32, 64, 128};
    // RetinaNet, Lin et al., ICCV 2017, section 4
    const std::vector<double> scales =
        byThreshold ? std::vector<double>{1, std::cbrt(2.), std::cbrt(4.)} : std::vector<double>{1};
    std::vector<float> sizes;
    for (int node : features)
        for (double scale : scales)
            sizes.push_back(static_cast<float>(4 * scale * gridOf(graph, node).stride));
    return sizes;
}

//! A loss of the classification: all that a value of AnchorLoss stands for.
struct ClsLoss
{
    AnchorLoss kind;
    bool focal;     //!< over all anchors, rather than a sample
    bool softmax;   //!< the background has logits of its own
    bool onDevices; //!< AnchorOperators have it
    double (*loss)(const Mat& x, const Mat& labels, Mat& gradient, const AnchorHeadParams& params,
                   double alpha, double normalizer);
};

ReducedFocal reducedOf(const AnchorHeadParams& p, bool softmax, double alpha)
{
    return {softmax, alpha, p.focalGamma, p.focalThreshold};
}

const ClsLoss clsLosses[] = {
    {LOSS_FOCAL_SOFTMAX, true, true, true,
     [](const Mat& x, const Mat& labels, Mat& gradient, const AnchorHeadParams& p, double alpha,
        double normalizer) {
         return p.focalThreshold > 0
                    ? reducedFocalLoss(x, labels, gradient, reducedOf(p, true, alpha), normalizer)
                    : softmaxFocalLoss(x, labels, gradient, alpha, p.focalGamma, normalizer);
     }},
    {LOSS_FOCAL_SIGMOID, true, false, true,
     [](const Mat& x, const Mat& labels, Mat& gradient, const AnchorHeadParams& p, double alpha,
        double normalizer) {
         return p.focalThreshold > 0
                    ? reducedFocalLoss(x, labels, gradient, reducedOf(p, false, alpha), normalizer)
                    : sigmoidFocalLoss(x, labels, gradient, alpha, p.focalGamma, normalizer);
     }},
    {LOSS_CE_SOFTMAX, false, true, false,
     [](const Mat& x, const Mat& labels, Mat& gradient, const AnchorHeadParams&, double, double normalizer) {
         return softmaxCrossEntropy(x, labels, gradient, normalizer);
     }},
    {LOSS_CE_SIGMOID, false, false, false,
     [](const Mat& x, const Mat& labels, Mat& gradient, const AnchorHeadParams&, double, double normalizer) {
         return sigmoidCrossEntropy(x, labels, gradient, normalizer);
     }},
};

const ClsLoss& clsLossOf(const AnchorHeadParams& params)
{
    for (const ClsLoss& loss : clsLosses)
        if (loss.kind == params.loss)
            return loss;
    CV_Error_(Error::StsOutOfRange, ("there is no loss %d", static_cast<int>(params.loss)));
}

} // namespace

//! What one image's anchors should say.
struct AnchorHead::Target
{
    Mat labels;
    Mat boxes;     //!< as deltas, or with giouLoss() as they are
    Mat predicted; //!< the decoded boxes, where quality or loss look at them
    Mat quality;   //!< what the classifier should say of positives; empty: 1
    int positives = 0, sampled = 0;
};

AnchorHead::AnchorHead(const AnchorHeadParams& params_, int classes, Graph& graph,
                       const std::vector<int>& features, RNG& rng)
    : params(params_), classCount(classes)
{
    if (params.detections.deltaWeights != Scalar::all(1))
        CV_Error(Error::StsBadArg, "detections.deltaWeights must be 1: the head's deltas have no weights");
    if (classes < 0)
        CV_Error_(Error::StsOutOfRange, ("there cannot be %d classes", classes));
    focal = clsLossOf(params).focal;
    isSoftmax = clsLossOf(params).softmax;

    if (params.anchorSizes.empty())
        params.anchorSizes = defaultSizes(graph, features, params.assignment);
    const std::vector<float>& sizes = params.anchorSizes;
    if (features.empty() || sizes.empty() || sizes.size() % features.size() != 0)
        CV_Error_(Error::StsBadArg, ("%d anchor sizes cannot be divided evenly among %d levels",
                                     static_cast<int>(sizes.size()), static_cast<int>(features.size())));
    const size_t share = sizes.size() / features.size();
    for (size_t level = 0; level < features.size(); level++)
    {
        const Grid grid = gridOf(graph, features[level]);
        if (!grid.cells)
            CV_Error_(Error::StsBadArg,
                      ("the features '%s' are numbers of the whole image, without cells for anchors",
                       graph.nodes[features[level]].name.c_str()));
        const auto first = sizes.begin() + level * share;
        anchorLevels.emplace_back(grid.stride, std::vector<float>(first, first + share), params.anchorRatios,
                                  grid.centre / grid.stride);
        CV_CheckEQ(graph.channels(features[level]), graph.channels(features[0]),
                   "the head has the same weights at all levels, so they must have as many channels");
    }
    addTo(graph, features, rng);
}

void AnchorHead::addTo(Graph& graph, const std::vector<int>& features, RNG& rng)
{
    const std::string prefix = classCount > 0 ? "head." : "rpn.";
    const int channels = graph.channels(features[0]), count = anchorLevels[0].count();
    std::vector<int> classifier = features, regressor = features;
    const Weights weights(rng, params.layerStreams);
    const size_t firstNode = graph.nodes.size();
    if (params.tower == 0)
    {
        const std::vector<int> conv = addConvs(graph, prefix + "conv", features, channels, 3, 0.01, weights);
        classifier = regressor = addRelus(graph, prefix + "relu", conv);
    }
    // He et al. 2015, eq. 10: so that what comes out of four layers is as large as what goes in.
    const double deviation = std::sqrt(2. / (9 * channels));
    for (auto tower : {std::make_pair("cls", &classifier), std::make_pair("reg", &regressor)})
        for (int i = 1; i <= params.tower; i++)
        {
            const std::string name = prefix + tower.first + std::to_string(i);
            *tower.second = addRelus(graph, name + ".relu",
                                     addConvs(graph, name, *tower.second, channels, 3, deviation, weights));
        }
    logits =
        addConvs(graph, prefix + "logits", classifier, count * columns(), 1, params.logitsDeviation, weights);
    deltas = addConvs(graph, prefix + "deltas", regressor, count * 4, 1, 0.01, weights);
    if (params.gradientStop == GRADIENT_STOP_CLS)
        for (int node : logits)
            graph.nodes[node].stopsGradient = true;
    if (params.gradientStop == GRADIENT_STOP_BACKBONE)
        for (size_t i = firstNode; i < graph.nodes.size(); i++)
            if (graph.nodes[i].inputs[0] < static_cast<int>(firstNode))
                graph.nodes[i].stopsGradient = true;
    // A prior that is counted comes before the first step.
    setPrior(graph, std::isnan(params.prior) ? AnchorHeadParams().prior : params.prior);
    graph.outputs = logits;
    graph.outputs.insert(graph.outputs.end(), deltas.begin(), deltas.end());
}

void AnchorHead::setPrior(Graph& graph, double prior) const
{
    if (!focal)
        return;
    // RetinaNet, section 4.1: without this the many negatives swamp the first steps. The probability is that
    // of each class with sigmoids, and that of all classes together with softmax.
    const double objects = isSoftmax ? std::max(1, classCount) : 1;
    const float bias = static_cast<float>(std::log(prior / (objects * (1 - prior))));
    Tensor& biases = graph.parameters[graph.nodes[logits[0]].parameters[1]].value;
    for (int i = 0; i < anchorLevels[0].count() * columns(); i++)
        biases.data()[i] = isSoftmax && i % columns() == 0 ? 0 : bias;
}

AnchorHead AnchorHead::onFeatures(int features) const
{
    CV_CheckEQ(static_cast<int>(anchorLevels.size()), 1, "only a head of one level stands on one node");
    AnchorHead head = *this;
    head.logits[0] -= features;
    head.deltas[0] -= features;
    return head;
}

void AnchorHead::anchors(const Network& network, Mat& all, std::vector<int>& levelCounts) const
{
    std::vector<Size> sizes;
    for (int node : logits)
    {
        const Shape& s = network.engineValue(node).shape();
        sizes.push_back(Size(s.w, s.h));
    }
    generateAnchors(anchorLevels, sizes, all, levelCounts);
}

void AnchorHead::clearGradients(Network& network, bool ofCls, bool ofReg) const
{
    for (const auto& [wanted, nodes] : {std::make_pair(ofCls, &logits), std::make_pair(ofReg, &deltas)})
        for (int node : *nodes)
            if (wanted)
                network.gradient(node).setTo(0);
}

void AnchorHead::match(const Mat& all, const std::vector<int>& levelCounts, const Mat& boxes,
                       const Mat& ignored, Mat& matches) const
{
    if (params.assignment == ASSIGN_IOU)
        return matchAnchors(all, boxes, ignored, matches, params.match);
    AtssParams atss = params.atss;
    atss.candidates *= anchorLevels[0].count();
    matchAnchorsAtss(all, levelCounts, boxes, ignored, matches, atss);
}

void AnchorHead::matchPredictions(const Mat& all, const Mat& x, const Mat& predicted,
                                  const std::vector<Object>& objects, Mat& matches, Mat& quality) const
{
    Mat scores;
    classScores(x, false, scores);
    matchAnchorsTaskAligned(all, predicted, scores, boxesOf(objects, false),
                            classCount > 0 ? labelsOf(objects) : Mat(), boxesOf(objects, true), matches,
                            quality, params.taskAligned);
}

Mat AnchorHead::qualityOf(const Mat& predicted, const Mat& objects, const Mat& matches) const
{
    Mat overlap, quality(predicted.rows, 1, CV_32F, Scalar(0));
    for (int k = 0; k < predicted.rows; k++)
        if (matches.at<int>(k) >= 0)
        {
            boxIoU(predicted.row(k), objects.row(matches.at<int>(k)), overlap);
            quality.at<float>(k) = overlap.at<float>(0);
        }
    return quality;
}

AnchorHead::Target AnchorHead::targetOf(const Mat& all, const std::vector<int>& levelCounts, const Mat& x,
                                        const Mat& d, const std::vector<Object>& objects, int64 seed) const
{
    Target t;
    const Mat boxes = boxesOf(objects, false), classOf = classCount > 0 ? labelsOf(objects) : Mat();
    Mat matches;
    if (params.quality || params.boxLoss == BOX_LOSS_GIOU)
        decodeBoxes(d, all, t.predicted);
    if (params.assignment == ASSIGN_TASK_ALIGNED)
        matchPredictions(all, x, t.predicted, objects, matches, t.quality);
    else
        match(all, levelCounts, boxes, boxesOf(objects, true), matches);
    if (params.quality && t.quality.empty())
        t.quality = qualityOf(t.predicted, boxes, matches);
    t.positives = matchLabels(matches, classOf, t.labels);
    if (!focal && seed >= 0)
    {
        sampleAnchors(matches, params.sampleCount, params.positiveFraction, static_cast<int>(seed));
        matchLabels(matches, classOf, t.labels);
        t.sampled = countNonZero(t.labels >= 0);
    }
    if (params.boxLoss == BOX_LOSS_SMOOTH_L1)
        encodeTargets(all, boxes, matches, t.boxes);
    else
    {
        t.boxes = Mat::zeros(all.size(), CV_32F);
        for (int k = 0; k < all.rows; k++)
            if (matches.at<int>(k) >= 0)
                boxes.row(matches.at<int>(k)).copyTo(t.boxes.row(k));
    }
    return t;
}

//! Of the whole batch, on whatever ranks its images are.
struct AnchorHead::Counts
{
    double images = 0, positives = 0, sampled = 0, quality = 0;
    double learnedFrom = 0; //!< positives that the box loss looks at
};

AnchorHead::Counts AnchorHead::countsOf(const std::vector<Target>& targets, const BatchPart& part) const
{
    double sums[] = {static_cast<double>(targets.size()), 0, 0, 0, 0};
    for (const Target& t : targets)
    {
        sums[1] += t.positives;
        sums[2] += t.sampled;
        sums[3] += t.quality.empty() ? 0 : sum(t.quality)[0];
        sums[4] += countNonZero(t.labels > 0);
    }
    part.ranks->sum(sums, 5);
    return {sums[0], sums[1], sums[2], sums[3], sums[4]};
}

//! What the sums of classification and regression over the whole batch are divided by.
Vec2d AnchorHead::normalizers(const Counts& counts, LossState& state) const
{
    double clsCount = counts.sampled, regCount = counts.sampled;
    if (params.assignment == ASSIGN_TASK_ALIGNED)
        clsCount = regCount = counts.quality; // TOOD, eq. 7 and 9
    else if (focal && params.focalNormalizer == NORMALIZE_BY_SAMPLES)
        clsCount = regCount = params.sampleCount * counts.images;
    else if (focal)
    {
        // PRCV 2018, section 3.2: N'cls positives, N'reg twice as many; over the whole batch.
        clsCount = params.focalNormalizer == NORMALIZE_BY_AVERAGE
                       ? state.averagePositives(counts.positives, params.normMomentum)
                   : params.focalNormalizer == NORMALIZE_BY_CONSTANT ? state.positivesAnImage * counts.images
                                                                     : counts.positives;
        regCount = 2. * clsCount;
    }
    return Vec2d(std::max(1., clsCount) / params.clsWeight, std::max(1., regCount) / params.boxWeight);
}

double AnchorHead::clsLoss(const Mat& x, const Target& target, Mat& gradient, double normalizer,
                           const LossState& state) const
{
    const Mat& labels = target.labels;
    if (!target.quality.empty())
        return qualityFocalLoss(x, labels, target.quality, gradient, params.focalGamma, normalizer);
    return clsLossOf(params).loss(x, labels, gradient, params, state.alpha, normalizer);
}

double AnchorHead::boxLoss(const Mat& d, const Mat& all, const Target& target, Mat& gradient,
                           double normalizer) const
{
    if (params.boxLoss == BOX_LOSS_SMOOTH_L1)
        return smoothL1Loss(d, target.boxes, target.labels, gradient, params.boxBeta, normalizer);
    Mat boxesGradient;
    const double loss = giouLoss(target.predicted, target.boxes, target.labels, boxesGradient, normalizer,
                                 params.assignment == ASSIGN_TASK_ALIGNED ? target.quality : Mat());
    decodeBoxesBackward(d, all, boxesGradient, gradient);
    return loss;
}

void AnchorHead::guide(Network& network, LossState& state, HeadLoss& loss) const
{
    // What is guided is the classification without its own weight, which then is what it weighs beside the
    // boxes.
    const double scale = state.guide(loss.cls / params.clsWeight, loss.reg, params.guided);
    loss.cls *= scale;
    for (int node : logits)
    {
        Mat gradient = network.gradient(node).flat();
        gradient *= scale;
    }
}

HeadLoss AnchorHead::loss(Network& network, const std::vector<std::vector<Object>>& objects, unsigned seed,
                          LossState* state, const BatchPart& part) const
{
    LossState first(params), &now = state ? *state : first;
    const int images = network.engineValue(logits[0]).shape().n;
    CV_CheckEQ(static_cast<int>(objects.size()), images, "objects are wanted for every image of the batch");
    Mat all;
    std::vector<int> counts;
    anchors(network, all, counts);
    const bool alone = part.ranks->count() == 1; // devices work the normalizers out, too
    if (AnchorOperators* const operators = alone && devicesCan() && clsLossOf(params).onDevices
                                               ? network.runsOn()->anchorOperators()
                                               : nullptr)
    {
        const HeadLoss loss = lossBy(*operators, network, objects, now);
        if (std::isfinite(loss.total()))
            return loss; // else the host finds out whose image it is
    }

    std::vector<Target> targets(images);
    std::vector<Mat> x(images), d(images);
    parallel_for_(Range(0, images), [&](const Range& range) {
        for (int n = range.start; n < range.end; n++)
        {
            heads(network, n, x[n], d[n]);
            const unsigned own =
                seed * static_cast<unsigned>(part.totalOf(images)) + static_cast<unsigned>(part.first + n);
            targets[n] = targetOf(all, counts, x[n], d[n], objects[n], own);
        }
    });
    const Counts batch = countsOf(targets, part);
    const Vec2d normalizer = normalizers(batch, now);

    std::vector<double> cls(images), reg(images);
    parallel_for_(Range(0, images), [&](const Range& range) {
        for (int n = range.start; n < range.end; n++)
        {
            const Target& t = targets[n];
            Mat xGrad, dGrad;
            cls[n] = clsLoss(x[n], t, xGrad, normalizer[0], now);
            reg[n] = boxLoss(d[n], all, t, dGrad, normalizer[1]);
            channelsFirst(xGrad, network, logits, n);
            channelsFirst(dGrad, network, deltas, n);
        }
    });
    HeadLoss loss;
    for (int n = 0; n < images; n++)
    {
        loss.positives += targets[n].positives;
        loss.add(n, cls[n], reg[n]);
    }
    loss.addOthers(part);
    if (batch.learnedFrom > 0)
        loss.boxError = loss.reg * normalizer[1] / batch.learnedFrom;
    if (params.guided > 0 && loss.worst < 0)
        guide(network, now, loss);
    return loss;
}

std::pair<double, int> AnchorHead::boxErrors(const Network& network,
                                             const std::vector<std::vector<Object>>& objects) const
{
    Mat all;
    std::vector<int> counts;
    anchors(network, all, counts);
    std::pair<double, int> sum(0, 0);
    for (int n = 0; n < static_cast<int>(objects.size()); n++)
    {
        Mat x, d, unused;
        heads(network, n, x, d);
        const Target t = targetOf(all, counts, x, d, objects[n], -1);
        sum.first += boxLoss(d, all, t, unused, 1);
        sum.second += t.positives;
    }
    return sum;
}

AnchorCounts AnchorHead::count(const Graph& graph, const Shape& input,
                               const std::vector<std::vector<Object>>& objects) const
{
    CV_Assert(params.assignment != ASSIGN_TASK_ALIGNED);
    const std::vector<Shape> shapes = graph.shapes(input);
    std::vector<Size> sizes;
    for (int node : logits)
        sizes.push_back(Size(shapes[node].w, shapes[node].h));
    Mat all;
    std::vector<int> counts;
    generateAnchors(anchorLevels, sizes, all, counts);
    AnchorCounts sum;
    for (const std::vector<Object>& own : objects)
    {
        Mat matches, labels;
        match(all, counts, boxesOf(own, false), boxesOf(own, true), matches);
        const int positives = matchLabels(matches, noArray(), labels), negatives = countNonZero(labels == 0),
                  sampled =
                      std::min(positives, static_cast<int>(params.sampleCount * params.positiveFraction));
        sum.images++;
        sum.positives += positives;
        sum.negatives += negatives;
        sum.ignored += all.rows - positives - negatives;
        sum.sampledPositives += sampled;
        sum.sampledNegatives += std::min(negatives, params.sampleCount - sampled);
    }
    return sum;
}

AnchorOutputs AnchorHead::outputsOf(const Network& network) const
{
    AnchorOutputs outputs;
    for (size_t level = 0; level < logits.size(); level++)
        outputs.levels.push_back(
            {&network.engineValue(logits[level]), &network.engineValue(deltas[level]), nullptr, nullptr});
    outputs.columns = columns();
    anchors(network, outputs.anchors, outputs.levelCounts);
    return outputs;
}

//! Focal losses where the engine's values lie.
HeadLoss AnchorHead::lossBy(AnchorOperators& operators, Network& network,
                            const std::vector<std::vector<Object>>& objects, const LossState& state) const
{
    AnchorOutputs outputs = outputsOf(network);
    for (size_t level = 0; level < logits.size(); level++)
    {
        outputs.levels[level].logitsGradient = &network.engineGradient(logits[level]);
        outputs.levels[level].deltasGradient = &network.engineGradient(deltas[level]);
    }
    AnchorLossTask task;
    task.softmax = isSoftmax;
    task.match = params.match;
    task.objects = task.ignored = Mat(0, 4, CV_32F);
    task.objectStarts = task.ignoredStarts = {0};
    for (const std::vector<Object>& own : objects)
    {
        task.objects.push_back(boxesOf(own, false));
        task.ignored.push_back(boxesOf(own, true));
        if (classCount > 0)
            task.classes.push_back(labelsOf(own));
        task.objectStarts.push_back(task.objects.rows);
        task.ignoredStarts.push_back(task.ignored.rows);
    }
    task.alpha = state.alpha;
    task.gamma = params.focalGamma;
    task.beta = params.boxBeta;
    task.byPositives = params.focalNormalizer == NORMALIZE_BY_POSITIVES;
    const bool constant = params.focalNormalizer == NORMALIZE_BY_CONSTANT;
    const double images = static_cast<double>(objects.size()), count = task.byPositives ? 1
                                                                       : constant
                                                                           ? images * state.positivesAnImage
                                                                           : images * params.sampleCount;
    task.logitsNormalizer = std::max(1., count) / params.clsWeight;
    task.deltasNormalizer = std::max(1., task.byPositives || constant ? 2 * count : count) / params.boxWeight;

    const AnchorLossValues found = operators.loss(outputs, task);
    HeadLoss loss;
    loss.cls = found.logits;
    loss.reg = found.deltas;
    loss.positives = found.positives;
    if (loss.positives > 0)
        loss.boxError =
            loss.reg * task.deltasNormalizer * (task.byPositives ? loss.positives : 1) / loss.positives;
    return loss;
}

void AnchorHead::heads(const Network& network, int n, Mat& x, Mat& d) const
{
    size_t count = 0;
    for (int node : deltas)
        count += network.value(node).shape().image() / 4;
    x = anchorsFirst(network, logits, n, columns(), static_cast<int>(count));
    d = anchorsFirst(network, deltas, n, 4, static_cast<int>(count));
}

void AnchorHead::propose(const Network& network, int n, Size image, const ProposalParams& limits,
                         OutputArray boxes, OutputArray scores) const
{
    CV_CheckLE(classCount, 1, "proposals have no classes");
    if (AnchorOperators* const operators = network.runsOn()->anchorOperators())
    {
        operators->propose(outputsOf(network), n, image, limits, boxes, scores);
        return;
    }
    Mat x, d, p, all;
    std::vector<int> counts;
    heads(network, n, x, d);
    anchors(network, all, counts);
    objectness(x, p);
    generateProposals(p, d, all, counts, image, boxes, scores, limits);
}

Detections AnchorHead::detect(const Network& network, int n, Size image) const
{
    Detections found;
    if (classCount == 0)
    {
        propose(network, n, image, params.proposals, found.boxes, found.scores);
        found.labels = Mat(found.scores.rows, 1, CV_32S, Scalar(1));
        return found;
    }
    Mat x, d, p, all;
    std::vector<int> counts;
    heads(network, n, x, d);
    anchors(network, all, counts);
    classScores(x, isSoftmax, p);
    generateDetections(p, d, all, counts, image, found.boxes, found.scores, found.labels, params.detections);
    return found;
}

} // namespace dnn_rpn_train
} // namespace cv
