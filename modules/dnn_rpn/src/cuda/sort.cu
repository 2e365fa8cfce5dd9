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
    check(::cub::DeviceRadixSort::SortPairs(nullptr, bytes, keys, values, count, 0, bits, stream),
          "DeviceRadixSort::SortPairs");
    void* room = workspace.take(bytes);
    check(::cub::DeviceRadixSort::SortPairs(room, bytes, keys, values, count, 0, bits, stream),
          "DeviceRadixSort::SortPairs");
    return {keys.Current(), values.Current()};
}

} // namespace cuda
} // namespace dnn_rpn
} // namespace cv
