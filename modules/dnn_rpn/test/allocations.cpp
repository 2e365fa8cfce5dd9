// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "allocations.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

static std::atomic<size_t> counter(0);

size_t largeAllocations()
{
    return counter;
}

// These replace the standard library's in the whole program.

void* operator new(size_t size, const std::nothrow_t&) noexcept // std::stable_sort's
{
    if (size >= 1024) // what OpenCV needs for a loop, and lists of arguments, are smaller
        ++counter;
    return std::malloc(size ? size : 1);
}

void* operator new(size_t size)
{
    if (void* memory = operator new(size, std::nothrow))
        return memory;
    throw std::bad_alloc();
}

void operator delete(void* memory) noexcept
{
    std::free(memory);
}

void operator delete(void* memory, size_t) noexcept
{
    std::free(memory);
}
