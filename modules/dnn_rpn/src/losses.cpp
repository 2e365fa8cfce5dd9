// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "precomp.hpp"
#include <atomic>
#include "check.hpp"
#include "losses.simd.hpp"
#include "losses.simd_declarations.hpp" // for the other instruction sets
#include "units.hpp"

namespace cv {
namespace dnn_rpn {

namespace {

/** Sums body(first row, last row + 1) over blocks of rows, in parallel.
The blocks and the order of the sum do not depend on the number of threads, so neither do the bits. */
template<typename Body>
double sumOverRows(const Mat& logits, const Body& body)
{
    // Enough to be worth a task of its own, little enough to stay in a cache.
    const int blockRows = std::max(1, 4096 / std::max(1, logits.cols));
    const int rows = logits.rows;
    if (rows == 0)
        return 0;
    const int blocks = (rows - 1) / blockRows + 1;
    AutoBuffer<double, 2048> partial(blocks);
    forEachUnit(blocks, [&](int, int b) {
        partial[b] = body(b * blockRows, b + 1 < blocks ? (b + 1) * blockRows : rows);
    });
    double sum = 0;
    for (int b = 0; b < blocks; b++)
        sum += partial[b];
    return sum;
}

bool labelsInRange(const int* labels, int count, int classes)
{
    CV_CPU_DISPATCH(inRange, (labels, count, classes), CV_CPU_DISPATCH_MODES_ALL);
}

void labelError(const Mat& labels, int classes)
{
    for (int k = 0; k < labels.rows; k++)
        if (labels.at<int>(k) < -1 || labels.at<int>(k) > classes)
            CV_Error_(Error::StsOutOfRange,
                      ("labels must be in -1..%d, but has %d at %d", classes, labels.at<int>(k), k));
}

/** sumOverRows() of blocks whose labels are in -1..classes; an error if some are not.
Each block looks at its own labels, which it is about to read anyway. */
template<typename Body>
double sumOverLabels(const Mat& logits, const Mat& labels, int classes, const Body& body)
{
    std::atomic<bool> wrong(false);
    const double sum = sumOverRows(logits, [&](int first, int last) {
        if (labelsInRange(labels.ptr<int>(first), last - first, classes))
            return body(first, last);
        wrong = true;
        return 0.;
    });
    if (wrong)
        labelError(labels, classes);
    return sum;
}

Focal focalOf(double alpha, double gamma, double normalizer)
{
    if (!(alpha <= 1))
        CV_Error_(Error::StsOutOfRange, ("alpha must be at most 1 (negative: no weighting), not %g", alpha));
    checkNotNegative(gamma, "gamma");
    checkNormalizer(normalizer);
    Focal focal;
    focal.gamma = static_cast<float>(gamma);
    focal.halves = gamma <= 8 && 2 * gamma == std::floor(2 * gamma) ? static_cast<int>(2 * gamma) : -1;
    focal.scale = 1 / normalizer;
    focal.foreground = alpha < 0 ? 1 : alpha;
    focal.background = alpha < 0 ? 1 : 1 - alpha;
    return focal;
}

//! Otherwise the scalar forms below. They serve every gamma, and are what the vectors are tested against.
bool hasVectors(const Focal& focal)
{
    return focal.halves >= 0 && useOptimized();
}

//! (1 - p)^gamma from q = 1 - p. The two common exponents go without pow().
float modulate(const Focal& focal, float q)
{
    return focal.gamma == 2 ? q * q : focal.gamma == 0 ? 1.f : std::pow(q, focal.gamma);
}

/** The loss of one logit, before its weight, and its derivative.
@param x the logit, its sign turned where the label is not its class: p = sigmoid(x) */
inline float sigmoidFocal(const Focal& focal, float x, float& derivative)
{
    // e is at most 1, so that neither quotient overflows, and q = 1 - p keeps its digits near p = 1.
    const float e = std::exp(-std::abs(x));
    const float p = (x >= 0 ? 1.f : e) / (1 + e);
    const float q = (x >= 0 ? e : 1.f) / (1 + e);
    const float logP = std::min(x, 0.f) - std::log1p(e);
    const float modulator = modulate(focal, q);
    derivative = modulator * (focal.gamma * (p > 0 ? p * logP : 0.f) - q);
    return -modulator * logP;
}

double scalarSigmoidFocalRows(const Focal& focal, const Mat& logits, const Mat& labels, Mat& grad, int first,
                              int last)
{
    double sum[2] = {0, 0}; // of background and foreground, as their weights differ
    const float weight[2] = {static_cast<float>(focal.background * focal.scale),
                             static_cast<float>(focal.foreground * focal.scale)};
    for (int k = first; k < last; k++)
    {
        const int label = labels.at<int>(k);
        const float* x = logits.ptr<float>(k);
        float* g = grad.empty() ? nullptr : grad.ptr<float>(k);
        for (int c = 0; c < logits.cols; c++)
        {
            const int hit = label == c + 1;
            const float sign = hit ? 1.f : -1.f;
            float derivative = 0;
            if (label >= 0)
                sum[hit] += sigmoidFocal(focal, sign * x[c], derivative);
            if (g)
                g[c] = label >= 0 ? sign * weight[hit] * derivative : 0.f;
        }
    }
    return (sum[0] * focal.background + sum[1] * focal.foreground) * focal.scale;
}

/** The loss of one row, before its weight; writes weight * derivative.
@param p room for the row's probabilities */
double softmaxFocal(const Focal& focal, const float* x, int columns, int target, float weight, float* p,
                    float* g)
{
    const float highest = *std::max_element(x, x + columns);
    float others = 0; // the sum without the target: 1 - p keeps its digits near p = 1
    for (int j = 0; j < columns; j++)
    {
        p[j] = std::exp(x[j] - highest);
        if (j != target)
            others += p[j];
    }
    const float sum = others + p[target];
    for (int j = 0; j < columns; j++)
        p[j] /= sum;
    const float q = others / sum;

    // In double, where the difference of two floats cannot overflow.
    const double logP = q < 0.5f ? std::log1p(-static_cast<double>(q))
                                 : static_cast<double>(x[target]) - highest - std::log(sum);
    const float modulator = modulate(focal, q);
    if (g)
    {
        // (1 - p)^(gamma - 1) log p, written so that gamma < 1 has its limit at p = 1: log(p) / q -> -1.
        const double ratio = q > 0 ? p[target] * logP / q : -1;
        const float factor = static_cast<float>(weight * modulator * (1 - focal.gamma * ratio));
        for (int j = 0; j < columns; j++)
            g[j] = factor * (j == target ? -q : p[j]);
    }
    return -modulator * logP;
}

double scalarSoftmaxFocalRows(const Focal& focal, const Mat& logits, const Mat& labels, Mat& grad, int first,
                              int last)
{
    AutoBuffer<float> p(logits.cols);
    double sum[2] = {0, 0};
    const float weight[2] = {static_cast<float>(focal.background * focal.scale),
                             static_cast<float>(focal.foreground * focal.scale)};
    for (int k = first; k < last; k++)
    {
        const int label = labels.at<int>(k), hit = label > 0;
        float* g = grad.empty() ? nullptr : grad.ptr<float>(k);
        if (label >= 0)
            sum[hit] +=
                softmaxFocal(focal, logits.ptr<float>(k), logits.cols, label, weight[hit], p.data(), g);
        else if (g)
            std::fill(g, g + logits.cols, 0.f);
    }
    return (sum[0] * focal.background + sum[1] * focal.foreground) * focal.scale;
}

double vectorSigmoidFocal(const Focal& focal, const float* logits, const int* labels, float* grad, int count)
{
    CV_CPU_DISPATCH(sigmoidFocal, (focal, logits, labels, grad, count), CV_CPU_DISPATCH_MODES_ALL);
}

double vectorSoftmaxFocal(const Focal& focal, const float* logits, const int* labels, float* grad, int rows)
{
    CV_CPU_DISPATCH(softmaxFocal, (focal, logits, labels, grad, rows), CV_CPU_DISPATCH_MODES_ALL);
}

double vectorSoftmaxFocalColumns(const Focal& focal, const float* logits, const int* labels, float* grad,
                                 int rows, int columns, float* room)
{
    CV_CPU_DISPATCH(softmaxFocalColumns, (focal, logits, labels, grad, rows, columns, room),
                    CV_CPU_DISPATCH_MODES_ALL);
}

//! A row of C logits is C rows of one, each with a label of its own.
double vectorSigmoidFocalRows(const Focal& focal, const Mat& logits, const Mat& labels, Mat& grad, int first,
                              int last)
{
    const int columns = logits.cols;
    const float* x = logits.ptr<float>(first);
    const int* label = labels.ptr<int>(first);
    float* g = grad.empty() ? nullptr : grad.ptr<float>(first);
    if (columns == 1)
        return vectorSigmoidFocal(focal, x, label, g, last - first);

    // As many rows at a time as fit in a small buffer, or one.
    const int batch = std::max(1, 2048 / columns);
    AutoBuffer<int, 2048> own(batch * columns);
    double sum = 0;
    for (int k = first; k < last; k += batch)
    {
        const int rows = std::min(batch, last - k);
        int* o = own.data();
        for (int i = 0; i < rows; i++, label++, o += columns)
        {
            std::fill(o, o + columns, std::min(*label, 0));
            if (*label > 0)
                o[*label - 1] = 1;
        }
        sum += vectorSigmoidFocal(focal, x, own.data(), g, rows * columns);
        x += rows * columns;
        g = g ? g + rows * columns : nullptr;
    }
    return sum;
}

double sigmoidFocalRows(const Focal& focal, const Mat& logits, const Mat& labels, Mat& grad, int first,
                        int last)
{
    return hasVectors(focal) ? vectorSigmoidFocalRows(focal, logits, labels, grad, first, last) * focal.scale
                             : scalarSigmoidFocalRows(focal, logits, labels, grad, first, last);
}

double softmaxFocalRows(const Focal& focal, const Mat& logits, const Mat& labels, Mat& grad, int first,
                        int last)
{
    if (!hasVectors(focal))
        return scalarSoftmaxFocalRows(focal, logits, labels, grad, first, last);
    const float* x = logits.ptr<float>(first);
    const int* label = labels.ptr<int>(first);
    float* g = grad.empty() ? nullptr : grad.ptr<float>(first);
    const int rows = last - first, columns = logits.cols;
    if (columns == 2)
        return vectorSoftmaxFocal(focal, x, label, g, rows) * focal.scale;
    AutoBuffer<float, 2048> room(static_cast<size_t>(roomOfColumn) * columns);
    return vectorSoftmaxFocalColumns(focal, x, label, g, rows, columns, room.data()) * focal.scale;
}

} // namespace

double sigmoidFocalLoss(InputArray logits_, InputArray labels_, OutputArray grad_, double alpha, double gamma,
                        double normalizer)
{
    const Mat logits = matrixArgument(logits_, "logits");
    const Mat labels = columnArgument(labels_, CV_32S, logits.rows, "labels");
    const Focal focal = focalOf(alpha, gamma, normalizer);
    RowsOutput output(grad_, logits.rows, logits.cols, CV_32F,
                      {}); // the gradient may lie where its inputs do
    Mat& grad = output.rows();
    const double loss = sumOverLabels(logits, labels, logits.cols, [&](int first, int last) {
        return sigmoidFocalRows(focal, logits, labels, grad, first, last);
    });
    output.finish();
    return loss;
}

double softmaxFocalLoss(InputArray logits_, InputArray labels_, OutputArray grad_, double alpha, double gamma,
                        double normalizer)
{
    const Mat logits = matrixArgument(logits_, "logits");
    if (logits.rows > 0 && logits.cols < 2)
        CV_Error_(Error::StsBadArg, ("logits must have the background's column and at least one more, not %s",
                                     shapeText(logits).c_str()));
    const Mat labels = columnArgument(labels_, CV_32S, logits.rows, "labels");
    const Focal focal = focalOf(alpha, gamma, normalizer);
    RowsOutput output(grad_, logits.rows, logits.cols, CV_32F,
                      {}); // the gradient may lie where its inputs do
    Mat& grad = output.rows();
    const double loss = sumOverLabels(logits, labels, logits.cols - 1, [&](int first, int last) {
        return softmaxFocalRows(focal, logits, labels, grad, first, last);
    });
    output.finish();
    return loss;
}

namespace {

/** The loss of one logit whose class is the label's, and its derivative. In double: the difference to the
quality is small where the classifier is good.
@param x the logit */
double qualityFocal(double gamma, double x, double quality, double& derivative)
{
    const double e = std::exp(-std::abs(x)), p = (x >= 0 ? 1. : e) / (1 + e), q = (x >= 0 ? e : 1.) / (1 + e);
    // p - y, from 1 - p where that keeps the digits.
    const double difference = quality > 0.5 ? (1 - quality) - q : p - quality, size = std::abs(difference);
    const double crossEntropy = std::max(x, 0.) - x * quality + std::log1p(e);
    const double modulator = gamma == 0 ? 1. : std::pow(size, gamma);
    const double slope = gamma == 0 || size == 0 ? 0.
                                                 : gamma * std::pow(size, gamma - 1) *
                                                       ((difference > 0) - (difference < 0)) * p * q;
    derivative = modulator * difference + slope * crossEntropy;
    return modulator * crossEntropy;
}

void checkQuality(const Mat& labels, const Mat& quality)
{
    for (int k = 0; k < labels.rows; k++)
        if (labels.at<int>(k) > 0 && !(quality.at<float>(k) >= 0 && quality.at<float>(k) <= 1))
            CV_Error_(Error::StsOutOfRange,
                      ("quality must be in 0..1, but has %g at %d", quality.at<float>(k), k));
}

} // namespace

double qualityFocalLoss(InputArray logits_, InputArray labels_, InputArray quality_, OutputArray grad_,
                        double gamma, double normalizer)
{
    const Mat logits = matrixArgument(logits_, "logits");
    const Mat labels = columnArgument(labels_, CV_32S, logits.rows, "labels");
    const Mat quality = columnArgument(quality_, CV_32F, logits.rows, "quality");
    if (gamma > 0 && gamma < 1)
        CV_Error_(Error::StsOutOfRange, ("gamma must be 0 or at least 1, not %g", gamma));
    const Focal focal = focalOf(-1, gamma, normalizer);
    checkQuality(labels, quality);
    RowsOutput output(grad_, logits.rows, logits.cols, CV_32F, {logits});
    Mat& grad = output.rows();
    const double loss = sumOverLabels(logits, labels, logits.cols, [&](int first, int last) {
        // All but a few logits are background, and go through the focal loss; the others have a label of
        // their own there, which is ignored.
        const int rows = last - first, columns = logits.cols;
        Mat background(rows * columns, 1, CV_32S);
        int* own = background.ptr<int>();
        for (int k = first; k < last; k++, own += columns)
        {
            const int label = labels.at<int>(k);
            std::fill(own, own + columns, std::min(label, 0));
            if (label > 0)
                own[label - 1] = -1;
        }
        const Mat x = logits.rowRange(first, last).reshape(1, rows * columns);
        Mat g = grad.empty() ? Mat() : grad.rowRange(first, last).reshape(1, rows * columns);
        double sum = sigmoidFocalRows(focal, x, background, g, 0, rows * columns);
        for (int k = first; k < last; k++)
        {
            const int label = labels.at<int>(k);
            if (label <= 0)
                continue;
            double derivative;
            sum += focal.scale *
                   qualityFocal(gamma, logits.at<float>(k, label - 1), quality.at<float>(k), derivative);
            if (!grad.empty())
                grad.at<float>(k, label - 1) = static_cast<float>(focal.scale * derivative);
        }
        return sum;
    });
    output.finish();
    return loss;
}

double sigmoidCrossEntropy(InputArray logits, InputArray labels, OutputArray grad, double normalizer)
{
    return sigmoidFocalLoss(logits, labels, grad, -1, 0, normalizer);
}

double softmaxCrossEntropy(InputArray logits, InputArray labels, OutputArray grad, double normalizer)
{
    return softmaxFocalLoss(logits, labels, grad, -1, 0, normalizer);
}

/** Sums loss(row) over the positive rows, in parallel; `loss` writes the gradient's row, all others become 0.
Few rows are positive, so that most of the work is to write zeros: nothing is read of the other rows but their
labels. What is left is too little for vectors, and stays in double. */
template<typename Loss>
static double sumOverPositives(const Mat& like, const Mat& labels, Mat& grad, const Loss& loss)
{
    const int* label = labels.ptr<int>();
    return sumOverRows(like, [&](int first, int last) {
        double sum = 0;
        for (int k = first; k < last; k++)
        {
            int end = k;
            while (end < last && label[end] <= 0)
                ++end;
            if (end > k && !grad.empty())
                std::fill(grad.ptr<float>(k), grad.ptr<float>(k) + static_cast<size_t>(end - k) * grad.cols,
                          0.f);
            k = end;
            if (k < last)
                sum += loss(k);
        }
        return sum;
    });
}

double smoothL1Loss(InputArray deltas_, InputArray targets_, InputArray labels_, OutputArray grad_,
                    double beta, double normalizer)
{
    const Mat deltas = matrixArgument(deltas_, "deltas"), targets = matrixArgument(targets_, "targets");
    checkSameRows(deltas, "deltas", targets, "targets");
    if (deltas.rows > 0 && deltas.cols != targets.cols)
        CV_Error_(Error::StsUnmatchedSizes, ("deltas and targets must have one shape, not %s and %s",
                                             shapeText(deltas).c_str(), shapeText(targets).c_str()));
    const Mat labels = columnArgument(labels_, CV_32S, deltas.rows, "labels");
    checkNotNegative(beta, "beta");
    checkNormalizer(normalizer);
    RowsOutput output(grad_, deltas.rows, deltas.cols, CV_32F,
                      {}); // the gradient may lie where its inputs do
    Mat& grad = output.rows();

    const double scale = 1 / normalizer;
    const double sum = sumOverPositives(deltas, labels, grad, [&](int k) {
        const float *delta = deltas.ptr<float>(k), *target = targets.ptr<float>(k);
        float* g = grad.empty() ? nullptr : grad.ptr<float>(k);
        double loss = 0;
        for (int j = 0; j < deltas.cols; j++)
        {
            const double d = static_cast<double>(delta[j]) - target[j], size = std::abs(d);
            const bool inner = size < beta;
            loss += inner ? 0.5 * d * d / beta : size - 0.5 * beta;
            if (g)
                g[j] = static_cast<float>(scale * (inner ? d / beta : std::isnan(d) ? d : (d > 0) - (d < 0)));
        }
        return loss;
    });
    output.finish();
    return sum / normalizer;
}

namespace {

//! How far the larger of two numbers follows the first of them.
inline double lead(double first, double second)
{
    return first > second ? 1. : first == second ? 0.5 : 0.;
}

//! A length along each axis, and how it changes with the box's edge at either end.
struct Extent
{
    //! What is inside out has no length. At 0 the slope is that of opening it.
    void set(int axis, double value, double ofLow, double ofHigh)
    {
        length[axis] = std::max(value, 0.);
        slope[axis] = value < 0 ? 0. : ofLow;
        slope[axis + 2] = value < 0 ? 0. : ofHigh;
    }
    double area() const { return length[0] * length[1]; }
    double areaSlope(int v) const { return slope[v] * length[1 - v % 2]; }

