// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_WINDOWS_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_WINDOWS_HPP

#include "host_device.hpp"
#include "../graph/graph.hpp"

namespace cv {
namespace dnn_rpn_train {

//! Pooling windows along one side of an image.
struct Windows
{
    int kernel, stride, before, after; //!< before and after: padding
    int size, count;                   //!< of the input, of the output

    static Windows ofRows(const Node& n, int size, int count)
    {
        return {n.kernel.height, n.stride.height, n.padTop, n.padBottom, size, count};
    }
    static Windows ofColumns(const Node& n, int size, int count)
    {
        return {n.kernel.width, n.stride.width, n.padLeft, n.padRight, size, count};
    }

    DNN_RPN_HOST_DEVICE int begin(int i) const { return i * stride - before; }
    //! The part of the i-th window that lies inside the image.
    DNN_RPN_HOST_DEVICE int first(int i) const { return begin(i) > 0 ? begin(i) : 0; }
    DNN_RPN_HOST_DEVICE int last(int i) const { return least(begin(i) + kernel, size); }
    //! Cells of that part; with the padding, but not with what ceilMode adds beyond it, if that counts.
    DNN_RPN_HOST_DEVICE int cells(int i, bool countPadding) const
    {
        return countPadding ? least(begin(i) + kernel, size + after) - begin(i) : last(i) - first(i);
    }
    //! The windows from firstOf to lastOf - 1 see the cell.
    DNN_RPN_HOST_DEVICE int firstOf(int cell) const
    {
        // The last window that ends before the cell begins here at most.
        const int beyond = cell + before - kernel;
        return beyond < 0 ? 0 : beyond / stride + 1;
    }
    DNN_RPN_HOST_DEVICE int lastOf(int cell) const { return least((cell + before) / stride + 1, count); }

private:
    DNN_RPN_HOST_DEVICE static int least(int a, int b) { return a < b ? a : b; }
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
