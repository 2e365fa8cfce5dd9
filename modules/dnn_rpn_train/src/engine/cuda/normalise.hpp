// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_NORMALISE_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_NORMALISE_HPP

#include <cmath>

#include "tensor_indexer.hpp"
#include "store.hpp"

namespace cv {
namespace dnn_rpn_train {

// Batch normalisation, as the Eigen engine's: y = scale z + shift with z = (x - mean) / sqrt(variance +
// epsilon).

//! From sums over the batch to mean and variance; the running ones follow them. For each channel, twice: the
//! second sum is of the squares of distances from the mean.
struct BatchMean
{
    float* mean; //!< the sum, then the mean
    float* running;
    float count, momentum;

    DNN_RPN_HOST_DEVICE void operator()(int c) const
    {
        mean[c] /= count;
        running[c] += momentum * (mean[c] - running[c]);
    }
};

struct BatchDeviation
{
    float* inverse; //!< the sum, then 1 / deviation
    float* running;
    float count, momentum, epsilon;

    DNN_RPN_HOST_DEVICE void operator()(int c) const
    {
        const float squares = inverse[c], unbiased = squares / (count > 2 ? count - 1 : 1);
        running[c] += momentum * (unbiased - running[c]);
        inverse[c] = 1 / sqrtf(squares / count + epsilon);
    }
};

//! By the running statistics. For each channel.
struct RunningStatistics
{
    const float *runningMean, *runningVariance;
    float *mean, *inverse;
    float epsilon;

    DNN_RPN_HOST_DEVICE void operator()(int c) const
    {
        mean[c] = runningMean[c];
        inverse[c] = 1 / sqrtf(runningVariance[c] + epsilon);
    }
};

template<typename T>
struct Normalise
{
    const T* from;
    T* to;
    TensorIndexer indexer;
    const float *mean, *inverse, *scale, *shift;

    DNN_RPN_HOST_DEVICE void operator()(int i) const
    {
        const int c = indexer.channel(i);
        const float a = scale[c] * inverse[c];
        store(to[i], a * static_cast<float>(from[i]) + (shift[c] - a * mean[c]), false);
    }
};

//! The sum of products with distances becomes that with z. For each channel.
struct WithDeviation
{
    float* product;
    const float* inverse;

    DNN_RPN_HOST_DEVICE void operator()(int c) const { product[c] *= inverse[c]; }
};

template<typename T>
struct NormaliseBack
{
    const T *gradient, *x;
    T* to;
    TensorIndexer indexer;
    const float *mean, *inverse, *scale;
    const float *sum, *product; //!< of the gradient, and of the gradient with z; by the batch only
    float count;
    bool batch, add;

    DNN_RPN_HOST_DEVICE void operator()(int i) const
    {
        const int c = indexer.channel(i);
        float g = static_cast<float>(gradient[i]);
        if (batch)
            g -= sum[c] / count + product[c] / count * inverse[c] * (static_cast<float>(x[i]) - mean[c]);
        store(to[i], scale[c] * inverse[c] * g, add);
    }
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
