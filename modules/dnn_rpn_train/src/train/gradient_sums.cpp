// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "gradient_sums.hpp"

namespace cv {
namespace dnn_rpn_train {

GradientSums::GradientSums(Ranks& ranks_, const std::vector<Network*>& networks_, size_t bucketBytes)
    : ranks(ranks_), networks(networks_), most(bucketBytes / sizeof(float)), buckets(1)
{
    for (Network* network : networks)
    {
        if (network->runsOn()->anchorOperators())
            CV_Error(Error::StsNotImplemented,
                     "engines with memory of their own, as cuda, train with one process only; "
                     "--engine=onednn or eigen train with several");
        network->afterLayer([this, network](const std::vector<int>& final) {
            for (int p : final)
                add(network->parameters().gradient(p));
            ranks.goOn();
        });
    }
}

GradientSums::~GradientSums()
{
    for (Network* network : networks)
        network->afterLayer(nullptr);
}

void GradientSums::add(Tensor& gradient)
{
    Bucket& bucket = buckets[started];
    const size_t count = gradient.shape().total();
    if (bucket.values.size() < bucket.used + count)
        bucket.values.resize(bucket.used + count);
    std::copy_n(gradient.data(), count, bucket.values.begin() + bucket.used);
    bucket.used += count;
    bucket.gradients.push_back(&gradient);
    if (bucket.used >= most)
        start();
}

void GradientSums::start()
{
    Bucket& bucket = buckets[started];
    ranks.startSum(bucket.values.data(), static_cast<int>(bucket.used));
    if (++started == buckets.size())
        buckets.emplace_back(); // the values of the others stay where they are
}

void GradientSums::finish()
{
    if (buckets[started].used > 0)
        start();
    ranks.finishSums();
    for (size_t b = 0; b < started; b++)
    {
        const float* from = buckets[b].values.data();
        for (Tensor* gradient : buckets[b].gradients)
        {
            std::copy_n(from, gradient->shape().total(), gradient->data());
            from += gradient->shape().total();
        }
        buckets[b].gradients.clear();
        buckets[b].used = 0;
    }
    started = 0;
}

} // namespace dnn_rpn_train
} // namespace cv
