// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_PADDING_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_PADDING_HPP

#include "tensor_indexer.hpp"
#include "store.hpp"
#include "../../graph/graph.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief How a convolution's padding is told to a library that pads both sides alike.

Often what the node pads at the bottom and on the right is never looked at, or looked at as if it were as wide
as that at the top and on the left: then the library pads. Else the image is copied into a wider one before.
*/
struct ConvPadding
{
    int rows = 0, columns = 0; //!< what the library pads, on each side
    bool copies = false;
    Shape padded; //!< what the library convolves: the input, or the wider image

    ConvPadding() = default;
    ConvPadding(const Node& node, const Shape& in, const Shape& out) : padded(in)
    {
        const int high = extent(node.kernel.height, node.dilation.height),
                  wide = extent(node.kernel.width, node.dilation.width);
        if (outputs(in.h + 2 * node.padTop, high, node.stride.height) == out.h &&
            outputs(in.w + 2 * node.padLeft, wide, node.stride.width) == out.w)
        {
            rows = node.padTop;
            columns = node.padLeft;
            return;
        }
        copies = true;
        padded.h += node.padTop + node.padBottom;
        padded.w += node.padLeft + node.padRight;
    }

    static int extent(int kernel, int dilation) { return (kernel - 1) * dilation + 1; }
    static int outputs(int size, int extent, int stride)
    {
        return size < extent ? 0 : (size - extent) / stride + 1;
    }
};

//! For each number of the wider image.
template<typename T>
struct Pad
{
    const T* from;
    TensorIndexer in;
    T* to;
    TensorIndexer wide;
    int top, left;

    DNN_RPN_HOST_DEVICE void operator()(int i) const
    {
        Index4 p = wide[i];
        p.y -= top;
        p.x -= left;
        const bool inside = p.y >= 0 && p.y < in.rows && p.x >= 0 && p.x < in.columns;
        store(to[i], inside ? static_cast<float>(from[in.at(p)]) : 0.f, false);
    }
};

//! For each number of the image.
template<typename T>
struct PadBackward
{
    const T* from;
    TensorIndexer wide;
    T* to;
    TensorIndexer in;
    int top, left;
    bool add;

    DNN_RPN_HOST_DEVICE void operator()(int i) const
    {
        Index4 p = in[i];
        p.y += top;
        p.x += left;
        store(to[i], static_cast<float>(from[wide.at(p)]), add);
    }
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
