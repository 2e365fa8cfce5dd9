// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "precomp.hpp"
#include "box.hpp"
#include "check.hpp"

namespace cv {
namespace dnn_rpn {

static std::vector<float> areasOf(const Mat& boxes)
{
    std::vector<float> areas(boxes.rows);
    for (int i = 0; i < boxes.rows; i++)
        areas[i] = boxArea(boxes.ptr<float>(i));
    return areas;
}

void boxIoU(InputArray a_, InputArray b_, OutputArray overlaps)
{
    const Mat a = boxesArgument(a_, "a"), b = boxesArgument(b_, "b");
    const std::vector<float> areasOfB = areasOf(b);
    Mat out(a.rows, b.rows, CV_32F); // the output may be one of the inputs
    for (int i = 0; i < a.rows; i++)
    {
        const float* box = a.ptr<float>(i);
        const float area = boxArea(box);
        for (int j = 0; j < b.rows; j++)
            out.at<float>(i, j) = overlapOf(box, area, b.ptr<float>(j), areasOfB[j]);
    }
    giveOut(out, overlaps);
}

void boxIoF(InputArray boxes_, InputArray regions_, OutputArray shares)
{
    const Mat boxes = boxesArgument(boxes_, "boxes"), regions = boxesArgument(regions_, "regions");
    Mat out(boxes.rows, regions.rows, CV_32F);
    for (int i = 0; i < boxes.rows; i++)
    {
        const float* box = boxes.ptr<float>(i);
        const float area = boxArea(box);
        for (int j = 0; j < regions.rows; j++)
            out.at<float>(i, j) = shareOf(box, area, regions.ptr<float>(j));
    }
    giveOut(out, shares);
}

void encodeBoxes(InputArray boxes_, InputArray anchors_, OutputArray deltas, const Scalar& weights)
{
    const Mat boxes = boxesArgument(boxes_, "boxes"), anchors = boxesArgument(anchors_, "anchors");
    checkSameRows(boxes, "boxes", anchors, "anchors");
    checkWeights(weights);
    for (int i = 0; i < boxes.rows; i++)
    {
        checkExtent(boxes.ptr<float>(i), "boxes", i);
        checkExtent(anchors.ptr<float>(i), "anchors", i);
    }
    deltas.create(boxes.rows, 4, CV_32F);
    Mat out = deltas.getMat();
    for (int i = 0; i < boxes.rows; i++)
    {
        float delta[4]; // aside, as deltas may be boxes or anchors
        encodeBox(boxes.ptr<float>(i), anchors.ptr<float>(i), weights, delta);
        std::copy(delta, delta + 4, out.ptr<float>(i));
    }
}

void decodeBoxes(InputArray deltas_, InputArray anchors_, OutputArray boxes, const Scalar& weights,
                 double maxLogSize)
{
    const Mat deltas = boxesArgument(deltas_, "deltas"), anchors = boxesArgument(anchors_, "anchors");
    checkSameRows(deltas, "deltas", anchors, "anchors");
    checkWeights(weights);
    if (std::isnan(maxLogSize))
        CV_Error(Error::StsOutOfRange, "maxLogSize must be a number, not nan");
    boxes.create(deltas.rows, 4, CV_32F);
    Mat out = boxes.getMat();
    for (int i = 0; i < deltas.rows; i++)
        decodeBox(deltas.ptr<float>(i), anchors.ptr<float>(i), weights, maxLogSize, out.ptr<float>(i));
}

void decodeBoxesBackward(InputArray deltas_, InputArray anchors_, InputArray boxesGrad_,
                         OutputArray deltasGrad, const Scalar& weights, double maxLogSize)
{
    const Mat deltas = boxesArgument(deltas_, "deltas"), anchors = boxesArgument(anchors_, "anchors"),
              boxesGrad = boxesArgument(boxesGrad_, "boxesGrad");
    checkSameRows(deltas, "deltas", anchors, "anchors");
    checkSameRows(deltas, "deltas", boxesGrad, "boxesGrad");
    checkWeights(weights);
    if (std::isnan(maxLogSize))
        CV_Error(Error::StsOutOfRange, "maxLogSize must be a number, not nan");
    RowsOutput output(deltasGrad, deltas.rows, 4, CV_32F, {}); // a row is read before it is written
    for (int i = 0; i < deltas.rows; i++)
    {
        const float *delta = deltas.ptr<float>(i), *anchor = anchors.ptr<float>(i),
                    *boxGrad = boxesGrad.ptr<float>(i);
        float grad[4];
        for (int axis = 0; axis < 2; axis++)
        {
            const double extent = double(anchor[axis + 2]) - anchor[axis];
            const double logSize = delta[axis + 2] / weights[axis + 2];
            const double low = boxGrad[axis], high = boxGrad[axis + 2];
            grad[axis] = static_cast<float>((low + high) * extent / weights[axis]);
            grad[axis + 2] =
                logSize > maxLogSize
                    ? 0.f
                    : static_cast<float>((high - low) * 0.5 * extent * std::exp(logSize) / weights[axis + 2]);
        }
        std::copy_n(grad, 4, output.rows().ptr<float>(i));
    }
    output.finish();
}

void clipBoxes(InputOutputArray boxes_, Size imageSize)
{
    if (imageSize.width < 0 || imageSize.height < 0)
        CV_Error_(Error::StsOutOfRange,
                  ("imageSize must not be negative, but is %d x %d", imageSize.width, imageSize.height));
    Mat original = boxes_.getMat();
    Mat boxes = boxesArgument(boxes_, "boxes");
    for (int i = 0; i < boxes.rows; i++)
        clipBox(boxes.ptr<float>(i), static_cast<float>(imageSize.width),
                static_cast<float>(imageSize.height));
    // A part of a wider matrix was copied to be continuous: bring it home.
    if (!boxes.empty() && boxes.data != original.data)
        boxes.reshape(original.channels(), original.rows).copyTo(original);
}

void largeBoxes(InputArray boxes_, float minSize, std::vector<int>& keep)
{
    const Mat boxes = boxesArgument(boxes_, "boxes");
    checkNotNegative(minSize, "minSize");
    keep.clear();
    for (int i = 0; i < boxes.rows; i++)
        if (isLarge(boxes.ptr<float>(i), minSize))
            keep.push_back(i);
}

} // namespace dnn_rpn
} // namespace cv
