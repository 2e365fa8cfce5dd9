// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_ARENA_HPP
#define OPENCV_DNN_RPN_ARENA_HPP

#include <memory_resource>

#include "opencv2/dnn_rpn/workspace.hpp"

namespace cv {
namespace dnn_rpn {

template<typename T>
using ArenaVector = std::pmr::vector<T>;

/** Memory that is handed out piece by piece and comes back all at once.
Reserve vectors before they grow: what they leave behind stays taken until then. */
class Arena final : public std::pmr::memory_resource
{
public:
    ~Arena();

    //! Takes everything back. What lay in several blocks becomes one.
    void reset();

    size_t bytes() const;

    //! Room for so many numbers, not initialised.
    template<typename T>
    T* take(size_t count)
    {
        return static_cast<T*>(allocate(count * sizeof(T), alignof(T)));
    }

private:
    struct Block
    {
        uchar* data;
        size_t size;
    };

    void* do_allocate(size_t bytes, size_t alignment) override;
    void do_deallocate(void*, size_t, size_t) override {}
    bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override
    {
        return this == &other;
    }
    void addBlock(size_t size);

    std::vector<Block> blocks;
    size_t used = 0; //!< of the last block
};

//! The arenas of one call: the caller's, and one for each worker of forEachUnit().
class Workspace::Arenas
{
public:
    //! Takes everything back, and makes sure that so many workers have an arena.
    void begin(int workers = 0);

    Arena& own() { return caller; }
    Arena& of(int worker) { return *all[worker]; }
    size_t bytes() const;

private:
    Arena caller;
    std::vector<std::unique_ptr<Arena>> all;
};

} // namespace dnn_rpn
} // namespace cv

#endif