    double length[2], slope[4];
};

/** The loss of one row and its four derivatives. The order of the arguments of min and max keeps a NaN
of the box, and the area of the target keeps one of the target. */
double generalizedIoULoss(const float* box, const float* target, double* derivative)
{
    const double smallestArea = 1e-7; // torchvision's
    Extent own, other, common, hull;
    for (int axis = 0; axis < 2; axis++)
    {
        const double low = box[axis], high = box[axis + 2];
        const double targetLow = target[axis], targetHigh = target[axis + 2];
        own.set(axis, high - low, -1, 1);
        other.set(axis, targetHigh - targetLow, 0, 0);
        common.set(axis, std::min(high, targetHigh) - std::max(low, targetLow), -lead(low, targetLow),
                   lead(targetHigh, high));
        hull.set(axis, std::max(high, targetHigh) - std::min(low, targetLow), -lead(targetLow, low),
                 lead(high, targetHigh));
    }
    const double intersection = common.area();
    const double united = own.area() + other.area() - intersection, around = hull.area();
    const double u = united + smallestArea, h = around + smallestArea;
    for (int v = 0; v < 4; v++)
    {
        const double ofIntersection = common.areaSlope(v);
        const double ofUnion = own.areaSlope(v) - ofIntersection;
        derivative[v] = -ofIntersection / u + intersection / u * (ofUnion / u) +
                        u / h * (hull.areaSlope(v) / h) - ofUnion / h;
    }
    return 1 - intersection / u + (around - united) / h;
}

} // namespace

double giouLoss(InputArray boxes_, InputArray targets_, InputArray labels_, OutputArray grad_,
                double normalizer, InputArray weights_)
{
    const Mat boxes = boxesArgument(boxes_, "boxes"), targets = boxesArgument(targets_, "targets");
    checkSameRows(boxes, "boxes", targets, "targets");
    const Mat labels = columnArgument(labels_, CV_32S, boxes.rows, "labels");
    const Mat weights = weights_.empty() ? Mat() : columnArgument(weights_, CV_32F, boxes.rows, "weights");
    checkNormalizer(normalizer);
    RowsOutput output(grad_, boxes.rows, boxes.cols, CV_32F, {}); // the gradient may lie where its inputs do
    Mat& grad = output.rows();

    const double sum = sumOverPositives(boxes, labels, grad, [&](int k) {
        double derivative[4];
        const double weight = weights.empty() ? 1. : weights.at<float>(k);
        const double loss =
            weight * generalizedIoULoss(boxes.ptr<float>(k), targets.ptr<float>(k), derivative);
        for (int v = 0; v < 4 && !grad.empty(); v++)
        {
            // A float ends where a side of 1e38 over the smallest area does not; NaN passes.
            const double g = weight * derivative[v] / normalizer;
            grad.at<float>(k, v) = static_cast<float>(g > FLT_MAX ? FLT_MAX : g < -FLT_MAX ? -FLT_MAX : g);
        }
        return loss;
    });
    output.finish();
    return sum / normalizer;
}

} // namespace dnn_rpn
} // namespace cv
