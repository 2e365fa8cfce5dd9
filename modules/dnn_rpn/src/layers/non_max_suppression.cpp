// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "opencv2/core/utility.hpp"
#include "layers.hpp"
#include "layer.hpp"

namespace cv {
namespace dnn_rpn {

namespace {

class NonMaxSuppressionLayer : public OnnxLayer
{
public:
    explicit NonMaxSuppressionLayer(const dnn::LayerParams& attributes)
        : OnnxLayer(attributes,
                    {"boxes", "scores", "max_output_boxes_per_class", "iou_threshold", "score_threshold"}, 3),
          fromCentre(intAttribute(attributes, "center_point_box", 0) != 0)
    {
        const Mat constant = constantAt(2);
        if (constant.total() != 1)
            CV_Error(Error::StsBadArg, "max_output_boxes_per_class must be one constant number");
        perClass = wholeNumbers(constant, "max_output_boxes_per_class")[0];
        if (perClass < 1)
            CV_Error_(Error::StsOutOfRange,
                      ("max_output_boxes_per_class must be at least 1, not %d", perClass));
    }

protected:
    int positionOf(const Mat& constant, int first) const override
    {
        if (constant.total() != 1 || constant.dims > 2)
            return std::max(first, 0);
        return std::max(first, constant.type() == CV_32S ? 2 : 3);
    }

    std::vector<Shape> shapesFor(const std::vector<Shape>& arguments) const override
    {
        const Shape &boxes = arguments[0], &scores = arguments[1];
        if (boxes.size() != 3 || boxes[2] != 4)
            CV_Error_(Error::StsBadSize,
                      ("boxes must be images x boxes x 4, not %s", shapeText(boxes).c_str()));
        if (scores.size() != 3 || scores[0] != boxes[0] || scores[2] != boxes[1])
            CV_Error_(Error::StsUnmatchedSizes, ("scores must be %d x classes x %d, not %s", boxes[0],
                                                 boxes[1], shapeText(scores).c_str()));
        const double rows = double(scores[0]) * scores[1] * std::min(perClass, scores[2]);
        if (rows * 3 > INT_MAX)
            CV_Error_(Error::StsOutOfRange, ("selected_indices would have %.0f rows", rows));
        return {{static_cast<int>(rows), 3}, {1, 1}};
    }

    void compute(const std::vector<Argument>& arguments, std::vector<Mat>& results) const override
    {
        const Mat boxes = floatArgument(arguments[0].value, "boxes");
        const Mat scores = floatArgument(arguments[1].value, "scores");
        const float overlap =
            arguments[3].value.empty() ? 0.f : singleNumber(arguments[3].value, "iou_threshold");
        checkRange(overlap, 0, 1, "iou_threshold");
        const bool anyScore = arguments[4].value.empty();
        const float lowest = anyScore ? 0.f : singleNumber(arguments[4].value, "score_threshold");

        const int images = scores.size[0], classes = scores.size[1];
        std::vector<Mat> corners;
        for (int n = 0; n < images; n++)
            corners.push_back(cornersOf(boxes, n));
        std::vector<std::vector<int>> kept(static_cast<size_t>(images) * classes);
        parallel_for_(Range(0, static_cast<int>(kept.size())), [&](const Range& range) {
            for (int i = range.start; i < range.end; i++)
            {
                const Mat& b = corners[i / classes];
                Mat s(b.rows, 1, CV_32F, const_cast<float*>(scores.ptr<float>(i / classes, i % classes)));
                s = s.clone();
                for (int k = 0; k < b.rows; k++)
                    if (isPadding(b.ptr<float>(k)) || !(anyScore || s.at<float>(k) > lowest))
                        s.at<float>(k) = std::numeric_limits<float>::quiet_NaN(); // which nms() drops
                nms(b, s, overlap, kept[i], perClass);
            }
        });

        float* row = results[0].ptr<float>();
        int count = 0;
        for (size_t i = 0; i < kept.size(); i++)
            for (int index : kept[i])
            {
                *row++ = static_cast<float>(i / classes);
                *row++ = static_cast<float>(i % classes);
                *row++ = static_cast<float>(index);
                ++count;
            }
        std::fill(row, results[0].ptr<float>() + results[0].total(), -1.f);
        if (results.size() > 1)
            *results[1].ptr<float>() = static_cast<float>(count);
    }

private:
    static bool isPadding(const float* b) { return b[0] == 0 && b[1] == 0 && b[2] == 0 && b[3] == 0; }

    /** An image's boxes, smaller coordinates first. ONNX has them as any two opposite corners, or as centre,
    width and height. Whether x or y comes first makes no difference to IoU. */
    Mat cornersOf(const Mat& boxes, int image) const
    {
        Mat corners(boxes.size[1], 4, CV_32F);
        const float* in = boxes.ptr<float>(image);
        for (int k = 0; k < corners.rows; k++, in += 4)
        {
            float* out = corners.ptr<float>(k);
            for (int i = 0; i < 2; i++)
            {
                const float a = fromCentre ? in[i] - in[i + 2] / 2 : in[i];
                const float b = fromCentre ? in[i] + in[i + 2] / 2 : in[i + 2];
                out[i] = std::min(a, b);
                out[i + 2] = std::max(a, b);
            }
        }
        return corners;
    }

    bool fromCentre;
    int perClass;
};

} // namespace

Ptr<dnn::Layer> makeNonMaxSuppression(dnn::LayerParams& params)
{
    return makeLayer<NonMaxSuppressionLayer>(params);
}

} // namespace dnn_rpn
} // namespace cv
