// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "regions.hpp"

namespace cv {
namespace dnn_rpn {

namespace {

int columnsOf(const Shape& rois)
{
    const int columns = rois.empty() ? 0 : rois.back();
    if (columns != 4 && columns != 5)
        CV_Error_(Error::StsBadSize, ("rois must have 4 or 5 columns, not %s", shapeText(rois).c_str()));
    return columns;
}

} // namespace

Regions::Regions(const Mat& rois_, const Mat& indices)
{
    const Mat numbers = floatArgument(rois_, "rois");
    const int columns = columnsOf(shapeOfMat(numbers));
    const Mat rois = asRows(numbers, columns);
    boxes = rois.colRange(columns - 4, columns).clone();
    batchIndices.assign(boxes.rows, 0);
    if (columns == 5)
        batchIndices = wholeNumbers(rois.col(0), "the images of rois");
    else if (!indices.empty())
        batchIndices = wholeNumbers(indices, "batch_indices");
    if (static_cast<int>(batchIndices.size()) != boxes.rows)
        CV_Error_(Error::StsUnmatchedSizes, ("there are %d rois, but %d batch_indices", boxes.rows,
                                             static_cast<int>(batchIndices.size())));
    for (int r = 0; r < boxes.rows; r++)
        if (batchIndices[r] < 0)
        {
            padding.push_back(r);
            batchIndices[r] = 0;
            boxes.row(r).setTo(0);
        }
}

void Regions::clearPadding(Mat& pooled) const
{
    for (int r : padding)
        std::fill_n(pooled.ptr<float>(r), pooled.total() / pooled.size[0], 0.f);
}

int positionOfRegions(const Mat& constant, int first)
{
    if (constant.dims == 4)
        return std::max(first, 0);
    return std::max(first, constant.type() == CV_32S ? 2 : 1);
}

Shape pooledShape(const Shape& features, const Shape& rois, Size pooled)
{
    if (features.size() != 4)
        CV_Error_(Error::StsBadSize,
                  ("X, the features, must be N x C x H x W, not %s", shapeText(features).c_str()));
    const int columns = columnsOf(rois);
    return {static_cast<int>(totalOf(rois) / columns), features[1], pooled.height, pooled.width};
}

} // namespace dnn_rpn
} // namespace cv
