// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "precomp.hpp"
#include "check.hpp"
#include "validate.hpp"

namespace cv {
namespace dnn_rpn {

AnchorLevel::AnchorLevel() : stride(16), offset(0.5f) {}

AnchorLevel::AnchorLevel(int stride_, const std::vector<float>& sizes, const std::vector<float>& ratios,
                         float offset_)
    : stride(stride_), offset(offset_)
{
    checkPositive(stride, "stride");
    for (float size : sizes)
    {
        checkPositive(size, "each of sizes");
        for (float ratio : ratios)
        {
            checkPositive(ratio, "each of ratios");
            const double root = std::sqrt(static_cast<double>(ratio));
            widths.push_back(static_cast<float>(size / root));
            heights.push_back(static_cast<float>(size * root));
        }
    }
}

int checkLevel(const AnchorLevel& level, Size featureSize)
{
    checkPositive(level.stride, "stride");
    if (!(std::abs(level.offset) <= FLT_MAX))
        CV_Error_(Error::StsOutOfRange, ("offset must be finite, not %g", level.offset));
    if (level.widths.empty() || level.widths.size() != level.heights.size())
        CV_Error_(Error::StsUnmatchedSizes,
                  ("a level needs as many widths as heights and at least one, not %d and %d",
                   static_cast<int>(level.widths.size()), static_cast<int>(level.heights.size())));
    for (size_t i = 0; i < level.widths.size(); ++i)
    {
        checkPositive(level.widths[i], "each of widths");
        checkPositive(level.heights[i], "each of heights");
    }
    if (featureSize.width < 0 || featureSize.height < 0)
        CV_Error_(Error::StsOutOfRange, ("featureSize must not be negative, but is %d x %d",
                                         featureSize.width, featureSize.height));
    const double count = static_cast<double>(featureSize.width) * featureSize.height * level.count();
    if (count > INT_MAX)
        CV_Error_(Error::StsOutOfRange, ("%d x %d cells with %d anchors each are too many", featureSize.width,
                                         featureSize.height, level.count()));
    return static_cast<int>(count);
}

//! Row by row: the output may be part of a wider matrix.
static void writeAnchors(const AnchorLevel& level, Size featureSize, Mat& out, int first)
{
    int k = first;
    for (int row = 0; row < featureSize.height; ++row)
    {
        const float y = (row + level.offset) * level.stride;
        for (int column = 0; column < featureSize.width; ++column)
        {
            const float x = (column + level.offset) * level.stride;
            for (int a = 0; a < level.count(); ++a, ++k)
            {
                float* box = out.ptr<float>(k);
                const float halfWidth = 0.5f * level.widths[a], halfHeight = 0.5f * level.heights[a];
                box[0] = x - halfWidth;
                box[1] = y - halfHeight;
                box[2] = x + halfWidth;
                box[3] = y + halfHeight;
            }
        }
    }
}

void generateAnchors(const AnchorLevel& level, Size featureSize, OutputArray anchors)
{
    std::vector<int> levelCounts;
    generateAnchors(std::vector<AnchorLevel>(1, level), std::vector<Size>(1, featureSize), anchors,
                    levelCounts);
}

void generateAnchors(const std::vector<AnchorLevel>& levels, const std::vector<Size>& featureSizes,
                     OutputArray anchors, std::vector<int>& levelCounts)
{
    if (levels.size() != featureSizes.size())
        CV_Error_(Error::StsUnmatchedSizes,
                  ("%d levels, but %d featureSizes", static_cast<int>(levels.size()),
                   static_cast<int>(featureSizes.size())));
    std::vector<int> counts;
    double total = 0;
    for (size_t i = 0; i < levels.size(); ++i)
    {
        counts.push_back(checkLevel(levels[i], featureSizes[i]));
        total += counts.back();
    }
    if (total > INT_MAX)
        CV_Error_(Error::StsOutOfRange, ("%.0f anchors are too many", total));

    anchors.create(static_cast<int>(total), 4, CV_32F);
    Mat out = anchors.getMat();
    int first = 0;
    for (size_t i = 0; i < levels.size(); ++i)
    {
        if (counts[i] > 0)
            writeAnchors(levels[i], featureSizes[i], out, first);
        first += counts[i];
    }
    levelCounts.swap(counts);
}

} // namespace dnn_rpn
} // namespace cv
