// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "sort.hpp"
#include <cub/device/device_radix_sort.cuh>

namespace cv {
namespace dnn_rpn {
namespace cuda {

Pairs sortPairs(const Pairs& pairs, int count, int bits, Workspace& workspace, Stream stream)
{
    ::cub::DoubleBuffer<uint64_t> keys(pairs.keys, workspace.take<uint64_t>(count));
    ::cub::DoubleBuffer<int> values(pairs.values, workspace.take<int>(count));
    size_t bytes = 0;
    DNN_RPN_CUDA(::cub::DeviceRadixSort::SortPairs(nullptr, bytes, keys, values, count, 0, bits, stream));
    void* room = workspace.take(bytes);
    DNN_RPN_CUDA(::cub::DeviceRadixSort::SortPairs(room, bytes, keys, values, count, 0, bits, stream));
    return {keys.Current(), values.Current()};
}

} // namespace cuda
} // namespace dnn_rpn
} // namespace cv
