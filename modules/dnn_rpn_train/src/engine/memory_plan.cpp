// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "memory_plan.hpp"

#include <algorithm>
#include <numeric>

namespace cv {
namespace dnn_rpn_train {

int MemoryPlan::add(size_t bytes, int first, int last)
{
    CV_Assert(first <= last);
    blocks.push_back({alignSize(bytes, 64), first, last, 0});
    return static_cast<int>(blocks.size()) - 1;
}

size_t MemoryPlan::place()
{
    std::vector<int> order(blocks.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](int a, int b) { return blocks[a].bytes > blocks[b].bytes; });
    size_t total = 0;
    std::vector<const Block*> placed; // by offset
    for (int index : order)
    {
        Block& block = blocks[index];
        block.offset = 0;
        if (block.bytes == 0)
            break; // so are all that follow
        for (const Block* other : placed)
        {
            if (other->last < block.first || block.last < other->first)
                continue;
            if (block.offset + block.bytes <= other->offset)
                break;
            block.offset = std::max(block.offset, other->offset + other->bytes);
        }
        const auto after = [](const Block* a, const Block* b) { return a->offset < b->offset; };
        placed.insert(std::upper_bound(placed.begin(), placed.end(), &block, after), &block);
        total = std::max(total, block.offset + block.bytes);
    }
    return total;
}

} // namespace dnn_rpn_train
} // namespace cv
