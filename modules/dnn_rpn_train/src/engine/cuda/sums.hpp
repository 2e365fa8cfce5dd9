// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_SUMS_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_SUMS_HPP

#include <algorithm>

#include "places.hpp"

namespace cv {
namespace dnn_rpn_train {

// Sums with an order that depends on shapes alone, so that the same numbers give the same bits: each thread
// adds up every so-manieth number, then 32 such parts at a time are added until one is left.

//! Which numbers are summed up together: those of a channel of all pictures, or of each.
struct Groups
{
    Places places;
    bool byPicture;

    DNN_RPN_EVERYWHERE int count() const
    {
        return byPicture ? places.pictures * places.channels : places.channels;
    }
    DNN_RPN_EVERYWHERE int members() const
    {
        return byPicture ? places.plane() : places.pictures * places.plane();
    }
    DNN_RPN_EVERYWHERE int channel(int group) const { return group % places.channels; }
    DNN_RPN_EVERYWHERE int at(int group, int member) const
    {
        const int plane = places.plane(), n = byPicture ? group / places.channels : member / plane,
                  cell = byPicture ? member : member % plane, c = channel(group);
        return places.channelsLast ? (n * plane + cell) * places.channels + c
                                   : (n * places.channels + c) * plane + cell;
    }

    //! Into how many parts each sum is cut at first: so many that a device is busy.
    int parts() const
    {
        const int threads = 1 << 17, most = 1024, wanted = std::min(threads / std::max(count(), 1), most);
        return std::max(1, std::min(wanted, members()));
    }
    static int fold(int parts) { return (parts + 31) / 32; }
    //! Floats that the parts take, before and after the first folding.
    size_t scratch() const { return static_cast<size_t>(count()) * (parts() + fold(parts())); }
};

//! For each group and part: sums of term(where the number lies, its channel). Neighbours read neighbours.
template<typename Term>
struct PartialSums
{
    Groups groups;
    Term term;
    int parts;
    float* to; //!< parts x groups

    DNN_RPN_EVERYWHERE void operator()(int i) const
    {
        const int count = groups.count(), members = groups.members();
        const bool last = groups.places.channelsLast;
        const int group = last ? i % count : i / parts, part = last ? i / count : i % parts;
        float sum = 0;
        for (int m = part; m < members; m += parts)
            sum += term(groups.at(group, m), groups.channel(group));
        to[part * count + group] = sum;
    }
};

//! For each group and each part that is left.
struct FoldSums
{
    const float* from;
    int count, parts, left;
    float* to;

    DNN_RPN_EVERYWHERE void operator()(int i) const
    {
        float sum = 0;
        for (int part = i / count; part < parts; part += left)
            sum += from[part * count + i % count];
        to[i] = sum;
    }
};

// Terms.

template<typename T>
struct ValueTerm
{
    const T* x;
    DNN_RPN_EVERYWHERE float operator()(int i, int) const { return static_cast<float>(x[i]); }
};

template<typename T>
struct ProductTerm
{
    const T *x, *y;
    DNN_RPN_EVERYWHERE float operator()(int i, int) const
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
    DNN_RPN_EVERYWHERE float operator()(int i, int c) const
    {
        return static_cast<float>(gradient[i]) * (static_cast<float>(x[i]) - mean[c]);
    }
};

template<typename T>
struct SquareTerm
{
    const T* x;
    const float* mean;
    DNN_RPN_EVERYWHERE float operator()(int i, int c) const
    {
        const float d = static_cast<float>(x[i]) - mean[c];
        return d * d;
    }
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
