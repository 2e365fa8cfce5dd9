// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "layers.hpp"
#include "regions.hpp"

namespace cv {
namespace dnn_rpn {

namespace {

class RoiPoolLayer : public OnnxLayer
{
public:
    explicit RoiPoolLayer(const dnn::LayerParams& attributes)
        : OnnxLayer(attributes, {"X", "rois", "batch_indices"}, 2),
          scale(floatAttribute(attributes, "spatial_scale", 1))
    {
        const std::vector<int> shape = intsAttribute(attributes, "pooled_shape");
        if (shape.size() != 2)
            CV_Error_(Error::StsBadArg, ("the attribute 'pooled_shape' must be rows and columns, not %s",
                                         shapeText(shape).c_str()));
        pooled = Size(shape[1], shape[0]);
        checkRange(pooled.width, 1, 1024, "pooled_shape");
        checkRange(pooled.height, 1, 1024, "pooled_shape");
        checkPositive(scale, "spatial_scale");
    }

protected:
    int positionOf(const Mat& constant, int first) const override
    {
        return positionOfRegions(constant, first);
    }

    std::vector<Shape> shapesFor(const std::vector<Shape>& arguments) const override
    {
        return {pooledShape(arguments[0], arguments[1], pooled)};
    }

    void compute(const std::vector<Argument>& arguments, std::vector<Mat>& results) const override
    {
        const Regions regions(arguments[1].value, arguments[2].value);
        Mat argmax;
        roiPool(arguments[0].value, regions.boxes, regions.batchIndices, pooled, results[0], argmax, scale);
        regions.clearPadding(results[0]);
    }

private:
    Size pooled;
    float scale;
};

} // namespace

Ptr<dnn::Layer> makeRoiPool(dnn::LayerParams& params)
{
    return makeLayer<RoiPoolLayer>(params);
}

} // namespace dnn_rpn
} // namespace cv
