// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "precomp.hpp"
#include "arena.hpp"

namespace cv {
namespace dnn_rpn {

static const size_t pieceAlignment = 64, smallestBlock = 16 << 10;

Arena::~Arena()
{
    for (const Block& block : blocks)
        fastFree(block.data);
}

size_t Arena::bytes() const
{
    size_t total = 0;
    for (const Block& block : blocks)
        total += block.size;
    return total;
}

void Arena::reset()
{
    if (blocks.size() > 1)
    {
        const size_t total = bytes();
        for (const Block& block : blocks)
            fastFree(block.data);
        blocks.clear();
        addBlock(total);
    }
    used = 0;
}

void Arena::addBlock(size_t size)
{
    blocks.reserve(blocks.size() + 1); // or a failure here would lose what follows
    blocks.push_back({static_cast<uchar*>(fastMalloc(size)), size});
    used = 0;
}

void* Arena::do_allocate(size_t bytes, size_t alignment)
{
    CV_Assert(alignment <= pieceAlignment);
    const size_t size = (bytes + pieceAlignment - 1) / pieceAlignment * pieceAlignment;
    if (blocks.empty() || blocks.back().size - used < size)
        addBlock(std::max({size, 2 * (blocks.empty() ? 0 : blocks.back().size), smallestBlock}));
    uchar* piece = blocks.back().data + used;
    used += size;
    return piece;
}

void Workspace::Arenas::begin(int workers)
{
    caller.reset();
    for (const std::unique_ptr<Arena>& arena : all)
        arena->reset();
    while (static_cast<int>(all.size()) < workers)
        all.push_back(std::make_unique<Arena>());
}

size_t Workspace::Arenas::bytes() const
{
    size_t total = caller.bytes();
    for (const std::unique_ptr<Arena>& arena : all)
        total += arena->bytes();
    return total;
}

Workspace::Workspace() : impl(std::make_unique<Arenas>()) {}
Workspace::~Workspace() = default;

size_t Workspace::bytes() const
{
    return impl->bytes();
}

Workspace::Arenas& Workspace::arenas()
{
    return *impl;
}

} // namespace dnn_rpn
} // namespace cv
