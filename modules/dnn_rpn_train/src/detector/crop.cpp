// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "crop.hpp"

#include "opencv2/dnn_rpn/roi_align.hpp"

namespace cv {
namespace dnn_rpn_train {

using namespace dnn_rpn;

namespace {

Mat viewOf(const Tensor& t)
{
    const Shape& s = t.shape();
    const int sizes[] = {s.n, s.c, s.h, s.w};
    return Mat(4, sizes, CV_32F, const_cast<float*>(t.data()));
}

RoiAlignParams oneSample()
{
    RoiAlignParams p;
    p.samplingRatio = 1;
    return p;
}

/** @brief One side of a box, in pixels, as the region whose bins' middles are CropAndResize's samples.

Sample i lies at first + i step, with first = low (cells - 1) / pixels; RoIAlign's, aligned, at
region.low - 1/2 + (i + 1/2) bin. */
void toRegion(float low, float high, int cells, int pixels, int samples, float& regionLow, float& regionHigh)
{
    const float scale = static_cast<float>(cells - 1) / static_cast<float>(pixels);
    const float bin = (high - low) * scale / static_cast<float>(samples - 1);
    regionLow = low * scale + 0.5f - 0.5f * bin;
    regionHigh = regionLow + bin * static_cast<float>(samples);
}

} // namespace

Crop::Crop(Size size_) : size(size_)
{
    CV_CheckGE(size.width, 2, "the columns of a crop");
    CV_CheckGE(size.height, 2, "the rows of a crop");
}

const Tensor& Crop::forward(const Tensor& map, const std::vector<Mat>& boxes, Size image)
{
    const Shape& s = map.shape();
    CV_CheckEQ(static_cast<int>(boxes.size()), s.n, "boxes are wanted for every image of the batch");
    int count = 0;
    for (const Mat& b : boxes)
        count += b.rows;
    regions.create(count, 4, CV_32F);
    images.create(count, 1, CV_32S);
    int row = 0;
    for (int n = 0; n < s.n; n++)
        for (int i = 0; i < boxes[n].rows; i++, row++)
        {
            const float* box = boxes[n].ptr<float>(i);
            float* region = regions.ptr<float>(row);
            toRegion(box[0], box[2], s.w, image.width, size.width, region[0], region[2]);
            toRegion(box[1], box[3], s.h, image.height, size.height, region[1], region[3]);
            images.at<int>(row) = n;
        }
    crops.create(Shape(count, s.c, size.height, size.width));
    if (count > 0)
    {
        Mat out = viewOf(crops);
        roiAlign(viewOf(map), regions, images, size, out, oneSample(), workspace);
    }
    return crops;
}

void Crop::backward(const Tensor& cropsGradient, Tensor& mapGradient)
{
    const Shape& s = mapGradient.shape();
    CV_CheckEQ(cropsGradient.shape().n, regions.rows, "the crops are those of the last forward()");
    if (regions.rows == 0)
    {
        mapGradient.setTo(0);
        return;
    }
    Mat out = viewOf(mapGradient);
    roiAlignBackward(viewOf(cropsGradient), regions, images, {s.n, s.c, s.h, s.w}, out, oneSample(),
                     workspace);
}

} // namespace dnn_rpn_train
} // namespace cv
