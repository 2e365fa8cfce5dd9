// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_PLACES_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_PLACES_HPP

#include "everywhere.hpp"
#include "../../graph/tensor.hpp"

namespace cv {
namespace dnn_rpn_train {

//! Where a number stands in an array of four dimensions.
struct Place
{
    int n, c, y, x;
};

//! Where the numbers of an array lie: with the columns innermost, or with the channels.
struct Places
{
    int pictures, channels, rows, columns;
    bool channelsLast;

    explicit Places(const Shape& s, bool channelsLast_ = false)
        : pictures(s.n), channels(s.c), rows(s.h), columns(s.w), channelsLast(channelsLast_)
    {}

    DNN_RPN_EVERYWHERE int total() const { return pictures * channels * plane(); }
    DNN_RPN_EVERYWHERE int plane() const { return rows * columns; }
    DNN_RPN_EVERYWHERE int at(const Place& p) const
    {
        return channelsLast ? ((p.n * rows + p.y) * columns + p.x) * channels + p.c
                            : ((p.n * channels + p.c) * rows + p.y) * columns + p.x;
    }
    //! Of the i-th number in memory.
    DNN_RPN_EVERYWHERE Place operator[](int i) const
    {
        Place p;
        if (channelsLast)
        {
            p.c = i % channels;
            i /= channels;
        }
        p.x = i % columns;
        i /= columns;
        p.y = i % rows;
        i /= rows;
        if (!channelsLast)
        {
            p.c = i % channels;
            i /= channels;
        }
        p.n = i;
        return p;
    }
    DNN_RPN_EVERYWHERE int channel(int i) const
    {
        return channelsLast ? i % channels : i / plane() % channels;
    }
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
