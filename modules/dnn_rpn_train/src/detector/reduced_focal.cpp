// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "reduced_focal.hpp"

#include "opencv2/dnn_rpn/losses.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! The labels of logits that each have one of their own: 1 where it is its class's, 0 where not, -1 ignored.
Mat labelsOfColumns(const Mat& labels, int columns)
{
    Mat own(labels.rows * columns, 1, CV_32S);
    for (int k = 0; k < labels.rows; k++)
        for (int c = 0; c < columns; c++)
            own.at<int>(k * columns + c) = labels.at<int>(k) < 0 ? -1 : labels.at<int>(k) == c + 1;
    return own;
}

//! log(p / (1 - p)) of what the label says.
double oddsOf(const float* x, int columns, int label)
{
    if (columns == 1)
        return label > 0 ? x[0] : -x[0];
    const double highest = *std::max_element(x, x + columns);
    double others = 0;
    for (int j = 0; j < columns; j++)
        if (j != label)
            others += std::exp(x[j] - highest);
    return x[label] - highest - std::log(others);
}

} // namespace

double reducedFocalLoss(const Mat& logits, const Mat& labels, Mat& gradient, const ReducedFocal& focal,
                        double normalizer)
{
    const Mat x = focal.softmax ? logits : logits.reshape(1, static_cast<int>(logits.total()));
    const Mat all = focal.softmax ? labels : labelsOfColumns(labels, logits.cols);
    const double limit = std::log(focal.threshold / (1 - focal.threshold)); // -infinity for 0
    Mat low(all.size(), CV_32S, Scalar(-1)), high = low.clone();
    for (int k = 0; k < all.rows; k++)
        if (all.at<int>(k) >= 0)
        {
            const bool below = oddsOf(x.ptr<float>(k), x.cols, all.at<int>(k)) < limit;
            (below ? low : high).at<int>(k) = all.at<int>(k);
        }
    const auto loss = focal.softmax ? dnn_rpn::softmaxFocalLoss : dnn_rpn::sigmoidFocalLoss;
    Mat lowGradient, highGradient;
    const double sum = loss(x, low, lowGradient, focal.alpha, 0, normalizer) +
                       loss(x, high, highGradient, focal.alpha, focal.gamma,
                            normalizer * std::pow(1 - focal.threshold, focal.gamma));
    gradient = Mat(lowGradient + highGradient).reshape(1, logits.rows);
    return sum;
}

} // namespace dnn_rpn_train
} // namespace cv
