// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "layers.hpp"
#include "layer.hpp"

namespace cv {
namespace dnn_rpn {

namespace {

//! The levels that the attributes describe; none where the anchors are an input.
std::vector<AnchorLevel> levelsOf(const dnn::LayerParams& attributes)
{
    const std::vector<int> stride = intsAttribute(attributes, "stride");
    const std::vector<float> widths = floatsAttribute(attributes, "widths");
    const std::vector<float> heights = floatsAttribute(attributes, "heights");
    const float offset = floatAttribute(attributes, "offset", 0.5f);
    if (stride.empty() && (!widths.empty() || !heights.empty()))
        CV_Error(Error::StsBadArg, "the attributes 'widths' and 'heights' need 'stride'");
    if (stride.empty())
        return {};
    if (widths.size() != heights.size() || widths.empty() || widths.size() % stride.size() != 0)
        CV_Error_(Error::StsUnmatchedSizes,
                  ("the attributes 'widths' and 'heights' must have as many numbers for each of %d levels, "
                   "not %d and %d in all",
                   static_cast<int>(stride.size()), static_cast<int>(widths.size()),
                   static_cast<int>(heights.size())));
    std::vector<AnchorLevel> levels(stride.size());
    const size_t count = widths.size() / stride.size();
    for (size_t i = 0; i < levels.size(); i++)
    {
        levels[i].stride = stride[i];
        levels[i].offset = offset;
        levels[i].widths.assign(widths.begin() + i * count, widths.begin() + (i + 1) * count);
        levels[i].heights.assign(heights.begin() + i * count, heights.begin() + (i + 1) * count);
        Mat none;
        generateAnchors(levels[i], Size(0, 0), none); // checks the numbers
    }
    return levels;
}

std::vector<std::string> argumentNames(size_t levels)
{
    std::vector<std::string> names = {"scores", "deltas"};
    for (size_t i = 0; i < levels; i++)
        names.push_back("feature map " + std::to_string(i + 1));
    if (levels == 0)
        names.push_back("anchors");
    names.push_back("image");
    return names;
}

class ProposalsLayer : public OnnxLayer
{
public:
    explicit ProposalsLayer(const dnn::LayerParams& attributes)
        : ProposalsLayer(attributes, levelsOf(attributes))
    {}

    ProposalsLayer(const dnn::LayerParams& attributes, const std::vector<AnchorLevel>& levels_)
        : OnnxLayer(attributes, argumentNames(levels_.size()),
                    // The last one, the image, only tells the size.
                    static_cast<int>(std::max<size_t>(levels_.size(), 1)) + 3 -
                        attributes.has("image_width")),
          levels(levels_), levelCounts(intsAttribute(attributes, "level_counts")),
          imageSize(intAttribute(attributes, "image_width", 0), intAttribute(attributes, "image_height", 0)),
          takesLogits(intAttribute(attributes, "logits", 0) != 0),
          columns(intAttribute(attributes, "columns", 4))
    {
        params.preNms = intAttribute(attributes, "pre_nms", params.preNms);
        params.postNms = intAttribute(attributes, "post_nms", params.postNms);
        params.nmsThreshold = floatAttribute(attributes, "nms_threshold", params.nmsThreshold);
        params.minSize = floatAttribute(attributes, "min_size", params.minSize);
        params.scoreThreshold = floatAttribute(attributes, "score_threshold", params.scoreThreshold);
        if (params.postNms < 1)
            CV_Error_(Error::StsOutOfRange,
                      ("the attribute 'post_nms' must be at least 1, not %d", params.postNms));
        if (columns != 4 && columns != 5)
            CV_Error_(Error::StsBadArg, ("the attribute 'columns' must be 4 or 5, not %d", columns));
        if (attributes.has("image_width") != attributes.has("image_height") || imageSize.width < 0 ||
            imageSize.height < 0)
            CV_Error_(
                Error::StsBadArg,
                ("the attributes 'image_width' and 'image_height' must both be there or both not, and not "
                 "negative, but are %d and %d",
                 imageSize.width, imageSize.height));
        Mat boxes, scores; // checks the numbers
        generateProposals(Mat(), Mat(), Mat(), std::vector<int>(), imageSize, boxes, scores, params);
    }

protected:
    int positionOf(const Mat&, int first) const override { return std::max(first, 2); }

