// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_EIGEN_WINDOW_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_EIGEN_WINDOW_HPP

#include "../../graph/graph.hpp"

namespace cv {
namespace dnn_rpn_train {

//! The output columns first..last-1 whose input column, x * stride + shift, lies inside the image.
inline void insideRange(int size, int outSize, int stride, int shift, int& first, int& last)
{
    first = shift >= 0 ? 0 : (-shift + stride - 1) / stride;
    last = size - shift <= 0 ? 0 : (size - shift - 1) / stride + 1;
    first = std::min(first, outSize);
    last = std::max(first, std::min(last, outSize));
}

/** @brief Goes over one channel of a convolution: body(tap, count, outAt, inAt) for each tap of the kernel
and each row of outputs that it reaches inside the image. The `count` outputs from outAt on belong to the
inputs from inAt on, a stride apart. */
template<typename Body>
void sweepTaps(const Node& node, const Shape& in, const Shape& out, const Body& body)
{
    const int stride = node.stride.width;
    int tap = 0;
    for (int ky = 0; ky < node.kernel.height; ky++)
        for (int kx = 0; kx < node.kernel.width; kx++, tap++)
        {
            const int shift = kx * node.dilation.width - node.padLeft;
            int first, last;
            insideRange(in.w, out.w, stride, shift, first, last);
            if (first == last)
                continue;
            for (int y = 0; y < out.h; y++)
            {
                const int inY = y * node.stride.height + ky * node.dilation.height - node.padTop;
                if (inY >= 0 && inY < in.h)
                    body(tap, last - first, static_cast<size_t>(y) * out.w + first,
                         static_cast<size_t>(inY) * in.w + first * stride + shift);
            }
        }
}

} // namespace dnn_rpn_train
} // namespace cv

#endif
