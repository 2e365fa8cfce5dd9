// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_TENSOR_INDEXER_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_TENSOR_INDEXER_HPP

#include "../host_device.hpp"
#include "../../graph/tensor.hpp"

namespace cv {
namespace dnn_rpn_train {

//! Where a number stands in an array of four dimensions.
struct Index4
{
    int n, c, y, x;
};

//! Where the numbers of an array lie: with the columns innermost, or with the channels.
struct TensorIndexer
{
    int images, channels, rows, columns;
    bool channelsLast;

    explicit TensorIndexer(const Shape& s, bool channelsLast_ = false)
        : images(s.n), channels(s.c), rows(s.h), columns(s.w), channelsLast(channelsLast_)
    {}

    DNN_RPN_HOST_DEVICE int total() const { return images * channels * plane(); }
    DNN_RPN_HOST_DEVICE int plane() const { return rows * columns; }
    DNN_RPN_HOST_DEVICE int at(const Index4& p) const
    {
        return channelsLast ? ((p.n * rows + p.y) * columns + p.x) * channels + p.c
                            : ((p.n * channels + p.c) * rows + p.y) * columns + p.x;
    }
    //! Of the i-th number in memory.
    DNN_RPN_HOST_DEVICE Index4 operator[](int i) const
    {
        Index4 p;
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
    DNN_RPN_HOST_DEVICE int channel(int i) const
    {
        return channelsLast ? i % channels : i / plane() % channels;
    }
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