    std::vector<Shape> shapesFor(const std::vector<Shape>& arguments) const override
    {
        const Shape &scores = arguments[0], &deltas = arguments[1];
        const int images = deltas.empty() ? 0 : deltas[0];
        if (deltas.size() < 2 || deltas.back() != 4 || scores.empty() || scores[0] != images)
            CV_Error_(Error::StsBadSize,
                      ("deltas must be images x anchors x 4, and scores for the same images, "
                       "not %s and %s",
                       shapeText(deltas).c_str(), shapeText(scores).c_str()));
        return {{images, params.postNms, columns}, {images, params.postNms}, {images, 1}};
    }

    void compute(const std::vector<Argument>& arguments, std::vector<Mat>& results) const override
    {
        const Mat scores = floatArgument(arguments[0].value, "scores"),
                  deltas = floatArgument(arguments[1].value, "deltas");
        const Size size = sizeOfImage(arguments.back().value);
        std::vector<int> counts;
        const Mat anchors = anchorsOf(arguments, counts);
        const int images = results[0].size[0];
        for (Mat& result : results)
            result.setTo(0);
        for (int n = 0; n < images; n++)
        {
            Mat boxes, found;
            generateProposals(scoresOf(scores, n, images, anchors.rows), imageOf(deltas, n, images, 4),
                              anchors, counts, size, boxes, found, params);
            for (int i = 0; i < params.postNms && columns == 5; i++)
                *results[0].ptr<float>(n, i) = static_cast<float>(n);
            for (int i = 0; i < boxes.rows; i++)
                std::copy_n(boxes.ptr<float>(i), 4, results[0].ptr<float>(n, i) + columns - 4);
            if (results.size() > 1 && boxes.rows > 0)
                std::copy_n(found.ptr<float>(), boxes.rows, results[1].ptr<float>(n));
            if (results.size() > 2)
                *results[2].ptr<float>(n) = static_cast<float>(boxes.rows);
        }
    }

private:
    //! The n-th part of so many, as rows.
    static Mat imageOf(const Mat& m, int n, int images, int columnCount)
    {
        const Mat rows = asRows(m, columnCount);
        const int count = rows.rows / images;
        return rows.rowRange(n * count, (n + 1) * count);
    }

    Mat scoresOf(const Mat& scores, int n, int images, int anchors) const
    {
        const bool softmax = scores.total() == static_cast<size_t>(images) * anchors * 2;
        if (softmax && !takesLogits)
            CV_Error_(Error::StsBadSize,
                      ("scores are %s: two columns are taken as logits only", shapeText(scores).c_str()));
        if (!softmax && scores.total() != static_cast<size_t>(images) * anchors)
            CV_Error_(Error::StsUnmatchedSizes,
                      ("scores are %s, but there are %d anchors", shapeText(scores).c_str(), anchors));
        const Mat own = imageOf(scores, n, images, softmax ? 2 : 1);
        if (!takesLogits)
            return own;
        Mat probabilities;
        objectness(own, probabilities);
        return probabilities;
    }

    Size sizeOfImage(const Mat& image) const
    {
        if (imageSize.area() > 0)
            return imageSize;
        if (image.dims != 4)
            CV_Error_(Error::StsBadSize, ("image must be N x C x H x W, not %s", shapeText(image).c_str()));
        return Size(image.size[3], image.size[2]);
    }

    Mat anchorsOf(const std::vector<Argument>& arguments, std::vector<int>& counts) const
    {
        counts = levelCounts;
        if (levels.empty())
        {
            const Mat anchors = floatArgument(arguments[2].value, "anchors");
            if (anchors.size[anchors.dims - 1] != 4)
                CV_Error_(Error::StsBadSize, ("anchors must be K x 4, not %s", shapeText(anchors).c_str()));
            return asRows(anchors, 4);
        }
        std::vector<Size> sizes;
        for (size_t i = 0; i < levels.size(); i++)
        {
            const Mat& map = arguments[2 + i].value;
            if (map.dims != 4)
                CV_Error_(Error::StsBadSize, ("feature map %d must be N x C x H x W, not %s",
                                              static_cast<int>(i) + 1, shapeText(map).c_str()));
            sizes.push_back(Size(map.size[3], map.size[2]));
        }
        Mat anchors;
        generateAnchors(levels, sizes, anchors, counts);
        return anchors;
    }

    std::vector<AnchorLevel> levels;
    std::vector<int> levelCounts;
    Size imageSize; // empty: that of the input
    bool takesLogits;
    int columns;
    ProposalParams params;
};

} // namespace

Ptr<dnn::Layer> makeProposals(dnn::LayerParams& params)
{
    return makeLayer<ProposalsLayer>(params);
}

} // namespace dnn_rpn
} // namespace cv
