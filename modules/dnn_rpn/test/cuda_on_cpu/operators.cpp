// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// The CUDA operators once more, as functions for the processor.

// The operators, compiled against this folder's cuda_runtime.h.
#include <utility>
#include <vector>

#include "../../src/cuda/device.cu"
#include "../../src/cuda/focal_loss.cu"
#include "../../src/cuda/match.cu"
#include "../../src/cuda/nms.cu"
#include "../../src/cuda/proposals.cu"
#include "../../src/cuda/roi_align.cu"
#include "../../src/cuda/roi_align_backward.cu"
#include "../../src/cuda/sample.cu"
#include "../../src/cuda/smooth_l1.cu"
#include "../../src/cuda/suppress.cu"
#include "../../src/cuda/targets.cu"
#include "../../src/cuda/top.cu"

namespace cv {
namespace dnn_rpn {
namespace cuda {

//! In place of CUB, in ../../src/cuda/sort.cu.
Pairs sortPairs(const Pairs& pairs, int count, int bits, Workspace&, Stream stream)
{
    const uint64_t mask = bits < 64 ? (uint64_t(1) << bits) - 1 : ~uint64_t(0);
    cuda_on_cpu::queue(stream, [=] {
        std::vector<std::pair<uint64_t, int>> sorted;
        for (int i = 0; i < count; i++)
            sorted.emplace_back(pairs.keys[i], pairs.values[i]);
        std::stable_sort(sorted.begin(), sorted.end(),
                         [&](const auto& a, const auto& b) { return (a.first & mask) < (b.first & mask); });
        for (int i = 0; i < count; i++)
        {
            pairs.keys[i] = sorted[i].first;
            pairs.values[i] = sorted[i].second;
        }
    });
    return pairs;
}

} // namespace cuda
} // namespace dnn_rpn
} // namespace cv
