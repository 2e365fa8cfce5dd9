// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_SUMS_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_SUMS_HPP

#include <algorithm>

#include "opencv2/dnn_rpn/private/cuda/sums.hpp"
#include "for_each.hpp"

namespace cv {
namespace dnn_rpn_train {

// Sums of many groups of numbers: each thread adds up every n-th number of one, then foldSums() those parts.

//! Which numbers are summed up together: those of a channel of all images, or of each.
struct Groups
{
    TensorIndexer indexer;
    bool byImage;

    DNN_RPN_HOST_DEVICE int count() const
    {
        return byImage ? indexer.images * indexer.channels : indexer.channels;
    }
    DNN_RPN_HOST_DEVICE int members() const
    {
        return byImage ? indexer.plane() : indexer.images * indexer.plane();
    }
    DNN_RPN_HOST_DEVICE int channel(int group) const { return group % indexer.channels; }
    DNN_RPN_HOST_DEVICE int at(int group, int member) const
    {
        const int plane = indexer.plane(), n = byImage ? group / indexer.channels : member / plane,
                  cell = byImage ? member : member % plane, c = channel(group);
        return indexer.channelsLast ? (n * plane + cell) * indexer.channels + c
                                    : (n * indexer.channels + c) * plane + cell;
    }

    //! Into how many parts each sum is cut at first: so many that a device is busy.
    int parts() const
    {
        const int threads = 1 << 17, most = 1024, wanted = std::min(threads / std::max(count(), 1), most);
        return std::max(1, std::min(wanted, members()));
    }
    //! Floats that the parts take, before and after the first folding.
    size_t scratch() const
    {
        return static_cast<size_t>(count()) * (parts() + dnn_rpn::cuda::foldedParts(parts()));
    }
};

//! For each group and part: sums of term(where the number lies, its channel). Neighbours read neighbours.
template<typename Term>
struct PartialSums
{
    Groups groups;
    Term term;
    int parts;
    float* to; //!< parts x groups

    DNN_RPN_HOST_DEVICE void operator()(int i) const
    {
        const int count = groups.count(), members = groups.members();
        const bool last = groups.indexer.channelsLast;
        const int group = last ? i % count : i / parts, part = last ? i / count : i % parts;
        float sum = 0;
        for (int m = part; m < members; m += parts)
            sum += term(groups.at(group, m), groups.channel(group));
        to[part * count + group] = sum;
    }
};

//! The sum of a term over each group, to one float each. `scratch` has room for groups.scratch() floats.
template<typename Term>
void sumUp(const Device& device, const Groups& groups, const Term& term, float* scratch, float* to)
{
    const int count = groups.count(), parts = groups.parts();
    forEach(device, count * parts, PartialSums<Term>{groups, term, parts, parts == 1 ? to : scratch});
    if (parts > 1)
        dnn_rpn::cuda::foldSums(device.stream(), scratch, scratch + static_cast<size_t>(count) * parts, count,
                                parts, to);
}

// Terms.

template<typename T>
struct ValueTerm
{
    const T* x;
    DNN_RPN_HOST_DEVICE float operator()(int i, int) const { return static_cast<float>(x[i]); }
};

template<typename T>
struct ProductTerm
{
    const T *x, *y;
    DNN_RPN_HOST_DEVICE float operator()(int i, int) const
    {
        return static_cast<float>(x[i]) * static_cast<float>(y[i]);
    }
};

//! With the distance from the channel's mean.
template<typename T>
struct DistanceTerm
{
    const T *gradient, *x;
    const float* mean;
    DNN_RPN_HOST_DEVICE float operator()(int i, int c) const
    {
        return static_cast<float>(gradient[i]) * (static_cast<float>(x[i]) - mean[c]);
    }
};

template<typename T>
struct SquareTerm
{
    const T* x;
    const float* mean;
    DNN_RPN_HOST_DEVICE float operator()(int i, int c) const
    {
        const float d = static_cast<float>(x[i]) - mean[c];
        return d * d;
    }
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
