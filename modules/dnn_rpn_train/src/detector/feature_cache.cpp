// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "feature_cache.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

Tensor mirrored(const Tensor& t)
{
    Tensor m(t.shape());
    const int rows = static_cast<int>(t.shape().total()) / t.shape().w; // of all planes, one below the other
    Mat to(rows, t.shape().w, CV_32F, m.data());
    flip(Mat(rows, t.shape().w, CV_32F, const_cast<float*>(t.data())), to, 1);
    return m;
}

} // namespace

int FeatureCache::kept(const Graph& backbone, int images, const Shape& input, size_t budget)
{
    const size_t bytes = 2 * sizeof(float) * backbone.shapes(input)[backbone.outputs.at(0)].image();
    return static_cast<int>(std::min(static_cast<size_t>(images), budget / bytes));
}

FeatureCache::FeatureCache(Network& backbone_, int images_, const Shape& input, size_t budget)
    : backbone(backbone_), features(backbone_.graph().outputs.at(0)),
      count(kept(backbone_.graph(), images_, input, budget)), cache(2 * static_cast<size_t>(count))
{}

const Tensor& FeatureCache::operator()(const Batch& batch)
{
    const size_t images = batch.indices.size();
    bool whole = true, computes = false;
    for (size_t i = 0; i < images; i++)
    {
        whole = whole && batch.indices[i] < count;
        computes = computes || (batch.indices[i] < count && slot(batch, i, false).empty());
    }
    if (!whole || computes)
    {
        backbone.forward(batch.images);
        batchFeatures = backbone.value(features).clone();
    }
    if (computes)
    {
        keep(batch, false);
        backbone.forward(mirrored(batch.images));
        keep(batch, true);
    }
    if (!whole || computes)
        return batchFeatures;

    Shape s = slot(batch, 0, false).shape();
    s.n = static_cast<int>(images);
    batchFeatures.create(s);
    for (size_t i = 0; i < images; i++)
        std::copy_n(slot(batch, i, false).data(), s.image(), batchFeatures.image(static_cast<int>(i)));
    return batchFeatures;
}

void FeatureCache::keep(const Batch& batch, bool other)
{
    const Tensor& all = backbone.value(features);
    Shape one = all.shape();
    one.n = 1;
    for (size_t i = 0; i < batch.indices.size(); i++)
        if (batch.indices[i] < count && slot(batch, i, other).empty())
        {
            Tensor& to = slot(batch, i, other);
            to.create(one);
            std::copy_n(all.image(static_cast<int>(i)), one.image(), to.data());
        }
}

Tensor& FeatureCache::slot(const Batch& batch, size_t i, bool other)
{
    return cache.at(2 * static_cast<size_t>(batch.indices[i]) + ((batch.flipped[i] != 0) != other));
}

} // namespace dnn_rpn_train
} // namespace cv
