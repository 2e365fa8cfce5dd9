// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_PARAMETER_CHUNK_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_PARAMETER_CHUNK_HPP

#include "../host_device.hpp"

namespace cv {
namespace dnn_rpn_train {

//! At most so many elements of one parameter: one launch takes all parameters, whatever their sizes.
struct ParameterChunk
{
    static constexpr int capacity = 4096;
    static constexpr int parts = 64; //!< sums of squares of each chunk

    float *value, *velocity;
    const float* gradient;
    int count;
    float decay, factor;
};

//! Sums of squares of the gradient, for each part of each chunk.
struct SquaredNorm
{
    const ParameterChunk* chunks;
    float* to;

    DNN_RPN_HOST_DEVICE void operator()(int i) const
    {
        const ParameterChunk& chunk = chunks[i / ParameterChunk::parts];
        float sum = 0;
        for (int e = i % ParameterChunk::parts; e < chunk.count; e += ParameterChunk::parts)
            sum += chunk.gradient[e] * chunk.gradient[e];
        to[i] = sum;
    }
};

//! v <- momentum v + shrink gradient + decay w;  w <- w - rate factor v. For each element that a chunk could
//! have.
struct SgdStep
{
    const ParameterChunk* chunks;
    float rate, momentum, shrink;

    DNN_RPN_HOST_DEVICE void operator()(int i) const
    {
        const ParameterChunk& chunk = chunks[i / ParameterChunk::capacity];
        const int e = i % ParameterChunk::capacity;
        if (e >= chunk.count)
            return;
        float &w = chunk.value[e], &v = chunk.velocity[e];
        v = momentum * v + shrink * chunk.gradient[e] + chunk.decay * w;
        w -= rate * chunk.factor * v;
    }
};

//! average <- average + share (value - average)
struct EmaUpdate
{
    float* average;
    const float* value;
    float share;

    DNN_RPN_HOST_DEVICE void operator()(int i) const { average[i] += share * (value[i] - average[i]); }
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
